//! S35: a lazy property is loaded when it is asked for.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().await?;
    article.body();
    Ok(())
}

fn main() {
    let _ = case;
}
