//! Transactions, savepoints, and futures that are dropped.

use super::*;

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let mut connection = driver.connect().await.unwrap();
    connection.begin(TransactionMode::Immediate).await.unwrap();
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
    connection.begin(TransactionMode::Immediate).await.unwrap();
    connection.write(insert_authors(&["c"])).await.unwrap();
    drop(connection);
    let mut connection = driver.connect().await.unwrap();
    assert_eq!(count_authors(&mut *connection).await, 3);
}
