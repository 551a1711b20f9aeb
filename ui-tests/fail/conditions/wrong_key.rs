//! S07: a composite key is a tuple of its own types.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find_by_id::<Placement>((1, 2)).await?;
    em.find_by_id::<Tag>(1).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
