//! A relation points at its own target.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().await?;
    let tag = em.find_one_or_fail::<Tag>().await?;
    article.set_author(&tag);
    Ok(())
}

fn main() {
    let _ = case;
}
