//! The connection that a call runs on: the open transaction's, or one from the pool.

use std::sync::atomic::Ordering;

use tokio::sync::MutexGuard;

use crate::driver::{Connection, TransactionOptions};
use crate::error::{Error, Result};
use crate::query::ReadFrom;
use crate::session::{Session, UndoLog};

pub(super) const GIVEN_UP: Error = Error::Transaction {
    message: "the transaction was rolled back, as a flush in it was cancelled half-way; begin a new one",
};

/// The connection of an open transaction.
pub(crate) struct Pinned {
    pub(super) connection: Box<dyn Connection>,
    /// How it began.
    pub(super) options: TransactionOptions,
    /// What flushes of this transaction settled, to be undone when it is rolled back.
    pub(super) undo: UndoLog,
}

/// A connection for one call or one flush: the open transaction's, or one from the pool that goes back when dropped.
pub struct Lease<'s>(Held<'s>);

enum Held<'s> {
    Own(Box<dyn Connection>),
    Pinned(MutexGuard<'s, Option<Pinned>>),
}

impl Lease<'_> {
    /// The connection.
    ///
    /// # Errors
    /// [`Error::Transaction`] when the transaction ended meanwhile.
    pub fn connection(&mut self) -> Result<&mut dyn Connection> {
        match &mut self.0 {
            Held::Own(connection) => Ok(connection.as_mut()),
            Held::Pinned(pinned) => match pinned.as_mut() {
                Some(pinned) => Ok(pinned.connection.as_mut()),
                None => Err(Error::Transaction {
                    message: "the transaction ended while the call was waiting for it",
                }),
            },
        }
    }

    /// How deep the open transaction is nested, if there is one.
    pub(crate) fn depth(&self) -> Option<u32> {
        match &self.0 {
            Held::Own(_) => None,
            Held::Pinned(pinned) => pinned.as_ref().map(|pinned| pinned.undo.depth()),
        }
    }

    /// Gives the open transaction up, as it cannot be said any more what it did: its connection rolls back, and what
    /// it settled in memory is taken back. Later calls in it fail.
    pub(crate) fn give_up(&mut self) {
        if let Held::Pinned(pinned) = &mut self.0
            && let Some(mut pinned) = pinned.take()
        {
            pinned.undo.undo_from(0);
        }
    }

    /// The open transaction's undo log, if there is a transaction.
    pub(crate) fn undo(&mut self) -> Option<&mut UndoLog> {
        match &mut self.0 {
            Held::Own(_) => None,
            Held::Pinned(pinned) => pinned.as_mut().map(|pinned| &mut pinned.undo),
        }
    }
}

impl Session {
    /// The connection that the next statement belongs on.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>> {
        self.lease_for_reading(ReadFrom::Primary).await
    }

    /// The connection that the next read belongs on.
    pub(crate) async fn lease_for_reading(&self, from: ReadFrom) -> Result<Lease<'_>> {
        if self.depth.load(Ordering::Acquire) > 0 {
            let pinned = self.pinned.lock().await;
            if pinned.is_some() {
                return Ok(Lease(Held::Pinned(pinned)));
            }
            // It ended while we waited for it; or it was given up, and nothing may be written outside of it instead.
            if self.depth.load(Ordering::Acquire) > 0 {
                return Err(GIVEN_UP);
            }
        }
        let driver = &self.shared.driver;
        Ok(Lease(Held::Own(match from {
            ReadFrom::Primary => driver.connect().await?,
            ReadFrom::Replica => driver.connect_for_reading().await?,
        })))
    }
}
