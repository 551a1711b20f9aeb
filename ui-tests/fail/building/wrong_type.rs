//! A value of another type.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.persist(Author::builder().name(5).build());
    Ok(())
}

fn main() {
    let _ = case;
}
