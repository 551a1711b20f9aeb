//! What an `Orm` and an entity manager can do on a SQL database only.

use std::future::Future;
use std::sync::Arc;

use orm_core::driver::{BoxFuture, Connection, Driver, TransactionMode};
use orm_core::em::EntityManager;
use orm_core::orm::{Orm, OrmBuilder};
use orm_core::{Error, Result, Value};

use crate::dialect::Dialect;
use crate::driver::sqlite::{SqliteConnection, SqliteDriver, SqliteOptions};
use crate::schema::{SchemaConnection, SchemaConnections, SchemaGenerator};

/// Choosing SQLite.
pub trait SqliteBuilder: Sized {
    /// Chooses a SQLite database: a path, `:memory:`, a url (`sqlite:blog.sqlite?mode=ro`), or [`SqliteOptions`].
    ///
    /// # Errors
    /// When the url or an option makes no sense. Nothing is opened yet.
    fn sqlite(self, options: impl IntoSqliteOptions) -> Result<OrmBuilder>;
}

impl SqliteBuilder for OrmBuilder {
    fn sqlite(self, options: impl IntoSqliteOptions) -> Result<OrmBuilder> {
        Ok(self.driver(SqliteDriver::new(options.into_options()?)?))
    }
}

/// What names a SQLite database.
pub trait IntoSqliteOptions {
    /// The options.
    ///
    /// # Errors
    /// When a url makes no sense.
    fn into_options(self) -> Result<SqliteOptions>;
}

impl IntoSqliteOptions for SqliteOptions {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(self)
    }
}

impl IntoSqliteOptions for &str {
    fn into_options(self) -> Result<SqliteOptions> {
        self.parse()
    }
}

impl IntoSqliteOptions for String {
    fn into_options(self) -> Result<SqliteOptions> {
        self.parse()
    }
}

impl IntoSqliteOptions for &std::path::Path {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(SqliteOptions::new(self))
    }
}

impl IntoSqliteOptions for std::path::PathBuf {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(SqliteOptions::new(self))
    }
}

impl IntoSqliteOptions for &std::path::PathBuf {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(SqliteOptions::new(self))
    }
}

/// What an `Orm` can do on a SQL database.
pub trait SqlOrm {
    /// Makes, drops and updates the tables of the entities.
    fn schema(&self) -> SchemaGenerator;
}

impl SqlOrm for Orm {
    fn schema(&self) -> SchemaGenerator {
        let connections = Arc::new(Connections { driver: Arc::clone(self.driver()) });
        SchemaGenerator::new(Dialect::Sqlite, Arc::clone(self.registry()), connections)
    }
}

/// Plain SQL on an entity manager: on its open transaction if there is one, past the unit of work in any case.
pub trait SqlEntityManager {
    /// Runs a statement with bound values (`?`); gives the number of rows that it changed.
    ///
    /// # Errors
    /// What the database says.
    fn execute(&self, sql: &str, params: Vec<Value>) -> impl Future<Output = Result<u64>> + Send;

    /// Runs a query with bound values (`?`); gives all of its rows.
    ///
    /// # Errors
    /// What the database says.
    fn query(&self, sql: &str, params: Vec<Value>) -> impl Future<Output = Result<Vec<Vec<Value>>>> + Send;
}

impl SqlEntityManager for EntityManager {
    async fn execute(&self, sql: &str, params: Vec<Value>) -> Result<u64> {
        let mut lease = self.lease_connection().await?;
        sqlite(lease.connection()?.as_any_mut())?.execute(sql, params).await
    }

    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>> {
        let mut lease = self.lease_connection().await?;
        sqlite(lease.connection()?.as_any_mut())?.query(sql, params).await
    }
}

fn sqlite(connection: &mut dyn std::any::Any) -> Result<&mut SqliteConnection> {
    connection.downcast_mut().ok_or(Error::Configuration {
        message: "plain SQL and schemas need a SQL database; choose one with `.sqlite(…)`",
    })
}

struct Connections {
    driver: Arc<dyn Driver>,
}

impl SchemaConnections for Connections {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn SchemaConnection>>> {
        Box::pin(async move {
            let driver = self.driver.as_any().downcast_ref::<SqliteDriver>().ok_or(Error::Configuration {
                message: "a schema needs a SQL database; choose one with `.sqlite(…)`",
            })?;
            Ok(Box::new(driver.acquire().await?) as Box<dyn SchemaConnection>)
        })
    }
}

impl SchemaConnection for SqliteConnection {
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        parameters: &'a [Value],
    ) -> BoxFuture<'a, Result<Vec<Vec<Value>>>> {
        Box::pin(SqliteConnection::query(self, sql, parameters.to_vec()))
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { SqliteConnection::execute(self, sql, Vec::new()).await.map(drop) })
    }

    fn begin(&mut self) -> BoxFuture<'_, Result<()>> {
        Connection::begin(self, TransactionMode::Immediate)
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Connection::commit(self)
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Connection::rollback(self)
    }
}
