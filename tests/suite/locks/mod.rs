//! Locks on rows, and on versions that were seen.

mod rows;
mod versions;

use orm::prelude::*;

use crate::harness::{Database, Db};

#[derive(Entity)]
pub struct Job {
    #[orm(primary_key)]
    pub id: i64,
    pub title: String,
    #[orm(version)]
    pub version: i32,
    pub owner: Option<Ref<Worker>>,
    #[orm(many_to_many(owner))]
    pub labels: Collection<Label>,
}

#[derive(Entity)]
pub struct Worker {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
}

#[derive(Entity)]
pub struct Label {
    #[orm(primary_key)]
    pub name: String,
    #[orm(many_to_many)]
    pub jobs: Collection<Job>,
}

/// A database for several connections with jobs 1, 2 and 3; the first has an owner and two labels.
async fn db(on: Database) -> Db {
    let db = Db::shared(on, |builder| builder.entity::<Job>()).await;
    let em = db.em();
    let owner = em.persist(Worker::builder().name("Ada").build());
    let first = em.persist(Job::builder().title("one").owner(&owner).build());
    for name in ["a", "b"] {
        first.labels().add(Label::builder().name(name).build());
    }
    em.flush().await.expect("the rows fit");
    for title in ["two", "three"] {
        em.persist(Job::builder().title(title).build());
        em.flush().await.expect("the row fits");
    }
    let _ = db.sql();
    db
}
