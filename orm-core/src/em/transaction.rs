//! Transactions that a user opens; a flush makes its own.

use std::ops::Deref;
use std::sync::Arc;

use crate::arena::{Arena, NodeSet};
use crate::driver::TransactionOptions;
use crate::em::{EntityManager, TransactionBuilder};
use crate::error::{Error, Result};
use crate::session::{ChosenFlushMode, Scope};
use crate::uow;

/// An open transaction, or a savepoint inside of one. Dropped without a commit, it is rolled back.
///
/// It is an entity manager: the one that it was begun on, with the same entities. After a rollback, what was persisted
/// or removed since its beginning is persisted or removed no more; what was set stays set, and the next flush writes it.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    em: EntityManager,
    /// Open until it is committed or rolled back.
    scope: Option<Scope>,
    before: Before,
    _flush_mode: Option<ChosenFlushMode>,
}

/// What waited for a flush when the transaction began.
struct Before {
    arena: Arc<Arena>,
    new: NodeSet,
    removed: NodeSet,
}

impl Transaction {
    /// Begins it, as a savepoint if one is open.
    pub(super) async fn begin(
        em: &EntityManager,
        options: TransactionOptions,
        flush_mode: Option<ChosenFlushMode>,
    ) -> Result<Self> {
        let arena = em.session.arena();
        let before = {
            let pending = arena.pending();
            let (new, removed) = (pending.new.clone(), pending.removed.clone());
            drop(pending);
            Before { arena, new, removed }
        };
        let scope = Scope::begin(Arc::clone(&em.session), options).await?;
        Ok(Self { em: em.clone(), scope: Some(scope), before, _flush_mode: flush_mode })
    }

    /// The entity manager.
    pub(super) fn em(&self) -> &EntityManager {
        &self.em
    }

    /// Flushes and commits.
    ///
    /// # Errors
    /// As a flush; the transaction is rolled back then.
    pub async fn commit(mut self) -> Result<()> {
        self.em.flush().await?;
        match self.scope.take() {
            Some(scope) => scope.commit().await,
            None => Ok(()),
        }
    }

    /// Rolls back.
    ///
    /// # Errors
    /// When the connection is lost; the database rolls back by itself then.
    pub async fn rollback(mut self) -> Result<()> {
        let Some(scope) = self.scope.take() else { return Ok(()) };
        let result = scope.rollback().await;
        self.forget_new_work();
        result
    }

    /// What was persisted or removed since the beginning is so no more: a second try of the same work does it again.
    fn forget_new_work(&self) {
        let Before { arena, new, removed } = &self.before;
        let pending = arena.pending();
        let revived: Vec<_> = pending.removed.difference(removed).copied().collect();
        let dropped: Vec<_> = pending.new.difference(new).copied().collect();
        drop(pending);
        // A node of an arena that was cleared meanwhile is of no unit of work any more: nothing is left to do for it.
        for node in revived {
            arena.pending().keep(arena.node(node));
        }
        for node in dropped {
            let _ = uow::remove(&self.em.session, arena.node(node));
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(scope) = self.scope.take() {
            drop(scope);
            self.forget_new_work();
        }
    }
}

impl Deref for Transaction {
    type Target = EntityManager;

    fn deref(&self) -> &EntityManager {
        &self.em
    }
}

impl EntityManager {
    /// A transaction that is more than the usual one: with an isolation level, read-only, tried again, and so on.
    ///
    /// ```ignore
    /// em.transaction().isolation(IsolationLevel::Serializable).retry(Retry::times(3)).run(async |em| { Ok(()) }).await?;
    /// ```
    pub fn transaction(&self) -> TransactionBuilder<'_> {
        TransactionBuilder::new(self)
    }

    /// Begins a transaction, or sets a savepoint when one is open. Everything that this entity manager does until its
    /// end is part of it.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<Transaction> {
        self.transaction().begin().await
    }

    /// Runs `work` in a transaction, or at a savepoint when one is open: flushes and commits when it succeeds, rolls
    /// back when it fails, or when the future is dropped.
    ///
    /// # Errors
    /// Those of `work`, and as a flush.
    pub async fn transactional<T, Failure, Work>(&self, work: Work) -> Result<T, Failure>
    where
        Work: AsyncFnOnce(&EntityManager) -> Result<T, Failure>,
        Failure: From<Error>,
    {
        self.transaction().run(work).await
    }
}
