//! What is read as text is compared with text.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Reader>().filter(|r| r.settings.at("theme").as_text().gt(1)).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
