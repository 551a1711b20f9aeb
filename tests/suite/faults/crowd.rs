//! Many units of work share few connections: nobody fails, nothing is lost, and no connection either.

use std::time::{Duration, Instant};

use orm::prelude::*;

use crate::harness::{Database, Db, POOL_SIZE, on_every_database};

on_every_database!(sixty_four_forks_share_four_connections);

#[derive(Entity)]
pub struct Account {
    #[orm(primary_key)]
    pub id: i64,
    pub owner: String,
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

const FORKS: i64 = 64;
const TIME: Duration = Duration::from_secs(20);

async fn sixty_four_forks_share_four_connections(on: Database) {
    let db = Db::shared(on, |builder| builder.entity::<Account>()).await;
    let em = db.em();
    for number in 0..FORKS {
        em.persist(Account::builder().owner(format!("{number}")).balance(0).build());
    }
    em.flush().await.expect("the rows fit");
    let end = Instant::now() + TIME;
    let tasks: Vec<_> = (1..=FORKS).map(|key| tokio::spawn(work(em.fork(), key, end))).collect();
    let mut entries = 0;
    for task in tasks {
        entries += task.await.expect("no task panics").expect("no unit of work fails");
    }
    assert!(entries >= FORKS, "each did something");
    assert_eq!(db.rows("select count(*) from entry").await, entries.to_string());
    let wrong = "select count(*) from account where balance <> \
                 (select count(*) from entry where entry.account_id = account.id)";
    assert_eq!(db.rows(wrong).await, "0");
    all_connections_are_free(&db).await;
}

/// Writes, reads, rolls back and gives up half-way, until the time is over; gives the entries that it made.
async fn work(em: EntityManager, key: i64, end: Instant) -> Result<i64> {
    let mut entries = 0;
    while entries == 0 || Instant::now() < end {
        let em = em.fork();
        let account = em.find_by_id_or_fail::<Account>(key).await?;
        account.set_balance(account.balance() + 1);
        em.persist(Entry::builder().amount(1).account(&account).build());
        em.flush().await?;
        entries += 1;
        let undone: Result<()> = em
            .transactional(async |em| {
                account.set_balance(-1);
                em.flush().await?;
                Err(Error::Closed)
            })
            .await;
        assert!(undone.is_err());
        // Given up while it waits for a connection or an answer.
        let fork = em.fork();
        let given_up = fork.find::<Entry>().populate(|e| e.account).limit(5);
        let _ = tokio::time::timeout(Duration::from_micros(500), given_up.into_future()).await;
    }
    Ok(entries)
}

/// As many transactions as connections at a time: none was kept by anyone. SQLite has one that writes, and the others
/// can still read.
async fn all_connections_are_free(db: &Db) {
    let mut open = Vec::new();
    let writers = match db.on {
        Database::Sqlite => 1,
        Database::Postgres | Database::MySql => POOL_SIZE,
    };
    for _ in 0..writers {
        let em = db.em();
        let transaction = em.begin().await.expect("a connection is free");
        transaction.count::<Account>().await.expect("it is counted");
        open.push(transaction);
    }
    let em = db.em();
    let mut reads = tokio::task::JoinSet::new();
    for _ in writers..POOL_SIZE {
        let em = em.fork();
        reads.spawn(async move { em.find::<Entry>().limit(100).await.map(|entries| entries.len()) });
    }
    for read in reads.join_all().await {
        assert!(read.expect("a connection is free") > 0);
    }
    for transaction in open {
        transaction.rollback().await.expect("it can be rolled back");
    }
}
