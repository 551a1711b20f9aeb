//! Properties in parentheses take a value of the right type each.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().filter(|a| (a.title, a.views).gt((5, "x"))).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
