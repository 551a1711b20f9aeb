//! Work that begins without entities.

use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::transactions::{Account, Bank, account, db, owners};

on_every_database!(
    cleared_work_has_entities_of_its_own_and_tells_what_it_learned,
    a_bare_reference_in_cleared_work_replaces_nothing,
    cleared_work_that_fails_leaves_the_entities_as_they_were,
);

async fn cleared_work_has_entities_of_its_own_and_tells_what_it_learned(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.find_one_or_fail::<Account>().await.unwrap();
    let waiting = em.persist(account("waiting"));
    em.transaction()
        .clear()
        .run(async |em| {
            assert!(!em.contains(&ada) && !em.contains(&waiting));
            assert_eq!(em.count::<Account>().await?, 1, "what waits is not flushed here");
            let again = em.find_one_or_fail::<Account>().await?;
            again.set_balance(11);
            again.set_bank(em.persist_and_flush(Bank::builder().name("Bank").build()).await?);
            em.persist(account("inner"));
            Ok::<_, orm::Error>(())
        })
        .await
        .unwrap();
    assert!(em.contains(&ada) && em.contains(&waiting));
    assert_eq!(owners(&db).await, "ada inner");
    assert_eq!(*ada.balance(), 11);
    assert!(ada.bank().is_some());
    let _ = db.sql();
    em.flush().await.unwrap();
    assert_eq!(owners(&db).await, "ada inner waiting");
}

async fn a_bare_reference_in_cleared_work_replaces_nothing(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.find_one_or_fail::<Account>().await.unwrap();
    ada.set_balance(12);
    em.transaction()
        .clear()
        .run(async |em| {
            em.reference::<Account>(*ada.id())?;
            Ok::<_, orm::Error>(())
        })
        .await
        .unwrap();
    let found = em.find_by_id_or_fail::<Account>(*ada.id()).await.unwrap();
    assert!(found.is_same(&ada));
    assert_eq!((found.owner().as_str(), *found.balance()), ("ada", 12));
    em.flush().await.unwrap();
    assert_eq!(db.rows("select balance from account").await, "12");
}

async fn cleared_work_that_fails_leaves_the_entities_as_they_were(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.find_one_or_fail::<Account>().await.unwrap();
    let failed: Result<()> = em
        .transaction()
        .clear()
        .run(async |em| {
            em.find_one_or_fail::<Account>().await?.set_balance(0);
            em.flush().await?;
            Err(orm::Error::Closed)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(*ada.balance(), 10);
    assert!(em.contains(&ada));
    assert_eq!(db.rows("select balance from account").await, "10");
}
