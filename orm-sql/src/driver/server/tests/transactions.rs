//! Transactions, savepoints, locks.

use super::*;

on_every_server!(
    a_transaction_is_all_or_nothing,
    a_savepoint_keeps_what_was_before_it,
    what_needs_a_transaction_says_so,
    a_failed_statement_is_not_committed_half,
    what_plain_sql_ended_is_not_open_any_more,
    a_statement_before_which_the_server_commits,
    two_that_wait_for_each_other,
    who_waits_for_a_lock_is_told,
);

async fn a_transaction_is_all_or_nothing<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let (mut one, mut other) = (driver.acquire().await.unwrap(), driver.acquire().await.unwrap());
    let before = [Value::Int(10), Value::Int(20)];
    one.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut one, 1, -5).await.unwrap();
    pay(&mut one, 2, 5).await.unwrap();
    assert_eq!(balances(&mut other).await.unwrap(), before);
    one.rollback().await.unwrap();
    assert_eq!(balances(&mut one).await.unwrap(), before);
    one.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut one, 1, -5).await.unwrap();
    pay(&mut one, 2, 5).await.unwrap();
    one.commit().await.unwrap();
    assert_eq!(balances(&mut other).await.unwrap(), [Value::Int(5), Value::Int(25)]);
}

async fn a_savepoint_keeps_what_was_before_it<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.savepoint(2).await.unwrap();
    pay(&mut connection, 1, 1).await.unwrap();
    connection.release(2).await.unwrap();
    connection.savepoint(2).await.unwrap();
    pay(&mut connection, 1, 100).await.unwrap();
    let twice = connection.execute("insert into account values (1, 1)", vec![]).await;
    assert_eq!(kind(twice), DriverErrorKind::UniqueViolation);
    // A failed statement ends nothing that is before the savepoint.
    connection.rollback_to(2).await.unwrap();
    pay(&mut connection, 2, 1).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(balances(&mut connection).await.unwrap(), [Value::Int(11), Value::Int(21)]);
}

async fn what_needs_a_transaction_says_so<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let mut connection = driver.acquire().await.unwrap();
    assert!(is_about_transactions(connection.commit().await));
    assert!(is_about_transactions(connection.rollback().await));
    assert!(is_about_transactions(connection.savepoint(1).await));
    connection.begin(TransactionOptions::default()).await.unwrap();
    assert!(is_about_transactions(connection.begin(TransactionOptions::default()).await));
    connection.rollback().await.unwrap();
}

async fn a_failed_statement_is_not_committed_half<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut connection, 1, 1).await.unwrap();
    assert!(connection.execute("insert into account values (1, 1)", vec![]).await.is_err());
    let committed = connection.commit().await;
    let kept = balances(&mut connection).await.unwrap()[0].clone();
    // PostgreSQL ends the transaction, and says so; others go on with it.
    match S::FAILURE_ENDS_TRANSACTION {
        true => assert!(is_about_transactions(committed) && kept == Value::Int(10)),
        false => assert!(committed.is_ok() && kept == Value::Int(11)),
    }
}

async fn what_plain_sql_ended_is_not_open_any_more<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut connection, 1, 1).await.unwrap();
    connection.execute("/* it ends */ commit", vec![]).await.unwrap();
    assert!(is_about_transactions(connection.commit().await));
    // A text that speaks of an end ends nothing.
    connection.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut connection, 1, 1).await.unwrap();
    connection.query("select '; rollback'", vec![]).await.unwrap();
    drop(connection);
    let mut connection = driver.acquire().await.unwrap();
    assert_eq!(balances(&mut connection).await.unwrap()[0], Value::Int(11));
}

async fn a_statement_before_which_the_server_commits<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let mut connection = driver.acquire().await.unwrap();
    for (sql, works) in [("create table other (id int)", true), ("create table account (id int)", false)] {
        let before = balances(&mut connection).await.unwrap()[0].clone();
        connection.begin(TransactionOptions::default()).await.unwrap();
        pay(&mut connection, 1, 1).await.unwrap();
        connection.savepoint(2).await.unwrap();
        assert_eq!(connection.execute(sql, vec![]).await.is_ok(), works);
        if S::FAILURE_ENDS_TRANSACTION && !works {
            connection.rollback_to(2).await.unwrap();
        }
        // What follows is in a transaction, before and after.
        pay(&mut connection, 2, 1).await.unwrap();
        connection.rollback().await.unwrap();
        let Value::Int(number) = before else { panic!("{before} is no number") };
        let kept = if S::NAME == "mysql" { number + 1 } else { number };
        assert_eq!(balances(&mut connection).await.unwrap(), [Value::Int(kept), Value::Int(20)]);
    }
}

async fn two_that_wait_for_each_other<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let (mut one, mut other) = (driver.acquire().await.unwrap(), driver.acquire().await.unwrap());
    one.begin(TransactionOptions::default()).await.unwrap();
    other.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut one, 1, 1).await.unwrap();
    pay(&mut other, 2, 1).await.unwrap();
    let (first, second) = tokio::join!(pay(&mut one, 2, 1), pay(&mut other, 1, 1));
    let (mut lost, mut kept) = match first {
        Ok(_) => (other, one),
        Err(_) => (one, other),
    };
    let failed = [first, second].into_iter().find(Result::is_err).expect("one of them is given up");
    assert_eq!(kind(failed), DriverErrorKind::Deadlock);
    // The server has rolled it back, so nothing runs as if it were there.
    assert!(is_about_transactions(pay(&mut lost, 1, 1).await) || S::FAILURE_ENDS_TRANSACTION);
    lost.rollback().await.unwrap();
    kept.commit().await.unwrap();
    assert_eq!(balances(&mut lost).await.unwrap(), [Value::Int(11), Value::Int(21)]);
}

async fn who_waits_for_a_lock_is_told<S: Tested>() {
    let driver = accounts_at::<S>(S::with_lock_timeout(S::fresh().await)).await;
    let (mut one, mut other) = (driver.acquire().await.unwrap(), driver.acquire().await.unwrap());
    one.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut one, 1, 1).await.unwrap();
    let started = Instant::now();
    assert_eq!(kind(pay(&mut other, 1, 1).await), DriverErrorKind::LockTimeout);
    assert!(started.elapsed() >= S::LOCK_TIMEOUT / 2);
    one.commit().await.unwrap();
    pay(&mut other, 1, 1).await.unwrap();
}
