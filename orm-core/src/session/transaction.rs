//! Transactions of a session, nested by savepoints. A scope that is dropped undone is rolled back.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::driver::TransactionOptions;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::session::lease::{GIVEN_UP, Pinned};

/// What has to be taken back in memory when a transaction is rolled back: newest last, with the depth it belongs to.
#[derive(Default)]
pub(crate) struct UndoLog {
    entries: Vec<(u32, Box<dyn FnOnce() + Send>)>,
    depth: u32,
}

impl UndoLog {
    /// Notes how to take back what was just settled.
    pub(crate) fn push(&mut self, undo: impl FnOnce() + Send + 'static) {
        self.entries.push((self.depth, Box::new(undo)));
    }

    /// How deep the innermost transaction is nested.
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    pub(super) fn undo_from(&mut self, depth: u32) {
        while self.entries.last().is_some_and(|(at, _)| *at >= depth) {
            if let Some((_, undo)) = self.entries.pop() {
                undo();
            }
        }
    }

    /// What was noted at `depth` belongs to the transaction around it from now on.
    fn release(&mut self, depth: u32) {
        for (at, _) in self.entries.iter_mut().rev().take_while(|(at, _)| *at >= depth) {
            *at = depth - 1;
        }
    }
}

/// An open transaction or savepoint. Dropped without [`commit`](Scope::commit), it is rolled back.
pub(crate) struct Scope {
    session: Arc<Session>,
    depth: u32,
    is_open: bool,
}

impl Scope {
    /// Begins a transaction, or sets a savepoint inside of the open one.
    pub(crate) async fn begin(session: Arc<Session>, options: TransactionOptions) -> Result<Self> {
        let mut pinned = session.pinned.lock().await;
        let depth = match pinned.as_mut() {
            None => {
                let mut connection = session.shared.driver.connect().await?;
                connection.begin(options).await?;
                let undo = UndoLog { entries: Vec::new(), depth: 1 };
                *pinned = Some(Pinned { connection, options, undo });
                1
            }
            Some(pinned) => {
                pinned.keeps(&options)?;
                let depth = pinned.undo.depth + 1;
                pinned.connection.savepoint(depth).await?;
                pinned.undo.depth = depth;
                depth
            }
        };
        session.depth.store(depth, Ordering::Release);
        drop(pinned);
        Ok(Self { session, depth, is_open: true })
    }

    /// Commits, or releases the savepoint.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let session = Arc::clone(&self.session);
        let mut guard = session.pinned.lock().await;
        let pinned = guard.as_mut().ok_or(GIVEN_UP)?;
        if pinned.undo.depth != self.depth {
            return Err(MISNESTED);
        }
        if self.depth == 1 {
            // A failed commit leaves the scope open, so that dropping it rolls back.
            pinned.connection.commit().await?;
            *guard = None;
        } else {
            pinned.connection.release(self.depth).await?;
            pinned.undo.release(self.depth);
            pinned.undo.depth = self.depth - 1;
        }
        self.is_open = false;
        session.depth.store(self.depth - 1, Ordering::Release);
        Ok(())
    }

    /// Rolls back, in the database and in memory.
    pub(crate) async fn rollback(mut self) -> Result<()> {
        let session = Arc::clone(&self.session);
        let mut guard = session.pinned.lock().await;
        self.is_open = false;
        session.depth.store(self.depth - 1, Ordering::Release);
        let Some(pinned) = guard.as_mut() else { return Ok(()) };
        pinned.undo.undo_from(self.depth);
        if self.depth == 1 {
            let result = pinned.connection.rollback().await;
            *guard = None;
            return result;
        }
        pinned.undo.depth = self.depth - 1;
        pinned.connection.rollback_to(self.depth).await
    }
}

const MISNESTED: Error = Error::Transaction {
    message: "an inner transaction is still open; commit or roll it back first, in the order of nesting",
};

impl Drop for Scope {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        // The future that held this scope was dropped. The connection rolls back when it is dropped, so the whole
        // transaction goes, the outer scopes with it: nothing half done may be committed.
        self.session.depth.store(0, Ordering::Release);
        if let Ok(mut guard) = self.session.pinned.try_lock()
            && let Some(mut pinned) = guard.take()
        {
            pinned.undo.undo_from(0);
        }
    }
}

impl Pinned {
    /// Refuses what the open transaction was not begun with.
    fn keeps(&self, options: &TransactionOptions) -> Result<()> {
        match options.is_kept_by(&self.options) {
            true => Ok(()),
            false => Err(Error::Transaction {
                message: "isolation and access are those of the open transaction; choose them when the outermost one begins, or use `Propagation::RequiresNew`",
            }),
        }
    }
}

impl Session {
    /// Refuses to join the open transaction if it does not keep these options.
    pub(crate) async fn check_open(&self, options: &TransactionOptions) -> Result<()> {
        match self.pinned.lock().await.as_ref() {
            Some(pinned) => pinned.keeps(options),
            None => Err(GIVEN_UP),
        }
    }

    /// Whether a transaction is open.
    pub(crate) fn in_transaction(&self) -> bool {
        self.depth.load(Ordering::Acquire) > 0
    }
}
