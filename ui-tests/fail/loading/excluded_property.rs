//! S02: what was excluded is not there.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let author = em.find_one_or_fail::<Author>().exclude(|a| a.email).await?;
    author.email();
    Ok(())
}

fn main() {
    let _ = case;
}
