//! Conditions of every kind, order, pages and counts.

use orm::prelude::*;

use crate::harness::{Database, Db, on_every_database};
use crate::loading::entities::{Article, Author, Comment, Placement, Tag, press};

on_every_database!(
    every_operator_asks_what_it_says,
    paths_go_through_relations,
    patterns_and_quotes_in_values_are_just_text,
    composite_keys_are_compared_whole,
    conditions_are_put_together_at_run_time,
    order_goes_through_relations_and_puts_nulls_where_told,
    pages_and_totals,
);

async fn titles(db: &Db, condition: Condition<Article>) -> Vec<String> {
    let articles = db.em().find::<Article>().matching(condition).order_by(|a| a.id.asc()).await;
    articles.expect("the query is right").iter().map(|article| article.title().clone()).collect()
}

macro_rules! check {
    ($db:expr, $condition:expr => [$($title:literal),*]) => {
        let expected: &[&str] = &[$($title),*];
        assert_eq!(titles($db, Condition::<Article>::when($condition)).await, expected, stringify!($condition));
    };
}

async fn every_operator_asks_what_it_says(on: Database) {
    let db = &press(on).await;
    check!(db, |a| a.views.eq(3) => ["Bolts"]);
    check!(db, |a| a.views.ne(3) => ["Engines", "Cranes"]);
    check!(db, |a| a.views.gt(3) => ["Engines"]);
    check!(db, |a| a.views.ge(3) => ["Engines", "Bolts"]);
    check!(db, |a| a.views.lt(3) => ["Cranes"]);
    check!(db, |a| a.views.le(3) => ["Bolts", "Cranes"]);
    check!(db, |a| a.views.between(3, 10) => ["Engines", "Bolts"]);
    check!(db, |a| a.views.in_([0, 3]) => ["Bolts", "Cranes"]);
    check!(db, |a| a.views.in_(0..100) => ["Engines", "Bolts", "Cranes"]);
    check!(db, |a| a.views.in_(Vec::<i32>::new()) => []);
    check!(db, |a| a.views.not_in([0, 3]) => ["Engines"]);
    check!(db, |a| a.views.not_in(Vec::<i32>::new()) => ["Engines", "Bolts", "Cranes"]);
    check!(db, |a| a.note.is_null() => ["Bolts", "Cranes"]);
    check!(db, |a| a.note.is_not_null() => ["Engines"]);
    check!(db, |a| a.note.eq(None) => ["Bolts", "Cranes"]);
    check!(db, |a| a.note.eq("later") => ["Engines"]);
    check!(db, |a| a.title.like("%ol%") => ["Bolts"]);
    check!(db, |a| a.title.like("%OL%") => []);
    check!(db, |a| a.title.ilike("%OL%") => ["Bolts"]);
    check!(db, |a| a.title.contains("ne") => ["Engines", "Cranes"]);
    check!(db, |a| a.title.starts_with("Cr") => ["Cranes"]);
    check!(db, |a| a.title.ends_with("olts") => ["Bolts"]);
    check!(db, |a| !a.title.contains("n") => ["Bolts"]);
    check!(db, |a| a.title.eq("Bolts") | a.views.eq(10) & a.title.eq("Engines") => ["Engines", "Bolts"]);
}

async fn paths_go_through_relations(on: Database) {
    let db = &press(on).await;
    check!(db, |a| a.author.name.eq("Ada") => ["Engines", "Bolts"]);
    check!(db, |a| a.author.profile.bio.contains("Count") => ["Engines", "Bolts"]);
    check!(db, |a| a.publisher.name.eq("House") => ["Engines"]);
    check!(db, |a| !a.publisher.name.eq("House") => []);
    check!(db, |a| a.tags.name.eq("data") => ["Engines", "Bolts"]);
    check!(db, |a| a.comments.replies.text.eq("Because.") => ["Engines"]);
    check!(db, |a| a.author.eq(2) => ["Cranes"]);
    check!(db, |a| a.author.ne(2) => ["Engines", "Bolts"]);
    check!(db, |a| a.author.in_([1, 2]) => ["Engines", "Bolts", "Cranes"]);
    check!(db, |a| a.author.eq(Ref::<Author>::new(2)) => ["Cranes"]);
    check!(db, |a| a.author.id.eq(2) => ["Cranes"]);
    check!(db, |a| a.publisher.is_null() => ["Bolts", "Cranes"]);
    check!(db, |a| a.tags.eq("rust".to_owned()) => ["Engines"]);
}

async fn patterns_and_quotes_in_values_are_just_text(on: Database) {
    let db = &press(on).await;
    let em = db.em();
    for title in
        ["100%", "a_b", "it's", "back\\slash", "\"quoted\"", "*?[x]", "drop table article; --", "é🦀"]
    {
        em.persist(Article::builder().title(title).author(Ref::new(1)).build());
        em.flush().await.expect("the row fits");
        for found in [
            titles(db, Condition::<Article>::when(|a| a.title.eq(title))).await,
            titles(db, Condition::<Article>::when(|a| a.title.contains(title))).await,
            titles(db, Condition::<Article>::when(|a| a.title.starts_with(title))).await,
            titles(db, Condition::<Article>::when(|a| a.title.ends_with(title))).await,
        ] {
            assert_eq!(found, [title]);
        }
    }
    assert_eq!(titles(db, Condition::<Article>::when(|a| a.title.contains("%"))).await, ["100%"]);
    assert_eq!(titles(db, Condition::<Article>::when(|a| a.title.starts_with("a_"))).await, ["a_b"]);
}

async fn composite_keys_are_compared_whole(on: Database) {
    let db = &press(on).await;
    let em = db.em();
    let rust = (1, "rust".to_owned());
    assert!(em.find_by_id::<Placement>(rust.clone()).await.expect("the query is right").is_some());
    assert!(em.find_by_id::<Placement>((2, "rust".to_owned())).await.expect("the query is right").is_none());
    let remarks = em.count::<crate::loading::entities::Remark>();
    assert_eq!(
        remarks.filter(|r| r.placement.in_([rust, (9, "x".to_owned())])).await.expect("it is counted"),
        1
    );
    assert_eq!(
        em.count::<Placement>().filter(|p| p.article.author.name.eq("Ada")).await.expect("it is counted"),
        1
    );
}

async fn conditions_are_put_together_at_run_time(on: Database) {
    let db = press(on).await;
    let em = db.em();
    for (wanted, count) in [(None, 3), (Some("Ada"), 2), (Some("Eve"), 0)] {
        let mut query = em.find::<Article>();
        if let Some(name) = wanted {
            query = query.and(|a| a.author.name.eq(name));
        }
        assert_eq!(query.await.expect("the query is right").len(), count);
    }
    let either = Condition::any([
        Condition::<Article>::when(|a| a.views.eq(3)),
        Condition::<Article>::when(|a| a.tags.name.eq("rust")),
    ]);
    assert_eq!(em.count::<Article>().matching(either).await.expect("it is counted"), 2);
    assert_eq!(em.count::<Article>().matching(Condition::never()).await.expect("it is counted"), 0);
}

async fn order_goes_through_relations_and_puts_nulls_where_told(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let names = |authors: Vec<Managed<Author>>| authors.iter().map(|a| a.name().clone()).collect::<Vec<_>>();
    let first =
        em.find::<Author>().order_by(|a| a.email.asc().nulls_first()).await.expect("the query is right");
    let last =
        em.find::<Author>().order_by(|a| a.email.asc().nulls_last()).await.expect("the query is right");
    assert_eq!(
        (names(first), names(last)),
        (vec!["Bob".into(), "Ada".into()], vec!["Ada".into(), "Bob".into()])
    );
    let articles = em.find::<Article>().order_by(|a| (a.author.name.desc(), a.title.asc())).await;
    let titles: Vec<_> = articles.expect("the query is right").iter().map(|a| a.title().clone()).collect();
    assert_eq!(titles, ["Cranes", "Bolts", "Engines"]);
}

async fn pages_and_totals(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let (page, total) = em
        .find_and_count::<Article>()
        .filter(|a| a.tags.name.in_(["rust", "data"]))
        .limit(1)
        .await
        .expect("it is right");
    assert_eq!((page.len(), total), (1, 2));
    let past = em.find::<Article>().order_by(|a| a.id.asc()).offset(2).await.expect("it is right");
    assert_eq!(past.len(), 1);
    assert_eq!(em.count::<Comment>().await.expect("it is counted"), 2);
    assert_eq!(
        em.find::<Tag>().distinct().filter(|t| t.articles.views.ge(0)).await.expect("it is right").len(),
        2
    );
}
