//! A connection as the contract hands it out, as the SQL connection that it is.

use std::any::Any;

use orm_core::driver::{BoxFuture, Connection, Driver};
use orm_core::{Error, Result, Value};

use crate::dialect::Dialect;
#[cfg(feature = "mysql")]
use crate::driver::mysql::{MySqlConnection, MySqlDriver};
#[cfg(feature = "postgres")]
use crate::driver::postgres::{PostgresConnection, PostgresDriver};
#[cfg(feature = "_server")]
use crate::driver::server::{Server, ServerConnection};
#[cfg(feature = "sqlite")]
use crate::driver::sqlite::{SqliteConnection, SqliteDriver};

/// The rows of a query, cell by cell.
pub(super) type Rows = Vec<Vec<Value>>;

/// What every SQL connection can do beside the contract.
pub(super) trait SqlConnection: Connection {
    /// How the database speaks.
    fn dialect(&self) -> Dialect;

    /// Runs plain SQL; gives the number of rows that it changed.
    fn execute<'a>(&'a mut self, sql: &'a str, params: Vec<Value>) -> BoxFuture<'a, Result<u64>>;

    /// Runs plain SQL; gives its rows.
    fn query<'a>(&'a mut self, sql: &'a str, params: Vec<Value>) -> BoxFuture<'a, Result<Rows>>;
}

#[cfg(feature = "sqlite")]
impl SqlConnection for SqliteConnection {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn execute<'a>(&'a mut self, sql: &'a str, params: Vec<Value>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(SqliteConnection::execute(self, sql, params))
    }

    fn query<'a>(&'a mut self, sql: &'a str, params: Vec<Value>) -> BoxFuture<'a, Result<Rows>> {
        Box::pin(SqliteConnection::query(self, sql, params))
    }
}

#[cfg(feature = "_server")]
impl<S: Server> SqlConnection for ServerConnection<S> {
    fn dialect(&self) -> Dialect {
        ServerConnection::dialect(self)
    }

    fn execute<'a>(&'a mut self, sql: &'a str, params: Vec<Value>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(ServerConnection::execute(self, sql, params))
    }

    fn query<'a>(&'a mut self, sql: &'a str, params: Vec<Value>) -> BoxFuture<'a, Result<Rows>> {
        Box::pin(ServerConnection::query(self, sql, params))
    }
}

const NO_SQL: Error = Error::Configuration {
    message: "plain SQL and schemas need a SQL database; choose one with `.sqlite(…)`, `.postgres(…)` or `.mysql(…)`",
};

/// The connection as the SQL connection that it is.
pub(super) fn sql(connection: &mut dyn Connection) -> Result<&mut dyn SqlConnection> {
    let connection = connection.as_any_mut();
    #[cfg(feature = "sqlite")]
    if connection.is::<SqliteConnection>() {
        return cast::<SqliteConnection>(connection);
    }
    #[cfg(feature = "postgres")]
    if connection.is::<PostgresConnection>() {
        return cast::<PostgresConnection>(connection);
    }
    #[cfg(feature = "mysql")]
    if connection.is::<MySqlConnection>() {
        return cast::<MySqlConnection>(connection);
    }
    Err(NO_SQL)
}

fn cast<C: SqlConnection + 'static>(connection: &mut dyn Any) -> Result<&mut dyn SqlConnection> {
    match connection.downcast_mut::<C>() {
        Some(connection) => Ok(connection),
        None => Err(NO_SQL),
    }
}

/// How the database of a driver speaks, if that is known without asking it: MySQL and MariaDB are told apart by what
/// they say when a connection is opened.
pub(super) fn known_dialect(driver: &dyn Driver) -> Option<Dialect> {
    let driver = driver.as_any();
    #[cfg(feature = "sqlite")]
    if driver.is::<SqliteDriver>() {
        return Some(Dialect::Sqlite);
    }
    #[cfg(feature = "postgres")]
    if driver.is::<PostgresDriver>() {
        return Some(Dialect::Postgres);
    }
    #[cfg(feature = "mysql")]
    if let Some(driver) = driver.downcast_ref::<MySqlDriver>() {
        return driver.dialect();
    }
    None
}
