//! The server is killed in the middle of a flush: nothing is half written, and the next flush works.

use std::time::Duration;

use orm::prelude::*;

use crate::faults::private::PrivateServer;
use crate::harness::Database;

// SQLite has no server.
mod postgres {
    #[tokio::test]
    async fn a_flush_whose_server_is_killed_writes_all_or_nothing() {
        super::a_flush_whose_server_is_killed_writes_all_or_nothing(super::Database::Postgres).await;
    }
}

mod mysql {
    #[tokio::test]
    async fn a_flush_whose_server_is_killed_writes_all_or_nothing() {
        super::a_flush_whose_server_is_killed_writes_all_or_nothing(super::Database::MySql).await;
    }
}

#[derive(Entity)]
pub struct Account {
    #[orm(primary_key)]
    pub id: i64,
    pub balance: i64,
    pub entries: Collection<Entry>,
}

#[derive(Entity)]
pub struct Entry {
    #[orm(primary_key)]
    pub id: i64,
    pub amount: i64,
    pub account: Ref<Account>,
}

async fn a_flush_whose_server_is_killed_writes_all_or_nothing(on: Database) {
    let mut server = PrivateServer::start(on).await;
    let orm = server.choose(Orm::builder().entity::<Account>()).unwrap().connect().await.unwrap();
    orm.schema().create().await.unwrap();
    let em = orm.em();
    let account = em.persist_and_flush(Account::builder().balance(0).build()).await.unwrap();

    // Somebody holds the account, so that the flush waits between the entry, which is written, and the account.
    let other = orm.em();
    let holds = other.begin().await.unwrap();
    holds.native_update::<Account>().set(|a| a.balance, 100).await.unwrap();
    em.persist(Entry::builder().amount(5).account(&account).build());
    account.set_balance(5);
    {
        let mut flush = Box::pin(em.flush());
        assert!(tokio::time::timeout(Duration::from_millis(500), &mut flush).await.is_err(), "it waits");
        server.kill();
        let error = flush.await.unwrap_err();
        assert_eq!(error.driver_kind(), Some(orm::DriverErrorKind::ConnectionLost), "{error}");
    }
    assert!(em.flush().await.is_err(), "nobody is there");
    server.restart().await;

    // The connections that the pool has are dead; a read does not notice.
    assert_eq!(orm.em().count::<Entry>().await.unwrap(), 0);
    let fresh = orm.em();
    assert_eq!(*fresh.find_one_or_fail::<Account>().await.unwrap().balance(), 0);
    assert!(holds.commit().await.is_err(), "its transaction is gone");

    // What was to be written still is, and is written now.
    em.flush().await.unwrap();
    let account = orm.em().find_one_or_fail::<Account>().populate(|a| a.entries).await.unwrap();
    assert_eq!((*account.balance(), account.entries().len()), (5, 1));
    orm.close().await;
}
