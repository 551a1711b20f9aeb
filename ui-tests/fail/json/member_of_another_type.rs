//! A member is compared with what it is.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.find::<Reader>().filter(|r| r.settings.theme.eq(1)).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
