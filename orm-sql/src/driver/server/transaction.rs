//! Where the transaction of a connection stands.

use orm_core::driver::TransactionOptions;
use orm_core::{Error, Result};

use crate::driver::server::error::After;

/// Where the transaction of a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transaction {
    None,
    /// Begins with the first statement.
    Pending(TransactionOptions),
    Open,
    /// A statement failed, and the server does nothing more until the transaction goes back to a savepoint.
    Failed,
    /// Rolled back, or about to be: nothing may run as if it were open.
    Lost,
}

impl Transaction {
    /// How it stands while a call runs, should that call be dropped.
    pub(crate) fn if_dropped(self) -> Self {
        match self {
            Transaction::None => Transaction::None,
            _ => Transaction::Lost,
        }
    }

    /// How it stands after a statement.
    pub(crate) fn after<T>(self, result: &Result<T, After>, failure_ends_it: bool) -> Self {
        match (self, result) {
            (Transaction::None, _) => Transaction::None,
            // What runs in a failed transaction is what brings it back.
            (Transaction::Failed, Ok(_)) => Transaction::Open,
            (_, Err(After::RolledBack | After::Broken)) => Transaction::Lost,
            (Transaction::Open, Err(After::Refused | After::Outdated)) if failure_ends_it => {
                Transaction::Failed
            }
            (stays, _) => stays,
        }
    }

    /// Refuses to go on in a transaction that is lost.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Transaction::Lost => Err(lost()),
            Transaction::None | Transaction::Pending(_) | Transaction::Open | Transaction::Failed => Ok(()),
        }
    }
}

pub(crate) fn lost() -> Error {
    Error::Transaction {
        message: "the transaction was rolled back, because a call in it was dropped, the database gave it up, or the connection was lost; roll back and begin again",
    }
}

pub(crate) fn no_transaction() -> Error {
    Error::Transaction { message: "no transaction is open; call `begin` first" }
}

pub(crate) fn already_open() -> Error {
    Error::Transaction { message: "a transaction is open already; nest with a savepoint" }
}

pub(crate) fn failed_before() -> Error {
    Error::Transaction {
        message: "a statement of the transaction failed, so that it was rolled back and not committed; roll back to a savepoint before it to keep the rest",
    }
}
