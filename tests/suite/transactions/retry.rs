//! Work that is done again when the database gave it up.

use std::time::Duration;

use orm::em::Retryable;
use orm::prelude::*;
use orm::{DriverError, DriverErrorKind, Error};

use crate::harness::{Database, on_every_database};
use crate::transactions::{Account, account, db, owners};

on_every_database!(
    work_that_was_given_up_is_done_again_from_the_beginning,
    the_last_failure_is_told_when_it_was_tried_often_enough,
    other_failures_are_told_at_once,
    work_inside_of_a_transaction_is_not_tried_again,
);

fn retry(times: u32) -> Retry {
    Retry::times(times).pause_from(Duration::from_millis(1))
}

fn deadlock() -> Error {
    DriverError::new(DriverErrorKind::Deadlock, "made up").into()
}

async fn work_that_was_given_up_is_done_again_from_the_beginning(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let mut tried = 0;
    let balance = em
        .transaction()
        .retry(retry(3))
        .run(async |em| {
            tried += 1;
            let ada = em.find_one_or_fail::<Account>().filter(|a| a.owner.eq("ada")).await?;
            ada.set_balance(ada.balance() + 1);
            em.persist(account("new"));
            em.flush().await?;
            if tried < 3 { Err(deadlock()) } else { Ok(*ada.balance()) }
        })
        .await
        .unwrap();
    assert_eq!((tried, balance), (3, 11));
    assert_eq!(owners(&db).await, "ada new");
    assert_eq!(db.rows("select balance from account where owner = 'ada'").await, "11");
    let _ = db.sql();
    em.flush().await.unwrap();
    assert_eq!(db.sql().len(), 0, "nothing of the tries that failed is left to do");
}

async fn the_last_failure_is_told_when_it_was_tried_often_enough(on: Database) {
    let db = db(on).await;
    let mut tried = 0;
    let failed: Result<()> = db
        .em()
        .transaction()
        .retry(retry(2))
        .run(async |em| {
            tried += 1;
            em.count::<Account>().await?;
            Err(deadlock())
        })
        .await;
    assert!(failed.unwrap_err().is_deadlock());
    assert_eq!(tried, 3);
}

#[derive(Debug)]
enum Failure {
    NoMoney,
    Orm(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Orm(error)
    }
}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        matches!(self, Failure::Orm(error) if error.is_retryable())
    }
}

async fn other_failures_are_told_at_once(on: Database) {
    let db = db(on).await;
    let mut tried = 0;
    let failed = db
        .em()
        .transaction()
        .retry(retry(5))
        .run(async |em| {
            tried += 1;
            match em.count::<Account>().await? {
                0 => Ok(()),
                _ => Err(Failure::NoMoney),
            }
        })
        .await;
    assert!(matches!(failed, Err(Failure::NoMoney)));
    assert_eq!(tried, 1);
}

async fn work_inside_of_a_transaction_is_not_tried_again(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let outer = em.begin().await.unwrap();
    let inside = em.transaction().retry(retry(5)).run(async |em| em.count::<Account>().await).await;
    assert!(matches!(inside, Err(Error::Transaction { .. })));
    let beside = em.transaction().propagation(Propagation::RequiresNew).retry(retry(5));
    assert_eq!(beside.run(async |em| em.count::<Account>().await).await.unwrap(), 1);
    outer.rollback().await.unwrap();
}
