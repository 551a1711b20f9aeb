//! The transaction of one flush: its own, or a savepoint in the open one.

use crate::driver::{Connection, TransactionOptions};
use crate::error::Result;
use crate::session::{Lease, Session};
use crate::uow::undo::Undo;

/// What the flush's writes run in. Dropped before its end, everything it did is taken back.
pub(super) struct Transaction<'s> {
    lease: Lease<'s>,
    kind: Kind,
    is_open: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    /// The database has no transactions, or no savepoints in the open one.
    Bare,
    /// From a connection of the pool.
    Own,
    /// In the open transaction, at this depth.
    Savepoint(u32),
}

impl<'s> Transaction<'s> {
    /// Begins it.
    pub(super) async fn begin(session: &'s Session) -> Result<Self> {
        let lease = session.lease().await?;
        let capabilities = session.capabilities();
        let kind = match lease.depth() {
            None if capabilities.transactions => Kind::Own,
            Some(depth) if capabilities.savepoints => Kind::Savepoint(depth + 1),
            None | Some(_) => Kind::Bare,
        };
        let mut transaction = Self { lease, kind, is_open: true };
        let connection = transaction.lease.connection()?;
        match kind {
            Kind::Bare => {}
            Kind::Own => connection.begin(TransactionOptions::default()).await?,
            Kind::Savepoint(depth) => connection.savepoint(depth).await?,
        }
        Ok(transaction)
    }

    /// The connection.
    pub(super) fn connection(&mut self) -> Result<&mut dyn Connection> {
        self.lease.connection()
    }

    /// Keeps what was written, or takes it back if that failed. Holds the connection on, so that what happens in
    /// memory happens before anyone else uses it.
    pub(super) async fn end(mut self, written: Result<()>) -> Result<Self> {
        let (kind, connection) = (self.kind, self.lease.connection()?);
        let result = match (written, kind) {
            (Ok(()), Kind::Own) => connection.commit().await,
            (Ok(()), Kind::Savepoint(depth)) => connection.release(depth).await,
            (Err(error), Kind::Own) => {
                // The connection is dropped next, which rolls back too; the flush's own error is the one to report.
                let _ = connection.rollback().await;
                Err(error)
            }
            (Err(error), Kind::Savepoint(depth)) => {
                // A transaction that cannot go back to the savepoint is given up when this is dropped.
                self.is_open = connection.rollback_to(depth).await.is_err();
                return Err(error);
            }
            (result, Kind::Bare) => result,
        };
        self.is_open = result.is_err();
        result.map(|()| self)
    }

    /// If the flush belongs to a transaction that may still be rolled back, notes how to take it back in memory.
    pub(super) fn note_undo(&mut self, undo: Undo) {
        if let Some(log) = self.lease.undo() {
            log.push(move || undo.run());
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // Half of a flush must not be committed with the transaction around it. A connection of our own rolls back
            // when it is dropped.
            self.lease.give_up();
        }
    }
}
