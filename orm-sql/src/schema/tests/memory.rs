//! A SQLite database in memory behind the generator's traits, and what the tests ask of it.

use std::sync::{Arc, Mutex};

use orm_core::driver::BoxFuture;
use orm_core::meta::{EntityMeta, Registry};
use orm_core::naming::SnakeCase;
use orm_core::{DriverError, DriverErrorKind, Error, Result, Value};
use rusqlite::types::ValueRef;

use crate::dialect::Dialect;
use crate::schema::{SchemaConnection, SchemaConnections, SchemaGenerator};

/// A database that lives as long as this value.
#[derive(Clone)]
pub(super) struct Memory {
    connection: Arc<Mutex<rusqlite::Connection>>,
    /// Every statement that was executed.
    pub(super) executed: Arc<Mutex<Vec<String>>>,
    /// How many queries were asked.
    pub(super) queries: Arc<Mutex<usize>>,
}

impl Memory {
    pub(super) fn new() -> Self {
        let connection = rusqlite::Connection::open_in_memory().expect("SQLite opens in memory");
        connection.execute_batch("pragma foreign_keys = on").expect("SQLite has foreign keys");
        Self {
            connection: Arc::new(Mutex::new(connection)),
            executed: Arc::default(),
            queries: Arc::default(),
        }
    }

    pub(super) fn generator(&self, entities: &[&'static EntityMeta]) -> SchemaGenerator {
        SchemaGenerator::new(registry(entities), Arc::new(self.clone()))
    }

    /// Runs statements.
    pub(super) fn run(&self, sql: &str) {
        self.lock().execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// All rows of a query, cells with `|` between.
    pub(super) fn rows(&self, sql: &str) -> Vec<String> {
        let rows = run_query(&self.lock(), sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let row_text = |row: Vec<Value>| {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            cells.join("|")
        };
        rows.into_iter().map(row_text).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, rusqlite::Connection> {
        self.connection.lock().expect("no test panics while it holds the connection")
    }
}

/// The registry of some entities.
pub(super) fn registry(entities: &[&'static EntityMeta]) -> Arc<Registry> {
    Arc::new(Registry::build(entities, &SnakeCase).expect("the entities of a test fit together"))
}

/// Runs a future that never waits.
pub(super) fn now<T>(future: impl IntoFuture<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future.into_future()).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("nothing waits in memory"),
    }
}

impl SchemaConnections for Memory {
    fn dialect(&self) -> BoxFuture<'_, Result<Dialect>> {
        Box::pin(async { Ok(Dialect::Sqlite) })
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn SchemaConnection>>> {
        Box::pin(async move { Ok(Box::new(self.clone()) as Box<dyn SchemaConnection>) })
    }
}

impl SchemaConnection for Memory {
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        parameters: &'a [Value],
    ) -> BoxFuture<'a, Result<Vec<Vec<Value>>>> {
        Box::pin(async move {
            *self.queries.lock().expect("no panic meanwhile") += 1;
            run_query(&self.lock(), sql, parameters).map_err(|error| driver_error(error, sql))
        })
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.executed.lock().expect("no panic meanwhile").push(sql.to_owned());
            self.lock().execute_batch(sql).map_err(|error| driver_error(error, sql))
        })
    }

    fn begin(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("begin immediate")
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("commit")
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("rollback")
    }
}

fn run_query(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[Value],
) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let parameters = parameters.iter().map(|value| match value {
        Value::Int(value) => rusqlite::types::Value::Integer(*value),
        Value::Text(value) => rusqlite::types::Value::Text(value.clone()),
        _ => rusqlite::types::Value::Null,
    });
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        (0..columns).map(|column| row.get_ref(column).map(value)).collect()
    })?;
    rows.collect()
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Float(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
    }
}

fn driver_error(error: rusqlite::Error, sql: &str) -> Error {
    let kind = match error.sqlite_error().map(|error| error.extended_code) {
        Some(2067 | 1555) => DriverErrorKind::UniqueViolation,
        _ if error.to_string().contains("already exists") => DriverErrorKind::AlreadyExists,
        _ => DriverErrorKind::Other,
    };
    let mut driver = DriverError::new(kind, error);
    driver.sql = Some(sql.to_owned());
    driver.into()
}
