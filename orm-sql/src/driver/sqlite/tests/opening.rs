//! Files that are there, are not, or are something else.

use super::*;

fn kind<T>(result: Result<T>) -> DriverErrorKind {
    let error = result.err().expect("it must fail");
    error.driver_kind().unwrap_or_else(|| panic!("{error} is no driver error"))
}

#[tokio::test]
async fn what_is_no_database_is_a_typed_error() {
    let folder = Folder::new();
    let acquire = async |options: SqliteOptions| driver(options).acquire().await;
    std::fs::write(
        folder.0.join("text"),
        "This is a letter to my aunt, and it is long enough for a page.".repeat(99),
    )
    .unwrap();
    assert_eq!(kind(acquire(SqliteOptions::new(folder.0.join("text"))).await), DriverErrorKind::NotADatabase);
    assert_eq!(kind(acquire(SqliteOptions::new(&folder.0)).await), DriverErrorKind::Connection);
    let nowhere = SqliteOptions::new(folder.0.join("no/such/folder/x.sqlite"));
    assert_eq!(kind(acquire(nowhere).await), DriverErrorKind::Connection);
    let missing = SqliteOptions::new(folder.0.join("missing.sqlite"));
    assert_eq!(kind(acquire(missing.clone().create_if_missing(false)).await), DriverErrorKind::Connection);
    assert_eq!(kind(acquire(missing.clone().read_only(true)).await), DriverErrorKind::Connection);
    assert!(!folder.0.join("missing.sqlite").exists());
    assert!(acquire(missing).await.is_ok());
}

#[tokio::test]
async fn a_read_only_database_is_read_and_not_written() {
    let folder = Folder::new();
    library(folder.options()).await.close().await;
    let driver = driver(folder.options().read_only(true));
    let mut connection = driver.connect().await.unwrap();
    assert_eq!(count_authors(&mut *connection).await, 2);
    assert_eq!(kind(connection.write(insert_authors(&["a"])).await), DriverErrorKind::ReadOnly);
}

#[tokio::test]
async fn options_become_pragmas() {
    let folder = Folder::new();
    let driver = library(folder.options().pragma("cache_size", "-123")).await;
    let mut connection = driver.acquire().await.unwrap();
    let mut pragma = async |name: &str| {
        let rows = connection.query(&format!("pragma {name}"), vec![]).await.unwrap();
        rows[0][0].clone()
    };
    assert_eq!(pragma("journal_mode").await, text("wal"));
    assert_eq!(pragma("foreign_keys").await, Value::Int(1));
    assert_eq!(pragma("synchronous").await, Value::Int(1));
    assert_eq!(pragma("cache_size").await, Value::Int(-123));
}

#[tokio::test]
async fn plain_sql_does_not_change_the_next_ones_settings() {
    let folder = Folder::new();
    let driver = driver(folder.options().pool_size(1));
    let mut connection = driver.acquire().await.unwrap();
    connection.execute("pragma foreign_keys = off", vec![]).await.unwrap();
    connection.execute("begin immediate", vec![]).await.unwrap();
    connection.execute("create table left_open (id integer)", vec![]).await.unwrap();
    drop(connection);
    let mut connection = driver.acquire().await.unwrap();
    assert_eq!(connection.query("pragma foreign_keys", vec![]).await.unwrap(), [[Value::Int(1)]]);
    let tables = connection.query("select name from sqlite_schema", vec![]).await.unwrap();
    assert!(tables.is_empty(), "{tables:?}");
}

#[tokio::test]
async fn a_closed_driver_gives_no_connections() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let in_use = driver.acquire().await.unwrap();
    driver.close().await;
    assert!(matches!(driver.acquire().await, Err(Error::Closed)));
    drop(in_use);
    assert!(matches!(driver.acquire().await, Err(Error::Closed)));
}

#[tokio::test]
async fn a_database_in_memory_lives_until_it_is_closed() {
    let driver = library(SqliteOptions::memory()).await;
    for _ in 0..3 {
        assert_eq!(count_authors(&mut *driver.connect().await.unwrap()).await, 2);
    }
}
