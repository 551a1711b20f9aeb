//! How work goes with the transaction that is open.

use expect_test::expect;
use orm::Error;
use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::transactions::{Account, account, db, owners};

on_every_database!(
    nested_work_can_fail_alone,
    required_work_is_part_of_the_transaction_and_nothing_of_its_own,
    a_failure_of_required_work_that_is_passed_on_takes_all_back,
    work_in_a_new_transaction_stays_when_the_outer_one_goes,
    work_that_supports_a_transaction_needs_none,
    work_outside_of_the_transaction_is_committed_at_once,
    work_that_must_or_must_not_be_in_a_transaction_says_so,
    a_new_transaction_that_is_given_up_leaves_the_outer_one,
);

async fn persist(em: &EntityManager, owner: &str) -> Result<()> {
    em.persist(account(owner));
    em.flush().await
}

/// Fails after its work.
async fn fail(em: &EntityManager, owner: &str) -> Result<()> {
    persist(em, owner).await?;
    Err(Error::Closed)
}

async fn nested_work_can_fail_alone(on: Database) {
    let db = db(on).await;
    let em = db.em();
    em.transactional(async |em| {
        persist(em, "before").await?;
        let nested = em.transaction().propagation(Propagation::Nested);
        assert!(matches!(nested.run(async |em| fail(em, "inner").await).await, Err(Error::Closed)));
        persist(em, "behind").await
    })
    .await
    .unwrap();
    assert_eq!(owners(&db).await, "ada before behind");
}

async fn required_work_is_part_of_the_transaction_and_nothing_of_its_own(on: Database) {
    let db = db(on).await;
    let em = db.em();
    em.transactional(async |em| {
        let required = em.transaction().propagation(Propagation::Required);
        let inner = async |em: &EntityManager| {
            em.persist(account("inner"));
            Err::<(), _>(Error::Closed)
        };
        assert!(matches!(required.run(inner).await, Err(Error::Closed)));
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        savepoint orm_2
        insert into "account" ("owner", "balance", "bank_id") values (?, ?, ?) returning "id" ['inner', 0, null]
        release orm_2
        commit"#]]);
    assert_eq!(owners(&db).await, "ada inner", "a failure that is caught takes nothing back by itself");
    let required = em.transaction().propagation(Propagation::Required);
    assert!(required.run(async |em| fail(em, "alone").await).await.is_err());
    assert_eq!(owners(&db).await, "ada inner", "without a transaction it had one of its own");
}

async fn a_failure_of_required_work_that_is_passed_on_takes_all_back(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let failed = em
        .transactional(async |em| {
            persist(em, "outer").await?;
            em.transaction().propagation(Propagation::Required).run(async |em| fail(em, "inner").await).await
        })
        .await;
    assert!(matches!(failed, Err(Error::Closed)));
    assert_eq!(owners(&db).await, "ada");
}

async fn work_in_a_new_transaction_stays_when_the_outer_one_goes(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let failed: Result<()> = em
        .transactional(async |em| {
            let new = em.transaction().propagation(Propagation::RequiresNew);
            new.run(async |em| persist(em, "inner").await).await?;
            assert!(em.in_transaction());
            fail(em, "outer").await
        })
        .await;
    assert!(matches!(failed, Err(Error::Closed)));
    assert_eq!(owners(&db).await, "ada inner");
    // The entity of the inner one is as flushed as its row.
    assert_eq!(em.count::<Account>().await.unwrap(), 2);
    let failed: Result<()> = em
        .transactional(async |em| {
            let new = em.transaction().propagation(Propagation::RequiresNew);
            assert!(new.run(async |em| fail(em, "inner again").await).await.is_err());
            persist(em, "outer").await
        })
        .await;
    failed.unwrap();
    assert_eq!(owners(&db).await, "ada inner outer");
}

async fn work_that_supports_a_transaction_needs_none(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let supports = || em.transaction().propagation(Propagation::Supports);
    assert!(supports().run(async |em| fail(em, "kept").await).await.is_err());
    supports()
        .run(async |em| {
            assert!(!em.in_transaction());
            em.persist(account("flushed at the end"));
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    assert_eq!(owners(&db).await, "ada flushed at the end kept");
    let outer = em.begin().await.unwrap();
    supports().run(async |em| persist(em, "rolled back").await).await.unwrap();
    outer.rollback().await.unwrap();
    assert_eq!(owners(&db).await, "ada flushed at the end kept");
}

async fn work_outside_of_the_transaction_is_committed_at_once(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let outer = em.begin().await.unwrap();
    let outside = em.transaction().propagation(Propagation::NotSupported);
    outside
        .run(async |em| {
            assert!(!em.in_transaction());
            persist(em, "kept").await
        })
        .await
        .unwrap();
    persist(&em, "lost").await.unwrap();
    outer.rollback().await.unwrap();
    assert_eq!(owners(&db).await, "ada kept");
}

async fn work_that_must_or_must_not_be_in_a_transaction_says_so(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let count = async |em: &EntityManager| em.count::<Account>().await;
    let mandatory = || em.transaction().propagation(Propagation::Mandatory);
    let never = || em.transaction().propagation(Propagation::Never);
    assert!(matches!(mandatory().run(count).await, Err(Error::Transaction { .. })));
    assert_eq!(never().run(count).await.unwrap(), 1);
    let outer = em.begin().await.unwrap();
    assert_eq!(mandatory().run(count).await.unwrap(), 1);
    assert!(matches!(never().run(count).await, Err(Error::Transaction { .. })));
    outer.rollback().await.unwrap();
}

async fn a_new_transaction_that_is_given_up_leaves_the_outer_one(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let outer = em.begin().await.unwrap();
    let new = em.transaction().propagation(Propagation::RequiresNew);
    let endless = new.run(async |em| {
        persist(em, "inner").await?;
        std::future::pending::<Result<()>>().await
    });
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), endless).await.is_err());
    persist(&em, "outer").await.unwrap();
    outer.commit().await.unwrap();
    // What the inner one began is rolled back, and its entity waits for a flush of somebody's.
    assert_eq!(owners(&db).await, "ada outer");
}
