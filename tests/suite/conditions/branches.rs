//! Conditions beside each other: of the same item of a collection within one closure, of any item between two.

use expect_test::expect;
use orm::prelude::*;

use crate::conditions::library::{Work, Writer, check, filled, works, writers};
use crate::harness::{Database, on_every_database};

on_every_database!(
    within_one_closure_a_collection_is_joined_once,
    two_filters_may_hold_for_two_items,
    conditions_as_values_are_wholes,
    what_the_first_filter_found_is_loaded,
    native_writes_take_filters_alike,
);

async fn names(query: impl Future<Output = Result<Vec<Managed<Writer>>>>) -> Vec<String> {
    query.await.expect("the query is right").iter().map(|writer| writer.name().clone()).collect()
}

async fn within_one_closure_a_collection_is_joined_once(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.works.title.eq("Notes") & a.works.pages.eq(20) => []);
    check!(writers, db, |a| a.works.title.eq("Notes") & a.works.pages.eq(66) => ["Ada"]);
    check!(writers, db, |a| a.works.title.eq("Notes") & a.works.editor.name.eq("Bob") => ["Ada"]);
    let em = db.em();
    let _ = db.sql();
    let query = em.count::<Writer>().filter(|a| {
        (a.works.title.eq("Notes") | a.works.subjects.name.eq("tea")) & a.works.subjects.name.eq("math")
    });
    assert_eq!(query.await.expect("they are counted"), 1);
    db.sql().check(expect![[r#"select count(distinct "w0"."id") from "writer" as "w0" left join "work" as "w1" on "w1"."writer_id" = "w0"."id" left join "work_subjects" as "w2" on "w2"."work_id" = "w1"."id" where ("w1"."title" = ? or "w2"."subject_name" = ?) and "w2"."subject_name" = ? ['Notes', 'tea', 'math']"#]]);
}

async fn two_filters_may_hold_for_two_items(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let query = em.find::<Writer>().filter(|a| a.works.title.eq("Notes"));
    assert_eq!(names(query.filter(|a| a.works.pages.eq(20)).into_future()).await, ["Ada"]);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."name", "w0"."age", "w0"."mentor_id", "c1"."id" from (select "w2"."id" as "k0" from "writer" as "w2" left join "work" as "w3" on "w3"."writer_id" = "w2"."id" where "w3"."title" = ? and exists (select 1 from "writer" as "w4" left join "work" as "w5" on "w5"."writer_id" = "w4"."id" where "w4"."id" = "w2"."id" and "w5"."pages" = ? limit 1) group by "w2"."id") as "k" inner join "writer" as "w0" on "w0"."id" = "k"."k0" left join "card" as "c1" on "c1"."writer_id" = "w0"."id" ['Notes', 20]"#]]);
    let query = em.find::<Writer>().filter(|a| a.works.title.eq("Notes")).and(|a| a.works.pages.eq(1));
    assert_eq!(names(query.into_future()).await, [""; 0]);
    // Other collections are joined beside each other.
    let query = em.find::<Writer>().filter(|a| a.works.pages.eq(20)).filter(|a| a.students.name.eq("Bob"));
    let _ = db.sql();
    assert_eq!(names(query.into_future()).await, ["Ada"]);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."name", "w0"."age", "w0"."mentor_id", "c1"."id" from (select "w2"."id" as "k0" from "writer" as "w2" left join "work" as "w3" on "w3"."writer_id" = "w2"."id" left join "writer" as "w4" on "w4"."mentor_id" = "w2"."id" where "w3"."pages" = ? and "w4"."name" = ? group by "w2"."id") as "k" inner join "writer" as "w0" on "w0"."id" = "k"."k0" left join "card" as "c1" on "c1"."writer_id" = "w0"."id" [20, 'Bob']"#]]);
    let query = em
        .count::<Work>()
        .filter(|w| w.writer.works.title.eq("Notes"))
        .filter(|w| w.writer.works.title.eq("Tables"));
    assert_eq!(query.await.expect("they are counted"), 2);
    // Relations to one are joined once, in however many filters.
    let query = em.count::<Work>().filter(|w| w.editor.name.eq("Bob")).filter(|w| w.editor.age.is_null());
    let _ = db.sql();
    assert_eq!(query.await.expect("they are counted"), 1);
    db.sql().check(expect![[r#"select count(*) from "work" as "w0" left join "writer" as "w1" on "w1"."id" = "w0"."editor_id" where "w1"."name" = ? and "w1"."age" is null ['Bob']"#]]);
}

async fn conditions_as_values_are_wholes(on: Database) {
    let db = &filled(on).await;
    let notes = || Condition::<Writer>::when(|a| a.works.title.eq("Notes"));
    let short = || Condition::<Writer>::when(|a| a.works.pages.eq(20));
    assert_eq!(writers(db, notes()).await, ["Ada"]);
    assert_eq!(writers(db, (notes() & short()).erase()).await, ["Ada"]);
    assert_eq!(writers(db, Condition::all([notes(), short()])).await, ["Ada"]);
    assert_eq!(writers(db, (notes() | short()).erase()).await, ["Ada", "Cyd"]);
    assert_eq!(writers(db, Condition::any([notes(), short()])).await, ["Ada", "Cyd"]);
    // Within a closure, `!` is about an item; of a whole, it says that there is no such item.
    assert_eq!(
        writers(db, Condition::<Writer>::when(|a| !a.works.title.eq("Notes"))).await,
        ["Ada", "Bob", "Cyd"]
    );
    assert_eq!(writers(db, !notes()).await, ["Bob", "Cyd", "Dan"]);
    assert_eq!(writers(db, !(notes() | short()).erase()).await, ["Bob", "Dan"]);
    check!(writers, db, |a| a.works.some(|w| w.writer.works.title.eq("Tables") & w.pages.gt(20)) => ["Ada"]);
    let by_ada = Condition::<Work>::when(|w| w.writer.name.eq("Ada"));
    assert_eq!(works(db, !by_ada).await, ["Songs", "Cyd"]);
}

async fn what_the_first_filter_found_is_loaded(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let query = em.find::<Writer>().filter(|a| a.works.title.eq("Notes")).filter(|a| a.works.pages.eq(20));
    let writers = query.populate_inferred().await.expect("the query is right");
    let titles: Vec<_> = writers[0].works().iter().map(|work| work.title().clone()).collect();
    assert_eq!(titles, ["Notes"]);
}

async fn native_writes_take_filters_alike(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let update = em.native_update::<Writer>().set(|a| a.age, 1).filter(|a| a.works.title.eq("Notes"));
    assert_eq!(update.filter(|a| a.works.pages.eq(20)).await.expect("the query is right"), 1);
    let delete = em
        .native_delete::<Writer>()
        .filter(|a| a.works.is_empty())
        .matching(!Condition::<Writer>::when(|a| a.students.name.eq("x")));
    assert_eq!(delete.await.expect("the query is right"), 1);
    assert_eq!(db.rows("select name from writer order by id").await, "'Ada'\n'Bob'\n'Cyd'");
}
