//! A relation that was not populated knows its key only.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().await?;
    article.author().name();
    Ok(())
}

fn main() {
    let _ = case;
}
