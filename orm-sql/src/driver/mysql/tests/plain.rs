//! Plain SQL.

use super::*;

#[tokio::test]
async fn values_go_there_and_back() {
    let driver = driver(server().pool_size(1));
    let mut connection = driver.acquire().await.unwrap();
    for value in [
        Value::Null,
        Value::Int(i64::MIN),
        Value::UInt(u64::MAX),
        Value::Int128(i128::MAX),
        Value::Float(f64::MIN_POSITIVE),
        Value::Float(-0.1),
        Value::Decimal("12345678901234567890.12345678".parse().unwrap()),
        text("it's \"quoted\" \\ 🦀 \0"),
        Value::Bytes(vec![0, 255, 1]),
        Value::Date("2024-02-29".parse().unwrap()),
        Value::Time("23:59:59.999999".parse().unwrap()),
        Value::DateTime("2024-02-29T23:59:59.999999".parse().unwrap()),
    ] {
        let rows = connection.query("select ? as value", vec![value.clone()]).await.unwrap();
        assert_eq!(rows, [[value]]);
    }
}
