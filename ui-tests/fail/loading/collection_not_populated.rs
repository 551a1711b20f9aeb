//! A collection that was not populated has no items to show.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let author = em.find_one_or_fail::<Author>().await?;
    for article in author.articles().iter() {
        article.title();
    }
    Ok(())
}

fn main() {
    let _ = case;
}
