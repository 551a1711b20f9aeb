//! What connections are told.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_connection_is_as_it_was_asked_for() {
    let options = server()
        .collation("utf8mb4_bin")
        .parameter("sort_buffer_size", "65536")
        .parameter("wait_timeout", "77")
        .parameter("character_set_filesystem", "latin1")
        .lock_timeout(Duration::from_millis(1500))
        .set_up("set @mine = 7;");
    let driver = MySqlDriver::new(options).unwrap();
    let mut connection = driver.acquire().await.unwrap();
    let sql = "select @@collation_connection, @@character_set_results, @@sort_buffer_size, @@wait_timeout,
        @@character_set_filesystem, @@innodb_lock_wait_timeout, @mine, @@time_zone, 'a' || 'b'";
    let rows = connection.query(sql, vec![]).await.unwrap();
    let shown: Vec<String> = rows[0].iter().map(Value::to_string).collect();
    assert_eq!(shown.join(" "), "'utf8mb4_bin' 'utf8mb4' 65536 77 'latin1' 2 7 '+00:00' 'ab'");
}

#[tokio::test]
async fn what_does_not_fit_is_an_error() {
    let mut connection = connection().await;
    connection
        .execute("create table t (id int primary key auto_increment, v varchar(3))", vec![])
        .await
        .unwrap();
    let long = connection.execute("insert into t (v) values ('abcd')", vec![]).await;
    assert_eq!(kind(long), DriverErrorKind::OutOfRange);
    // A key of 0 is 0.
    connection.execute("insert into t (id) values (0)", vec![]).await.unwrap();
    assert_eq!(connection.query("select id from t", vec![]).await.unwrap(), [[Value::Int(0)]]);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let driver = MySqlDriver::new(server().statement_timeout(Duration::from_millis(100))).unwrap();
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    let sql = "select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c";
    assert_eq!(kind(connection.query(sql, vec![]).await), DriverErrorKind::Interrupted);
    assert_eq!(connection.query("select 1", vec![]).await.unwrap(), [[Value::Int(1)]]);
    connection.commit().await.unwrap();
}

#[tokio::test]
async fn who_may_not_come_in_is_told_why() {
    let refused = async |options: MySqlOptions| {
        let error = MySqlDriver::new(options).unwrap().connect().await.err().expect("it must fail");
        assert!(
            error.to_string().contains("127.0.0.1") || std::env::var("TEST_MYSQL_URL").is_ok(),
            "{error}"
        );
        error.driver_kind()
    };
    assert_eq!(
        refused(server().database("nothing_of_the_kind")).await,
        Some(DriverErrorKind::DatabaseNotFound)
    );
    let stranger = server().user("stranger").password("wrong");
    assert_eq!(refused(stranger).await, Some(DriverErrorKind::AuthenticationFailed));
    let unknown = server().parameter("no_such_variable", "1");
    assert_eq!(refused(unknown).await, Some(DriverErrorKind::Other));
}

#[tokio::test]
async fn a_server_is_told_by_its_version() {
    let mut connection = connection().await;
    let version = connection.query("select version()", vec![]).await.unwrap()[0][0].to_string();
    let is_maria = connection.dialect() == crate::dialect::Dialect::MariaDb;
    assert_eq!(is_maria, version.contains("MariaDB"));
}
