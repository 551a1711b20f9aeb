//! S02: one or the other.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().fields(|a| a.title).exclude(|a| a.views).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
