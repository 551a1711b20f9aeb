//! A connection as the contract has it: what is asked becomes jobs for the worker, and finds by key run here.

use std::any::Any;
use std::sync::Arc;

use orm_core::driver::{BoxFuture, Connection, RowSink, TransactionOptions};
use orm_core::query::{Select, Write, Written};
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::driver::begin::begin_sql;
use crate::driver::sqlite::error::is_busy;
use crate::driver::sqlite::pool::Lease;
use crate::driver::sqlite::session::Session;
use crate::driver::sqlite::shared::{DIALECT, Shared};
use crate::lower::shape::Purpose;

/// A connection to a SQLite database.
///
/// `begin` costs nothing: it goes with the first statement, and a transaction without statements never reaches SQLite.
pub struct SqliteConnection {
    /// Gone only while it is dropped.
    lease: Option<Lease>,
    shared: Arc<Shared>,
    transaction: Transaction,
    /// A call was dropped before it ended, or a job failed in a way that leaves the connection in doubt.
    is_unsettled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    /// Begins with the first statement.
    Pending(TransactionOptions),
    Open,
    /// SQLite rolled it back, or will: nothing may run as if it were open.
    Lost,
}

/// What a job says beside its result.
struct Outcome<R> {
    result: Result<R>,
    began: bool,
    is_in_transaction: bool,
    /// Panicked, or with other settings.
    is_unsettled: bool,
}

impl SqliteConnection {
    pub(crate) fn new(lease: Lease, shared: Arc<Shared>) -> Self {
        Self { lease: Some(lease), shared, transaction: Transaction::None, is_unsettled: false }
    }

    /// Runs plain SQL with one parameter a `?`; gives back how many rows it changed.
    ///
    /// # Errors
    /// The driver's error.
    pub async fn execute(&mut self, sql: &str, params: Vec<Value>) -> Result<u64> {
        let sql = sql.to_owned();
        self.run_plain(move |session| session.execute(&sql, &params)).await
    }

    /// Runs plain SQL with one parameter a `?`; gives back its rows.
    ///
    /// # Errors
    /// The driver's error.
    pub async fn query(&mut self, sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>> {
        let sql = sql.to_owned();
        self.run_plain(move |session| session.query(&sql, &params)).await
    }

    /// Runs several statements, one after the other; they have no parameters.
    ///
    /// # Errors
    /// The error of the first that fails; those before it are done, unless a transaction is open and rolled back.
    pub async fn execute_script(&mut self, sql: &str) -> Result<()> {
        let sql = sql.to_owned();
        self.run_plain(move |session| session.execute_script(&sql)).await
    }

    /// Runs plain SQL, which may end a transaction by a statement.
    async fn run_plain<R: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Session) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let result = self.run(job).await;
        if result.is_ok() && self.transaction == Transaction::Lost {
            self.transaction = Transaction::None;
        }
        result
    }

    fn lease(&self) -> Result<&Lease> {
        self.lease.as_ref().ok_or(Error::Closed)
    }

    /// Runs a job on the worker, behind the `begin` that is due.
    async fn run<R: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Session) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let before = self.transaction;
        let begin = match before {
            Transaction::None | Transaction::Open => None,
            Transaction::Pending(options) => Some(options),
            Transaction::Lost => return Err(lost()),
        };
        let expects_transaction = before != Transaction::None;
        let answer =
            self.lease.as_ref().ok_or(Error::Closed)?.worker()?.run(expects_transaction, move |session| {
                let mut began = false;
                if !expects_transaction && session.is_in_transaction() {
                    // A call was dropped while it cleaned up after itself.
                    session.reset();
                }
                let result = match begin.map_or(Ok(()), |options| session.begin(options)) {
                    Ok(()) => {
                        began = true;
                        job(session)
                    }
                    Err(error) => Err(error),
                };
                let is_in_transaction = session.is_in_transaction();
                let is_unsettled = session.is_broken || session.is_changed;
                Ok(Outcome { result, began, is_in_transaction, is_unsettled })
            });
        // Should this future be dropped while it waits, that is how things stand.
        self.is_unsettled = true;
        if expects_transaction {
            self.transaction = Transaction::Lost;
        }
        let outcome = answer.await?;
        self.is_unsettled = outcome.is_unsettled;
        self.transaction = match (outcome.is_in_transaction, before) {
            (true, _) => Transaction::Open,
            (false, Transaction::None) => Transaction::None,
            // Nothing began, so nothing is lost: the next statement tries again.
            (false, pending @ Transaction::Pending(_)) if !outcome.began => pending,
            // SQLite gives up a transaction by itself when the disk is full, for example.
            (false, _) => Transaction::Lost,
        };
        outcome.result
    }

    /// Ends the transaction by a statement; without one, there is nothing to end.
    async fn end(&mut self, sql: &'static str) -> Result<()> {
        let expected = match self.transaction {
            Transaction::Pending(_) => {
                self.transaction = Transaction::None;
                return Ok(());
            }
            Transaction::None => return Err(no_transaction()),
            Transaction::Lost if sql == ROLLBACK => {
                self.transaction = Transaction::None;
                return Ok(());
            }
            Transaction::Lost => return Err(lost()),
            Transaction::Open => sql,
        };
        let result = self.run(move |session| session.transaction_statement(expected)).await;
        if result.is_ok() {
            self.transaction = Transaction::None;
        }
        result
    }

    /// A savepoint's statement; needs a transaction.
    async fn savepoint_statement(&mut self, verb: &str, depth: u32) -> Result<()> {
        if self.transaction == Transaction::None {
            return Err(no_transaction());
        }
        let sql = format!("{verb} orm_{depth}");
        self.run(move |session| session.transaction_statement(&sql)).await
    }

    /// Answers a find by key on this thread, if the connection is free and need not wait for anyone's lock.
    fn select_here(&mut self, select: &Select, sink: &mut dyn RowSink) -> Option<Result<()>> {
        let is_possible = select.is_point_read
            && self.shared.options.inline_point_reads
            && matches!(self.transaction, Transaction::None | Transaction::Open);
        if !is_possible {
            return None;
        }
        let compiled = match self.shared.compiled(select, Purpose::Rows) {
            Ok(compiled) => compiled,
            Err(error) => return Some(Err(error)),
        };
        let worker = self.lease().and_then(Lease::worker).ok()?;
        let expects_transaction = self.transaction == Transaction::Open;
        let result = worker.run_here(|session| {
            if session.is_in_transaction() != expects_transaction {
                return Ok(None);
            }
            let result = session.select(&compiled, select, sink);
            Ok(Some((result, session.is_in_transaction())))
        })?;
        match result {
            // The worker puts it right.
            Ok(None) => None,
            // On this thread SQLite does not wait for locks. The worker does.
            Ok(Some((Err(error), _))) if is_busy(&error) => None,
            Ok(Some((result, is_in_transaction))) => {
                if expects_transaction && !is_in_transaction {
                    self.transaction = Transaction::Lost;
                }
                Some(result)
            }
            Err(error) => {
                self.is_unsettled = true;
                Some(Err(error))
            }
        }
    }
}

const ROLLBACK: &str = "rollback";

impl Connection for SqliteConnection {
    fn select<'a>(
        &'a mut self,
        select: Select,
        mut sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, Result<Box<dyn RowSink>>> {
        Box::pin(async move {
            if let Some(result) = self.select_here(&select, &mut *sink) {
                return result.map(|()| sink);
            }
            let compiled = self.shared.compiled(&select, Purpose::Rows)?;
            let job = move |session: &mut Session| {
                session.select(&compiled, &select, &mut *sink)?;
                Ok(sink)
            };
            self.run(job).await
        })
    }

    fn count(&mut self, select: Select) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            let compiled = self.shared.compiled(&select, Purpose::Count)?;
            self.run(move |session| session.count(&compiled, &select)).await
        })
    }

    fn write(&mut self, write: Write) -> BoxFuture<'_, Result<Written>> {
        Box::pin(self.run(move |session| session.write(&write)))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if self.transaction != Transaction::None {
                return Err(Error::Transaction {
                    message: "a transaction is open already; nest with a savepoint",
                });
            }
            // What SQLite does not have is told here, and not by the first statement.
            begin_sql(DIALECT, options)?;
            self.transaction = Transaction::Pending(options);
            Ok(())
        })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.end("commit"))
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.end(ROLLBACK))
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.savepoint_statement("savepoint", depth))
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.savepoint_statement("release", depth))
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.savepoint_statement("rollback to", depth))
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Drop for SqliteConnection {
    fn drop(&mut self) {
        let is_clean =
            !self.is_unsettled && matches!(self.transaction, Transaction::None | Transaction::Pending(_));
        match self.lease.take() {
            Some(lease) if !is_clean => lease.reset_and_release(),
            // Given back as it is.
            _ => {}
        }
    }
}

fn lost() -> Error {
    Error::Transaction {
        message: "the transaction was rolled back, because a call in it was dropped or the database gave it up; roll back and begin again",
    }
}

fn no_transaction() -> Error {
    Error::Transaction { message: "no transaction is open; call `begin` first" }
}
