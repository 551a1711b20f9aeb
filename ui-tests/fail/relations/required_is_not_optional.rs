//! A required relation takes no `None`.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().await?;
    article.set_author(None::<Ref<Author>>);
    Ok(())
}

fn main() {
    let _ = case;
}
