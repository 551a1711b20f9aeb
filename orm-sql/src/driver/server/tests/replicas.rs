//! Servers that only read. Here they are other schemas of the one server, so that it shows who answered.

use super::door::Door;
use super::*;

on_every_server!(
    reads_take_turns_and_all_else_is_on_the_primary,
    a_replica_that_cannot_be_reached_is_passed_over,
    a_replica_that_is_lost_is_replaced_by_the_primary,
    a_replica_is_closed_with_its_driver,
);

/// A driver with replicas, whose schemas have as many authors as their place says; the primary has none.
async fn with_replicas<S: Tested>(replicas: usize) -> ServerDriver<S> {
    let mut options = schema_of_authors::<S>(0).await;
    for authors in 1..=replicas {
        let replica = schema_of_authors::<S>(authors).await;
        S::settings_mut(&mut options).replicas.push(replica);
    }
    let driver = ServerDriver::new(options).unwrap();
    driver.attach(registry());
    driver
}

async fn schema_of_authors<S: Tested>(authors: usize) -> S::Options {
    let options = S::fresh().await;
    let driver = ServerDriver::<S>::new(options.clone()).unwrap();
    let mut connection = driver.acquire().await.unwrap();
    connection.execute("create table author (id int primary key)", vec![]).await.unwrap();
    for id in 0..authors {
        connection.execute(&format!("insert into author values ({id})"), vec![]).await.unwrap();
    }
    options
}

/// How many authors there are where a connection leads.
async fn authors(mut connection: Box<dyn Connection>) -> u64 {
    connection.count(Query::new("Author").select).await.unwrap()
}

async fn reads_take_turns_and_all_else_is_on_the_primary<S: Tested>() {
    let driver = with_replicas::<S>(2).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(authors(driver.connect_for_reading().await.unwrap()).await);
    }
    assert_eq!(answers, [1, 2, 1, 2]);
    assert_eq!(authors(driver.connect().await.unwrap()).await, 0);
    let alone = with_replicas::<S>(0).await;
    assert_eq!(authors(alone.connect_for_reading().await.unwrap()).await, 0);
}

async fn a_replica_that_cannot_be_reached_is_passed_over<S: Tested>() {
    let mut options = schema_of_authors::<S>(0).await;
    let nobody = S::at("127.0.0.1", 1);
    let one = schema_of_authors::<S>(1).await;
    S::settings_mut(&mut options).replicas.extend([nobody.clone(), one]);
    let driver = ServerDriver::<S>::new(options.clone()).unwrap();
    driver.attach(registry());
    for _ in 0..3 {
        assert_eq!(authors(driver.connect_for_reading().await.unwrap()).await, 1);
    }
    S::settings_mut(&mut options).replicas = vec![nobody];
    let driver = ServerDriver::<S>::new(options).unwrap();
    driver.attach(registry());
    assert_eq!(authors(driver.connect_for_reading().await.unwrap()).await, 0);
}

async fn a_replica_that_is_lost_is_replaced_by_the_primary<S: Tested>() {
    let mut options = schema_of_authors::<S>(0).await;
    let mut door = Door::to(&S::address(&options)).await;
    let replica = S::through(schema_of_authors::<S>(1).await, door.port);
    S::settings_mut(&mut options).replicas.push(replica);
    let driver = ServerDriver::<S>::new(options).unwrap();
    driver.attach(registry());
    assert_eq!(authors(driver.connect_for_reading().await.unwrap()).await, 1);
    let held = driver.connect_for_reading().await.unwrap();
    door.shut().await;
    assert_eq!(authors(held).await, 0);
    assert_eq!(authors(driver.connect_for_reading().await.unwrap()).await, 0);
}

async fn a_replica_is_closed_with_its_driver<S: Tested>() {
    let driver = with_replicas::<S>(1).await;
    driver.close().await;
    assert!(matches!(driver.connect_for_reading().await.err(), Some(Error::Closed)));
}
