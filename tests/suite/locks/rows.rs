//! Rows that are locked until a transaction ends.

use orm::Error;
use orm::prelude::*;

use crate::harness::{Database, Db, on_every_database};
use crate::locks::{Job, Worker, db};

on_every_database!(
    locked_rows_are_left_out_refused_or_waited_for,
    a_shared_lock_is_shared,
    only_the_roots_are_locked,
    a_lock_asks_the_database_even_for_what_is_loaded,
    an_entity_is_locked_by_its_handle,
    a_lock_needs_a_transaction,
);

/// Whether rows can be locked; if not, what says so.
async fn has_locks(db: &Db) -> bool {
    let em = db.em();
    let transaction = em.begin().await.unwrap();
    let result = transaction.find::<Job>().lock(Lock::for_update()).await;
    let is_sqlite = db.on == Database::Sqlite;
    match result {
        Ok(_) => assert!(!is_sqlite),
        Err(error) => {
            assert!(is_sqlite && matches!(error, Error::Unsupported { .. }), "{error}");
            let job = transaction.find_by_id_or_fail::<Job>(1).await.unwrap();
            let error = transaction.lock(&job, Lock::for_share()).await.unwrap_err();
            assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        }
    }
    transaction.rollback().await.unwrap();
    !is_sqlite
}

async fn titles(em: &EntityManager, lock: Lock) -> Result<Vec<String>> {
    let jobs = em.find::<Job>().order_by(|j| j.id.asc()).lock(lock).await?;
    Ok(jobs.iter().map(|job| job.title().clone()).collect())
}

async fn locked_rows_are_left_out_refused_or_waited_for(on: Database) {
    let db = db(on).await;
    if !has_locks(&db).await {
        return;
    }
    let (one, other) = (db.em(), db.em());
    let first = one.begin().await.unwrap();
    let job = first.find_one_or_fail::<Job>().filter(|j| j.id.eq(2)).lock(Lock::for_update()).await.unwrap();
    let second = other.begin().await.unwrap();
    assert_eq!(titles(&second, Lock::for_update().skip_locked()).await.unwrap(), ["one", "three"]);
    let error = titles(&second, Lock::for_update().no_wait()).await.unwrap_err();
    assert!(error.is_lock_timeout() && error.is_retryable(), "{error}");
    second.rollback().await.unwrap();
    // What is read without a lock waits for nobody.
    assert_eq!(other.count::<Job>().await.unwrap(), 3);
    let waiting = tokio::spawn(async move {
        let second = other.begin().await?;
        let job = second.find_by_id_or_fail::<Job>(2).lock(Lock::for_update()).refresh().await?;
        let title = job.title().clone();
        second.commit().await?;
        Ok::<_, Error>(title)
    });
    job.set_title("changed");
    first.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), "changed");
}

async fn a_shared_lock_is_shared(on: Database) {
    let db = db(on).await;
    if !has_locks(&db).await {
        return;
    }
    let (one, other) = (db.em(), db.em());
    let first = one.begin().await.unwrap();
    assert_eq!(titles(&first, Lock::for_share()).await.unwrap().len(), 3);
    let second = other.begin().await.unwrap();
    assert_eq!(titles(&second, Lock::for_share().no_wait()).await.unwrap().len(), 3);
    assert_eq!(titles(&second, Lock::for_share().skip_locked()).await.unwrap().len(), 3);
    assert!(titles(&second, Lock::for_update().no_wait()).await.unwrap_err().is_lock_timeout());
    second.rollback().await.unwrap();
    first.rollback().await.unwrap();
}

async fn only_the_roots_are_locked(on: Database) {
    let db = db(on).await;
    if !has_locks(&db).await {
        return;
    }
    let (one, other) = (db.em(), db.em());
    let first = one.begin().await.unwrap();
    let jobs = first
        .find::<Job>()
        .filter(|j| j.owner.name.eq("Ada") & j.labels.name.in_(["a", "b"]))
        .populate(|j| (j.owner, j.labels))
        .strategy(Strategy::Joined)
        .limit(2)
        .lock(Lock::for_update())
        .await
        .unwrap();
    assert_eq!(jobs.iter().map(|job| (*job.id(), job.labels().len())).collect::<Vec<_>>(), [(1, 2)]);
    let second = other.begin().await.unwrap();
    // Some databases lock all that they look at.
    assert!(!titles(&second, Lock::for_update().skip_locked()).await.unwrap().contains(&"one".to_owned()));
    second.rollback().await.unwrap();
    first.rollback().await.unwrap();
}

async fn a_lock_asks_the_database_even_for_what_is_loaded(on: Database) {
    let db = db(on).await;
    if !has_locks(&db).await {
        return;
    }
    let em = db.em();
    let job = em.find_by_id_or_fail::<Job>(1).await.unwrap();
    db.meddle("update job set title = 'meanwhile' where id = 1").await;
    let transaction = em.begin().await.unwrap();
    let _ = db.sql();
    let locked = transaction.find_by_id_or_fail::<Job>(1).lock(Lock::for_update()).await.unwrap();
    assert!(db.sql().len() >= 1);
    assert!(locked.is_same(&job));
    assert_eq!(job.title(), "meanwhile");
    transaction.rollback().await.unwrap();
}

async fn an_entity_is_locked_by_its_handle(on: Database) {
    let db = db(on).await;
    if !has_locks(&db).await {
        return;
    }
    let (one, other) = (db.em(), db.em());
    let (mine, theirs) =
        (one.find_by_id_or_fail::<Job>(1).await.unwrap(), other.find_by_id_or_fail::<Job>(1).await.unwrap());
    let first = one.begin().await.unwrap();
    first.lock(&mine, Lock::for_update()).await.unwrap();
    let second = other.begin().await.unwrap();
    assert!(second.lock(&theirs, Lock::for_update().skip_locked()).await.unwrap_err().is_lock_timeout());
    assert!(second.lock(&theirs, Lock::for_share().no_wait()).await.unwrap_err().is_lock_timeout());
    second.rollback().await.unwrap();
    assert!(matches!(first.lock(&theirs, Lock::for_update()).await, Err(Error::Detached { .. })));
    let new = first.persist(Worker::builder().name("Ben").build());
    assert!(matches!(first.lock(&new, Lock::for_update()).await, Err(Error::NotFlushed { .. })));
    first.rollback().await.unwrap();
    db.meddle("delete from job_labels").await;
    db.meddle("delete from job where id = 1").await;
    let gone = one.begin().await.unwrap();
    let error = gone.lock(&mine, Lock::for_update()).await.unwrap_err();
    assert!(
        matches!(error, Error::OptimisticLock { entity: "Job", .. }) && error.is_optimistic_lock(),
        "{error}"
    );
    gone.rollback().await.unwrap();
}

async fn a_lock_needs_a_transaction(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let error = em.find::<Job>().lock(Lock::for_update()).await.map(drop).unwrap_err();
    assert!(matches!(error, Error::Transaction { .. }), "{error}");
    let job = em.find_by_id_or_fail::<Job>(1).await.unwrap();
    assert!(matches!(em.lock(&job, Lock::for_update()).await, Err(Error::Transaction { .. })));
    let loaded = em.find_by_id::<Job>(1).lock(Lock::for_share()).await.map(drop);
    assert!(matches!(loaded, Err(Error::Transaction { .. })));
}
