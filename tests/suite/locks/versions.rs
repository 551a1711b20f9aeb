//! Versions that were seen before.

use orm::Error;

use crate::harness::{Database, on_every_database};
use crate::locks::{Job, db};

on_every_database!(
    an_entity_of_another_version_than_the_one_seen_is_refused,
    a_version_that_was_not_loaded_cannot_be_compared,
);

async fn an_entity_of_another_version_than_the_one_seen_is_refused(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let job = em.find_by_id_or_fail::<Job>(1).lock_version(1).await.unwrap();
    em.lock_version(&job, 1).unwrap();
    job.set_title("changed");
    em.lock_version(&job, 1).unwrap();
    em.flush().await.unwrap();
    let error = em.lock_version(&job, 1).unwrap_err();
    assert!(
        matches!(&error, Error::OtherVersion { entity: "Job", seen, found, .. } if seen == "1" && found == "2"),
        "{error}"
    );
    assert!(error.is_optimistic_lock());
    em.lock_version(&job, 2).unwrap();
    let em = db.em();
    let found = em.find_one::<Job>().filter(|j| j.title.eq("changed")).lock_version(1).await.map(drop);
    assert!(matches!(found, Err(Error::OtherVersion { .. })));
    assert!(em.find_by_id::<Job>(99).lock_version(1).await.unwrap().is_none());
}

async fn a_version_that_was_not_loaded_cannot_be_compared(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let job = em.find_by_id_or_fail::<Job>(1).fields(|j| j.title).await.unwrap();
    match em.lock_version(&job, 1) {
        Ok(()) => {}
        Err(error) => assert!(matches!(error, Error::NotInitialized { property: "version", .. }), "{error}"),
    }
    let new = em.persist(Job::builder().title("new").build());
    assert!(matches!(em.lock_version(&new, 1), Err(Error::NotFlushed { .. })));
    assert!(matches!(db.em().lock_version(&job, 1), Err(Error::Detached { .. })));
}
