//! A property is no filter.
use orm::prelude::*;
use orm_ui_tests::*;

fn find(em: &EntityManager) {
    let _ = em.find::<Article>().filters(|f| f.off(article::note));
}

fn main() {}
