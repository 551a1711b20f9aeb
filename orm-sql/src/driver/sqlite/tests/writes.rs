//! Batches and what they give back.

use super::*;

#[tokio::test]
async fn inserted_rows_give_back_their_keys_in_order() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let Written { affected, returned, .. } = connection.write(insert_authors(&["a", "b"])).await.unwrap();
    assert_eq!(affected, 2);
    assert_eq!(returned, [[Value::Int(3), Value::Int(1)], [Value::Int(4), Value::Int(1)]]);
}
