//! What a server or the way to it says, as what every driver says.

use orm_core::{DriverError, DriverErrorKind, Error};

use crate::driver::server::Server;

/// What an error of a server means.
#[derive(Debug, PartialEq, Eq)]
pub struct Facts {
    pub(crate) kind: DriverErrorKind,
    pub(crate) table: Option<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) constraint: Option<String>,
    /// The server has rolled the whole transaction back.
    pub(crate) rolled_back: bool,
    /// The server has closed the connection, or will.
    pub(crate) is_broken: bool,
}

impl Facts {
    /// An error of which no more than its kind is known.
    pub(crate) fn new(kind: DriverErrorKind) -> Self {
        Self {
            kind,
            table: None,
            columns: Vec::new(),
            constraint: None,
            rolled_back: false,
            is_broken: false,
        }
    }
}

/// A failed statement: the error for the caller, and what it means for the connection.
pub struct Failed {
    pub(crate) error: Error,
    pub(crate) after: After,
}

/// How a connection is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// As before; nothing was sent, or the server does not mind.
    Unchanged,
    /// The server refused a statement.
    Refused,
    /// The server refused a statement, as what was prepared is outdated.
    Outdated,
    /// The server has rolled the transaction back.
    RolledBack,
    /// Of no use any more.
    Broken,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, after: After::Unchanged }
    }
}

impl Failed {
    /// sqlx's error about a statement.
    pub(crate) fn of_statement<S: Server>(source: sqlx::Error, sql: &str) -> Self {
        let facts = classify::<S>(&source);
        let after = match &source {
            _ if facts.is_broken => After::Broken,
            sqlx::Error::Database(_) if facts.rolled_back => After::RolledBack,
            sqlx::Error::Database(error) if S::is_outdated(&**error) => After::Outdated,
            sqlx::Error::Database(_) => After::Refused,
            _ => After::Unchanged,
        };
        Self { error: with_facts(facts, source, sql), after }
    }
}

/// sqlx's error about a statement, or about connecting when there is none.
pub(crate) fn driver_error<S: Server>(source: sqlx::Error, sql: &str) -> Error {
    with_facts(classify::<S>(&source), source, sql)
}

fn with_facts(facts: Facts, source: sqlx::Error, sql: &str) -> Error {
    // The server's own error is the cause; sqlx's envelope says no more.
    let mut error = match source {
        sqlx::Error::Database(error) => DriverError::new(facts.kind, error.into_error()),
        source => DriverError::new(facts.kind, source),
    };
    error.table = facts.table;
    error.columns = facts.columns;
    error.constraint = facts.constraint;
    error.sql = (!sql.is_empty()).then(|| sql.to_owned());
    error.into()
}

/// A failure of the driver itself.
pub(crate) fn failure(kind: DriverErrorKind, problem: impl Into<String>) -> Error {
    DriverError::new(kind, problem.into()).into()
}

fn classify<S: Server>(error: &sqlx::Error) -> Facts {
    let broken = Facts { is_broken: true, ..Facts::new(DriverErrorKind::ConnectionLost) };
    match error {
        sqlx::Error::Database(error) => S::classify(&**error),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::PoolClosed => broken,
        sqlx::Error::Configuration(_) => Facts::new(DriverErrorKind::Connection),
        sqlx::Error::Encode(_) => Facts::new(DriverErrorKind::OutOfRange),
        _ => Facts::new(DriverErrorKind::Other),
    }
}
