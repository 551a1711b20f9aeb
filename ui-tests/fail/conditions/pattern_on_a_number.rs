//! Only text has patterns.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().filter(|a| a.views.like("1%")).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
