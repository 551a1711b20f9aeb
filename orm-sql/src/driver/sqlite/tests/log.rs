//! What a logger is told.

use std::sync::Mutex;

use expect_test::expect;
use orm_core::log::QueryEvent;

use super::*;

#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap()).join("\n")
    }
}

#[tokio::test]
async fn each_statement_is_an_event_and_a_batch_is_one() {
    let recorder = Arc::new(Recorder::default());
    let log = Arc::clone(&recorder);
    let logger = move |event: &QueryEvent| {
        let params: Vec<String> = event.params.iter().map(Value::to_string).collect();
        let line = format!(
            "{:?} {} {params:?} batch={} rows={} failed={}",
            event.kind, event.sql, event.batch, event.rows, event.failed
        );
        log.0.lock().unwrap().push(line);
    };
    let driver = library(SqliteOptions::memory().logger(Arc::new(logger))).await;
    recorder.take();
    let mut connection = driver.connect().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(recorder.take(), "", "a transaction without statements never reaches SQLite");
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.write(insert_authors(&["a", "b", "c"])).await.unwrap();
    connection.savepoint(1).await.unwrap();
    let query = Query::new("Book").columns(&[0]).filter("author", Test::KeyIn(vec![vec![Value::Int(1)]]));
    rows(&mut *connection, query.limit(7)).await.unwrap();
    connection.release(1).await.unwrap();
    connection.rollback().await.unwrap();
    let names = (0..7).map(|n| text(&n.to_string())).collect();
    connection.count(Query::new("Author").filter("name", Test::In(names)).select).await.unwrap();
    drop(connection);
    driver.acquire().await.unwrap().execute("nonsense", vec![]).await.unwrap_err();
    expect![[r#"
        Transaction begin immediate [] batch=1 rows=0 failed=false
        Query insert into "author" ("name") values (?) returning "id", "version" ["'a'", "'b'", "'c'"] batch=3 rows=3 failed=false
        Transaction savepoint orm_1 [] batch=1 rows=0 failed=false
        Query select "b0"."id" from "book" as "b0" where "b0"."author_id" = ? limit ? ["1", "7"] batch=1 rows=2 failed=false
        Transaction release orm_1 [] batch=1 rows=0 failed=false
        Transaction rollback [] batch=1 rows=0 failed=false
        Query select count(*) from "author" as "a0" where "a0"."name" in (select value from json_each(?)) ["'[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]'"] batch=1 rows=1 failed=false
        Query nonsense [] batch=1 rows=0 failed=true"#]].assert_eq(&recorder.take());
}
