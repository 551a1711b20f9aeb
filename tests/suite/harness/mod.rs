//! A database of a test's own, and what was sent to it. Knows no test.

mod database;
mod matrix;
mod sent;
mod server;

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

    /// Another schema beside the one that the connections are in; it goes with this.
    ///
    /// On SQLite it is attached to the one connection of a database from [`new`](Self::new).
    pub(crate) async fn another_schema(&self) -> String {
        match &self.place {
            Place::Server(server) => server.another_schema().await,
            Place::Memory | Place::File(_) => {
                let name = format!("other_{}", self.rows("select count(*) from pragma_database_list").await);
                self.meddle(&format!("attach database ':memory:' as {name}")).await;
                name
            }
        }
    }

    /// What a query gives, past any entity manager: a line a row. Leaves no trace in [`sql`](Self::sql).
    ///
    /// Names may be in double quotes; true is 1 and false is 0, as not all databases tell them from numbers.
    pub(crate) async fn rows(&self, sql: &str) -> String {
        let before = self.sql.take();
        let rows = self.em().query(&self.on.quoted(sql), Vec::new()).await;
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        self.sql.put_back(before);
        rows.iter()
            .map(|row| row.iter().map(cell_text).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Changes rows past any entity manager, as somebody else would. Leaves no trace in [`sql`](Self::sql).
    pub(crate) async fn meddle(&self, sql: &str) {
        let before = self.sql.take();
        let done = self.em().execute(&self.on.quoted(sql), Vec::new()).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        self.sql.put_back(before);
    }
}

fn cell_text(value: &Value) -> String {
    match value {
        Value::Bool(value) => u8::from(*value).to_string(),
        value => value.to_string(),
    }
}

async fn connect(place: &Place, sql: &Recorder, entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Orm {
    let logger = sql.clone();
    let logger = Arc::new(move |event: &QueryEvent| logger.note(event));
    let orm = place.choose(entities(Orm::builder()), logger).expect("the options make sense");
    orm.connect().await.expect("the entities fit together")
}
