//! What a database driver must do. Knows no database.

mod transaction;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use transaction::{IsolationLevel, TransactionOptions};

use crate::error::Result;
use crate::meta::Registry;
use crate::naming::{NamingStrategy, SnakeCase};
use crate::query::{Select, Write, Written};
use crate::value::Cell;

/// A boxed future: one a query, never one a row.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One row, while the driver stands on it.
pub trait Row {
    /// The cell at that position of the select list.
    fn cell(&self, index: usize) -> Cell<'_>;
}

/// Where rows go, as they are produced: possibly on a thread of the driver's own.
pub trait RowSink: Send {
    /// Takes one row. An error ends the query, and the query gives it back.
    fn row(&mut self, row: &dyn Row) -> Result<()>;

    /// For getting the sink's own type back when the query is done.
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
}

/// What a database can do, as data.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Capabilities {
    /// The database's name, for messages.
    pub database: &'static str,
    /// Whether relations can be loaded by joins.
    pub joins: bool,
    /// Whether [`Strategy::Auto`](crate::query::Strategy::Auto) joins in a query for many; the measured choice.
    pub joins_many: bool,
    /// Whether there are transactions.
    pub transactions: bool,
    /// Whether there are savepoints.
    pub savepoints: bool,
    /// How many keys one select by keys should ask for at the most.
    pub keys_per_select: usize,
    /// Whether nulls that are not told where to go are sorted as if they were less than everything else; if not, they are
    /// sorted as if they were greater.
    pub nulls_are_smallest: bool,
}

impl Capabilities {
    /// A database that can do everything this struct asks for.
    pub fn sql(database: &'static str) -> Self {
        Self {
            database,
            joins: true,
            joins_many: true,
            transactions: true,
            savepoints: true,
            keys_per_select: 10_000,
            nulls_are_smallest: true,
        }
    }
}

/// A database: hands out connections.
pub trait Driver: Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// How tables and columns are named unless the application chooses.
    fn naming_strategy(&self) -> Box<dyn NamingStrategy> {
        Box::new(SnakeCase)
    }

    /// The entities, once they are known; called once before any connection is asked for.
    fn attach(&self, registry: Arc<Registry>);

    /// A connection of its own until it is dropped.
    ///
    /// A driver MUST fail with [`Error::PoolTimeout`](crate::Error::PoolTimeout) rather than wait for ever.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>>;

    /// The same, for reads outside of transactions: to a replica, if there are some. A driver SHOULD ask another one, or
    /// the primary, where a replica cannot be reached.
    fn connect_for_reading(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        self.connect()
    }

    /// Closes all connections; later calls fail with [`Error::Closed`](crate::Error::Closed).
    fn close(&self) -> BoxFuture<'_, ()>;

    /// For the calls that only this kind of database has.
    fn as_any(&self) -> &dyn Any;
}

/// One connection.
///
/// Dropping it, or a future of it, MUST interrupt what still runs and roll back an open transaction before anyone else
/// gets the connection. Statements MUST bind every value.
pub trait Connection: Send {
    /// Runs a select and pushes its rows into the sink, which comes back when all is read.
    ///
    /// Row layout: see [`Selection`](crate::query::Selection) and [`PivotSource`](crate::query::PivotSource).
    fn select<'a>(
        &'a mut self,
        select: Select,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, Result<Box<dyn RowSink>>>;

    /// Counts the roots of a select; its columns, order, limit and offset do not matter.
    fn count(&mut self, select: Select) -> BoxFuture<'_, Result<u64>>;

    /// Runs a batch.
    ///
    /// A driver SHOULD send as few statements as its database needs, and MUST give `returned` in the order of the rows.
    fn write(&mut self, write: Write) -> BoxFuture<'_, Result<Written>>;

    /// Begins a transaction, now or with the first statement.
    ///
    /// A driver MUST fail with [`Error::Unsupported`](crate::Error::Unsupported) for an option that its database does
    /// not have, and MUST have forgotten the options when the transaction ends.
    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>>;

    /// Commits it.
    fn commit(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Rolls it back.
    fn rollback(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Sets a savepoint; `depth` tells it from others.
    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>>;

    /// Forgets a savepoint and keeps what was done since.
    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>>;

    /// Goes back to a savepoint.
    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>>;

    /// For the calls that only this kind of database has.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}
