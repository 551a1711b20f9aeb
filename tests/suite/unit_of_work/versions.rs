//! Rows that somebody else changed in the meantime.

use expect_test::expect;
use orm::Error;

use crate::harness::{Database, on_every_database};
use crate::unit_of_work::entities::{Page, Seat, Tag, db};

on_every_database!(
    a_stale_version_is_refused_and_nothing_is_written,
    the_version_is_the_database_s_business,
    a_version_that_is_not_loaded_still_counts,
    a_checked_property_must_be_as_it_was,
    a_row_that_is_gone_cannot_be_changed_but_removed,
);

async fn a_stale_version_is_refused_and_nothing_is_written(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let one = em.persist(Page::builder().text("one").build());
    let two = em.persist(Page::builder().text("two").build());
    em.flush().await.unwrap();
    let (one, two) = (one.flushed().unwrap(), two.flushed().unwrap());
    db.meddle("update page set text = 'theirs', version = 2 where id = 2").await;
    one.set_text("ours");
    two.set_text("ours");
    let _ = db.sql();
    let error = em.flush().await.unwrap_err();
    expect!["Page 2 was changed or removed by someone else; refresh it and retry"]
        .assert_eq(&error.to_string());
    assert_eq!(db.rows("select text, version from page order by id").await, "'one' 1\n'theirs' 2");
    assert_eq!((*one.version(), *two.version()), (1, 1));
    // Refreshed, both can be written.
    assert!(em.refresh(&two).await.unwrap());
    two.set_text("ours");
    em.flush().await.unwrap();
    assert_eq!(db.rows("select text, version from page order by id").await, "'ours' 2\n'ours' 3");
    assert_eq!((*one.version(), *two.version()), (2, 3));
}

async fn the_version_is_the_database_s_business(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let page = em.persist_and_flush(Page::builder().text("one").build()).await.unwrap();
    page.set_views(1);
    em.flush().await.unwrap();
    assert_eq!(*page.version(), 2);
    page.set_views(2);
    em.flush().await.unwrap();
    assert_eq!(db.rows("select version from page").await, "3");
}

async fn a_version_that_is_not_loaded_still_counts(on: Database) {
    let db = db(on).await;
    db.meddle("insert into page (id, text, views, version, edition) values (1, 'one', 0, 7, 1)").await;
    let em = db.em();
    let page = em.reference::<Page>(1).unwrap();
    page.set_views(1);
    em.flush().await.unwrap();
    db.sql().but_on(Database::MySql, expect![[r#"
        start transaction
        update `page` set `views` = ?, `edition` = ?, `version` = `version` + 1 where `id` = ? [1, 2, 1]
        select case `id` when ? then 0 end, `version`, `length` from `page` where `id` in (?) [1, 1]
        commit"#]]).check(expect![[r#"
        begin immediate
        update "page" set "views" = ?, "edition" = ?, "version" = "version" + 1 where "id" = ? returning "version", "length" [1, 2, 1]
        commit"#]]);
    page.set_views(2);
    em.flush().await.unwrap();
    db.sql().but_on(Database::MySql, expect![[r#"
        start transaction
        update `page` set `views` = ?, `edition` = ?, `version` = `version` + 1 where `id` = ? and `version` <=> ? [2, 2, 1, 8]
        select case `id` when ? then 0 end, `length` from `page` where `id` in (?) [1, 1]
        commit"#]]).check(expect![[r#"
        begin immediate
        update "page" set "views" = ?, "edition" = ?, "version" = "version" + 1 where "id" = ? and "version" is ? returning "length" [2, 2, 1, 8]
        commit"#]]);
}

async fn a_checked_property_must_be_as_it_was(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let seat = em.persist(Seat::builder().coach(1).number(2).build());
    em.flush().await.unwrap();
    db.meddle("update seat set taken_by = 'Ben'").await;
    seat.set_taken_by("Ada");
    let _ = db.sql();
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::OptimisticLock { entity: "Seat", .. }), "{error}");
    db.sql().check(expect![[r#"
        begin immediate
        update "seat" set "taken_by" = ? where "coach" = ? and "number" = ? and "taken_by" is ? ['Ada', 1, 2, null]
        rollback"#]]);
    em.remove(&seat).unwrap();
    let error = em.flush().await.unwrap_err();
    expect!["Seat 1, 2 was changed or removed by someone else; refresh it and retry"]
        .assert_eq(&error.to_string());
    assert_eq!(db.rows("select * from seat").await, "1 2 'Ben' 0");
}

async fn a_row_that_is_gone_cannot_be_changed_but_removed(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let tag = em.persist(Tag::builder().name("rust").build());
    em.flush().await.unwrap();
    db.meddle("delete from tag").await;
    tag.set_weight(1);
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::OptimisticLock { entity: "Tag", .. }), "{error}");
    em.remove(&tag).unwrap();
    em.flush().await.unwrap();
}
