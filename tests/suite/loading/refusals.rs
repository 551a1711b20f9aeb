//! Bad input: each a typed error that names what and where, never a panic.

use orm::prelude::*;
use orm::sqlite::SqliteOptions;
use orm::{DriverErrorKind, Error};

use crate::harness::{Database, Db, on_every_database};
use crate::loading::entities::{Article, Author, Tag, press};

on_every_database!(
    what_is_not_there_is_not_found,
    missing_tables_and_columns_are_named,
    constraints_name_entity_and_property,
    an_entity_of_another_manager_is_refused,
    a_closed_orm_says_so,
    an_entity_that_nobody_registered_is_named,
    a_very_long_condition_is_run_or_refused,
);

async fn what_is_not_there_is_not_found(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let error = em.find_by_id_or_fail::<Author>(77).await.map(drop).expect_err("there is none");
    assert!(error.is_not_found());
    assert_eq!(
        error.to_string(),
        "Author not found (77); use `find_one` or `find_by_id` where it may be missing"
    );
    assert!(em.find_by_id::<Author>(77).await.expect("the query is right").is_none());
    let error = em.find_one_or_fail::<Author>().filter(|a| a.name.eq("Eve")).await.map(drop);
    assert!(error.expect_err("there is none").to_string().contains("name"));
    let reference = em.reference::<Author>(77).expect("it is an entity");
    assert!(reference.load().await.map(drop).expect_err("there is none").is_not_found());
}

async fn missing_tables_and_columns_are_named(on: Database) {
    let db = press(on).await;
    db.meddle("alter table author rename column email to mail").await;
    let error = db.em().find::<Author>().await.map(drop).expect_err("the column is gone");
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::ColumnNotFound), "{error}");
    db.meddle("drop table comment").await;
    let error =
        db.em().find::<crate::loading::entities::Comment>().await.map(drop).expect_err("the table is gone");
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::TableNotFound), "{error}");
}

async fn constraints_name_entity_and_property(on: Database) {
    let db = press(on).await;
    let em = db.em();
    em.persist(Tag::builder().name("fresh").build());
    db.meddle("insert into tag values ('fresh')").await;
    let error = em.flush().await.expect_err("it is taken");
    assert!(error.is_unique_violation() && error.to_string().contains("Tag.name"), "{error}");
    em.clear();
    em.persist(Article::builder().title("x").author(Ref::new(77)).build());
    let error = em.flush().await.expect_err("there is no such author");
    assert!(error.is_foreign_key_violation() && error.to_string().contains("Article.author"), "{error}");
}

async fn an_entity_of_another_manager_is_refused(on: Database) {
    let db = press(on).await;
    let author = db.em().find_by_id_or_fail::<Author>(1).await.expect("she is there");
    let em = db.em();
    em.persist(Article::builder().title("x").author(&author).build());
    let error = em.flush().await.expect_err("she is not ours");
    assert!(matches!(error, Error::Detached { entity: "Author" }), "{error}");
    assert!(matches!(em.populate(&author, |a| a.articles).await, Err(Error::Detached { .. })));
    assert!(matches!(em.refresh(&author).await, Err(Error::Detached { .. })));
    assert_eq!(db.rows("select count(*) from article").await, "3");
}

#[tokio::test]
async fn what_is_no_database_is_told_as_that() {
    let path = std::env::temp_dir().join(format!("orm-suite-{}.sqlite", std::process::id()));
    std::fs::write(&path, "this is no database, and long enough to be looked at".repeat(10))
        .expect("it is written");
    let open = |options: SqliteOptions| async {
        Orm::builder().entity::<Author>().sqlite(options)?.connect().await.map(drop)
    };
    let error = open(SqliteOptions::new(&path)).await.expect_err("it is no database");
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::NotADatabase), "{error}");
    std::fs::remove_file(&path).expect("it is ours");
    let error = open(SqliteOptions::new(&path).create_if_missing(false)).await.expect_err("it is not there");
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::Connection), "{error}");
    let error = open(SqliteOptions::new(std::env::temp_dir())).await.expect_err("it is a folder");
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::Connection), "{error}");
}

async fn a_closed_orm_says_so(on: Database) {
    let db = press(on).await;
    let em = db.em();
    db.orm.close().await;
    assert!(matches!(em.find::<Author>().await, Err(Error::Closed)));
    em.persist(Tag::builder().name("late").build());
    assert!(matches!(em.flush().await, Err(Error::Closed)));
}

async fn an_entity_that_nobody_registered_is_named(on: Database) {
    #[derive(Entity)]
    struct Stranger {
        #[orm(primary_key)]
        id: i64,
        name: String,
    }
    let db = Db::new(on, |builder| builder.entity::<Author>()).await;
    let em = db.em();
    let error = em.find::<Stranger>().await.map(drop).expect_err("nobody knows it");
    assert!(error.to_string().contains("Orm::builder().entity::<Stranger>()"), "{error}");
    let handle = em.persist(Stranger::builder().name("x").build());
    let error = em.flush().await.expect_err("nobody knows it");
    assert!(matches!(error, Error::UnknownEntity { entity: "Stranger" }), "{error}");
    handle.set_name("y");
}

async fn a_very_long_condition_is_run_or_refused(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let many = Condition::any((0..20_000).map(|id| Condition::<Author>::when(|a| a.id.eq(id))));
    let result = em.count::<Author>().matching(many).await;
    assert!(
        result.as_ref().is_ok_and(|count| *count == 2)
            || result.is_err_and(|error| matches!(error, Error::Unsupported { .. }))
    );
    assert_eq!(em.count::<Author>().filter(|a| a.id.in_(0..100_000)).await.expect("a list is one value"), 2);
    let mut deep = Condition::<Author>::when(|a| a.id.eq(1));
    for _ in 0..10_000 {
        deep = !deep;
    }
    em.count::<Author>().matching(deep).await.expect_err("nothing is nested that deeply");
}
