//! A page without an order.
use orm::prelude::*;
use orm_ui_tests::*;

async fn page(em: &EntityManager) {
    let _ = em.find_by_cursor::<Article>().first(10).await;
}

fn main() {}
