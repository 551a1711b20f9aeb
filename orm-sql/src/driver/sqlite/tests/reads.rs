//! Selects, counts and plain SQL, where SQLite has ways of its own.

use super::*;

#[tokio::test]
async fn plain_sql_binds_and_reads() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.acquire().await.unwrap();
    let changed =
        connection.execute("update book set price = ? where price is null", vec![Value::Int(3)]).await;
    assert_eq!(changed.unwrap(), 1);
    assert_eq!(connection.execute("create table x (id integer)", vec![]).await.unwrap(), 0);
    let read =
        connection.query("select id, ? from book where price < ?", vec![text("'"), Value::Int(5)]).await;
    assert_eq!(read.unwrap(), [[Value::Int(2), text("'")]]);
    for (sql, params, kind) in [
        ("select ?", vec![], DriverErrorKind::OutOfRange),
        ("select 1; select 2", vec![], DriverErrorKind::Syntax),
        ("select x from book", vec![], DriverErrorKind::ColumnNotFound),
    ] {
        let error = connection.query(sql, params).await.unwrap_err();
        assert_eq!(error.driver_kind(), Some(kind), "{error}");
    }
}

#[tokio::test]
async fn text_that_is_no_utf8_is_bytes_to_the_property() {
    let driver = library(SqliteOptions::memory()).await;
    let mut plain = driver.acquire().await.unwrap();
    plain.execute("update author set name = cast(x'ff41' as text)", vec![]).await.unwrap();
    drop(plain);
    let mut connection = driver.connect().await.unwrap();
    assert_eq!(
        rows(&mut *connection, Query::new("Author").columns(&[1]).limit(1)).await.unwrap(),
        ["x'ff41'"]
    );
}

#[tokio::test]
async fn what_cannot_be_stored_names_the_property() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let registry = registry();
    let insert = Insert {
        entity: Arc::clone(registry.entity(entity(&registry, "Author"))),
        columns: vec![1, 3],
        rows: vec![vec![text("a"), Value::UInt(u64::MAX)]],
        returning: vec![],
    };
    let error = connection.write(Write::Insert(insert)).await.unwrap_err();
    assert!(matches!(error, Error::Encode { entity: "Author", property: "age", .. }), "{error}");
    let query = Query::new("Book").filter("author.age", Test::Less(Value::Float(f64::NAN)));
    let error = rows(&mut *connection, query).await.unwrap_err();
    assert!(matches!(error, Error::Encode { entity: "Author", property: "age", .. }), "{error}");
}
