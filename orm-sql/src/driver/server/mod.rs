//! What the drivers of servers have in common: a pool, connections, transactions, dropped calls. Knows no protocol.

mod binder;
mod chunks;
mod connection;
mod driver;
mod effect;
mod error;
mod guard;
mod names;
mod options;
mod pool;
mod replicas;
mod row;
mod session;
mod shared;
#[cfg(test)]
mod tests;
mod transaction;
mod writes;

use std::fmt;
use std::sync::Arc;

use orm_core::driver::BoxFuture;
use orm_core::value::{Cell, Value};
use orm_core::{DriverErrorKind, Result};
use sqlx::Either;
use sqlx::error::DatabaseError;

use crate::dialect::Dialect;
use crate::lower::bind::Binder;

pub use connection::ServerConnection;
pub use driver::ServerDriver;
pub use effect::Effect;
pub use options::{Settings, TlsMode};

pub(crate) use effect::Verbs;
pub(crate) use error::{Facts, Failed, driver_error, failure};
pub(crate) use options::settings_methods;
pub(crate) use row::Scratch;

/// A connection of sqlx.
pub(crate) type Raw<S> = <<S as Server>::Database as sqlx::Database>::Connection;
/// Encoded parameters of sqlx.
pub(crate) type Arguments<S> = <<S as Server>::Database as sqlx::Database>::Arguments;
/// A row of sqlx.
pub(crate) type RawRow<S> = <<S as Server>::Database as sqlx::Database>::Row;
/// What ends a statement of sqlx.
pub(crate) type RawResult<S> = <<S as Server>::Database as sqlx::Database>::QueryResult;
/// Rows and ends of statements, as they come in.
pub(crate) type Answers<'c, S> = std::pin::Pin<
    Box<dyn futures_core::Stream<Item = Result<Either<RawResult<S>, RawRow<S>>, sqlx::Error>> + Send + 'c>,
>;

/// A statement that is ready to be sent.
pub struct Ready<S: Server> {
    pub(crate) sql: Arc<str>,
    pub(crate) arguments: Arguments<S>,
}

/// An open connection, with what the server said of itself.
pub struct Opened<S: Server> {
    pub(crate) raw: Raw<S>,
    /// The number by which another connection can stop what this one does.
    pub(crate) id: u64,
    pub(crate) dialect: Dialect,
    pub(crate) since: std::time::Instant,
    /// How far one generated key is from the next.
    pub(crate) key_step: u64,
    /// A statement is being prepared. Should that be given up, nobody can tell the server's answer to it from others.
    pub(crate) is_preparing: bool,
}

impl<S: Server> Opened<S> {
    /// A connection that was opened just now.
    pub(crate) fn new(raw: Raw<S>, id: u64, dialect: Dialect) -> Self {
        Self { raw, id, dialect, since: std::time::Instant::now(), key_step: 1, is_preparing: false }
    }
}

/// Takes the values of a statement.
#[allow(
    private_bounds,
    reason = "servers are kinds of drivers of this crate, and not to be added outside of it"
)]
pub trait Encode<S: Server>: Binder + Send {
    /// The statement, once all values are there. Where a value asks for another type than its place promises, the text
    /// may differ by a comment, as a statement is prepared for its types.
    fn finish(self, sql: &Arc<str>) -> Ready<S>;
}

/// What one kind of server does in its own way. The rest of this folder is the same for all.
///
/// Not to be implemented outside of this crate.
pub trait Server: Sized + Send + Sync + fmt::Debug + 'static {
    /// The database as sqlx knows it.
    type Database: sqlx::Database;
    /// Where a server is, and how it is talked to.
    type Options: Clone + fmt::Debug + Send + Sync + 'static;
    /// Takes the values of a statement.
    type Encoder: Encode<Self>;
    /// How the columns of a result are decoded; made once a result, from its first row.
    type Columns: Send;

    /// The name in messages.
    const NAME: &'static str;
    /// Whether it sorts nulls as if they were less than everything else.
    const NULLS_ARE_SMALLEST: bool = true;
    /// Whether a failed statement makes all that follow in its transaction fail.
    const FAILURE_ENDS_TRANSACTION: bool;

    /// What is the same for all servers.
    fn settings(options: &Self::Options) -> &Settings<Self::Options>;

    /// Where the server is, for messages: no password.
    fn address(options: &Self::Options) -> String;

    /// Refuses options that make no sense.
    ///
    /// # Errors
    /// What makes no sense.
    fn check(options: &Self::Options) -> Result<()>;

    /// Opens a connection and sets it up.
    fn open(options: &Self::Options) -> BoxFuture<'_, Result<Opened<Self>>>;

    /// An encoder for a statement.
    fn encoder(dialect: Dialect) -> Self::Encoder;

    /// Prepares plain SQL with its parameters, of which nothing is known but their values. Nothing is given back for SQL
    /// that the server takes unprepared only.
    fn prepare<'c>(
        raw: &'c mut Raw<Self>,
        sql: &'c str,
        params: &'c [Value],
    ) -> BoxFuture<'c, Result<Option<Ready<Self>>, Failed>>;

    /// Prepares a statement before it is run, where a dropped call could not be put right while both are one.
    fn prepare_apart<'c>(
        raw: &'c mut Raw<Self>,
        ready: &'c Ready<Self>,
    ) -> Option<BoxFuture<'c, Result<(), sqlx::Error>>>;

    /// Runs a statement with parameters.
    fn run(raw: &mut Raw<Self>, ready: Ready<Self>) -> Answers<'_, Self>;

    /// Runs statements without parameters, one after the other.
    fn run_script(raw: &mut Raw<Self>, sql: Arc<str>) -> Answers<'_, Self>;

    /// How many rows a statement changed, and the last key that it generated.
    fn summary(result: &RawResult<Self>) -> (u64, u64);

    /// How the columns of this row's result are decoded.
    fn columns(row: &RawRow<Self>) -> Self::Columns;

    /// How many columns there are.
    fn width(columns: &Self::Columns) -> usize;

    /// A cell. What has to be written anew, such as a number as text, is kept in `scratch`.
    fn cell<'r>(
        row: &'r RawRow<Self>,
        columns: &'r Self::Columns,
        index: usize,
        scratch: &'r Scratch,
    ) -> Cell<'r>;

    /// What the server's error means.
    fn classify(error: &dyn DatabaseError) -> Facts;

    /// The kind of statement error after which it is worth preparing it anew: the tables changed underneath.
    fn is_outdated(error: &dyn DatabaseError) -> bool;

    /// Forgets what was prepared.
    fn forget_statements(raw: &mut Raw<Self>) -> BoxFuture<'_, ()>;

    /// Reads what a dropped call left unread.
    fn settle(raw: &mut Raw<Self>) -> BoxFuture<'_, Result<(), sqlx::Error>>;

    /// Asks the server, on another connection, to stop what the connection with that number does.
    fn cancel(options: Arc<Self::Options>, id: u64) -> BoxFuture<'static, ()>;

    /// What plain SQL does to a connection.
    fn effect(sql: &str) -> Effect;
}

/// An error in a statement's parameters.
pub(crate) fn wrong_count(expected: usize, given: usize) -> orm_core::Error {
    let problem = format!("the statement has {expected} parameters, but {given} are given");
    failure(DriverErrorKind::OutOfRange, problem)
}

/// Hands the values of a statement to an encoder.
pub(crate) fn encode<S: Server>(
    dialect: Dialect,
    sql: &Arc<str>,
    bind: impl FnOnce(&mut dyn Binder) -> Result<()>,
) -> Result<Ready<S>> {
    let mut encoder = S::encoder(dialect);
    bind(&mut encoder)?;
    Ok(encoder.finish(sql))
}
