//! What connections are told.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_connection_is_as_it_was_asked_for() {
    let options = server()
        .application_name("orm's tests")
        .search_path("one, two")
        .lock_timeout(Duration::from_millis(1500))
        .parameter("work_mem", "77kB")
        .set_up("set datestyle = 'German';");
    let mut connection = PostgresDriver::new(options).unwrap().acquire().await.unwrap();
    let sql = "select current_setting(name) from unnest($1::text[]) name";
    let names =
        ["application_name", "search_path", "lock_timeout", "work_mem", "datestyle", "client_encoding"];
    let names = Value::Array(names.map(text).into());
    let rows = connection.query(sql, vec![names]).await.unwrap();
    let shown: Vec<String> = rows.iter().map(|row| row[0].to_string()).collect();
    assert_eq!(shown.join(" "), "'orm''s tests' 'one, two' '1500ms' '77kB' 'German, DMY' 'UTF8'");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let driver = PostgresDriver::new(server().statement_timeout(Duration::from_millis(100))).unwrap();
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    assert_eq!(kind(connection.query("select pg_sleep(9)", vec![]).await), DriverErrorKind::Interrupted);
    connection.rollback().await.unwrap();
    assert_eq!(connection.query("select 1", vec![]).await.unwrap(), [[Value::Int(1)]]);
}

#[tokio::test]
async fn who_may_not_come_in_is_told_why() {
    let refused = async |options: PostgresOptions| {
        let error = PostgresDriver::new(options).unwrap().connect().await.err().expect("it must fail");
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
