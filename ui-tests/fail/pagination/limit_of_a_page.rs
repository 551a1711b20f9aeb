//! A page that is limited as a find is.
use orm::prelude::*;
use orm_ui_tests::*;

async fn page(em: &EntityManager) {
    let _ = em.find_by_cursor::<Article>().order_by(|a| a.id.asc()).limit(10).await;
}

fn main() {}
