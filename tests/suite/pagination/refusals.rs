//! Cursors that are none, and orders that make no pages.

use orm::path::OrderBy;
use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::loading::entities::{Article, Author, press};

on_every_database!(
    forged_and_foreign_cursors_are_refused,
    values_of_other_types_are_refused,
    an_order_that_makes_no_pages_is_refused,
);

async fn forged_and_foreign_cursors_are_refused(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let forged = [
        "",
        "WzFd!",
        "WzFd=",
        "%%%",
        "bm9uc2Vuc2U",
        "eyJhIjoxfQ",
        "WzFdWzFd",
        "WyJ4Il0",
        "W251bGxd",
        "WzEuNV0",
        "W10",
    ];
    for cursor in forged {
        let error = em.find_by_cursor::<Article>().order_by(|a| a.id.asc()).after(cursor).await;
        let error = error.expect_err(cursor);
        assert!(matches!(error, Error::Cursor { entity: "Article", .. }), "{cursor}: {error}");
        assert!(error.to_string().contains("no place among Article"), "{error}");
    }
    let authors = em.find_by_cursor::<Author>().order_by(|a| (a.name.asc(), a.id.asc())).first(1).await;
    let foreign = authors.expect("it is a page");
    let error = em.find_by_cursor::<Article>().order_by(|a| a.id.asc()).after(&foreign).await;
    assert!(error.expect_err("two values").to_string().contains("it has 2 values, the order 1 terms"));
    let error =
        em.find_by_cursor::<Article>().order_by(|a| (a.id.asc(), a.title.asc())).before(&foreign).await;
    assert!(matches!(error.expect_err("the other way round"), Error::Cursor { .. }));
    assert_eq!(em.count::<Article>().await.expect("all is well"), 3);
}

async fn values_of_other_types_are_refused(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let by = || em.find_by_cursor::<Article>().order_by(|a| (a.title.asc(), a.id.asc()));
    let error = by().after((5_i64, 5_i64)).await.expect_err("a title is text");
    assert!(error.to_string().contains("5 is no value of Article.title"), "{error}");
    let error = by().after((None::<String>, 5_i64)).await.expect_err("a title is not null");
    assert!(error.to_string().contains("null is no value of Article.title"), "{error}");
    let error = by().after(("x".to_owned(),)).await.expect_err("two terms");
    assert!(error.to_string().contains("it has 1 values"), "{error}");
}

async fn an_order_that_makes_no_pages_is_refused(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let error = em.find_by_cursor::<Article>().order_by(|_| Vec::<OrderBy<Article>>::new()).await;
    assert!(error.expect_err("no terms").to_string().contains("it has no terms"));
    let error = em.find_by_cursor::<Article>().order_by(|a| a.tags.name.asc()).await;
    assert!(matches!(error, Err(Error::CursorOrder { entity: "Article", .. })));
}
