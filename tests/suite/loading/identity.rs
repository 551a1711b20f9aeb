//! One row, one entity; news never overwrites what was changed here.

use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::loading::entities::{Article, Author, Tag, press};

on_every_database!(
    the_same_row_is_the_same_entity,
    what_is_loaded_is_not_asked_for_again,
    a_change_survives_news_and_only_it_is_written,
    refresh_takes_the_databases_word,
    references_outlive_changes_and_the_manager,
    read_only_entities_are_of_no_unit_of_work,
    forks_share_nothing_but_the_database,
    a_struct_goes_out_and_comes_back,
    data_from_outside_are_assigned_whole_or_not_at_all,
);

async fn the_same_row_is_the_same_entity(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let one = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    let many = em.find::<Article>().populate(|a| a.author.articles).await.expect("they are there");
    assert!(one == many[0]);
    assert!(many[0].author().articles().contains(&one));
    assert!(em.reference::<Article>(1).expect("it is an entity").is_same(&one));
}

async fn what_is_loaded_is_not_asked_for_again(on: Database) {
    let db = press(on).await;
    let em = db.em();
    em.find_by_id_or_fail::<Article>(1).populate(|a| a.author).await.expect("it is there");
    let _ = db.sql();
    em.find_by_id_or_fail::<Article>(1).await.expect("it is loaded");
    em.find_by_id_or_fail::<Article>(1).populate(|a| a.author).await.expect("it is loaded");
    em.find_by_id_or_fail::<Author>(1).fields(|a| a.name).await.expect("it is loaded");
    assert_eq!(db.sql().len(), 0);
    em.find_by_id_or_fail::<Article>(1).populate(|a| a.tags).await.expect("it is there");
    em.find_by_id_or_fail::<Article>(1).refresh().await.expect("it is there");
    assert_eq!(db.sql().len(), 2);
}

async fn a_change_survives_news_and_only_it_is_written(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    article.set_title("Motors");
    db.meddle("update article set title = 'Other', views = 11, note = null where id = 1").await;
    let em2 = em.clone();
    em2.find::<Author>().populate(|a| a.articles).await.expect("they are there");
    assert_eq!((article.title().as_str(), *article.views()), ("Motors", 11));
    assert_eq!(article.note().as_deref(), Some("later"), "null takes nothing away");
    em.flush().await.expect("it is written");
    assert_eq!(db.rows("select title, views from article where id = 1").await, "'Motors' 11");
}

async fn refresh_takes_the_databases_word(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    article.set_title("Motors");
    db.meddle("update article set views = 11, note = null where id = 1").await;
    assert!(em.refresh(&article).await.expect("it is there"));
    assert_eq!((article.title().as_str(), *article.views(), article.note()), ("Engines", 11, &None));
    db.meddle("insert into tag values ('gone')").await;
    let tag = em.find_by_id_or_fail::<Tag>("gone").await.expect("it is there");
    db.meddle("delete from tag where name = 'gone'").await;
    assert!(!em.refresh(&tag).await.expect("the query is right"), "the row is gone");
}

async fn references_outlive_changes_and_the_manager(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    let title = article.title();
    article.set_title("Motors");
    assert_eq!((title.as_str(), article.title().as_str()), ("Engines", "Motors"));
    em.clear();
    drop(em);
    assert_eq!(article.title(), "Motors");
}

async fn read_only_entities_are_of_no_unit_of_work(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let managed = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    let plain = em.find::<Article>().populate(|a| a.author).read_only().await.expect("they are there");
    assert!(plain[0] != managed);
    assert_eq!(plain[0].author().name(), "Ada");
    plain[0].set_title("Motors");
    let error = em.flush().await.expect_err("it cannot be written");
    assert!(matches!(error, Error::Detached { entity: "Article" }), "{error}");
    em.flush().await.expect("it was told once");
    assert_eq!(db.rows("select title from article where id = 1").await, "'Engines'");
}

async fn forks_share_nothing_but_the_database(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let here = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    let there = em.fork().find_by_id_or_fail::<Article>(1).await.expect("it is there");
    assert!(here != there);
    assert_eq!(here.title(), there.title());
}

async fn a_struct_goes_out_and_comes_back(on: Database) {
    let db = press(on).await;
    let article = db.em().find_by_id_or_fail::<Article>(1).populate(|a| a.body).await.expect("it is there");
    let mut detached = article.detach().expect("all of it is loaded");
    assert_eq!((detached.title.as_str(), detached.author.key()), ("Engines", &1));
    detached.views = 99;
    let em = db.em();
    let merged = em.merge(detached).expect("it has a key");
    let _ = db.sql();
    em.flush().await.expect("it is what the database has");
    assert_eq!(db.sql().len(), 0);
    merged.set_views(100);
    em.flush().await.expect("it is written");
    assert_eq!(db.rows("select views from article where id = 1").await, "100");
}

async fn data_from_outside_are_assigned_whole_or_not_at_all(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    let patch = serde_json::json!({ "title": "Motors", "views": 12, "author": 2, "note": null });
    em.assign(&article, &patch).expect("it fits");
    for wrong in [
        serde_json::json!({ "title": "x", "vews": 1 }),
        serde_json::json!({ "title": "x", "views": "many" }),
        serde_json::json!({ "title": null }),
        serde_json::json!({ "id": 5 }),
        serde_json::json!([1]),
    ] {
        em.assign(&article, &wrong).expect_err("it does not fit");
    }
    em.flush().await.expect("it is written");
    assert_eq!(
        db.rows("select title, views, author_id, note from article where id = 1").await,
        "'Motors' 12 2 null"
    );
}
