//! Properties compared with each other, several as one, and with those of a query around.

use expect_test::expect;
use orm::prelude::*;

use crate::conditions::library::{Edition, Print, Work, Writer, check, filled};
use crate::harness::{Database, on_every_database};

on_every_database!(
    a_property_compares_with_another,
    a_relation_compares_with_another,
    several_properties_compare_as_one,
    several_properties_are_found_in_a_list,
    an_item_compares_with_the_query_around,
    a_query_around_must_be_there,
    comparisons_are_asked_for_by_one_statement,
    composite_keys_are_asked_for_by_relations_and_paths,
);

async fn a_property_compares_with_another(on: Database) {
    let db = &filled(on).await;
    check!(works, db, |w| w.title.eq(w.writer.name) => ["Cyd"]);
    check!(works, db, |w| w.title.ne(w.writer.name) => ["Notes", "Tables", "Songs"]);
    check!(works, db, |w| w.pages.gt(w.writer.age) => ["Notes"]);
    check!(works, db, |w| w.pages.ge(w.writer.age) => ["Notes", "Cyd"]);
    check!(works, db, |w| w.pages.lt(w.writer.age) => ["Tables"]);
    check!(works, db, |w| w.pages.le(w.writer.age) => ["Tables", "Cyd"]);
    check!(works, db, |w| w.editor.name.lt(w.writer.name) => []);
    // With a null, nothing holds.
    check!(works, db, |w| !w.pages.gt(w.writer.age) => ["Tables", "Cyd"]);
    check!(works, db, |w| w.editions.number.gt(w.pages) => []);
    check!(works, db, |w| w.editions.year.gt(w.pages) => ["Notes", "Tables"]);
}

async fn a_relation_compares_with_another(on: Database) {
    let db = &filled(on).await;
    check!(works, db, |w| w.writer.eq(w.editor) => ["Tables"]);
    check!(works, db, |w| w.writer.ne(w.editor) => ["Notes"]);
    check!(works, db, |w| w.writer.id.ne(w.editor.id) => ["Notes"]);
    check!(works, db, |w| w.editor.mentor.eq(w.writer) => ["Notes"]);
    let db = &filled(on).await;
    let same = db.em().count::<Edition>().filter(|e| e.prints.edition.eq(e.work.editions)).await;
    assert_eq!(same.expect("the query is right"), 2);
}

async fn several_properties_compare_as_one(on: Database) {
    let db = &filled(on).await;
    check!(works, db, |w| (w.pages, w.id).gt((20, 2)) => ["Notes", "Cyd"]);
    check!(works, db, |w| (w.pages, w.id).ge((20, 2)) => ["Notes", "Tables", "Cyd"]);
    check!(works, db, |w| (w.pages, w.id).lt((66, 1)) => ["Tables", "Cyd"]);
    check!(works, db, |w| (w.pages, w.id).le((66, 1)) => ["Notes", "Tables", "Cyd"]);
    check!(works, db, |w| (w.pages, w.title, w.id).gt((20, "Cyd", 4)) => ["Notes", "Tables"]);
    check!(works, db, |w| (w.pages, w.title, w.id).le((20, "Cyd", 4)) => ["Cyd"]);
    check!(works, db, |w| (w.writer.name, w.title).eq(("Ada", "Notes")) => ["Notes"]);
    check!(works, db, |w| (w.writer.name, w.title).ne(("Ada", "Notes")) => ["Tables", "Songs", "Cyd"]);
    check!(works, db, |w| (w.pages, w.title).eq((None, "Songs")) => ["Songs"]);
}

async fn several_properties_are_found_in_a_list(on: Database) {
    let db = &filled(on).await;
    check!(works, db, |w| (w.pages, w.id).in_([(20, 2), (66, 1), (66, 2)]) => ["Notes", "Tables"]);
    check!(works, db, |w| (w.pages, w.id).in_([(20, 2)]) => ["Tables"]);
    check!(works, db, |w| (w.pages, w.id).in_(Vec::<(i32, i64)>::new()) => []);
    check!(works, db, |w| (w.pages, w.id).not_in(Vec::<(i32, i64)>::new()) => ["Notes", "Tables", "Songs", "Cyd"]);
    check!(works, db, |w| (w.pages, w.id).not_in([(20, 2), (1, 1)]) => ["Notes", "Songs", "Cyd"]);
    check!(works, db, |w| (w.pages, w.title).in_([(None, "Songs"), (Some(20), "Cyd"), (None, "Notes")]) => ["Songs", "Cyd"]);
    check!(works, db, |w| (w.title, w.id).in_((0..50).map(|id| ("Songs", id))) => ["Songs"]);
    check!(works, db, |w| (w.writer.name, w.editor.name).in_([("Ada", "Bob"), ("Bob", "Ada")]) => ["Notes"]);
}

async fn an_item_compares_with_the_query_around(on: Database) {
    let db = &filled(on).await;
    check!(writers, db, |a| a.works.some(|w| w.title.eq(a.name.outer())) => ["Cyd"]);
    check!(writers, db, |a| a.works.some(|w| w.pages.lt(a.age.outer())) => ["Ada"]);
    check!(writers, db, |a| a.works.some(|w| w.editor.eq(a.mentor.outer())) => []);
    check!(writers, db, |a| a.students.some(|s| s.works.some(|w| w.editor.is_null() & w.title.lt(s.name.outer()))) => []);
    // The nearest that is about such an entity: here the student, not the mentor.
    check!(writers, db, |a| a.students.some(|s| s.works.some(|w| w.title.eq(s.name.outer()))) => ["Bob"]);
    check!(works, db, |w| w.editions.some(|e| e.number.ge(w.pages.outer())) => []);
    check!(works, db, |w| w.editions.some(|e| e.year.gt(w.writer.age.outer())) => ["Notes", "Tables"]);
    check!(works, db, |w| w.subjects.some(|s| s.works.some(|other| other.writer.ne(w.writer.outer()))) => ["Notes", "Songs"]);
}

async fn a_query_around_must_be_there(on: Database) {
    let db = filled(on).await;
    let mut name = None;
    let _ = Condition::<Writer>::when(|a| {
        name = Some(a.name.outer());
        a.name.eq("Ada")
    });
    let name = name.expect("the closure was called");
    let lost = db.em().find::<Work>().filter(|w| w.title.eq(name)).await;
    expect!["Writer.name is asked of a query around this one, and none of them is about Writer; put the condition inside of such a query, or leave `.outer()` out"].assert_eq(&lost.expect_err("there is no writer around").to_string());
}

async fn comparisons_are_asked_for_by_one_statement(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let found = em
        .find::<Work>()
        .fields(|w| w.title)
        .filter(|w| w.writer.ne(w.editor) & w.pages.gt(w.writer.age))
        .await;
    assert_eq!(found.expect("the query is right").len(), 1);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."title" from "work" as "w0" left join "writer" as "w1" on "w1"."id" = "w0"."writer_id" where not ("w0"."writer_id" = "w0"."editor_id") and "w0"."pages" > "w1"."age""#]]);
    let found = em.find::<Work>().fields(|w| w.title).filter(|w| (w.pages, w.id).gt((20, 2))).await;
    assert_eq!(found.expect("the query is right").len(), 2);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."title" from "work" as "w0" where ("w0"."pages", "w0"."id") > (?, ?) [20, 2]"#]]);
    let found =
        em.find::<Writer>().fields(|a| a.name).filter(|a| a.works.some(|w| w.title.eq(a.name.outer()))).await;
    assert_eq!(found.expect("the query is right").len(), 1);
    db.sql().check(expect![[r#"select "w0"."id", "w0"."name" from "writer" as "w0" where exists (select 1 from "work" as "w1" where "w1"."writer_id" = "w0"."id" and "w1"."title" = "w0"."name" limit 1)"#]]);
}

async fn composite_keys_are_asked_for_by_relations_and_paths(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let prints = async |condition: Condition<Print>| {
        let found = em.find::<Print>().matching(condition).order_by(|p| p.id.asc()).await;
        found.expect("the query is right").iter().map(|p| *p.id()).collect::<Vec<_>>()
    };
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.eq((1, 2)))).await, [2]);
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.ne((1, 2)))).await, [1]);
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.in_([(1, 1), (1, 2), (7, 7)]))).await, [1, 2]);
    assert_eq!(
        prints(Condition::<Print>::when(|p| p.edition.in_((0..40).map(|number| (1, number))))).await,
        [1, 2]
    );
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.is_null())).await, [3]);
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.number.eq(1))).await, [1]);
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.work.eq(1))).await, [1, 2]);
    assert_eq!(prints(Condition::<Print>::when(|p| p.edition.work.writer.name.eq("Ada"))).await, [1, 2]);
    assert_eq!(prints(Condition::<Print>::when(|p| (p.edition.number, p.copies).ge((1, 100)))).await, [1, 2]);
    let works = em.count::<Work>().filter(|w| w.editions.eq((1, 2)));
    assert_eq!(works.await.expect("the query is right"), 1);
}
