//! An object has members; it is no value.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Reader>().order_by(|r| r.settings.window.asc()).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
