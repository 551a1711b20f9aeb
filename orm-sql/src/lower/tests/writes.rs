//! Writes as text.

use orm_core::meta::EntityModel;
use orm_core::query::{Delete, Insert, NativeDelete, NativeUpdate, PivotInsert, Update};

use super::*;
use crate::lower::library::registry;
use crate::lower::list::List;
use crate::lower::write::{
    lower_delete_list, lower_delete_row, lower_insert, lower_native_delete, lower_native_update,
    lower_pivot_delete, lower_pivot_insert, lower_update,
};

const DIALECT: Dialect = Dialect::Sqlite;

fn model(name: &str) -> Arc<EntityModel> {
    let registry = registry();
    Arc::clone(registry.entity(entity(&registry, name)))
}

/// What is lowered is also understood.
fn check_text(sql: &str, expected: Expect) {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    expected.assert_eq(sql);
}

#[test]
fn inserts_name_their_columns_or_take_the_defaults() {
    let insert = |columns, returning, rows| {
        let insert = Insert { entity: model("Author"), columns, rows: vec![], returning };
        lower_insert(DIALECT, &insert, rows).unwrap()
    };
    check_text(
        &insert(vec![1, 3], vec![0, 5], 2),
        expect![[r#"insert into "author" ("name", "age") values (?, ?), (?, ?) returning "id", "version""#]],
    );
    check_text(&insert(vec![], vec![], 1), expect![[r#"insert into "author" default values"#]]);
}

#[test]
fn updates_compare_guards_and_count_versions() {
    let update = |entity: &str, columns, guards, version, returning| {
        let update = Update { entity: model(entity), columns, guards, version, rows: vec![], returning };
        lower_update(DIALECT, &update).unwrap()
    };
    check_text(
        &update("Author", vec![1, 4], vec![5, 3], Some(5), vec![5]),
        expect![[
            r#"update "author" set "name" = ?, "favourite_id" = ?, "version" = "version" + 1 where "id" = ? and "version" is ? and "age" is ? returning "version""#
        ]],
    );
    check_text(
        &update("Author", vec![], vec![3], Some(5), vec![]),
        expect![[r#"update "author" set "version" = "version" + 1 where "id" = ? and "age" is ?"#]],
    );
    check_text(
        &update("Line", vec![], vec![2], None, vec![]),
        expect![[
            r#"update "line" set "book_id" = "book_id" where "book_id" = ? and "number" = ? and "quantity" is ?"#
        ]],
    );
}

#[test]
fn deletes_go_by_key_or_by_list_of_keys() {
    let delete = Delete { entity: model("Line"), guards: vec![2], rows: vec![] };
    check_text(
        &lower_delete_row(DIALECT, &delete).unwrap(),
        expect![[r#"delete from "line" where "book_id" = ? and "number" = ? and "quantity" is ?"#]],
    );
    let list = |entity: &str, keys: &[Vec<Value>]| {
        lower_delete_list(DIALECT, &model(entity), List::of_keys(DIALECT, keys)).unwrap()
    };
    check_text(&list("Author", &keys(0..2)), expect![[r#"delete from "author" where "id" in (?, ?)"#]]);
    check_text(
        &list("Author", &keys(0..9)),
        expect![[r#"delete from "author" where "id" in (select value from json_each(?))"#]],
    );
    check_text(
        &list("Line", &vec![vec![Value::Int(1), Value::Int(2)]; 9]),
        expect![[
            r#"delete from "line" where ("book_id", "number") in (select value ->> 0, value ->> 1 from json_each(?))"#
        ]],
    );
}

#[test]
fn pivot_rows_are_pairs() {
    let book = model("Book");
    let pivot = Arc::clone(book.properties[5].relation.as_ref().unwrap().pivot.as_ref().unwrap());
    let insert = |ignore_existing| {
        let insert = PivotInsert { pivot: Arc::clone(&pivot), rows: vec![], ignore_existing };
        lower_pivot_insert(DIALECT, &insert).unwrap()
    };
    check_text(&insert(false), expect![[r#"insert into "book_tags" ("book_id", "tag_name") values (?, ?)"#]]);
    check_text(
        &insert(true),
        expect![[r#"insert into "book_tags" ("book_id", "tag_name") values (?, ?) on conflict do nothing"#]],
    );
    check_text(
        &lower_pivot_delete(DIALECT, &pivot, 2).unwrap(),
        expect![[r#"delete from "book_tags" where "book_id" = ? and "tag_name" = ?"#]],
    );
    check_text(
        &lower_pivot_delete(DIALECT, &pivot, 1).unwrap(),
        expect![[r#"delete from "book_tags" where "book_id" = ?"#]],
    );
}

#[test]
fn native_writes_use_a_subquery_where_the_condition_needs_joins() {
    let registry = registry();
    let condition =
        |root: &str, path: &str| Query::new(root).filter(path, Test::Equal(text("x"))).select.condition;
    let update = |root: &str, condition| {
        let update =
            NativeUpdate { entity: model(root), set: vec![(1, text("y")), (2, Value::Null)], condition };
        lower_native_update(DIALECT, &registry, &update).unwrap().0
    };
    check_text(
        &update("Book", condition("Book", "title")),
        expect![[r#"update "book" set "title" = ?, "price" = ? where "title" = ?"#]],
    );
    check_text(
        &update("Book", condition("Book", "author.name")),
        expect![[
            r#"update "book" set "title" = ?, "price" = ? where "id" in (select "b0"."id" from "book" as "b0" left join "author" as "a1" on "a1"."id" = "b0"."author_id" where "a1"."name" = ?)"#
        ]],
    );
    check_text(
        &update("Book", Condition::always()),
        expect![[r#"update "book" set "title" = ?, "price" = ?"#]],
    );
    let delete = |root: &str, condition| {
        let delete = NativeDelete { entity: model(root), condition };
        lower_native_delete(DIALECT, &registry, &delete).unwrap().0
    };
    check_text(
        &delete("Line", condition("Line", "notes.text")),
        expect![[
            r#"delete from "line" where ("book_id", "number") in (select "l0"."book_id", "l0"."number" from "line" as "l0" left join "note" as "n1" on "n1"."line_book_id" = "l0"."book_id" and "n1"."line_number" = "l0"."number" where "n1"."text" = ?)"#
        ]],
    );
    check_text(
        &delete("Line", condition("Line", "quantity")),
        expect![[r#"delete from "line" where "quantity" = ?"#]],
    );
}
