//! Servers that go away and come back.

use super::door::Door;
use super::*;

on_every_server!(
    a_server_that_comes_back_is_found_again,
    what_is_in_the_middle_of_a_transaction_is_rolled_back,
    a_server_that_does_not_come_back_is_told,
    a_closed_driver_leaves_nobody_on_the_server,
);

/// A driver that reaches its server by a door, and one that reaches it past the door.
async fn by_a_door<S: Tested>() -> (Door, ServerDriver<S>, ServerDriver<S>) {
    let driver = accounts::<S>(|_| {}).await;
    let door = Door::to(&S::address(driver.options())).await;
    let through = ServerDriver::new(S::through(driver.options().clone(), door.port)).unwrap();
    through.attach(registry());
    let mut connection = driver.acquire().await.unwrap();
    connection.execute("create table author (id int primary key)", vec![]).await.unwrap();
    (door, through, driver)
}

async fn authors<S: Tested>(driver: &ServerDriver<S>) -> Result<u64> {
    driver.connect().await?.count(Query::new("Author").select).await
}

async fn a_server_that_comes_back_is_found_again<S: Tested>() {
    let (mut door, driver, _beside) = by_a_door::<S>().await;
    let held =
        [driver.acquire().await.unwrap(), driver.acquire().await.unwrap(), driver.acquire().await.unwrap()];
    drop(held);
    assert_eq!(driver.idle(), 3);
    door.shut().await;
    assert_eq!(kind(authors(&driver).await), DriverErrorKind::Connection);
    door.open().await;
    // The connections that were idle are dead, and nobody notices.
    assert_eq!(authors(&driver).await.unwrap(), 0);
    let held =
        [driver.acquire().await.unwrap(), driver.acquire().await.unwrap(), driver.acquire().await.unwrap()];
    drop(held);
    door.shut().await;
    door.open().await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut connection, 1, 1).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(driver.idle(), 0, "they were all lost at once");
}

async fn what_is_in_the_middle_of_a_transaction_is_rolled_back<S: Tested>() {
    let (mut door, driver, beside) = by_a_door::<S>().await;
    let mut connection = driver.acquire().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    pay(&mut connection, 1, -5).await.unwrap();
    door.shut().await;
    door.open().await;
    assert_eq!(kind(pay(&mut connection, 2, 5).await), DriverErrorKind::ConnectionLost);
    assert!(is_about_transactions(connection.commit().await));
    connection.rollback().await.unwrap();
    assert_eq!(balances(&mut connection).await.unwrap(), [Value::Int(10), Value::Int(20)]);
    // The lock is free as well.
    pay(&mut beside.acquire().await.unwrap(), 1, 1).await.unwrap();
}

async fn a_server_that_does_not_come_back_is_told<S: Tested>() {
    let (mut door, driver, _beside) = by_a_door::<S>().await;
    let mut connection = driver.acquire().await.unwrap();
    begin_to_sleep(&mut connection).await;
    connection.begin(TransactionOptions::default()).await.unwrap();
    door.shut().await;
    let error = pay(&mut connection, 1, 1).await.unwrap_err();
    assert_eq!(error.driver_kind(), Some(DriverErrorKind::Connection), "{error}");
    assert!(error.to_string().contains(&format!("127.0.0.1:{}/", door.port)), "{error}");
    // The transaction has not begun, so it can when the server is there again.
    door.open().await;
    pay(&mut connection, 1, 1).await.unwrap();
    connection.commit().await.unwrap();
}

async fn a_closed_driver_leaves_nobody_on_the_server<S: Tested>() {
    let (_door, driver, beside) = by_a_door::<S>().await;
    let (mut one, mut other) = (driver.acquire().await.unwrap(), driver.acquire().await.unwrap());
    let ids = [id(&mut one).await, id(&mut other).await];
    drop(one);
    driver.close().await;
    // What is in use goes on to its end.
    pay(&mut other, 1, 1).await.unwrap();
    drop(other);
    let mut beside = beside.acquire().await.unwrap();
    let started = Instant::now();
    while !gone::<S>(&mut beside, &ids).await {
        assert!(started.elapsed() < Duration::from_secs(10), "a connection stays");
    }
}

/// Whether the server has none of these connections any more.
async fn gone<S: Tested>(connection: &mut ServerConnection<S>, ids: &[i64]) -> bool {
    let rows = connection.query(S::IDS, vec![]).await.unwrap();
    !rows.iter().any(|row| ids.iter().any(|id| row[0] == Value::Int(*id)))
}
