//! A list has an index.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Reader>().filter(|r| r.settings.tabs.at("first").eq("x")).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
