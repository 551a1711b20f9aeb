//! Only documents have places inside.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().filter(|a| a.title.at("x").as_text().eq("y")).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
