//! A count reads no rows that could be locked.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager) -> Result<()> {
    em.count::<Article>().lock(Lock::for_update()).await?;
    Ok(())
}

fn main() {
    let _ = case;
}
