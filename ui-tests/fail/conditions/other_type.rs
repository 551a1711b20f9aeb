//! A property is compared with its own type.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Author>().filter(|a| a.name.eq(5)).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
