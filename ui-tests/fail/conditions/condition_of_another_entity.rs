//! A condition is on the entity that is asked for.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let condition = Condition::<Author>::when(|a| a.name.eq("Ada"));
    em.find::<Article>().matching(condition).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
