//! Many at once: waiting, queueing, connections that are old, broken or changed.

use std::sync::Arc;

use super::*;

on_every_server!(
    many_tasks_share_few_connections,
    who_waits_too_long_is_told,
    first_come_first_served_and_who_left_is_passed_over,
    what_a_session_changed_is_nobody_elses,
    idle_connections_are_closed_after_a_while,
    old_connections_are_closed_when_they_come_back,
    a_connection_that_died_idle_is_not_handed_out,
    a_connection_that_died_in_use_is_told_once,
    what_only_reads_does_not_notice_that_its_connection_died,
    a_transaction_that_has_not_begun_does_not_notice_that_its_connection_died,
    a_closed_driver_says_so,
    nobody_is_there,
);

async fn many_tasks_share_few_connections<S: Tested>() {
    let driver = Arc::new(accounts::<S>(|settings| settings.pool_size = 3).await);
    let tasks = (0..60).map(|number| {
        let driver = Arc::clone(&driver);
        tokio::spawn(async move {
            let mut connection = driver.acquire().await?;
            connection.begin(TransactionOptions::default()).await?;
            pay(&mut connection, 1, 1).await?;
            match number % 3 {
                0 => connection.commit().await,
                1 => connection.rollback().await,
                // Dropped as it is, open.
                _ => Ok(()),
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    let mut connection = driver.acquire().await.unwrap();
    assert_eq!(balances(&mut connection).await.unwrap(), [Value::Int(30), Value::Int(20)]);
}

async fn who_waits_too_long_is_told<S: Tested>() {
    let driver = accounts::<S>(|settings| {
        settings.pool_size = 1;
        settings.acquire_timeout = Duration::from_millis(50);
    })
    .await;
    let held = driver.acquire().await.unwrap();
    let error = driver.acquire().await.err().unwrap();
    assert!(matches!(error, Error::PoolTimeout { seconds } if seconds == 0.05), "{error}");
    drop(held);
    assert!(driver.acquire().await.is_ok());
}

async fn first_come_first_served_and_who_left_is_passed_over<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let held = driver.acquire().await.unwrap();
    let mut first = Box::pin(driver.acquire());
    let mut left = Box::pin(driver.acquire());
    let mut second = Box::pin(driver.acquire());
    for waiting in [&mut first, &mut left, &mut second] {
        assert!(tokio::time::timeout(Duration::ZERO, waiting).await.is_err());
    }
    drop(left);
    drop(held);
    // The first has it, even before it looks.
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut second).await.is_err());
    drop(first.await.unwrap());
    drop(second.await.unwrap());
}

async fn what_a_session_changed_is_nobody_elses<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let own = [
        "set @a = 1; set session sql_mode = ''",
        "select get_lock('orm', 0)",
        "create temporary table account (id int)",
        "start transaction",
    ];
    let theirs = [
        "set search_path = pg_catalog",
        "select pg_advisory_lock(7)::text",
        "create temp table account (id int)",
        "begin; insert into account values (9, 9)",
    ];
    for sql in if S::NAME == "mysql" { own } else { theirs } {
        let mut connection = driver.acquire().await.unwrap();
        let before = id(&mut connection).await;
        connection.execute_script(sql).await.unwrap();
        drop(connection);
        let mut connection = driver.acquire().await.unwrap();
        assert_ne!(id(&mut connection).await, before, "{sql}");
        assert_eq!(balances(&mut connection).await.unwrap().len(), 2, "{sql}");
    }
    // What is in a text or behind a comment changes nothing.
    let mut connection = driver.acquire().await.unwrap();
    let before = id(&mut connection).await;
    connection.query("select ';set a = 1; begin' /* ; set */ -- ; lock", vec![]).await.unwrap();
    drop(connection);
    assert_eq!(id(&mut driver.acquire().await.unwrap()).await, before);
}

async fn idle_connections_are_closed_after_a_while<S: Tested>() {
    let driver = accounts::<S>(|settings| {
        settings.idle_timeout = Some(Duration::from_millis(200));
        settings.min_connections = 1;
    })
    .await;
    let (mut one, mut other) = (driver.acquire().await.unwrap(), driver.acquire().await.unwrap());
    let ids = [id(&mut one).await, id(&mut other).await];
    drop((one, other));
    assert_eq!(driver.idle(), 2);
    let started = Instant::now();
    while driver.idle() > 1 && started.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(started.elapsed() >= Duration::from_millis(150));
    assert_eq!(driver.idle(), 1);
    assert!(ids.contains(&id(&mut driver.acquire().await.unwrap()).await));
}

async fn old_connections_are_closed_when_they_come_back<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.max_lifetime = Some(Duration::ZERO)).await;
    let mut connection = driver.acquire().await.unwrap();
    let before = id(&mut connection).await;
    drop(connection);
    assert_eq!(driver.idle(), 0);
    assert_ne!(id(&mut driver.acquire().await.unwrap()).await, before);
}

/// Ends a connection on the server.
async fn end<S: Tested>(driver: &ServerDriver<S>, id: i64) {
    let mut other = driver.acquire().await.unwrap();
    other.execute(&S::end(id), vec![]).await.unwrap();
}

async fn a_connection_that_died_idle_is_not_handed_out<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.check_after = Duration::ZERO).await;
    let mut connection = driver.acquire().await.unwrap();
    let before = id(&mut connection).await;
    let mut other = driver.acquire().await.unwrap();
    drop(connection);
    other.execute(&S::end(before), vec![]).await.unwrap();
    let mut connection = driver.acquire().await.unwrap();
    assert_ne!(id(&mut connection).await, before);
}

async fn a_connection_that_died_in_use_is_told_once<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut connection, 1, 5).await.unwrap();
    let before = id(&mut connection).await;
    end(&driver, before).await;
    assert_eq!(kind(pay(&mut connection, 1, 5).await), DriverErrorKind::ConnectionLost);
    // Nothing runs as if the transaction were still there.
    assert!(is_about_transactions(pay(&mut connection, 1, 5).await));
    assert!(is_about_transactions(connection.commit().await));
    connection.rollback().await.unwrap();
    // The next call has another connection.
    assert_eq!(balances(&mut connection).await.unwrap(), [Value::Int(10), Value::Int(20)]);
    assert_ne!(id(&mut connection).await, before);
}

async fn what_only_reads_does_not_notice_that_its_connection_died<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let mut connection = driver.acquire().await.unwrap();
    connection.execute_script(AUTHORS).await.unwrap();
    let before = id(&mut connection).await;
    end(&driver, before).await;
    assert_eq!(connection.count(Query::new("Author").select).await.unwrap(), 0);
}

/// As much of a table as a count needs.
const AUTHORS: &str = "create table author (id int primary key)";

async fn a_transaction_that_has_not_begun_does_not_notice_that_its_connection_died<S: Tested>() {
    let driver = accounts::<S>(|_| {}).await;
    let mut connection = driver.acquire().await.unwrap();
    let before = id(&mut connection).await;
    connection.begin(TransactionOptions::default()).await.unwrap();
    end(&driver, before).await;
    pay(&mut connection, 1, 5).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(balances(&mut connection).await.unwrap(), [Value::Int(15), Value::Int(20)]);
}

async fn a_closed_driver_says_so<S: Tested>() {
    let driver = accounts::<S>(|settings| settings.pool_size = 1).await;
    let held = driver.acquire().await.unwrap();
    let mut waiting = Box::pin(driver.acquire());
    assert!(tokio::time::timeout(Duration::ZERO, &mut waiting).await.is_err());
    driver.close().await;
    assert!(matches!(waiting.await.err(), Some(Error::Closed)));
    assert!(matches!(driver.acquire().await.err(), Some(Error::Closed)));
    drop(held);
    assert_eq!(driver.idle(), 0);
}

async fn nobody_is_there<S: Tested>() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Somebody listens, and does not answer.
    let mut options = S::at("127.0.0.1", port);
    S::settings_mut(&mut options).connect_timeout = Duration::from_millis(100);
    let driver = ServerDriver::<S>::new(options).unwrap();
    let error = driver.acquire().await.err().unwrap();
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::Connection), "{error}");
    assert!(
        error.to_string().contains(&format!("127.0.0.1:{port}/nothing: no answer within 0.1 s")),
        "{error}"
    );
    // Nobody listens.
    drop(listener);
    let error = driver.acquire().await.err().unwrap();
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::Connection), "{error}");
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}/nothing: ")), "{error}");
}
