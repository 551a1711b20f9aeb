//! A database of a test's own, and what was sent to it. Knows no test.

mod database;
mod matrix;
mod sent;

use std::sync::Arc;

use orm::log::QueryEvent;
use orm::prelude::*;
use orm::{OrmBuilder, Value};

pub(crate) use database::{Database, POOL_SIZE};
pub(crate) use matrix::on_every_database;
pub(crate) use sent::Sent;

use database::Place;
use sent::Recorder;

/// A database with the tables of some entities. It is gone when this is dropped.
pub(crate) struct Db {
    pub(crate) orm: Orm,
    pub(crate) on: Database,
    sql: Recorder,
    /// After the `Orm`, whose connections would keep it.
    place: Place,
}

impl Db {
    /// The cheapest database there is: on SQLite it is in memory and has one connection.
    pub(crate) async fn new(on: Database, entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Self {
        Self::open(on, Place::new(on).await, entities).await
    }

    /// One that several connections use at a time.
    pub(crate) async fn shared(on: Database, entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Self {
        Self::open(on, Place::shared(on).await, entities).await
    }

    async fn open(on: Database, place: Place, entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Self {
        let sql = Recorder::default();
        let orm = connect(&place, &sql, entities).await;
        orm.schema().create().await.expect("the tables can be made");
        sql.take();
        Self { orm, on, sql, place }
    }

    /// The same database with other entities, whose tables are as they are.
    pub(crate) async fn beside(&self, entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Orm {
        connect(&self.place, &self.sql, entities).await
    }

    /// A new entity manager.
    pub(crate) fn em(&self) -> EntityManager {
        self.orm.em()
    }

    /// What was sent since the last call.
    pub(crate) fn sql(&self) -> Sent {
        Sent::new(self.on, self.sql.take())
    }

    /// What a query gives, past any entity manager: a line a row. Leaves no trace in [`sql`](Self::sql).
    pub(crate) async fn rows(&self, sql: &str) -> String {
        let before = self.sql.take();
        let rows = self.em().query(sql, Vec::new()).await.expect("the query is right");
        self.sql.put_back(before);
        rows.iter()
            .map(|row| row.iter().map(Value::to_string).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Changes rows past any entity manager, as somebody else would. Leaves no trace in [`sql`](Self::sql).
    pub(crate) async fn meddle(&self, sql: &str) {
        let before = self.sql.take();
        self.em().execute(sql, Vec::new()).await.expect("the statement is right");
        self.sql.put_back(before);
    }
}

async fn connect(place: &Place, sql: &Recorder, entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Orm {
    let logger = sql.clone();
    let logger = Arc::new(move |event: &QueryEvent| logger.note(event));
    let orm = place.choose(entities(Orm::builder()), logger).expect("the options make sense");
    orm.connect().await.expect("the entities fit together")
}
