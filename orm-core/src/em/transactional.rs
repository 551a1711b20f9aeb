//! How a transaction is asked for: its options, how it goes with one that is open, and how often it is tried.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::driver::{BoxFuture, IsolationLevel, TransactionOptions};
use crate::em::retry::{Retry, Retryable};
use crate::em::{EntityManager, Transaction};
use crate::error::{Error, Result};
use crate::load;
use crate::session::{Aside, ChosenFlushMode, FlushMode, Suspended};

/// How work that needs a transaction, or none, goes with the transaction that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Propagation {
    /// A savepoint in the open transaction, which can be rolled back alone; a transaction of its own if none is open.
    /// The default.
    #[default]
    Nested,
    /// Part of the open transaction, which flushes and commits it; a transaction of its own if none is open.
    Required,
    /// A transaction of its own on another connection, whatever is open. The open one waits, and so does what it has
    /// locked: work that wants that waits for ever, or until the database gives up.
    RequiresNew,
    /// Part of the open transaction; without one, each flush commits by itself.
    Supports,
    /// Not part of the open transaction: each flush commits by itself, on another connection.
    NotSupported,
    /// As [`Supports`](Self::Supports), and an error if a transaction is open.
    Never,
    /// Part of the open transaction, and an error if there is none.
    Mandatory,
}

/// Any transaction; see [`TransactionBuilder`].
pub struct Plain;
/// A transaction around a closure; see [`TransactionBuilder`].
pub struct AroundWork;

/// A transaction that is ended by hand.
#[diagnostic::on_unimplemented(
    message = "`propagation` and `clear` are about a closure",
    label = "`begin` gives a transaction that is ended by hand",
    note = "write `.run(async |em| …)` instead of `.begin()`, or leave them out"
)]
pub trait EndedByHand {}
#[diagnostic::do_not_recommend]
impl EndedByHand for Plain {}

/// A transaction that is being asked for; [`begin`](Self::begin) or [`run`](Self::run) begins it.
#[must_use = "no transaction begins before `begin` or `run`"]
pub struct TransactionBuilder<'em, Kind = Plain> {
    em: &'em EntityManager,
    asked: Asked,
    kind: PhantomData<fn() -> Kind>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    options: TransactionOptions,
    propagation: Propagation,
    flush_mode: Option<FlushMode>,
    clear: bool,
}

impl<'em> TransactionBuilder<'em> {
    pub(super) fn new(em: &'em EntityManager) -> Self {
        Self { em, asked: Asked::default(), kind: PhantomData }
    }
}

impl<'em, Kind> TransactionBuilder<'em, Kind> {
    /// Chooses what the transaction may see of others.
    ///
    /// A database that does not have the level refuses with [`Error::Unsupported`]; an open transaction that began with
    /// less, with [`Error::Transaction`].
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.asked.options = self.asked.options.isolation(level);
        self
    }

    /// Promises that nothing is written. The database refuses what is written all the same.
    pub fn read_only(mut self) -> Self {
        self.asked.options = self.asked.options.read_only();
        self
    }

    /// Lets the transaction wait at its begin, so that it cannot fail later for what others do: for serializable and
    /// read-only transactions of PostgreSQL, such as reports.
    pub fn deferrable(mut self) -> Self {
        self.asked.options = self.asked.options.deferrable();
        self
    }

    /// Chooses when changes are written by themselves until the end of the transaction.
    pub fn flush_mode(mut self, mode: FlushMode) -> Self {
        self.asked.flush_mode = Some(mode);
        self
    }

    /// Chooses how the work goes with a transaction that is open; [`Propagation::Nested`] otherwise.
    pub fn propagation(mut self, propagation: Propagation) -> TransactionBuilder<'em, AroundWork> {
        self.asked.propagation = propagation;
        self.around_work()
    }

    /// Lets the work begin without entities. Those that are loaded now come back at the end, with what the work
    /// learned of their rows; what waits for a flush waits until then, and the work's own entities can only be read.
    pub fn clear(mut self) -> TransactionBuilder<'em, AroundWork> {
        self.asked.clear = true;
        self.around_work()
    }

    /// Lets the work be done again when the database gave it up for what others did at the same time.
    pub fn retry(self, retry: Retry) -> RetriedTransaction<'em> {
        RetriedTransaction { em: self.em, asked: Asked { clear: true, ..self.asked }, retry }
    }

    fn around_work(self) -> TransactionBuilder<'em, AroundWork> {
        TransactionBuilder { em: self.em, asked: self.asked, kind: PhantomData }
    }

    /// Begins the transaction, or sets a savepoint when one is open.
    ///
    /// # Errors
    /// When no connection is to be had; [`Error::Transaction`] when the open transaction does not keep what is asked
    /// for.
    pub fn begin(self) -> BoxFuture<'em, Result<Transaction>>
    where
        Kind: EndedByHand,
    {
        // Boxed, so that rustc tells a mistake once and not three times.
        let Self { em, asked, kind: _ } = self;
        Box::pin(async move { asked.begin(em).await })
    }

    /// Runs `work` in the transaction: flushes and commits when it succeeds, rolls back when it fails, or when the
    /// future is dropped.
    ///
    /// # Errors
    /// Those of `work`, and as a flush; [`Error::Transaction`] when what is asked for does not go with the transaction
    /// that is open.
    pub async fn run<T, Failure, Work>(self, work: Work) -> Result<T, Failure>
    where
        Work: AsyncFnOnce(&EntityManager) -> Result<T, Failure>,
        Failure: From<Error>,
    {
        self.asked.run(self.em, work).await
    }
}

/// A transaction whose work is done again when the database gave it up; [`run`](Self::run) begins it.
#[must_use = "no transaction begins before `run`"]
pub struct RetriedTransaction<'em> {
    em: &'em EntityManager,
    asked: Asked,
    retry: Retry,
}

impl RetriedTransaction<'_> {
    /// Runs `work` in the transaction, and again in a new one when it failed for what others did at the same time: a
    /// deadlock, a serialization failure, a lock that was not to be had. Each time it begins without entities, so it
    /// loads what it needs; see [`clear`](TransactionBuilder::clear).
    ///
    /// # Errors
    /// Those of the last time; [`Error::Transaction`] inside of an open transaction, which would have to be tried again
    /// itself.
    pub async fn run<T, Failure, Work>(self, mut work: Work) -> Result<T, Failure>
    where
        Work: AsyncFnMut(&EntityManager) -> Result<T, Failure>,
        Failure: From<Error> + Retryable,
    {
        if self.em.in_transaction() && self.asked.propagation != Propagation::RequiresNew {
            return Err(Failure::from(NO_RETRY_INSIDE));
        }
        let mut done_again = 0;
        loop {
            match self.asked.run(self.em, &mut work).await {
                Err(failure) if failure.is_retryable() && done_again < self.retry.limit() => {
                    self.retry.pause(done_again).await;
                    done_again += 1;
                }
                result => return result,
            }
        }
    }
}

const NO_RETRY_INSIDE: Error = Error::Transaction {
    message: "work in an open transaction cannot be tried again by itself, as the database gives up the whole transaction; let the outermost one retry, or use `Propagation::RequiresNew`",
};
const NONE_TO_JOIN: Error = Error::Transaction {
    message: "no transaction is open, but the work is to be part of one (`Propagation::Mandatory`); begin one around it",
};
const NONE_WANTED: Error = Error::Transaction {
    message: "a transaction is open, but the work is not to be part of one (`Propagation::Never`); run it after the commit, or use `Propagation::NotSupported`",
};

/// What is done for work, given what is open.
enum Way {
    Begin,
    Join,
    WithoutTransaction,
}

impl Asked {
    async fn begin(&self, em: &EntityManager) -> Result<Transaction> {
        Transaction::begin(em, self.options, self.choose_flush_mode(em)).await
    }

    fn choose_flush_mode(&self, em: &EntityManager) -> Option<ChosenFlushMode> {
        self.flush_mode.map(|mode| ChosenFlushMode::new(Arc::clone(&em.session), mode))
    }

    /// What to do, with the open transaction set aside where it is not to be used.
    async fn way(&self, em: &EntityManager) -> Result<(Way, Option<Suspended>)> {
        let suspend = || Suspended::new(Arc::clone(&em.session));
        Ok(match (self.propagation, em.in_transaction()) {
            (Propagation::Nested, _) | (Propagation::Required | Propagation::RequiresNew, false) => {
                (Way::Begin, None)
            }
            (Propagation::RequiresNew, true) => (Way::Begin, Some(suspend().await?)),
            (Propagation::Required | Propagation::Supports | Propagation::Mandatory, true) => {
                em.session.check_open(&self.options).await?;
                (Way::Join, None)
            }
            (Propagation::Supports | Propagation::NotSupported | Propagation::Never, false) => {
                (Way::WithoutTransaction, None)
            }
            (Propagation::NotSupported, true) => (Way::WithoutTransaction, Some(suspend().await?)),
            (Propagation::Mandatory, false) => return Err(NONE_TO_JOIN),
            (Propagation::Never, true) => return Err(NONE_WANTED),
        })
    }

    async fn run<T, Failure, Work>(&self, em: &EntityManager, work: Work) -> Result<T, Failure>
    where
        Work: AsyncFnOnce(&EntityManager) -> Result<T, Failure>,
        Failure: From<Error>,
    {
        // Guards come back in the opposite order: first the entities, then the transaction.
        let (way, _suspended) = self.way(em).await?;
        let aside = self.clear.then(|| Aside::new(Arc::clone(&em.session)));
        let value = match way {
            Way::Begin => {
                let transaction = self.begin(em).await?;
                match work(transaction.em()).await {
                    Ok(value) => {
                        transaction.commit().await?;
                        value
                    }
                    Err(failure) => {
                        // The work's failure is the one to tell.
                        let _ = transaction.rollback().await;
                        return Err(failure);
                    }
                }
            }
            Way::Join | Way::WithoutTransaction => {
                let _flush_mode = self.choose_flush_mode(em);
                let value = work(em).await?;
                // What belongs to the open transaction is flushed with it, unless the entities are gone by then.
                if self.clear || matches!(way, Way::WithoutTransaction) {
                    em.flush().await?;
                }
                value
            }
        };
        if let Some(aside) = aside {
            load::carry(&em.session.arena(), aside.arena());
        }
        Ok(value)
    }
}
