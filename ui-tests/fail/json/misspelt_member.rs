//! A member is looked up by its name in Rust.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Reader>().filter(|r| r.settings.window.widht.gt(100)).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
