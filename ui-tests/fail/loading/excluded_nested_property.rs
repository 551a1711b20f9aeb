//! S02: the same below a collection.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let authors = em.find::<Author>().populate(|a| a.articles).exclude(|a| a.articles.title).await?;
    authors[0].articles().iter().next().map(|article| article.title());
    Ok(())
}

fn main() {
    let _ = case;
}
