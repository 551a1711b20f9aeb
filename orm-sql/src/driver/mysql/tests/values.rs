//! What goes in comes out, in the order of the values, or is refused by name.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::types::Type;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;

/// Writes values given in ascending order into a column of that type; reads them back, and by comparison with each.
async fn check<T: Type + std::fmt::Debug>(column: &str, ascending: &[T]) {
    let mut connection = connection().await;
    let sql = format!("create table t (id int primary key auto_increment, v {column})");
    connection.execute(&sql, vec![]).await.unwrap();
    for value in ascending {
        connection.execute("insert into t (v) values (?)", vec![value.to_value()]).await.unwrap();
    }
    let read = connection.query("select v from t order by v", vec![]).await.unwrap();
    assert_eq!(read.len(), ascending.len());
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
    let mut connection = connection().await;
    let error = connection.query("select ?", vec![value.to_value()]).await.unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn numbers() {
    check("boolean", &[false, true]).await;
    check("tinyint", &[i8::MIN, 0, i8::MAX]).await;
    check("tinyint unsigned", &[0, u8::MAX]).await;
    check("smallint", &[i16::MIN, 0, i16::MAX]).await;
    check("smallint unsigned", &[0, u16::MAX]).await;
    check("mediumint", &[-8_388_608, 0, 8_388_607]).await;
    check("int", &[i32::MIN, 0, i32::MAX]).await;
    check("int unsigned", &[0, u32::MAX]).await;
    check("bigint", &[i64::MIN, -1, 0, 1, i64::MAX]).await;
    check("bigint unsigned", &[0, i64::MAX as u64, u64::MAX]).await;
    check("decimal(39,0)", &[i128::MIN, -1, 0, i128::MAX]).await;
    check("float", &[f32::MIN, -1.1, 0.0, f32::MIN_POSITIVE, 0.1, 16_777_216.0, f32::MAX]).await;
    check("double", &[f64::MIN, -1.5, 0.0, f64::MIN_POSITIVE, 0.1, 1e300, f64::MAX]).await;
    check("bit(64)", &[0_u64, 1, u64::MAX]).await;
    check("year", &[1901_i32, 2155]).await;
    for value in [f64::NAN, f64::INFINITY] {
        assert!(refused(value).await.contains("MySQL keeps no"));
    }
}

#[tokio::test]
async fn decimals() {
    let decimals =
        |texts: &[&str]| texts.iter().map(|text| text.parse::<Decimal>().unwrap()).collect::<Vec<_>>();
    let small = ["-0.0000000000000000000000000001", "0", "0.0000000000000000000000000001", "1.5"];
    check("decimal(57,28)", &decimals(&small)).await;
    let large = ["-79228162514264337593543950335", "-1.5", "79228162514264337593543950335"];
    check("decimal(57,28)", &decimals(&large)).await;
    check("decimal(12,2)", &decimals(&["-9999999999.99", "0.00", "1.50"])).await;
    // Zeros behind the point stay, as they are the column's.
    let mut connection = connection().await;
    let row = connection.query("select cast(1.5 as decimal(10,3))", vec![]).await.unwrap();
    assert_eq!(row[0][0].to_string(), "1.500");
}

#[tokio::test]
async fn times() {
    let moment = |text: &str| text.parse::<NaiveDateTime>().unwrap();
    let moments = [
        "0001-01-01T00:00:00",
        "1000-02-03T04:05:06.000007",
        "2024-01-31T12:30:00",
        "2024-01-31T12:30:00.000001",
        "2024-01-31T12:30:00.5",
        "2024-02-29T12:30:01",
        "9999-12-31T23:59:59.999999",
    ]
    .map(moment);
    check("datetime(6)", &moments).await;
    check("datetime(6)", &moments.map(|moment| moment.and_utc())).await;
    let utc = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    // Also where clocks are set back elsewhere: the time zone is UTC.
    let steps = [
        "1970-01-01T00:00:01Z",
        "2024-10-27T00:30:00Z",
        "2024-10-27T01:30:00Z",
        "2038-01-19T03:14:07.999999Z",
    ];
    check("timestamp(6)", &steps.map(utc)).await;
    check(
        "time(6)",
        &["00:00:00", "00:00:00.000001", "23:59:59.999999"].map(|text| text.parse::<NaiveTime>().unwrap()),
    )
    .await;
    check("date", &["0001-01-01", "2024-02-29", "9999-12-31"].map(|text| text.parse::<NaiveDate>().unwrap()))
        .await;
    assert!(refused(NaiveDate::MAX).await.contains("9999"));
    assert!(refused(NaiveDate::MIN.and_time(NaiveTime::MIN)).await.contains("9999"));
    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
    assert!(refused(leap).await.contains("leap second"));
}

#[tokio::test]
async fn what_is_finer_than_a_microsecond_is_cut_off() {
    let mut connection = connection().await;
    let moment: NaiveDateTime = "2024-12-31T23:59:59.999999999".parse().unwrap();
    let values = vec![moment.to_value(), moment.time().to_value()];
    let rows = connection.query("select cast(? as datetime(6)), cast(? as time(6))", values).await.unwrap();
    let cut: NaiveDateTime = "2024-12-31T23:59:59.999999".parse().unwrap();
    assert_eq!(rows, [[cut.to_value(), cut.time().to_value()]]);
}

#[tokio::test]
async fn texts_bytes_and_documents() {
    let texts = ["", "1.50", "a\0b", "it's \"quoted\" \\ %", "ü", "\u{1f600}"].map(str::to_owned);
    check("longtext collate utf8mb4_bin", &texts).await;
    check("varchar(30) collate utf8mb4_bin", &texts).await;
    check("longblob", &[vec![], vec![0], vec![0_u8, 255], vec![1]]).await;
    check("varbinary(9)", &[vec![], vec![0], vec![0_u8, 255], vec![1]]).await;
    check("char(36)", &[Uuid::nil(), Uuid::from_u128(0x1234 << 64), Uuid::max()]).await;
    check("enum('a','b')", &["a".to_owned(), "b".to_owned()]).await;
    check("set('a','b')", &["a".to_owned(), "a,b".to_owned()]).await;
    check("text", &[Some("x".to_owned())]).await;
    check("json", &[vec![1_i64, 2]]).await;
    let mut connection = connection().await;
    connection.execute("create table t (v json)", vec![]).await.unwrap();
    let document = serde_json::json!({"a": [1, null, "ü\u{0}", 1.5, true]});
    connection.execute("insert into t values (?)", vec![document.to_value()]).await.unwrap();
    let rows = connection.query("select v from t", vec![]).await.unwrap();
    assert_eq!(serde_json::Value::from_cell(rows[0][0].as_cell()).unwrap(), document);
}

#[tokio::test]
async fn bytes_of_all_lengths() {
    let mut connection = connection().await;
    // The lengths around which the protocol writes a length in another way.
    for length in [250, 251, 65_535, 65_536, 3 << 20] {
        let bytes = Value::Bytes((0..length).map(|index| (index % 251) as u8).collect());
        let rows = connection.query("select ?", vec![bytes.clone()]).await.unwrap();
        assert_eq!(rows, [[bytes]], "{length}");
    }
}

#[tokio::test]
async fn days_that_are_none_are_refused_in_both_directions() {
    let mut connection = connection().await;
    connection.execute("create table t (d date, m datetime, s time)", vec![]).await.unwrap();
    for sql in ["insert into t (d) values ('0000-00-00')", "insert into t (d) values ('2024-02-30')"] {
        assert_eq!(kind(connection.execute(sql, vec![]).await), DriverErrorKind::OutOfRange, "{sql}");
    }
    connection.execute("set sql_mode = ''", vec![]).await.unwrap();
    connection
        .execute("insert into t values ('0000-00-00', '2024-00-10', '-100:00:00')", vec![])
        .await
        .unwrap();
    let rows = connection.query("select * from t", vec![]).await.unwrap();
    assert_eq!(rows, [[text("0000-00-00"), text("2024-00-10 00:00:00"), text("-100:00:00")]]);
    let error = NaiveDate::from_cell(rows[0][0].as_cell()).unwrap_err().to_string();
    assert!(error.contains("0000-00-00"), "{error}");
    assert!(NaiveTime::from_cell(rows[0][2].as_cell()).is_err());
}
