//! S01: a typo in a path suggests the near name.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().fields(|a| a.author.emial).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
