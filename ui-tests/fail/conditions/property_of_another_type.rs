//! Properties are compared with those of the same type, and relations with those to the same entity.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Article>().filter(|a| a.title.gt(a.views)).await?;
    em.find::<Article>().filter(|a| a.author.eq(a.publisher)).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
