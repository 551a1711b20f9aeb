//! A filter that the entity does not have.
use orm::prelude::*;
use orm_ui_tests::*;

fn find(em: &EntityManager) {
    let _ = em.find::<Article>().filters(|f| f.off(article::filters::not_notd));
}

fn main() {}
