//! S04: a hidden property is no part of a DTO.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().await?;
    article.note();
    article.to_dto().get(|a| a.note);
    Ok(())
}

fn main() {
    let _ = case;
}
