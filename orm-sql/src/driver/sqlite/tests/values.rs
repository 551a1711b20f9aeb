//! What goes in comes out, in the order of the values, or is refused by name.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::types::Type;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;

/// A connection with a table of one column of that SQLite type.
async fn table(kind: &str) -> crate::driver::sqlite::SqliteConnection {
    let driver = driver(SqliteOptions::memory());
    let mut connection = driver.acquire().await.unwrap();
    let sql = format!("create table t (id integer primary key, v {kind})");
    connection.execute(&sql, vec![]).await.unwrap();
    connection
}

/// Writes values given in ascending order; reads them back, and by comparison with each.
async fn check<T: Type + std::fmt::Debug>(kind: &str, ascending: &[T]) {
    let mut connection = table(kind).await;
    for value in ascending {
        connection.execute("insert into t (v) values (?)", vec![value.to_value()]).await.unwrap();
    }
    let read = connection.query("select v from t order by v", vec![]).await.unwrap();
    for (read, value) in read.iter().zip(ascending) {
        let read = T::from_cell(read[0].as_cell()).unwrap();
        assert!(read.same(value), "{value:?} became {read:?}");
    }
    for (index, value) in ascending.iter().enumerate() {
        let count = |operator: &str| format!("select count(*) from t where v {operator} ?");
        let less = connection.query(&count("<"), vec![value.to_value()]).await.unwrap();
        assert_eq!(less[0][0], Value::Int(index as i64), "less than {value:?}");
        let equal = connection.query(&count("="), vec![value.to_value()]).await.unwrap();
        assert_eq!(equal[0][0], Value::Int(1), "equal to {value:?}");
    }
}

async fn refused(value: impl Type) -> String {
    let mut connection = table("text").await;
    let error = connection.execute("insert into t (v) values (?)", vec![value.to_value()]).await.unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn numbers() {
    check("integer", &[i64::MIN, -1, 0, 1, i64::MAX]).await;
    check("integer", &[0_u64, 1, i64::MAX as u64]).await;
    check("boolean", &[false, true]).await;
    check("real", &[f64::NEG_INFINITY, -1.5, 0.0, f64::MIN_POSITIVE, 0.1, 1e300, f64::INFINITY]).await;
    check("text", &[i128::MIN, 0]).await;
    assert!(refused(u64::MAX).await.contains("18446744073709551615"));
    assert!(refused(f64::NAN).await.contains("NaN"));
}

#[tokio::test]
async fn decimals_compare_as_numbers_and_keep_their_digits() {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let values = [
        "-9223372036854775808",
        "-12.5",
        "0",
        "0.000000000000001",
        "0.1",
        "0.30",
        "9.99",
        "10",
        "123456789012.345",
    ];
    check("numeric(20,4)", &values.map(decimal)).await;
    for text in ["0.1234567890123456", "1234567890123456.5", "9223372036854775808"] {
        assert!(refused(decimal(text)).await.contains("15 digits"));
    }
    // A trailing zero is no digit.
    check("numeric", &[decimal("1.00000000000000000000")]).await;
    let mut state = 7_u64;
    let mut many: Vec<Decimal> = (0..500)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Decimal::new((state >> 15) as i64 % 1_000_000_000_000_000, (state % 28) as u32)
        })
        .collect();
    many.sort();
    many.dedup();
    check("numeric", &many).await;
}

#[tokio::test]
async fn times_are_ordered_as_text() {
    let moment = |text: &str| text.parse::<NaiveDateTime>().unwrap();
    let moments = [
        "0000-01-01T00:00:00",
        "2024-01-31T12:30:00",
        "2024-01-31T12:30:00.000000001",
        "2024-01-31T12:30:00.25",
        "2024-01-31T12:30:00.5",
        "2024-01-31T12:30:00.500001",
        "2024-01-31T12:30:01",
        "9999-12-31T23:59:59.999999999",
    ]
    .map(moment);
    check("datetime", &moments).await;
    check("timestamp", &moments.map(|moment| moment.and_utc())).await;
    check("time", &moments[1..].iter().map(NaiveDateTime::time).collect::<Vec<NaiveTime>>()[..6]).await;
    check("date", &[moments[0].date(), moments[1].date(), moments[7].date()]).await;
    let mut connection = table("timestamp").await;
    let zoned: DateTime<Utc> = "2024-01-31T12:30:00.5+02:00".parse().unwrap();
    let read = connection.query("select ?", vec![zoned.to_value()]).await.unwrap();
    assert_eq!(read[0][0], text("2024-01-31 10:30:00.500"));
    assert!(refused(NaiveDate::MAX).await.contains("9999"));
    assert!(refused(NaiveDate::MIN.and_time(NaiveTime::MIN)).await.contains("9999"));
    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
    assert!(refused(leap).await.contains("leap second"));
}

#[tokio::test]
async fn texts_bytes_and_documents() {
    check("text", &[String::new(), "1.50".into(), "a\0b".into(), "ü".into(), "\u{1f600}".into()]).await;
    check("blob", &[vec![], vec![0], vec![0_u8, 255], vec![1]]).await;
    check("uuid_text", &[Uuid::nil(), Uuid::from_u128(0x1234 << 64), Uuid::max()]).await;
    check("json_text", &[serde_json::json!({"a": [1, null, "ü\u{0}"]})]).await;
    check("text", &[Some("x".to_owned())]).await;
}
