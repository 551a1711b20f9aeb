//! The library on every database: what the tests beside this file ask each of them in the same words.

use std::any::Any;
use std::sync::Arc;

use orm_core::driver::{Connection, Driver, Row, RowSink};
use orm_core::meta::EntityModel;
use orm_core::query::{Insert, Write, Written};
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::driver::mysql::{MySqlDriver, tests::database};
use crate::driver::postgres::{PostgresDriver, tests::schema};
use crate::driver::sqlite::{SqliteDriver, SqliteOptions};
use crate::lower::library::{Query, entity, registry, text};
use crate::schema::{create_statements, from_registry};

/// Makes a test of each function for each database.
macro_rules! on_every_database {
    ($($name:ident),* $(,)?) => {
        on_every_database!(sqlite, Sqlite, [$($name),*]);
        on_every_database!(postgres, Postgres, [$($name),*]);
        on_every_database!(mariadb, MariaDb, [$($name),*]);
    };
    ($module:ident, $dialect:ident, [$($name:ident),*]) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name(crate::dialect::Dialect::$dialect).await;
                }
            )*
        }
    };
}
pub(super) use on_every_database;

/// A database with the library's tables.
pub(super) struct Library {
    pub(super) dialect: Dialect,
    driver: AnyDriver,
}

enum AnyDriver {
    Sqlite(SqliteDriver),
    Postgres(PostgresDriver),
    MySql(MySqlDriver),
}

/// Does the same with any driver, or any of its connections.
macro_rules! with {
    ($driver:expr, |$name:ident| $call:expr) => {
        match $driver {
            AnyDriver::Sqlite($name) => $call,
            AnyDriver::Postgres($name) => $call,
            AnyDriver::MySql($name) => $call,
        }
    };
}

impl Library {
    /// Two authors and three books.
    pub(super) async fn new(dialect: Dialect) -> Self {
        let library = Self::empty(dialect).await;
        library
            .run(
                "insert into author (name, email, age) values ('Jon', 'jon@x', 40), ('Ann', null, null);
                insert into book (title, price, author_id) values ('One', 9.5, 1), ('Two', null, 1), ('Three', 7, 2)",
            )
            .await;
        library
    }

    /// No rows.
    pub(super) async fn empty(dialect: Dialect) -> Self {
        let driver = match dialect {
            Dialect::Sqlite => AnyDriver::Sqlite(SqliteDriver::new(SqliteOptions::memory()).unwrap()),
            Dialect::Postgres => AnyDriver::Postgres(PostgresDriver::new(schema().await).unwrap()),
            Dialect::MySql | Dialect::MariaDb => {
                AnyDriver::MySql(MySqlDriver::new(database().await).unwrap())
            }
        };
        let library = Self { dialect, driver };
        let registry = registry();
        let schema = from_registry(dialect, &registry).unwrap();
        for statement in create_statements(dialect, &schema) {
            // The one name that MariaDB does not know.
            library.run(&statement.replace("utf8mb4_0900_bin", "utf8mb4_nopad_bin")).await;
        }
        with!(&library.driver, |driver| driver.attach(Arc::clone(&registry)));
        library
    }

    pub(super) async fn connect(&self) -> Box<dyn Connection> {
        match &self.driver {
            AnyDriver::Sqlite(driver) => driver.connect().await.unwrap(),
            AnyDriver::Postgres(driver) => driver.connect().await.unwrap(),
            AnyDriver::MySql(driver) => {
                let mut connection = driver.acquire().await.unwrap();
                connection.speak(self.dialect);
                Box::new(connection)
            }
        }
    }

    /// Runs plain SQL.
    pub(super) async fn run(&self, sql: &str) {
        with!(&self.driver, |driver| {
            let ran = driver.acquire().await.unwrap().execute_script(sql).await;
            ran.unwrap_or_else(|error| panic!("{error}: {sql}"));
        });
    }

    /// Rows of plain SQL, as text.
    pub(super) async fn dump(&self, sql: &str) -> Vec<String> {
        let rows = with!(&self.driver, |driver| driver.acquire().await.unwrap().query(sql, vec![]).await);
        rows.unwrap().iter().map(|row| joined(row.iter())).collect()
    }

    /// How often a plan was lowered to text.
    pub(super) fn renders(&self) -> u64 {
        with!(&self.driver, |driver| driver.renders())
    }
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let shown = values.map(|value| match value {
        // Some databases keep more zeros than were written.
        Value::Decimal(number) => number.normalize().to_string(),
        value => value.to_string(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Gathers rows as text.
struct Rows {
    width: usize,
    rows: Vec<String>,
}

impl RowSink for Rows {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let cells: Vec<Value> = (0..self.width).map(|index| row.cell(index).to_value()).collect();
        self.rows.push(joined(cells.iter()));
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// The rows of a query, as text.
pub(super) async fn rows(connection: &mut dyn Connection, query: Query) -> Result<Vec<String>> {
    let own = query.select.pivot.as_ref().map_or(0, |_| 1);
    let width = query.select.selection.width() + own;
    let sink = connection.select(query.select, Box::new(Rows { width, rows: Vec::new() })).await?;
    Ok(sink.into_any().downcast::<Rows>().unwrap().rows)
}

pub(super) fn model(name: &str) -> Arc<EntityModel> {
    let registry = registry();
    Arc::clone(registry.entity(entity(&registry, name)))
}

/// New authors with these names.
pub(super) fn insert_authors(names: &[&str]) -> Write {
    let rows = names.iter().map(|name| vec![text(name)]).collect();
    Write::Insert(Insert { entity: model("Author"), columns: vec![1], rows, returning: vec![0, 5] })
}

pub(super) async fn write(connection: &mut dyn Connection, write: Write) -> Written {
    connection.write(write).await.unwrap_or_else(|error| panic!("{}", with_source(&error)))
}

pub(super) async fn count_authors(connection: &mut dyn Connection) -> u64 {
    connection.count(Query::new("Author").select).await.unwrap()
}

fn with_source(error: &Error) -> String {
    match error {
        Error::Driver(driver) => format!("{error}: {:?}", driver.sql),
        error => error.to_string(),
    }
}
