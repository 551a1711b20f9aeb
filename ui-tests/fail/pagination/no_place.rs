//! A page after a bare value.
use orm::prelude::*;
use orm_ui_tests::*;

async fn page(em: &EntityManager) {
    let _ = em.find_by_cursor::<Article>().order_by(|a| a.id.asc()).after(5).await;
}

fn main() {}
