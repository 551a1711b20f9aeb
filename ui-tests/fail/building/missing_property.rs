//! S03: a required property.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.persist(Article::builder().views(1).build());
    Ok(())
}

fn main() {
    let _ = case;
}
