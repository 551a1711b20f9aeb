//! Plain SQL.

use super::*;

#[tokio::test]
async fn values_go_there_and_back() {
    let mut connection = connection().await;
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

#[tokio::test]
async fn as_many_values_as_there_are_places() {
    let mut connection = connection().await;
    for values in [vec![], vec![Value::Int(1)], vec![Value::Int(1); 3]] {
        assert_eq!(kind(connection.query("select ? + ?", values).await), DriverErrorKind::OutOfRange);
    }
    let rows = connection.query("select ? + ?", vec![Value::Int(1); 2]).await.unwrap();
    assert_eq!(rows, [[Value::Int(2)]]);
}

#[tokio::test]
async fn rows_are_counted_that_were_found() {
    let mut connection = connection().await;
    connection.execute("create table t (id int primary key auto_increment, v int)", vec![]).await.unwrap();
    assert_eq!(connection.execute("insert into t (v) values (1), (2)", vec![]).await.unwrap(), 2);
    // They were as they should be; a version that is checked has to see them all the same.
    assert_eq!(connection.execute("update t set v = v where id > ?", vec![Value::Int(0)]).await.unwrap(), 2);
    assert_eq!(connection.execute("update t set v = 9 where id = 7", vec![]).await.unwrap(), 0);
    assert_eq!(connection.execute("delete from t", vec![]).await.unwrap(), 2);
}

#[tokio::test]
async fn what_is_never_prepared_runs_all_the_same() {
    let mut connection = connection().await;
    connection.execute("create table t (id int)", vec![]).await.unwrap();
    for sql in ["lock tables t write", "unlock tables", "use mysql", "prepare p from 'select 1'"] {
        connection.execute(sql, vec![]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

#[tokio::test]
async fn several_statements_run_in_a_script_and_only_there() {
    let mut connection = connection().await;
    connection.execute_script("create table t (id int); insert into t values (1);\n").await.unwrap();
    let several = connection.query("insert into t values (2); insert into t values (3)", vec![]).await;
    assert_eq!(kind(several), DriverErrorKind::Syntax);
    // The first that fails ends it.
    let script = "insert into t values (4); select nonsense; insert into t values (5)";
    assert_eq!(kind(connection.execute_script(script).await), DriverErrorKind::ColumnNotFound);
    let rows = connection.query("select id from t order by id", vec![]).await.unwrap();
    assert_eq!(rows, [[Value::Int(1)], [Value::Int(4)]]);
}

#[tokio::test]
async fn statements_are_forgotten_when_there_is_no_room_for_them() {
    let driver = MySqlDriver::new(server().statement_cache(16)).unwrap();
    let mut connection = driver.acquire().await.unwrap();
    for number in 0..50 {
        let rows = connection.query(&format!("select {number}"), vec![]).await.unwrap();
        assert_eq!(rows, [[Value::Int(number)]]);
    }
    let kept = connection.query("show session status like 'Prepared_stmt_count'", vec![]).await.unwrap();
    let closed = connection.query("show session status like 'Com_stmt_close'", vec![]).await.unwrap();
    assert!(closed[0][1].to_string().trim_matches('\'').parse::<u32>().unwrap() >= 34, "{kept:?} {closed:?}");
}

#[tokio::test]
async fn tables_may_change_under_prepared_statements() {
    let mut connection = connection().await;
    connection.execute("create table t (a int)", vec![]).await.unwrap();
    connection.execute("insert into t values (1)", vec![]).await.unwrap();
    let sql = "select * from t";
    assert_eq!(connection.query(sql, vec![]).await.unwrap(), [[Value::Int(1)]]);
    connection
        .execute("alter table t add b varchar(9) default 'x', modify a bigint unsigned", vec![])
        .await
        .unwrap();
    assert_eq!(connection.query(sql, vec![]).await.unwrap(), [[Value::Int(1), text("x")]]);
}
