//! A new entity does not know its key.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let author = em.persist(Author::builder().name("Ada").build());
    let _id: &i64 = author.id();
    Ok(())
}

fn main() {
    let _ = case;
}
