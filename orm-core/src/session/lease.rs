//! The connection that a call runs on: the open transaction's, or one from the pool.

use std::sync::atomic::Ordering;

use tokio::sync::MutexGuard;

use crate::driver::Connection;
use crate::error::{Error, Result};
use crate::session::{Session, UndoLog};

/// The connection of an open transaction.
pub(crate) struct Pinned {
    pub(super) connection: Box<dyn Connection>,
    /// What flushes of this transaction settled, to be undone when it is rolled back.
    pub(super) undo: UndoLog,
}

/// A connection for one call or one flush.
pub(crate) enum Lease<'s> {
    /// From the pool.
    Own(Box<dyn Connection>),
    /// The open transaction's.
    Pinned(MutexGuard<'s, Option<Pinned>>),
}

impl Lease<'_> {
    pub(crate) fn connection(&mut self) -> Result<&mut dyn Connection> {
        match self {
            Lease::Own(connection) => Ok(connection.as_mut()),
            Lease::Pinned(pinned) => match pinned.as_mut() {
                Some(pinned) => Ok(pinned.connection.as_mut()),
                None => Err(Error::Transaction {
                    message: "the transaction ended while the call was waiting for it",
                }),
            },
        }
    }

    /// The open transaction's undo log, if there is a transaction.
    pub(crate) fn undo(&mut self) -> Option<&mut UndoLog> {
        match self {
            Lease::Own(_) => None,
            Lease::Pinned(pinned) => pinned.as_mut().map(|pinned| &mut pinned.undo),
        }
    }
}

impl Session {
    /// The connection that the next statement belongs on.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>> {
        if self.depth.load(Ordering::Acquire) > 0 {
            let pinned = self.pinned.lock().await;
            if pinned.is_some() {
                return Ok(Lease::Pinned(pinned));
            }
        }
        Ok(Lease::Own(self.shared.driver.connect().await?))
    }
}
