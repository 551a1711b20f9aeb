//! Some, none and every item of a collection, of each kind of relation.

use expect_test::expect;
use orm::prelude::*;

use crate::conditions::library::{Edition, Print, Subject, Work, Writer, check, filled};
use crate::harness::{Database, on_every_database};

on_every_database!(
    items_of_one_to_many,
    items_of_many_to_many_from_both_sides,
    items_of_a_relation_to_itself,
    items_through_a_pivot_with_names_of_its_own_and_through_an_entity,
    items_by_composite_keys,
    items_inside_items,
    items_of_an_owner_that_may_be_missing,
    an_empty_collection_has_no_item_and_every_one_is_such,
    a_null_is_neither_such_nor_another,
    items_are_asked_for_by_one_statement,
    items_say_which_rows_are_updated_and_deleted,
    items_are_not_loaded,
);

async fn items_of_one_to_many(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.works.some(|w| w.title.eq("Notes")) => ["Ada"]);
    check!(writers, db, |a| a.works.none(|w| w.title.eq("Notes")) => ["Bob", "Cyd", "Dan"]);
    check!(writers, db, |a| a.works.every(|w| w.pages.ge(20)) => ["Ada", "Bob", "Cyd", "Dan"]);
    check!(writers, db, |a| a.works.every(|w| w.pages.gt(20)) => ["Bob", "Dan"]);
    check!(writers, db, |a| a.works.some_any() => ["Ada", "Bob", "Cyd"]);
    check!(writers, db, |a| a.works.is_empty() => ["Dan"]);
    // One and the same item.
    check!(writers, db, |a| a.works.some(|w| w.title.eq("Notes") & w.pages.eq(20)) => []);
    check!(writers, db, |a| a.works.some(|w| w.title.eq("Notes")) & a.works.some(|w| w.pages.eq(20)) => ["Ada"]);
    // Paths go on inside.
    check!(writers, db, |a| a.works.some(|w| w.editor.name.eq("Bob") | w.subjects.name.eq("music")) => ["Ada", "Bob"]);
    check!(writers, db, |a| a.works.some(|w| w.writer.card.city.eq("Delft")) => ["Ada"]);
    check!(writers, db, |a| !a.works.some(|w| w.title.eq("Notes")) & a.age.is_not_null() => ["Cyd", "Dan"]);
    check!(writers, db, |a| a.works.some(|w| w.title.eq("Songs")) | a.name.eq("Dan") => ["Bob", "Dan"]);
}

async fn items_of_many_to_many_from_both_sides(on: Database) {
    let db = &filled(on).await;
    check!(works, db, |w| w.subjects.some(|s| s.name.eq("math")) => ["Notes", "Tables"]);
    check!(works, db, |w| w.subjects.none(|s| s.name.eq("math")) => ["Songs", "Cyd"]);
    check!(works, db, |w| w.subjects.every(|s| s.name.eq("math")) => ["Tables", "Cyd"]);
    check!(works, db, |w| w.subjects.is_empty() => ["Cyd"]);
    check!(works, db, |w| w.subjects.some_any() & w.pages.is_null() => ["Songs"]);
    let em = db.em();
    let subjects = async |condition: Condition<Subject>| {
        let found = em.find::<Subject>().matching(condition).order_by(|s| s.name.asc()).await;
        found.expect("the query is right").iter().map(|s| s.name().clone()).collect::<Vec<_>>()
    };
    assert_eq!(subjects(Condition::<Subject>::when(|s| s.works.some(|w| w.pages.lt(60)))).await, ["math"]);
    assert_eq!(
        subjects(Condition::<Subject>::when(|s| s.works.every(|w| w.writer.name.eq("Ada")))).await,
        ["math", "tea"]
    );
    assert_eq!(subjects(Condition::<Subject>::when(|s| s.works.is_empty())).await, ["tea"]);
    assert_eq!(
        subjects(Condition::<Subject>::when(|s| s.works.none(|w| w.title.eq("Songs")))).await,
        ["math", "tea"]
    );
}

async fn items_of_a_relation_to_itself(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.students.some(|s| s.name.eq("Bob")) => ["Ada"]);
    check!(writers, db, |a| a.students.is_empty() => ["Cyd", "Dan"]);
    check!(writers, db, |a| a.students.some(|s| s.students.some(|s| s.name.eq("Cyd"))) => ["Ada"]);
    check!(writers, db, |a| a.mentor.students.some(|s| s.age.is_null()) => ["Bob"]);
}

async fn items_through_a_pivot_with_names_of_its_own_and_through_an_entity(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.friends.some(|f| f.name.eq("Bob")) => ["Cyd"]);
    check!(writers, db, |a| a.friends.every(|f| f.name.eq("Ada")) => ["Ada", "Bob", "Dan"]);
    check!(writers, db, |a| a.friends.some(|f| f.friends.some_any()) => ["Cyd"]);
    check!(works, db, |w| w.shelves.some(|s| s.label.eq("high")) => ["Notes"]);
    check!(works, db, |w| w.shelves.none(|s| s.label.eq("high")) => ["Tables", "Songs", "Cyd"]);
    check!(works, db, |w| w.shelves.some(|s| s.works.some(|w| w.title.eq("Tables"))) => ["Notes", "Tables"]);
}

async fn items_by_composite_keys(on: Database) {
    let db = &filled(on).await;
    let em = db.em();
    let years = async |condition: Condition<Edition>| {
        let found =
            em.find::<Edition>().matching(condition).order_by(|e| (e.work.id.asc(), e.number.asc())).await;
        found.expect("the query is right").iter().map(|e| *e.year()).collect::<Vec<_>>()
    };
    assert_eq!(years(Condition::<Edition>::when(|e| e.prints.some(|p| p.copies.gt(50)))).await, [1843]);
    assert_eq!(years(Condition::<Edition>::when(|e| e.prints.some_any())).await, [1843, 1850]);
    assert_eq!(years(Condition::<Edition>::when(|e| e.prints.is_empty())).await, [1850, 1900]);
    check!(works, db, |w| w.editions.some(|e| e.prints.some(|p| p.copies.lt(10))) => ["Notes"]);
    check!(works, db, |w| w.editions.every(|e| e.prints.some_any()) => ["Notes", "Cyd"]);
    let prints = em.find::<Print>().filter(|p| p.edition.prints.none(|p| p.copies.gt(50))).await;
    assert_eq!(prints.expect("the query is right").iter().map(|p| *p.id()).collect::<Vec<_>>(), [2]);
}

async fn items_inside_items(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.works.some(|w| w.subjects.none(|s| s.name.eq("music"))) => ["Ada", "Cyd"]);
    check!(writers, db, |a| a.works.every(|w| w.subjects.some(|s| s.name.eq("math"))) => ["Ada", "Dan"]);
    check!(writers, db, |a| a.works.none(|w| w.editions.some(|e| e.prints.some_any())) => ["Bob", "Cyd", "Dan"]);
    check!(writers, db, |a| a.works.some(|w| !w.subjects.some(|s| s.works.some(|w| w.title.eq("Songs")))) => ["Ada", "Cyd"]);
}

/// Whose owner is missing has neither items nor none: as with any other property of it.
async fn items_of_an_owner_that_may_be_missing(on: Database) {
    let db = &filled(on).await;
    check!(works, db, |w| w.editor.works.some(|w| w.title.eq("Songs")) => ["Notes"]);
    check!(works, db, |w| w.editor.works.none(|w| w.title.eq("Songs")) => ["Tables"]);
    check!(works, db, |w| !(w.editor.works.some(|w| w.title.eq("Songs")) | w.title.eq("-")) => ["Tables"]);
    check!(works, db, |w| w.editor.works.is_empty() => []);
    check!(works, db, |w| w.writer.works.none(|w| w.title.eq("Songs")) => ["Notes", "Tables", "Cyd"]);
}

async fn an_empty_collection_has_no_item_and_every_one_is_such(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.works.every(|w| w.title.eq("-")) & a.name.eq("Dan") => ["Dan"]);
    check!(writers, db, |a| a.works.every(|_| Condition::never()) => ["Dan"]);
    check!(writers, db, |a| a.works.none(|_| Condition::always()) => ["Dan"]);
    check!(writers, db, |a| a.works.some(|_| Condition::never()) => []);
}

async fn a_null_is_neither_such_nor_another(on: Database) {
    let db = &filled(on).await;
    // Bob's only work has no pages.
    check!(writers, db, |a| a.works.every(|w| w.pages.gt(100)) & a.name.eq("Bob") => ["Bob"]);
    check!(writers, db, |a| a.works.every(|w| w.pages.gt(100) & w.pages.is_not_null()) & a.name.eq("Bob") => []);
    check!(writers, db, |a| a.works.none(|w| w.pages.gt(100)) & a.name.eq("Bob") => ["Bob"]);
}

async fn items_are_asked_for_by_one_statement(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let found = em
        .find::<Writer>()
        .fields(|a| a.name)
        .filter(|a| a.works.some(|w| w.title.eq("Notes") & w.subjects.every(|s| s.name.starts_with("m"))));
    assert_eq!(found.await.expect("the query is right").len(), 1);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."name" from "writer" as "w0" where exists (select 1 from "work" as "w1" where "w1"."writer_id" = "w0"."id" and "w1"."title" = ? and not exists (select 1 from "work_subjects" as "w3" where "w3"."work_id" = "w1"."id" and not ("w3"."subject_name" glob ?) limit 1) limit 1) ['Notes', 'm*']"#]]);
    let found = em
        .find::<Work>()
        .fields(|w| w.title)
        .filter(|w| w.shelves.some(|s| s.id.eq(2)) & w.editions.is_empty());
    assert_eq!(found.await.expect("the query is right").len(), 0);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."title" from "work" as "w0" where exists (select 1 from "placing" as "p2" where "p2"."work_id" = "w0"."id" and "p2"."shelf_id" = ? limit 1) and not exists (select 1 from "edition" as "e3" where "e3"."work_id" = "w0"."id" limit 1) [2]"#]]);
    // A page needs no other statement, as no root comes twice.
    let page = em.find::<Writer>().fields(|a| a.name).filter(|a| a.works.some_any()).limit(2);
    assert_eq!(page.await.expect("the query is right").len(), 2);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."name" from "writer" as "w0" where exists (select 1 from "work" as "w1" where "w1"."writer_id" = "w0"."id" limit 1) limit ? [2]"#]]);
}

async fn items_say_which_rows_are_updated_and_deleted(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let update =
        em.native_update::<Work>().set(|w| w.pages, 1).filter(|w| w.subjects.some(|s| s.name.eq("math")));
    assert_eq!(update.await.expect("the query is right"), 2);
    assert_eq!(db.rows("select id from work where pages = 1 order by 1").await, "1\n2");
    let delete = em.native_delete::<Print>().filter(|p| p.edition.prints.none(|p| p.copies.gt(50)));
    assert_eq!(delete.await.expect("the query is right"), 1);
    assert_eq!(db.rows("select id from print order by 1").await, "1\n3");
}

async fn items_are_not_loaded(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let writers = em.find::<Writer>().filter(|a| a.works.some(|w| w.title.eq("Notes"))).populate_inferred();
    let writers = writers.await.expect("the query is right");
    let ada = em.populate(&writers[0], |a| a.works).await.expect("they can be loaded");
    assert_eq!(ada.works().len(), 2);
}
