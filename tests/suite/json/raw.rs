//! Places that are told at run time, and what they are read as.

use expect_test::expect;
use orm::prelude::*;
use serde_json::json;

use crate::harness::{Database, on_every_database};
use crate::json::{Paper, check, papers};

on_every_database!(
    what_is_of_another_type_is_null,
    null_and_nothing_are_told_apart,
    numbers_are_compared_as_numbers,
    texts_are_compared_by_their_characters,
    lists_have_items_and_nothing_else_has,
    keys_are_any_text_and_never_sql,
    tests_are_put_together,
    values_are_bound_and_so_are_keys,
);

async fn what_is_of_another_type_is_null(on: Database) {
    let values = [
        json!(1),
        json!("1"),
        json!(1.0),
        json!(true),
        json!("true"),
        json!(null),
        json!([1]),
        json!({"a": 1}),
    ];
    let db = &papers(on, values.into_iter().map(|value| Some(json!({ "x": value })))).await;
    check!(db, |p| p.data.at("x").as_integer().eq(1) => [1, 3]);
    check!(db, |p| p.data.at("x").as_integer().ne(2) => [1, 3]);
    check!(db, |p| p.data.at("x").as_float().eq(1.0) => [1, 3]);
    check!(db, |p| p.data.at("x").as_text().eq("1") => [2]);
    check!(db, |p| p.data.at("x").as_text().ne("1") => [5]);
    check!(db, |p| p.data.at("x").as_bool().eq(true) => [4]);
    check!(db, |p| p.data.at("x").as_bool().ne(true) => []);
    check!(db, |p| p.data.at("x").as_text().eq("true") => [5]);
    check!(db, |p| p.data.at("x").as_integer().is_null() => [2, 4, 5, 6, 7, 8]);
    check!(db, |p| p.data.at("x").as_text().is_not_null() => [2, 5]);
    check!(db, |p| p.data.at("x").as_bool().is_not_null() => [4]);
    check!(db, |p| p.data.at("x").as_float().is_not_null() => [1, 3]);
    check!(db, |p| p.data.at("x").is_null() => [6]);
    check!(db, |p| p.data.at("x").at("a").as_integer().eq(1) => [8]);
    check!(db, |p| p.data.at("x").at(0).as_integer().eq(1) => [7]);
}

async fn null_and_nothing_are_told_apart(on: Database) {
    let documents = [
        Some(json!({"a": null})),
        Some(json!({"a": 0})),
        Some(json!({"a": ""})),
        Some(json!({"b": 1})),
        Some(json!(null)),
        Some(json!("text")),
        None,
    ];
    let db = &papers(on, documents).await;
    check!(db, |p| p.data.at("a").exists() => [1, 2, 3]);
    check!(db, |p| p.data.at("a").is_missing() => [4, 5, 6, 7]);
    check!(db, |p| p.data.at("a").is_null() => [1, 4, 5, 6, 7]);
    check!(db, |p| p.data.at("a").is_not_null() => [2, 3]);
    check!(db, |p| p.data.is_null() => [7]);
    check!(db, |p| p.data.document().is_null() => [5, 7]);
    check!(db, |p| p.data.document().is_missing() => [7]);
    check!(db, |p| p.data.document().as_text().eq("text") => [6]);
    check!(db, |p| !p.data.at("a").exists() => [4, 5, 6, 7]);
}

async fn numbers_are_compared_as_numbers(on: Database) {
    let values = [
        json!(-1),
        json!(9),
        json!(10),
        json!(10.5),
        json!(1e3),
        json!(0.1),
        json!(9_007_199_254_740_993_i64),
        json!(i64::MAX),
        json!(i64::MIN),
    ];
    let db = &papers(on, values.into_iter().map(|value| Some(json!([value])))).await;
    check!(db, |p| p.data.at(0).as_integer().gt(9) => [3, 4, 5, 7, 8]);
    check!(db, |p| p.data.at(0).as_integer().le(-1) => [1, 9]);
    check!(db, |p| p.data.at(0).as_integer().between(9, 10) => [2, 3]);
    check!(db, |p| p.data.at(0).as_integer().in_([9, 1000, 7]) => [2, 5]);
    check!(db, |p| p.data.at(0).as_integer().in_(0..20) => [2, 3]);
    check!(db, |p| p.data.at(0).as_integer().not_in([9, 1000]) => [1, 3, 4, 6, 7, 8, 9]);
    check!(db, |p| p.data.at(0).as_integer().in_([9]) => [2]);
    check!(db, |p| p.data.at(0).as_integer().in_(Vec::<i64>::new()) => []);
    check!(db, |p| p.data.at(0).as_integer().eq(9_007_199_254_740_993) => [7]);
    check!(db, |p| p.data.at(0).as_integer().eq(9_007_199_254_740_992) => []);
    check!(db, |p| p.data.at(0).as_integer().eq(i64::MAX) => [8]);
    check!(db, |p| p.data.at(0).as_integer().eq(i64::MIN) => [9]);
    check!(db, |p| p.data.at(0).as_float().eq(0.1) => [6]);
    check!(db, |p| p.data.at(0).as_float().eq(10.5) => [4]);
    check!(db, |p| p.data.at(0).as_float().lt(9.5) => [1, 2, 6, 9]);
    check!(db, |p| p.data.at(0).as_float().in_([0.1, 9.0, 3.5, 4.5, 5.5, 6.5]) => [2, 6]);
}

async fn texts_are_compared_by_their_characters(on: Database) {
    let values = ["a", "B", "b", "é", "A b", "a ", "🦀", "100%", "x\"y\\z\n", "'; --", ""];
    let db = &papers(on, values.into_iter().map(|value| Some(json!({ "t": value })))).await;
    for (key, value) in (1..).zip(values) {
        let condition = Condition::<Paper>::when(|p| p.data.at("t").as_text().eq(value));
        assert_eq!(crate::json::found(db, condition).await, [key], "{value:?}");
        let condition = Condition::<Paper>::when(|p| {
            p.data.at("t").as_text().in_([value, "no", "none", "nil", "nix", "nay"])
        });
        assert_eq!(crate::json::found(db, condition).await, [key], "{value:?}");
    }
    check!(db, |p| p.data.at("t").as_text().gt("a") => [3, 4, 6, 7, 9]);
    check!(db, |p| p.data.at("t").as_text().lt("B") => [5, 8, 10, 11]);
    check!(db, |p| p.data.at("t").as_text().like("_") => [1, 2, 3, 4, 7]);
    check!(db, |p| p.data.at("t").as_text().like("A%") => [5]);
    check!(db, |p| p.data.at("t").as_text().ilike("a%") => [1, 5, 6]);
    check!(db, |p| p.data.at("t").as_text().contains("%") => [8]);
    check!(db, |p| p.data.at("t").as_text().contains("b") => [3, 5]);
    check!(db, |p| p.data.at("t").as_text().starts_with("x\"") => [9]);
    check!(db, |p| p.data.at("t").as_text().ends_with(" b") => [5]);
    check!(db, |p| p.data.at("t").as_text().between("A", "Z") => [2, 5]);
}

async fn lists_have_items_and_nothing_else_has(on: Database) {
    let documents = [
        json!([1, 2]),
        json!([[1], 2]),
        json!({"0": 1}),
        json!(1),
        json!([]),
        json!({"a": [{"b": [5, 6]}]}),
        json!({"a": {"b": 5}}),
    ];
    let db = &papers(on, documents.map(Some)).await;
    check!(db, |p| p.data.at(0).as_integer().eq(1) => [1]);
    check!(db, |p| p.data.at(0).exists() => [1, 2]);
    check!(db, |p| p.data.at(1).exists() => [1, 2]);
    check!(db, |p| p.data.at(2).exists() => []);
    check!(db, |p| p.data.at("0").as_integer().eq(1) => [3]);
    check!(db, |p| p.data.at(0).at(0).as_integer().eq(1) => [2]);
    check!(db, |p| p.data.at("a").at(0).at("b").at(1).as_integer().eq(6) => [6]);
    check!(db, |p| p.data.at("a").at(0).exists() => [6]);
    check!(db, |p| p.data.at("a").at("b").as_integer().eq(5) => [7]);
    check!(db, |p| p.data.at("a").at("b").at(0).exists() => []);
    check!(db, |p| p.data.at(usize::MAX).exists() => []);
}

async fn keys_are_any_text_and_never_sql(on: Database) {
    let keys = [
        "plain",
        "two words",
        "a.b",
        "a\"b",
        "a'b",
        "a`b",
        "a\\b",
        "$",
        "$.a",
        "[0]",
        "a[0]",
        "*",
        "**",
        "?",
        "$1",
        ":x",
        "",
        " ",
        "🦀",
        "ü",
        "new\nline",
        "tab\t",
        "\u{1}",
        "'; drop table paper; --",
        "\") or 1=1 --",
        "{}",
        "0",
        "-1",
        "null",
        "#",
        "@",
    ];
    let documents = keys.iter().map(|key| Some(json!({ *key: { "x": 1 } })));
    let db = &papers(on, documents).await;
    for (number, key) in (1..).zip(keys) {
        if key.starts_with('-')
            && let Err(error) = db.em().find::<Paper>().filter(|p| p.data.at(key).exists()).await
        {
            // MariaDB does not find them, and says so.
            assert!(matches!(error, orm::Error::Unsupported { database: "mariadb", .. }), "{error}");
            continue;
        }
        let one = Condition::<Paper>::when(|p| p.data.at(key).at("x").as_integer().eq(1));
        assert_eq!(crate::json::found(db, one).await, [number], "{key:?}");
        let there = Condition::<Paper>::when(|p| p.data.at(key).exists());
        assert_eq!(crate::json::found(db, there).await, [number], "{key:?}");
        let long = format!("{key}{key}.");
        let other = Condition::<Paper>::when(|p| p.data.at(long).exists());
        assert!(crate::json::found(db, other).await.is_empty(), "{key:?}");
    }
}

async fn tests_are_put_together(on: Database) {
    let documents = [json!({"a": 1, "b": "x"}), json!({"a": 2, "b": "y"}), json!({"a": 3})];
    let db = &papers(on, documents.map(Some)).await;
    check!(db, |p| p.data.at("a").as_integer().gt(1) & p.data.at("b").as_text().eq("y") => [2]);
    check!(db, |p| p.data.at("a").as_integer().eq(1) | p.data.at("b").is_missing() => [1, 3]);
    check!(db, |p| !(p.data.at("a").as_integer().eq(1)) & p.id.lt(3) => [2]);
    check!(db, |p| p.data.at("b").as_text().eq("x") | (p.id.gt(2) & p.data.at("a").as_integer().in_([3, 4])) => [1, 3]);
    let em = db.em();
    let changed =
        em.native_update::<Paper>().set(|p| p.data, json!([7])).filter(|p| p.data.at("a").as_integer().ge(2));
    assert_eq!(changed.await.expect("it is changed"), 2);
    assert_eq!(
        em.count::<Paper>().filter(|p| p.data.at(0).as_integer().eq(7)).await.expect("it is counted"),
        2
    );
}

async fn values_are_bound_and_so_are_keys(on: Database) {
    let db = papers(on, [Some(json!({"a": [true]}))]).await;
    let em = db.em();
    let found = em.find::<Paper>().fields(|p| p.id).filter(|p| {
        p.data.at("a").at(0).as_bool().eq(true)
            & p.data.at("x").as_text().is_null()
            & p.data.at("b").is_missing()
    });
    assert_eq!(found.await.expect("the query is right").len(), 1);
    db.sql().check(expect![[r#"select "p0"."id" from "paper" as "p0" where case json_type("p0"."data", ?) when 'true' then 1 when 'false' then 0 end = ? and case when json_type("p0"."data", ?) = 'text' then json_extract("p0"."data", ?) end is null and json_type("p0"."data", ?) is null ['$."a"[0]', true, '$."x"', '$."x"', '$."b"']"#]]);
}
