//! A database of a test's own, and what was sent to it.

use std::sync::{Arc, Mutex};

use expect_test::Expect;
use orm::log::QueryEvent;
use orm::prelude::*;
use orm::sqlite::SqliteOptions;
use orm::{OrmBuilder, Value};

/// A database with the tables of some entities.
pub(crate) struct Db {
    pub(crate) orm: Orm,
    sql: Recorder,
}

impl Db {
    /// A database in memory.
    pub(crate) async fn new(entities: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Self {
        Self::open(SqliteOptions::memory(), entities).await
    }

    /// The same with options, for a test that needs a file or several connections.
    pub(crate) async fn open(
        options: SqliteOptions,
        entities: impl FnOnce(OrmBuilder) -> OrmBuilder,
    ) -> Self {
        let sql = Recorder::default();
        let logger = sql.clone();
        let options = options.logger(Arc::new(move |event: &QueryEvent| logger.note(event)));
        let orm = entities(Orm::builder()).sqlite(options).expect("the options make sense");
        let orm = orm.connect().await.expect("the entities fit together");
        orm.schema().create().await.expect("the tables can be made");
        sql.take();
        Self { orm, sql }
    }

    /// A new entity manager.
    pub(crate) fn em(&self) -> EntityManager {
        self.orm.em()
    }

    /// What was sent since the last call.
    pub(crate) fn sql(&self) -> Sent {
        Sent(self.sql.take())
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

/// Statements that were sent.
#[must_use]
pub(crate) struct Sent(Vec<String>);

impl Sent {
    /// Compares them with what is expected, a line a statement.
    pub(crate) fn check(&self, expected: Expect) {
        expected.assert_eq(&self.0.join("\n"));
    }

    /// How many there were.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Keeps statements and what was bound.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    fn note(&self, event: &QueryEvent) {
        let params: Vec<String> = event.params.iter().map(ToString::to_string).collect();
        let params = if params.is_empty() { String::new() } else { format!(" [{}]", params.join(", ")) };
        let batch = if event.batch == 1 { String::new() } else { format!(" × {}", event.batch) };
        let failed = if event.failed { " failed" } else { "" };
        self.lock().push(format!("{}{params}{batch}{failed}", event.sql));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lock())
    }

    fn put_back(&self, statements: Vec<String>) {
        *self.lock() = statements;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
