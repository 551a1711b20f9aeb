//! Selects, counts, plain SQL, and what is no database.

use super::*;

#[tokio::test]
async fn rows_come_in_the_layout_of_the_selection() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let query = Query::new("Author").columns(&[0, 1, 3]).populate("books").order("name");
    let found = rows(&mut *connection, query).await.unwrap();
    assert_eq!(found, ["2 'Ann' null 3", "1 'Jon' 40 1", "1 'Jon' 40 2"]);
    let query = Query::new("Book").columns(&[0, 2]).filter("author.name", Test::Equal(text("Jon")));
    assert_eq!(connection.count(query.select).await.unwrap(), 2);
}
