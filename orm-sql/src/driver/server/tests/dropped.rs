//! Calls whose future is dropped: what they began is stopped and rolled back, and the connection is clean.

use std::any::Any;

use orm_core::driver::{Row, RowSink};

use super::*;

on_every_server!(
    a_dropped_call_stops_its_statement,
    a_dropped_call_rolls_its_transaction_back_at_once,
    a_dropped_connection_rolls_back_before_the_next_one_has_it,
    a_call_may_be_dropped_at_any_moment,
);

async fn a_dropped_call_stops_its_statement<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let started = Instant::now();
    let mut connection = driver.acquire().await.unwrap();
    let before = id(&mut connection).await;
    begin_to_sleep(&mut connection).await;
    // The same connection works on …
    assert_eq!(id(&mut connection).await, before);
    begin_to_sleep(&mut connection).await;
    drop(connection);
    // … and so does the next one's.
    assert_eq!(id(&mut driver.acquire().await.unwrap()).await, before);
    assert!(started.elapsed() < Duration::from_secs(10), "the statement was not stopped");
}

async fn a_dropped_call_rolls_its_transaction_back_at_once<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let (mut one, mut other) = (driver.acquire().await.unwrap(), driver.acquire().await.unwrap());
    one.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut one, 1, 1).await.unwrap();
    begin_to_sleep(&mut one).await;
    // Nothing runs as if the transaction were still there.
    assert!(is_about_transactions(pay(&mut one, 1, 1).await));
    assert!(is_about_transactions(one.savepoint(1).await));
    assert!(is_about_transactions(one.commit().await));
    // The lock is free, although the connection is still in use.
    let started = Instant::now();
    while pay(&mut other, 1, 5).await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(10), "the lock was kept");
    }
    one.rollback().await.unwrap();
    assert_eq!(balances(&mut one).await.unwrap()[0], Value::Int(15));
}

async fn a_dropped_connection_rolls_back_before_the_next_one_has_it<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    for _ in 0..20 {
        let mut connection = driver.acquire().await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        pay(&mut connection, 1, 1).await.unwrap();
        drop(connection);
        let mut connection = driver.acquire().await.unwrap();
        assert_eq!(balances(&mut connection).await.unwrap()[0], Value::Int(10));
    }
}

/// Drops calls after as many polls as there can be: also while a statement is being prepared, while its rows come in,
/// and while a transaction begins or ends.
async fn a_call_may_be_dropped_at_any_moment<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.execute_script(AUTHORS).await.unwrap();
    drop(connection);
    for round in 0..32 {
        let mut connection = driver.acquire().await.unwrap();
        // Other columns each time, so that each statement is prepared.
        let columns: Vec<usize> = (0..4).filter(|bit| round >> bit & 1 == 1).chain([5]).collect();
        let mut polls = 0;
        {
            let mut call = std::pin::pin!(async {
                connection.select(Query::new("Author").columns(&columns).select, Box::new(Nobody)).await?;
                connection.begin(TransactionOptions::default()).await?;
                pay(&mut connection, 1, 1).await?;
                connection.query(&format!("select id + {round} from account"), vec![]).await?;
                connection.rollback().await
            });
            let dropped = std::future::poll_fn(|context| {
                polls += 1;
                match polls > round {
                    true => std::task::Poll::Ready(None),
                    false => call.as_mut().poll(context).map(Some),
                }
            });
            if let Some(result) = dropped.await {
                result.unwrap();
            }
        }
        let sql = format!("select {round} + 7");
        let number = [[Value::Int(round as i64 + 7)]];
        if connection.rollback().await.is_ok() || round % 2 == 0 {
            assert_eq!(connection.query(&sql, vec![]).await.unwrap(), number, "after {round} polls");
        }
        drop(connection);
        let mut connection = driver.acquire().await.unwrap();
        assert_eq!(connection.query(&sql, vec![]).await.unwrap(), number, "after {round} polls");
        assert_eq!(balances(&mut connection).await.unwrap()[0], Value::Int(10), "after {round} polls");
    }
}

const AUTHORS: &str =
    "create table author (id int primary key, name char(9), email char(9), age int, version int);
    insert into author values (1, 'Ann', null, null, 1), (2, 'Jon', null, 40, 1)";

struct Nobody;

impl RowSink for Nobody {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        Ok(())
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}
