//! Transactions that a user opens: their options, how they nest, and how they are tried again.

mod clear;
mod options;
mod propagation;
mod retry;

use orm::prelude::*;

use crate::harness::{Database, Db};

#[derive(Entity)]
struct Account {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    owner: String,
    balance: i64,
    bank: Option<Ref<Bank>>,
}

#[derive(Entity)]
struct Bank {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

/// A database for several connections, with one account of `ada` that holds 10.
async fn db(on: Database) -> Db {
    let db = Db::shared(on, |builder| builder.entity::<Account>()).await;
    let em = db.em();
    em.persist(Account::builder().owner("ada").balance(10).build());
    em.flush().await.expect("the row fits");
    let _ = db.sql();
    db
}

fn account(owner: &str) -> impl orm::entity::Create<Entity = Account> + use<> {
    Account::builder().owner(owner).balance(0).build()
}

async fn owners(db: &Db) -> String {
    db.rows("select owner from account order by owner").await.replace('\'', "").replace('\n', " ")
}
