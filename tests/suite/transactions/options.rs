//! What a transaction can be asked to be.

use expect_test::expect;
use orm::prelude::*;
use orm::{Error, FlushMode};

use crate::harness::{Database, on_every_database};
use crate::transactions::{Account, account, db, owners};

on_every_database!(
    a_read_only_transaction_refuses_writes_and_leaves_no_trace,
    a_level_that_the_database_does_not_have_is_a_typed_error,
    inside_of_a_transaction_its_options_are_kept_or_refused,
    a_flush_mode_lasts_as_long_as_its_transaction,
    failures_are_told_apart,
);

async fn a_read_only_transaction_refuses_writes_and_leaves_no_trace(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let transaction = em.transaction().read_only().begin().await.unwrap();
    let ada = transaction.find_one_or_fail::<Account>().await.unwrap();
    db.sql().check(expect![[r#"
        begin
        select "a0"."id", "a0"."owner", "a0"."balance", "a0"."bank_id" from "account" as "a0" limit ? [1]"#]]);
    ada.set_balance(0);
    let error = transaction.flush().await.unwrap_err();
    assert!(error.is_read_only_violation(), "{error}");
    transaction.rollback().await.unwrap();
    // The connection writes again, and what could not be written is written now.
    for _ in 0..crate::harness::POOL_SIZE {
        let name = format!("{}", db.em().count::<Account>().await.unwrap());
        let em = db.em();
        em.persist(account(&name));
        em.flush().await.unwrap();
    }
    em.flush().await.unwrap();
    assert_eq!(db.rows("select balance from account where owner = 'ada'").await, "0");
}

async fn a_level_that_the_database_does_not_have_is_a_typed_error(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let levels = [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ];
    for level in levels {
        let has_it = match on {
            Database::Sqlite => {
                matches!(level, IsolationLevel::ReadUncommitted | IsolationLevel::Serializable)
            }
            #[allow(unreachable_patterns, reason = "the other databases have all of them")]
            _ => true,
        };
        let found = em
            .transaction()
            .isolation(level)
            .run(async |em| {
                em.persist(account(level.name()));
                em.flush().await?;
                em.count::<Account>().await
            })
            .await;
        match found {
            Ok(_) => assert!(has_it, "{level:?}"),
            Err(error) => assert!(!has_it && matches!(error, Error::Unsupported { .. }), "{error}"),
        }
        assert!(!em.in_transaction());
    }
}

async fn inside_of_a_transaction_its_options_are_kept_or_refused(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let outer = em.transaction().isolation(IsolationLevel::Serializable).begin().await.unwrap();
    for propagation in [Propagation::Nested, Propagation::Required] {
        let kept = em.transaction().isolation(IsolationLevel::RepeatableRead).propagation(propagation);
        kept.run(async |em| em.count::<Account>().await).await.unwrap();
        let refused = em.transaction().read_only().propagation(propagation);
        let error = refused.run(async |em| em.count::<Account>().await).await.unwrap_err();
        assert!(matches!(error, Error::Transaction { .. }), "{error}");
    }
    outer.commit().await.unwrap();
}

async fn a_flush_mode_lasts_as_long_as_its_transaction(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let counts = em
        .transaction()
        .flush_mode(FlushMode::Commit)
        .run(async |em| {
            em.persist(account("ben"));
            let before = em.count::<Account>().await?;
            em.flush().await?;
            Ok::<_, Error>((before, em.count::<Account>().await?))
        })
        .await
        .unwrap();
    assert_eq!(counts, (1, 2));
    em.persist(account("cid"));
    assert_eq!(em.count::<Account>().await.unwrap(), 3, "flushed before the query, as always");
    assert_eq!(owners(&db).await, "ada ben cid");
}

async fn failures_are_told_apart(on: Database) {
    let db = db(on).await;
    let em = db.em();
    em.persist(account("ada"));
    let error = em.flush().await.unwrap_err();
    assert!(error.is_unique_violation() && !error.is_retryable(), "{error}");
    assert!(!error.is_deadlock() && !error.is_serialization_failure() && !error.is_lock_timeout());
    let em = db.em();
    let bank = em.reference::<crate::transactions::Bank>(99).unwrap();
    em.persist(Account::builder().owner("ben").balance(0).bank(&bank).build());
    let error = em.flush().await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
}
