//! Only collections have items.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().filter(|a| a.author.some(|b| b.name.eq("Ada"))).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
