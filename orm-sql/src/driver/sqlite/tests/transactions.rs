//! Transactions, savepoints, and futures that are dropped.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let mut connection = driver.connect().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.write(insert_authors(&["a"])).await.unwrap();
    connection.savepoint(1).await.unwrap();
    connection.write(insert_authors(&["b"])).await.unwrap();
    connection.rollback_to(1).await.unwrap();
    connection.release(1).await.unwrap();
    assert_eq!(count_authors(&mut *connection).await, 3);
    let mut other = driver.connect().await.unwrap();
    assert_eq!(count_authors(&mut *other).await, 2);
    connection.commit().await.unwrap();
    assert_eq!(count_authors(&mut *other).await, 3);
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.write(insert_authors(&["c"])).await.unwrap();
    drop(connection);
    let mut connection = driver.connect().await.unwrap();
    assert_eq!(count_authors(&mut *connection).await, 3);
}

#[tokio::test]
async fn what_needs_a_transaction_says_so() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let connection = &mut *connection;
    assert!(matches!(connection.commit().await, Err(Error::Transaction { .. })));
    assert!(matches!(connection.rollback().await, Err(Error::Transaction { .. })));
    assert!(matches!(connection.savepoint(1).await, Err(Error::Transaction { .. })));
    connection.begin(TransactionOptions::default()).await.unwrap();
    assert!(matches!(connection.begin(TransactionOptions::default()).await, Err(Error::Transaction { .. })));
    connection.rollback().await.unwrap();
}

/// Counts to a number that takes long.
const LONG: &str = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000000000) select max(i) from n";

#[tokio::test]
async fn a_dropped_future_stops_its_statement() {
    let folder = Folder::new();
    let driver = library(folder.options().pool_size(1)).await;
    let started = Instant::now();
    let mut connection = driver.acquire().await.unwrap();
    let long = tokio::time::timeout(Duration::from_millis(30), connection.query(LONG, vec![])).await;
    assert!(long.is_err());
    // The same connection works on …
    assert_eq!(connection.query("select 1", vec![]).await.unwrap(), [[Value::Int(1)]]);
    let long = tokio::time::timeout(Duration::from_millis(30), connection.query(LONG, vec![])).await;
    assert!(long.is_err());
    drop(connection);
    // … and so does the next one's.
    let mut connection = driver.acquire().await.unwrap();
    assert_eq!(connection.query("select 1", vec![]).await.unwrap(), [[Value::Int(1)]]);
    assert!(started.elapsed() < Duration::from_secs(10), "the statement was not stopped");
}

#[tokio::test]
async fn a_dropped_future_rolls_its_transaction_back_at_once() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.write(insert_authors(&["lost"])).await.unwrap();
    let long = tokio::time::timeout(Duration::from_millis(30), connection.query(LONG, vec![])).await;
    assert!(long.is_err());
    // Nothing runs as if the transaction were still there.
    let error = connection.write(insert_authors(&["also lost"])).await.unwrap_err();
    assert!(matches!(error, Error::Transaction { .. }), "{error}");
    assert!(matches!(connection.savepoint(1).await, Err(Error::Transaction { .. })));
    assert!(matches!(connection.commit().await, Err(Error::Transaction { .. })));
    // The lock is free, although the connection is still in use.
    let mut other = driver.connect().await.unwrap();
    other.write(insert_authors(&["kept"])).await.unwrap();
    connection.rollback().await.unwrap();
    assert_eq!(count_authors(&mut connection).await, 3);
}

#[tokio::test]
async fn a_dropped_future_stops_waiting_for_a_lock() {
    let folder = Folder::new();
    let driver = library(folder.options().pool_size(2)).await;
    let mut first = driver.connect().await.unwrap();
    first.begin(TransactionOptions::default()).await.unwrap();
    first.write(insert_authors(&["a"])).await.unwrap();
    let started = Instant::now();
    let mut second = driver.connect().await.unwrap();
    let waiting = second.write(insert_authors(&["b"]));
    assert!(tokio::time::timeout(Duration::from_millis(30), waiting).await.is_err());
    drop(second);
    let mut second = driver.connect().await.unwrap();
    assert_eq!(count_authors(&mut *second).await, 2);
    assert!(started.elapsed() < Duration::from_secs(3), "it waited for the whole busy timeout");
}

#[tokio::test]
async fn a_dropped_batch_writes_all_or_nothing() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let mut connection = driver.connect().await.unwrap();
    let names = vec!["x"; 300_000];
    let batch = connection.write(insert_authors(&names));
    assert!(tokio::time::timeout(Duration::from_millis(20), batch).await.is_err());
    assert_eq!(count_authors(&mut *connection).await, 2);
}

#[tokio::test]
async fn a_transaction_that_sqlite_gave_up_is_lost() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.write(insert_authors(&["lost"])).await.unwrap();
    // Like a full disk, this rolls the whole transaction back.
    let conflict = "insert or rollback into author (id, name) values (1, 'taken')";
    assert!(connection.execute(conflict, vec![]).await.unwrap_err().is_unique_violation());
    assert!(matches!(connection.write(insert_authors(&["x"])).await, Err(Error::Transaction { .. })));
    connection.rollback().await.unwrap();
    assert_eq!(count_authors(&mut connection).await, 2);
}
