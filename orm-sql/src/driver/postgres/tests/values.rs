//! What goes in comes out, in the order of the values, or is refused by name.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::types::Type;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;

/// Writes values given in ascending order into a column of that type; reads them back, and by comparison with each.
async fn check<T: Type + std::fmt::Debug>(column: &str, ascending: &[T]) {
    let mut connection = connection().await;
    let sql = format!("create table t (id serial primary key, v {column})");
    connection.execute(&sql, vec![]).await.unwrap();
    for value in ascending {
        connection.execute("insert into t (v) values ($1)", vec![value.to_value()]).await.unwrap();
    }
    let read = connection.query("select v from t order by v", vec![]).await.unwrap();
    assert_eq!(read.len(), ascending.len());
    for (read, value) in read.iter().zip(ascending) {
        let read = T::from_cell(read[0].as_cell()).unwrap();
        assert!(read.same(value), "{value:?} became {read:?}");
    }
    for (index, value) in ascending.iter().enumerate() {
        let count = |operator: &str| format!("select count(*) from t where v {operator} $1");
        let less = connection.query(&count("<"), vec![value.to_value()]).await.unwrap();
        assert_eq!(less[0][0], Value::Int(index as i64), "less than {value:?}");
        let equal = connection.query(&count("="), vec![value.to_value()]).await.unwrap();
        assert_eq!(equal[0][0], Value::Int(1), "equal to {value:?}");
    }
}

async fn refused(column: &str, value: impl Type) -> String {
    let mut connection = connection().await;
    let sql = format!("select $1::{column}");
    let error = connection.query(&sql, vec![value.to_value()]).await.unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn numbers() {
    check("boolean", &[false, true]).await;
    check("smallint", &[i16::MIN, 0, i16::MAX]).await;
    check("int", &[i32::MIN, 0, i32::MAX]).await;
    check("bigint", &[i64::MIN, -1, 0, 1, i64::MAX]).await;
    check("numeric", &[0, i64::MAX as u64, u64::MAX]).await;
    check("numeric", &[i128::MIN, -1, 0, i128::MAX]).await;
    check("oid", &[0, u32::MAX]).await;
    check("real", &[f32::NEG_INFINITY, f32::MIN, -1.1, 0.0, f32::MIN_POSITIVE, 0.1, f32::MAX, f32::INFINITY])
        .await;
    check(
        "double precision",
        &[f64::NEG_INFINITY, -1.5, 0.0, f64::MIN_POSITIVE, 0.1, f64::INFINITY, f64::NAN],
    )
    .await;
}

#[tokio::test]
async fn decimals() {
    let decimals =
        |texts: &[&str]| texts.iter().map(|text| text.parse::<Decimal>().unwrap()).collect::<Vec<_>>();
    let all = [
        "-79228162514264337593543950335",
        "-1.50",
        "-0.0000000000000000000000000001",
        "0",
        "0.0000000000000000000000000001",
        "1.5",
        "10000",
        "79228162514264337593543950335",
    ];
    check("numeric", &decimals(&all)).await;
    check("numeric(12,2)", &decimals(&["-9999999999.99", "0.00", "1.50"])).await;
    // What Rust's decimals cannot hold is refused when it is read.
    let mut connection = connection().await;
    for sql in
        ["select 'NaN'::numeric", "select 1e40::numeric", "select 1.00000000000000000000000000001::numeric"]
    {
        let rows = connection.query(sql, vec![]).await.unwrap();
        assert!(Decimal::from_cell(rows[0][0].as_cell()).is_err(), "{sql}: {rows:?}");
    }
}

#[tokio::test]
async fn times() {
    let moment = |text: &str| text.parse::<NaiveDateTime>().unwrap();
    let moments = [
        "-4712-01-01T00:00:00",
        "0000-01-01T00:00:00",
        "1999-12-31T23:59:59.999999",
        "2000-01-01T00:00:00",
        "2024-01-31T12:30:00.000001",
        "2024-02-29T12:30:01",
        "+200000-12-31T23:59:59.999999",
    ]
    .map(moment);
    check("timestamp", &moments).await;
    check("timestamptz", &moments.map(|moment| moment.and_utc())).await;
    check(
        "time",
        &["00:00:00", "00:00:00.000001", "23:59:59.999999"].map(|text| text.parse::<NaiveTime>().unwrap()),
    )
    .await;
    check("date", &moments.map(|moment| moment.date())).await;
    assert!(refused("date", NaiveDate::MIN).await.contains("4713 BC"));
    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
    assert!(refused("time", leap).await.contains("leap second"));
    let mut connection = connection().await;
    for sql in ["select 'infinity'::timestamptz", "select '290000-01-01'::timestamptz"] {
        let rows = connection.query(sql, vec![]).await.unwrap();
        assert!(DateTime::<Utc>::from_cell(rows[0][0].as_cell()).is_err(), "{sql}: {rows:?}");
    }
}

#[tokio::test]
async fn texts_bytes_and_documents() {
    let texts = ["", "1.50", "it's \"quoted\" \\ %", "ü", "\u{1f600}"].map(str::to_owned);
    check("text collate \"C\"", &texts).await;
    check("varchar(30) collate \"C\"", &texts).await;
    check("bytea", &[vec![], vec![0], vec![0_u8, 255], vec![1]]).await;
    check("uuid", &[Uuid::nil(), Uuid::from_u128(0x1234 << 64), Uuid::max()]).await;
    check("bigint[]", &[vec![], vec![1_i64, 2]]).await;
    check("text[]", &[vec![String::new()], vec!["it's, {\"}".to_owned(), "x".to_owned()]]).await;
    check("boolean[]", &[vec![Some(true), None]]).await;
    check("jsonb", &[serde_json::json!({"a": [1, null, "ü", 1.5, true]})]).await;
    assert!(refused("text", "a\0b".to_owned()).await.contains("NUL"));
    assert!(refused("jsonb", serde_json::json!(["a\u{0}b"])).await.contains("NUL"));
    let mut connection = connection().await;
    connection
        .execute_script("create type mood as enum ('sad', 'glad'); create table t (v mood)")
        .await
        .unwrap();
    connection.execute("insert into t values ($1)", vec![text("glad")]).await.unwrap();
    let rows = connection.query("select v, array[v] from t where v = $1", vec![text("glad")]).await.unwrap();
    assert_eq!(rows, [[text("glad"), Value::Array(vec![text("glad")])]]);
}
