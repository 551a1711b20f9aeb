//! SQLite on rusqlite: one thread a connection, rows decoded where they are produced, one answer a query.

mod binder;
mod cancel;
mod connection;
mod encode;
mod error;
mod gate;
mod inserts;
mod open;
mod options;
mod pool;
mod row;
mod session;
mod shared;
#[cfg(test)]
mod tests;
mod worker;
mod writes;

use std::any::Any;
use std::sync::Arc;

use orm_core::Result;
use orm_core::driver::{BoxFuture, Capabilities, Connection, Driver};
use orm_core::meta::Registry;

pub use connection::SqliteConnection;
pub use options::{JournalMode, SqliteOptions, Synchronous};

use pool::Pool;
use shared::Shared;

/// A SQLite database.
///
/// Connections are opened when they are needed and closed with the driver. Each has a thread of its own; finds by key
/// run on the caller's thread while the connection is idle (see [`SqliteOptions::inline_point_reads`]).
pub struct SqliteDriver {
    pool: Arc<Pool>,
    shared: Arc<Shared>,
    capabilities: Capabilities,
}

impl SqliteDriver {
    /// A driver that opens nothing yet.
    ///
    /// # Errors
    /// When an option makes no sense.
    pub fn new(options: SqliteOptions) -> Result<Self> {
        options.check()?;
        let shared = Arc::new(Shared::new(options));
        let pool = Arc::new(Pool::new(Arc::clone(&shared)));
        Ok(Self { pool, shared, capabilities: Capabilities::sql("sqlite") })
    }

    /// How often a plan was lowered to text: stays as it is when the same queries run again with other values.
    pub fn renders(&self) -> u64 {
        self.shared.statements.renders()
    }

    /// A connection of SQLite's own kind, for plain SQL.
    ///
    /// # Errors
    /// When the database cannot be opened, or no connection becomes free in time.
    pub async fn acquire(&self) -> Result<SqliteConnection> {
        Ok(SqliteConnection::new(self.pool.acquire().await?, Arc::clone(&self.shared)))
    }
}

impl Driver for SqliteDriver {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn attach(&self, registry: Arc<Registry>) {
        self.shared.statements.attach(registry);
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move { Ok(Box::new(self.acquire().await?) as Box<dyn Connection>) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.pool.close())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl std::fmt::Debug for SqliteDriver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SqliteDriver").field(&self.shared.options).finish()
    }
}
