//! An entity that counts no versions has none to compare.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find_by_id::<Article>(1).lock_version(1).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
