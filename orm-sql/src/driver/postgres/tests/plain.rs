//! Plain SQL.

use super::*;

#[tokio::test]
async fn values_go_there_and_back() {
    let mut connection = connection().await;
    for value in [
        Value::Null,
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int128(i128::MAX),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(-0.1),
        Value::Decimal("12345678901234567890.12345678".parse().unwrap()),
        text("it's \"quoted\" 🦀"),
        Value::Bytes(vec![0, 255, 1]),
        Value::Uuid(uuid::Uuid::from_u128(7)),
        Value::Date("2024-02-29".parse().unwrap()),
        Value::Time("23:59:59.999999".parse().unwrap()),
        Value::DateTime("2024-02-29T23:59:59.999999".parse().unwrap()),
        Value::Timestamp("1899-02-28T23:59:59.999999Z".parse().unwrap()),
        Value::Array(vec![Value::Int(1), Value::Null, Value::Int(3)]),
    ] {
        let rows = connection.query("select $1 as value", vec![value.clone()]).await.unwrap();
        assert_eq!(rows, [[value]]);
    }
}

#[tokio::test]
async fn as_many_values_as_there_are_places() {
    let mut connection = connection().await;
    for values in [vec![], vec![Value::Int(1)], vec![Value::Int(1); 3]] {
        assert_eq!(kind(connection.query("select $1::int + $2", values).await), DriverErrorKind::OutOfRange);
    }
    let rows = connection.query("select $1::int + $2", vec![Value::Int(1); 2]).await.unwrap();
    assert_eq!(rows, [[Value::Int(2)]]);
}

#[tokio::test]
async fn one_text_serves_values_of_several_types() {
    let mut connection = connection().await;
    for value in [Value::Int(1), text("a"), Value::Bool(true), Value::Null, Value::Float(0.5), Value::Int(2)]
    {
        let rows = connection.query("select $1 as value", vec![value.clone()]).await.unwrap();
        assert_eq!(rows, [[value]]);
    }
}

#[tokio::test]
async fn texts_are_read_as_what_the_server_expects() {
    let mut connection = connection().await;
    let sql = "select $1::int, $2::uuid, $3::date, $4::jsonb";
    let texts = ["7", "00000000-0000-0000-0000-000000000007", "2024-02-29", "[1]"].map(text).into();
    let rows = connection.query(sql, texts).await.unwrap();
    let shown: Vec<String> = rows[0].iter().map(Value::to_string).collect();
    assert_eq!(shown.join(" "), "7 '00000000-0000-0000-0000-000000000007' '2024-02-29' '[1]'");
    let error = connection.query("select $1::int", vec![text("seven")]).await.unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error}");
}

#[tokio::test]
async fn several_statements_run_in_a_script_and_only_there() {
    let mut connection = connection().await;
    connection.execute_script("create table t (id int); insert into t values (1);\n").await.unwrap();
    let several = connection.query("insert into t values (2); insert into t values (3)", vec![]).await;
    assert_eq!(kind(several), DriverErrorKind::Syntax);
    assert_eq!(connection.query("select id from t", vec![]).await.unwrap(), [[Value::Int(1)]]);
}

#[tokio::test]
async fn tables_and_types_may_change_under_prepared_statements() {
    let mut connection = connection().await;
    connection.execute("create table t (a int)", vec![]).await.unwrap();
    connection.execute("insert into t values (1)", vec![]).await.unwrap();
    let sql = "select * from t";
    assert_eq!(connection.query(sql, vec![]).await.unwrap(), [[Value::Int(1)]]);
    connection.execute("alter table t add b text default 'x', alter a type bigint", vec![]).await.unwrap();
    assert_eq!(connection.query(sql, vec![]).await.unwrap(), [[Value::Int(1), text("x")]]);
}
