//! Transactions that a user opens; a flush makes its own.

use std::ops::Deref;
use std::sync::Arc;

use crate::driver::TransactionMode;
use crate::em::EntityManager;
use crate::error::{Error, Result};
use crate::session::Scope;

/// An open transaction, or a savepoint inside of one. Dropped without a commit, it is rolled back.
///
/// It is an entity manager: the one that it was begun on, with the same entities.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    em: EntityManager,
    scope: Scope,
}

impl Transaction {
    /// Flushes and commits.
    ///
    /// # Errors
    /// As a flush; the transaction is rolled back then.
    pub async fn commit(self) -> Result<()> {
        match self.em.flush().await {
            Ok(()) => self.scope.commit().await,
            Err(error) => {
                // The flush's error is the one to tell; the rollback is done in any case when the scope is dropped.
                let _ = self.scope.rollback().await;
                Err(error)
            }
        }
    }

    /// Rolls back. What flushes of this transaction wrote waits for the next flush again.
    ///
    /// # Errors
    /// When the connection is lost; the database rolls back by itself then.
    pub async fn rollback(self) -> Result<()> {
        self.scope.rollback().await
    }
}

impl Deref for Transaction {
    type Target = EntityManager;

    fn deref(&self) -> &EntityManager {
        &self.em
    }
}

impl EntityManager {
    /// Begins a transaction, or sets a savepoint when one is open. Everything that this entity manager does until its
    /// end is part of it.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<Transaction> {
        let scope = Scope::begin(Arc::clone(&self.session), TransactionMode::default()).await?;
        Ok(Transaction { em: self.clone(), scope })
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
        let transaction = self.begin().await?;
        match work(&transaction.em).await {
            Ok(value) => {
                transaction.commit().await?;
                Ok(value)
            }
            Err(failure) => {
                // The work's failure is the one to tell.
                let _ = transaction.rollback().await;
                Err(failure)
            }
        }
    }
}
