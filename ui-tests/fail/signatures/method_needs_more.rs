//! A method that needs more than is loaded.
use orm::prelude::*;
use orm_ui_tests::*;

fn headline(article: &Loaded<Article, (), fields!(Article: title)>) -> String {
    format!("{} ({})", article.title(), article.views())
}

fn main() {
    let _ = headline;
}
