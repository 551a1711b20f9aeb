//! What is inside of documents, in each dialect's words.

use orm_core::query::{Direction, JsonKind, JsonPath, JsonStep, Order};

use super::servers::lowered;
use super::*;

fn place(kind: JsonKind, steps: &[&str]) -> JsonPath {
    let steps = steps.iter().map(|step| match step.parse() {
        Ok(index) => JsonStep::Item(index),
        Err(_) => JsonStep::Key((*step).to_owned()),
    });
    JsonPath { steps: steps.collect(), kind }
}

fn query(kind: JsonKind, steps: &[&str], test: Test) -> Query {
    let query = Query::new("Device").columns(&[0]);
    let condition = Condition::Json(query.path("data"), place(kind, steps), test);
    query.condition(condition)
}

/// What each database is asked, from `where` on.
fn check_json(query: &Query, expected: Expect) {
    let all = [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::MariaDb].map(|dialect| {
        let sql = lowered(dialect, query).replace("\nwhere ", " where ").replace("\norder ", " order ");
        format!("{dialect}: {}\n", sql.lines().skip(1).collect::<Vec<_>>().join("\n"))
    });
    expected.assert_eq(&all.concat());
}

#[test]
fn each_kind_is_read_as_nothing_else() {
    check_json(
        &query(JsonKind::Text, &["theme"], Test::Equal(text("dark"))),
        expect![[r#"
        sqlite: from "device" as "d0" where case when json_type("d0"."data", ?) = 'text' then json_extract("d0"."data", ?) end = ?
        ['$."theme"', '$."theme"', 'dark']
        postgres: from "device" as "d0" where case jsonb_typeof("d0"."data" -> $1) when 'string' then ("d0"."data" -> $2) #>> '{}' end collate "C" = $3
        ['theme', 'theme', 'dark']
        mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_0900_bin = ?
        ['$."theme"', '$."theme"', 'dark']
        mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_nopad_bin = ?
        ['$."theme"', '$."theme"', 'dark']
    "#]],
    );
    check_json(
        &query(JsonKind::Integer, &["n"], Test::Greater(Value::Int(1))),
        expect![[r#"
        sqlite: from "device" as "d0" where case when json_type("d0"."data", ?) in ('integer', 'real') then json_extract("d0"."data", ?) end > ?
        ['$."n"', '$."n"', 1]
        postgres: from "device" as "d0" where case jsonb_typeof("d0"."data" -> $1) when 'number' then ("d0"."data" -> $2)::numeric end > $3
        ['n', 'n', 1]
        mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('INTEGER', 'UNSIGNED INTEGER', 'DECIMAL', 'DOUBLE') then cast(json_extract(`d0`.`data`, ?) as decimal(65, 20)) end > ?
        ['$."n"', '$."n"', 1]
        mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('INTEGER', 'UNSIGNED INTEGER', 'DECIMAL', 'DOUBLE') then cast(json_extract(`d0`.`data`, ?) as decimal(65, 20)) end > ?
        ['$."n"', '$."n"', 1]
    "#]],
    );
    check_json(
        &query(JsonKind::Float, &["n"], Test::Less(Value::Float(0.5))),
        expect![[r#"
        sqlite: from "device" as "d0" where case when json_type("d0"."data", ?) in ('integer', 'real') then cast(json_extract("d0"."data", ?) as real) end < ?
        ['$."n"', '$."n"', 0.5]
        postgres: from "device" as "d0" where case jsonb_typeof("d0"."data" -> $1) when 'number' then ("d0"."data" -> $2)::float8 end < $3
        ['n', 'n', 0.5]
        mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('INTEGER', 'UNSIGNED INTEGER', 'DECIMAL', 'DOUBLE') then cast(json_extract(`d0`.`data`, ?) as double) end < ?
        ['$."n"', '$."n"', 0.5]
        mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('INTEGER', 'UNSIGNED INTEGER', 'DECIMAL', 'DOUBLE') then cast(json_extract(`d0`.`data`, ?) as double) end < ?
        ['$."n"', '$."n"', 0.5]
    "#]],
    );
    check_json(
        &query(JsonKind::Bool, &["f"], Test::Equal(Value::Bool(true))),
        expect![[r#"
        sqlite: from "device" as "d0" where case json_type("d0"."data", ?) when 'true' then 1 when 'false' then 0 end = ?
        ['$."f"', true]
        postgres: from "device" as "d0" where case jsonb_typeof("d0"."data" -> $1) when 'boolean' then ("d0"."data" -> $2)::boolean end = $3
        ['f', 'f', true]
        mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end = ?
        ['$."f"', '$."f"', true]
        mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end = ?
        ['$."f"', '$."f"', true]
    "#]],
    );
    check_json(
        &query(JsonKind::Any, &[], Test::Null),
        expect![[r#"
        sqlite: from "device" as "d0" where nullif(json_type("d0"."data", ?), 'null') is null
        ['$']
        postgres: from "device" as "d0" where nullif(("d0"."data"), 'null') is null
        mysql: from `device` as `d0` where nullif(json_type(json_extract(`d0`.`data`, ?)), 'NULL') is null
        ['$']
        mariadb: from `device` as `d0` where nullif(json_type(json_extract(`d0`.`data`, ?)), 'NULL') is null
        ['$']
    "#]],
    );
    check_json(
        &query(JsonKind::Presence, &["a", "b"], Test::NotNull),
        expect![[r#"
        sqlite: from "device" as "d0" where json_type("d0"."data", ?) is not null
        ['$."a"."b"']
        postgres: from "device" as "d0" where ("d0"."data" -> $1 -> $2) is not null
        ['a', 'b']
        mysql: from `device` as `d0` where json_extract(`d0`.`data`, ?) is not null
        ['$."a"."b"']
        mariadb: from `device` as `d0` where json_extract(`d0`.`data`, ?) is not null
        ['$."a"."b"']
    "#]],
    );
}

#[test]
fn an_item_is_taken_of_a_list_only() {
    check_json(
        &query(JsonKind::Text, &["a", "0", "1"], Test::Contains("x".into())),
        expect![[r#"
            sqlite: from "device" as "d0" where instr(case when json_type("d0"."data", ?) = 'text' then json_extract("d0"."data", ?) end, ?) > 0
            ['$."a"[0][1]', '$."a"[0][1]', 'x']
            postgres: from "device" as "d0" where case when jsonb_typeof("d0"."data" -> $1) = 'array' and jsonb_typeof("d0"."data" -> $2 -> $3::int4) = 'array' then case jsonb_typeof("d0"."data" -> $4 -> $5::int4 -> $6::int4) when 'string' then ("d0"."data" -> $7 -> $8::int4 -> $9::int4) #>> '{}' end collate "C" end like $10
            ['a', 'a', 0, 'a', 0, 1, 'a', 0, 1, '%x%']
            mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) = 'ARRAY' and json_type(json_extract(`d0`.`data`, ?)) = 'ARRAY' then case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end end collate utf8mb4_0900_bin like ? collate utf8mb4_0900_bin escape '|'
            ['$."a"', '$."a"[0]', '$."a"[0][1]', '$."a"[0][1]', '%x%']
            mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) = 'ARRAY' and json_type(json_extract(`d0`.`data`, ?)) = 'ARRAY' then case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end end collate utf8mb4_nopad_bin like ? collate utf8mb4_nopad_bin escape '|'
            ['$."a"', '$."a"[0]', '$."a"[0][1]', '$."a"[0][1]', '%x%']
        "#]],
    );
    check_json(
        &query(JsonKind::Presence, &["0"], Test::Null),
        expect![[r#"
            sqlite: from "device" as "d0" where json_type("d0"."data", ?) is null
            ['$[0]']
            postgres: from "device" as "d0" where case when jsonb_typeof("d0"."data") = 'array' then ("d0"."data" -> $1::int4) end is null
            [0]
            mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) = 'ARRAY' then json_extract(`d0`.`data`, ?) end is null
            ['$', '$[0]']
            mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) = 'ARRAY' then json_extract(`d0`.`data`, ?) end is null
            ['$', '$[0]']
        "#]],
    );
}

#[test]
fn a_list_with_null_mentions_the_place_twice() {
    let values = vec![text("a"), Value::Null, text("b"), text("c")];
    check_json(
        &query(JsonKind::Text, &["t"], Test::In(values)),
        expect![[r#"
        sqlite: from "device" as "d0" where (case when json_type("d0"."data", ?) = 'text' then json_extract("d0"."data", ?) end in (?, ?, ?) or case when json_type("d0"."data", ?) = 'text' then json_extract("d0"."data", ?) end is null)
        ['$."t"', '$."t"', 'a', 'b', 'c', '$."t"', '$."t"']
        postgres: from "device" as "d0" where (case jsonb_typeof("d0"."data" -> $1) when 'string' then ("d0"."data" -> $2) #>> '{}' end collate "C" = any($3) or case jsonb_typeof("d0"."data" -> $4) when 'string' then ("d0"."data" -> $5) #>> '{}' end collate "C" is null)
        ['t', 't', Array list of 3, 't', 't']
        mysql: from `device` as `d0` where (case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_0900_bin in (?, ?, ?, ?) or case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_0900_bin is null)
        ['$."t"', '$."t"', 'a', 'b', 'c', 'c', '$."t"', '$."t"']
        mariadb: from `device` as `d0` where (case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_nopad_bin in (?, ?, ?, ?) or case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_nopad_bin is null)
        ['$."t"', '$."t"', 'a', 'b', 'c', 'c', '$."t"', '$."t"']
    "#]],
    );
    check_json(
        &query(JsonKind::Text, &["t"], Test::NotIn(vec![Value::Null])),
        expect![[r#"
        sqlite: from "device" as "d0" where case when json_type("d0"."data", ?) = 'text' then json_extract("d0"."data", ?) end is not null
        ['$."t"', '$."t"']
        postgres: from "device" as "d0" where case jsonb_typeof("d0"."data" -> $1) when 'string' then ("d0"."data" -> $2) #>> '{}' end collate "C" is not null
        ['t', 't']
        mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_0900_bin is not null
        ['$."t"', '$."t"']
        mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('STRING') then json_unquote(json_extract(`d0`.`data`, ?)) end collate utf8mb4_nopad_bin is not null
        ['$."t"', '$."t"']
    "#]],
    );
    check_json(
        &query(JsonKind::Text, &["t"], Test::In(Vec::new())),
        expect![[r#"
        sqlite: from "device" as "d0" where 1 = 0
        postgres: from "device" as "d0" where 1 = 0
        mysql: from `device` as `d0` where 1 = 0
        mariadb: from `device` as `d0` where 1 = 0
    "#]],
    );
}

#[test]
fn orders_bind_where_they_stand() {
    let mut query = query(JsonKind::Bool, &["f"], Test::Equal(Value::Bool(true)));
    let path = query.path("data");
    let json = Some(place(JsonKind::Bool, &["g"]));
    query.select.order.push(Order { path, json, direction: Direction::Ascending, nulls: Nulls::Last });
    check_json(
        &query.limit(3),
        expect![[r#"
        sqlite: from "device" as "d0" where case json_type("d0"."data", ?) when 'true' then 1 when 'false' then 0 end = ? order by case json_type("d0"."data", ?) when 'true' then 1 when 'false' then 0 end nulls last
        limit ?
        ['$."f"', true, '$."g"', 3]
        postgres: from "device" as "d0" where case jsonb_typeof("d0"."data" -> $1) when 'boolean' then ("d0"."data" -> $2)::boolean end = $3 order by case jsonb_typeof("d0"."data" -> $4) when 'boolean' then ("d0"."data" -> $5)::boolean end nulls last
        limit $6
        ['f', 'f', true, 'g', 'g', 3]
        mysql: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end = ? order by case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end is null, case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end
        limit ?
        ['$."f"', '$."f"', true, '$."g"', '$."g"', '$."g"', '$."g"', 3]
        mariadb: from `device` as `d0` where case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end = ? order by case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end is null, case when json_type(json_extract(`d0`.`data`, ?)) in ('BOOLEAN') then json_unquote(json_extract(`d0`.`data`, ?)) = 'true' end
        limit ?
        ['$."f"', '$."f"', true, '$."g"', '$."g"', '$."g"', '$."g"', 3]
    "#]],
    );
}

#[test]
fn keys_decide_nothing_of_the_text_and_steps_do() {
    let shape = |steps: &[&str]| {
        let query = query(JsonKind::Text, steps, Test::Null);
        Shape::of_select(Dialect::Sqlite, &query.select, Purpose::Rows).unwrap()
    };
    assert_eq!(shape(&["a", "b"]), shape(&["c", "'; drop table device; --"]));
    assert_ne!(shape(&["a", "b"]), shape(&["a"]));
    assert_ne!(shape(&["a", "b"]), shape(&["a", "0"]));
}
