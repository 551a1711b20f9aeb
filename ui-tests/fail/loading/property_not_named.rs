//! S01: what `fields` did not name is not there.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_by_id_or_fail::<Article>(1).fields(|a| (a.title, a.author.email)).await?;
    article.publisher();
    article.views();
    Ok(())
}

fn main() {
    let _ = case;
}
