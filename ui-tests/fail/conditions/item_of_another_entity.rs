//! What is said of an item is said of the collection's entity.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let condition = Condition::<Tag>::when(|t| t.name.eq("rust"));
    em.find::<Author>().filter(|a| a.articles.some(|_| condition)).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
