//! What an `Orm` and an entity manager can do on a SQL database only.

mod choose;
mod connection;
mod schema;

use std::future::Future;
use std::sync::Arc;

use orm_core::em::EntityManager;
use orm_core::orm::Orm;
use orm_core::{Result, Value};

use crate::schema::SchemaGenerator;

pub use choose::IntoOptions;
#[cfg(feature = "mysql")]
pub use choose::MySqlBuilder;
#[cfg(feature = "postgres")]
pub use choose::PostgresBuilder;
#[cfg(feature = "sqlite")]
pub use choose::SqliteBuilder;

use connection::sql;
use schema::DriverConnections;

/// What an `Orm` can do on a SQL database.
pub trait SqlOrm {
    /// Makes, drops and updates the tables of the entities.
    fn schema(&self) -> SchemaGenerator;
}

impl SqlOrm for Orm {
    fn schema(&self) -> SchemaGenerator {
        let connections = DriverConnections { driver: Arc::clone(self.driver()) };
        SchemaGenerator::new(Arc::clone(self.registry()), Arc::new(connections))
    }
}

/// Plain SQL on an entity manager: on its open transaction if there is one, past the unit of work in any case.
///
/// Values are bound to placeholders as the database writes them: `?` for SQLite, MySQL and MariaDB, `$1`, `$2` and so on
/// for PostgreSQL.
pub trait SqlEntityManager {
    /// Runs a statement with bound values; gives the number of rows that it changed.
    ///
    /// # Errors
    /// What the database says.
    fn execute(&self, sql: &str, params: Vec<Value>) -> impl Future<Output = Result<u64>> + Send;

    /// Runs a query with bound values; gives all of its rows.
    ///
    /// # Errors
    /// What the database says.
    fn query(&self, sql: &str, params: Vec<Value>) -> impl Future<Output = Result<Vec<Vec<Value>>>> + Send;
}

impl SqlEntityManager for EntityManager {
    async fn execute(&self, statement: &str, params: Vec<Value>) -> Result<u64> {
        let mut lease = self.lease_connection().await?;
        sql(lease.connection()?)?.execute(statement, params).await
    }

    async fn query(&self, query: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>> {
        let mut lease = self.lease_connection().await?;
        sql(lease.connection()?)?.query(query, params).await
    }
}
