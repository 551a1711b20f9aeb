//! A handle that promises the key of its author takes no author without one.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().await?;
    let author = em.persist(Author::builder().name("Ada").build());
    article.set_author(&author);
    Ok(())
}

fn main() {
    let _ = case;
}
