//! A typo in `fields!`.
use orm::prelude::*;
use orm_ui_tests::*;

fn headline(article: &Loaded<Article, (), fields!(Article: titel)>) -> &str {
    article.title()
}

fn main() {
    let _ = headline;
}
