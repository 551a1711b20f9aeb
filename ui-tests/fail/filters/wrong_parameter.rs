//! A filter that takes a number is given a text.
use orm::prelude::*;
use orm_ui_tests::*;

fn find(em: &EntityManager) {
    let _ = em.find::<Article>().filters(|f| f.with(article::filters::read_by, "many"));
}

fn main() {}
