//! A handle that promises a loaded author takes no bare reference.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().populate(|a| a.author).await?;
    article.set_author(&em.reference::<Author>(1)?);
    Ok(())
}

fn main() {
    let _ = case;
}
