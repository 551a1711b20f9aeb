//! S01, S02: only what is asked for is selected, and the type knows.

use expect_test::expect;

use crate::harness::{Database, on_every_database};
use crate::loading::entities::{Article, Author, press};

on_every_database!(
    fields_select_exactly_what_is_named_and_the_keys,
    a_relation_that_is_named_alone_is_its_key,
    exclude_leaves_out_what_is_named,
    exclude_reaches_below_what_is_populated,
    a_lazy_property_waits_until_it_is_asked_for,
    a_partly_loaded_entity_gains_the_rest_and_nothing_is_dirty,
    what_was_loaded_in_full_stays_when_less_is_asked_for,
    json_shows_what_was_asked_for_and_nothing_hidden,
);

async fn fields_select_exactly_what_is_named_and_the_keys(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article =
        em.find_by_id_or_fail::<Article>(1).fields(|a| (a.title, a.author.email)).await.expect("it is there");
    assert_eq!(article.title(), "Engines");
    let email = article.author().email();
    assert_eq!((article.id(), article.author().id(), email.as_deref()), (&1, &1, Some("ada@example.com")));
    db.sql().check(expect![[r#"select "a0"."id", "a0"."title", "a1"."id", "a1"."email" from "article" as "a0" inner join "author" as "a1" on "a1"."id" = "a0"."author_id" where "a0"."id" = ? [1]"#]]);
}

async fn a_relation_that_is_named_alone_is_its_key(on: Database) {
    let db = press(on).await;
    let article =
        db.em().find_by_id_or_fail::<Article>(1).fields(|a| a.publisher).await.expect("it is there");
    assert_eq!(article.publisher().map(|publisher| *publisher.id()), Some(1));
    assert_eq!(db.sql().len(), 1);
}

async fn exclude_leaves_out_what_is_named(on: Database) {
    let db = press(on).await;
    let authors = db.em().find::<Author>().exclude(|a| a.email).await.expect("they are there");
    assert_eq!(authors.iter().map(|author| author.name().as_str()).collect::<Vec<_>>(), ["Ada", "Bob"]);
    db.sql().check(expect![[r#"select "a0"."id", "a0"."name", "p1"."id" from "author" as "a0" left join "profile" as "p1" on "p1"."author_id" = "a0"."id""#]]);
}

async fn exclude_reaches_below_what_is_populated(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let authors =
        em.find::<Author>().populate(|a| a.articles).exclude(|a| (a.articles.views, a.articles.note)).await;
    let authors = authors.expect("they are there");
    assert_eq!(authors[0].articles().get(0).expect("Ada wrote").title(), "Bolts");
}

async fn a_lazy_property_waits_until_it_is_asked_for(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    let _ = db.sql();
    let article = em.populate(&article, |a| a.body).await.expect("it has a body");
    assert_eq!(article.body(), "long");
    em.populate(&article, |a| a.body).await.expect("it is loaded");
    assert_eq!(db.sql().len(), 1, "what is loaded is not asked for again");
}

async fn a_partly_loaded_entity_gains_the_rest_and_nothing_is_dirty(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let partly = em.find_by_id_or_fail::<Article>(1).fields(|a| a.title).await.expect("it is there");
    let whole = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    assert!(partly == whole);
    assert_eq!(*whole.views(), 10);
    let _ = db.sql();
    em.flush().await.expect("nothing changed");
    assert_eq!(db.sql().len(), 0);
}

async fn what_was_loaded_in_full_stays_when_less_is_asked_for(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let whole = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    em.find::<Article>().fields(|a| a.title).await.expect("they are there");
    assert_eq!(*whole.views(), 10);
}

async fn json_shows_what_was_asked_for_and_nothing_hidden(on: Database) {
    let db = press(on).await;
    let em = db.em();
    em.find::<Article>().await.expect("all of it is loaded");
    let some = em
        .find::<Article>()
        .fields(|a| (a.title, a.author.name, a.tags.name))
        .order_by(|a| a.id.asc())
        .limit(1)
        .await;
    let json = serde_json::to_string(&some.expect("they are there")).expect("it is plain data");
    expect![[r#"[{"id":1,"title":"Engines","author":{"id":1,"name":"Ada"},"tags":[{"name":"data"},{"name":"rust"}]}]"#]].assert_eq(&json);
    let whole = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    assert_eq!(whole.note().as_deref(), Some("later"));
    let json = whole.to_dto().to_json().expect("it is plain data").to_string();
    expect![[r#"{"author":1,"id":1,"publisher":1,"title":"Engines","views":10}"#]].assert_eq(&json);
}
