//! A connection as the contract has it: transactions, one retry for what may be repeated, and a clean way back.

use std::any::Any;
use std::sync::Arc;

use orm_core::driver::{BoxFuture, Connection, RowSink, TransactionOptions};
use orm_core::log::QueryKind;
use orm_core::query::{Select, Write, Written};
use orm_core::value::Value;
use orm_core::{Error, Result};
use tokio::runtime::Handle;

use crate::dialect::Dialect;
use crate::driver::begin::begin_sql;
use crate::driver::server::error::{After, Failed};
use crate::driver::server::guard::{Flight, Slot, roll_back_soon};
use crate::driver::server::names::with_columns;
use crate::driver::server::pool::{Lease, Pool};
use crate::driver::server::row::ServerRow;
use crate::driver::server::session::{self, Answer, Done};
use crate::driver::server::shared::Shared;
use crate::driver::server::transaction::{Transaction, already_open, failed_before, lost, no_transaction};
use crate::driver::server::writes::takes_several;
use crate::driver::server::{Effect, Opened, Server};
use crate::lower::shape::Purpose;
use crate::lower::write::WriteStatement;

/// A connection to a server.
///
/// `begin` costs nothing: it goes before the first statement, and a transaction without statements never reaches the
/// server.
pub struct ServerConnection<S: Server> {
    /// Gone only while it is dropped.
    lease: Option<Lease<S>>,
    pub(super) slot: Slot<S>,
    /// Where else to go when the server is lost.
    fallback: Option<Arc<Pool<S>>>,
    shared: Arc<Shared<S>>,
    pub(super) dialect: Dialect,
    transaction: Transaction,
    /// How the transaction began, if there is one.
    begun_with: TransactionOptions,
    /// Plain SQL changed settings, or holds what the next one should not have.
    is_changed: bool,
}

impl<S: Server> ServerConnection<S> {
    pub(crate) fn new(lease: Lease<S>, opened: Opened<S>, shared: Arc<Shared<S>>) -> Self {
        let dialect = opened.dialect;
        Self {
            lease: Some(lease),
            slot: Slot::Here(opened),
            fallback: None,
            shared,
            dialect,
            transaction: Transaction::None,
            begun_with: TransactionOptions::default(),
            is_changed: false,
        }
    }

    /// The same connection, which goes on with a server of another pool when its own is lost.
    pub(crate) fn falling_back_on(mut self, pool: &Arc<Pool<S>>) -> Self {
        self.fallback = Some(Arc::clone(pool));
        self
    }

    /// Speaks to the server as if it were another.
    #[cfg(test)]
    pub(crate) fn speak(&mut self, dialect: Dialect) {
        self.dialect = dialect;
        if let Slot::Here(opened) = &mut self.slot {
            opened.dialect = dialect;
        }
    }

    /// How the server speaks.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Runs plain SQL with bound values; gives back how many rows it changed.
    ///
    /// # Errors
    /// The driver's error.
    pub async fn execute(&mut self, sql: &str, params: Vec<Value>) -> Result<u64> {
        Ok(self.run_plain(sql, &params, &mut |_| Ok(())).await?.affected)
    }

    /// Runs plain SQL with bound values; gives back its rows.
    ///
    /// # Errors
    /// The driver's error.
    pub async fn query(&mut self, sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        let mut take = |row: &ServerRow<'_, S>| {
            rows.push(row.values());
            Ok(())
        };
        self.run_plain(sql, &params, &mut take).await?;
        Ok(rows)
    }

    /// Runs several statements, one after the other; they have no parameters.
    ///
    /// # Errors
    /// The error of the first that fails.
    pub async fn execute_script(&mut self, sql: &str) -> Result<()> {
        let effect = self.ready_for(sql).await?;
        let (mut flight, shared) = self.call();
        let result = match flight.opened() {
            Ok(opened) => session::script(opened, shared, QueryKind::Query, sql).await,
            Err(error) => Err(error.into()),
        };
        flight.land();
        let result = self.after(result).await;
        self.follow_effect(effect, &result);
        result
    }

    async fn run_plain(
        &mut self,
        sql: &str,
        params: &[Value],
        take: &mut (dyn FnMut(&ServerRow<'_, S>) -> Result<()> + Send),
    ) -> Result<Done> {
        let mut is_second = false;
        loop {
            let effect = self.ready_for(sql).await?;
            let (mut flight, shared) = self.call();
            let result = match flight.opened() {
                Ok(opened) => session::plain(opened, shared, sql, params, &mut *take).await,
                Err(error) => Err(error.into()),
            };
            flight.land();
            let retries = !is_second && self.has_not_run(&result);
            let result = self.after(result).await;
            if !retries {
                self.follow_effect(effect, &result);
                return result;
            }
            is_second = true;
        }
    }

    /// Makes the connection ready for plain SQL.
    async fn ready_for(&mut self, sql: &str) -> Result<Effect> {
        let effect = S::effect(sql);
        // A transaction that plain SQL begins is one that nobody ends.
        self.is_changed |= effect.changes_session;
        match effect.commits_first {
            true => self.ready_outside().await?,
            false => self.ready().await?,
        }
        Ok(effect)
    }

    /// What plain SQL ended is not open any more.
    fn follow_effect<T>(&mut self, effect: Effect, result: &Result<T>) {
        if effect.ends_transaction && result.is_ok() {
            self.transaction = Transaction::None;
        }
    }

    /// Makes the connection ready for a statement: put right, open, and in its transaction.
    async fn ready(&mut self) -> Result<()> {
        self.ready_at_all().await?;
        let Transaction::Pending(options) = self.transaction else { return Ok(()) };
        match self.begin_now(options).await {
            // The server went away while nobody used the connection: nothing has begun, so it is begun elsewhere.
            Err(failed) if failed.after == After::Broken => {
                self.transaction = Transaction::Pending(options);
                self.open_if_lost().await?;
                self.begin_now(options).await.map_err(|failed| failed.error)
            }
            result => result.map_err(|failed| failed.error),
        }
    }

    /// Makes the connection ready for a statement before which the server commits. What it would do is done here, so
    /// that it is known how the transaction stands, whatever becomes of the statement; the next one begins it anew.
    async fn ready_outside(&mut self) -> Result<()> {
        if self.transaction == Transaction::Open {
            self.transaction_statement("commit").await?;
            self.transaction = Transaction::Pending(self.begun_with);
        }
        self.ready_at_all().await
    }

    async fn ready_at_all(&mut self) -> Result<()> {
        self.transaction.check()?;
        self.slot.settled().await;
        self.open_if_lost().await
    }

    async fn begin_now(&mut self, options: TransactionOptions) -> Result<(), Failed> {
        let sql = begin_sql(self.dialect, options)?;
        let (mut flight, shared) = self.call();
        let result = match flight.opened() {
            Ok(opened) => session::script(opened, shared, QueryKind::Transaction, &sql).await,
            Err(error) => Err(error.into()),
        };
        flight.land();
        let after = result.as_ref().map(drop).map_err(|failed| failed.after);
        self.transaction = match after {
            Ok(()) => Transaction::Open,
            // Nothing began, so nothing is lost: the next statement tries again.
            Err(_) => Transaction::Pending(options),
        };
        self.note_broken(&after);
        result
    }

    async fn open_if_lost(&mut self) -> Result<()> {
        if let Slot::Empty = self.slot {
            let lease = self.lease.as_ref().ok_or(Error::Closed)?;
            let opened = match (lease.pool.open().await, &self.fallback) {
                (Err(_), Some(fallback)) => {
                    let (lease, opened) = fallback.acquire().await?;
                    self.lease = Some(lease);
                    self.dialect = opened.dialect;
                    opened
                }
                (opened, _) => opened?,
            };
            self.slot = Slot::Here(opened);
            self.is_changed = false;
        }
        Ok(())
    }

    /// Begins a call, which has to land.
    fn call(&mut self) -> (Flight<'_, S>, &Shared<S>) {
        // A replica is not where the driver's own options lead.
        let options = self.lease.as_ref().map_or(&self.shared.options, |lease| &lease.pool.options);
        let flight = Flight::new(&mut self.slot, &mut self.transaction, options);
        (flight, &self.shared)
    }

    /// Notes what a call did to the connection and its transaction.
    async fn after<T>(&mut self, result: Result<T, Failed>) -> Result<T> {
        let after = result.as_ref().map(drop).map_err(|failed| failed.after);
        self.transaction = self.transaction.after(&after, S::FAILURE_ENDS_TRANSACTION);
        self.note_broken(&after);
        if after == Err(After::Outdated)
            && let Slot::Here(opened) = &mut self.slot
        {
            S::forget_statements(&mut opened.raw).await;
        }
        result.map_err(|failed| failed.error)
    }

    fn note_broken(&mut self, after: &Result<(), After>) {
        if *after == Err(After::Broken) {
            self.slot = Slot::Empty;
            if let Some(lease) = &self.lease {
                lease.pool.forget_idle();
            }
        }
    }

    /// A select or a count may run again: it changes nothing. It does, once, when the connection turned out to be broken
    /// before anything was answered, or when the tables changed since the statement was prepared.
    fn may_retry<T>(&self, result: &Result<T, Failed>, answered: u64) -> bool {
        let is_broken = result.as_ref().is_err_and(|failed| failed.after == After::Broken);
        answered == 0 && (self.has_not_run(result) || (is_broken && self.transaction == Transaction::None))
    }

    /// Whether a statement was refused before it ran, as what was prepared is outdated, and the transaction goes on.
    fn has_not_run<T>(&self, result: &Result<T, Failed>) -> bool {
        let goes_on = self.transaction == Transaction::None || !S::FAILURE_ENDS_TRANSACTION;
        goes_on && result.as_ref().is_err_and(|failed| failed.after == After::Outdated)
    }

    async fn select_rows(&mut self, select: &Select, sink: &mut dyn RowSink) -> Result<()> {
        let mut is_second = false;
        loop {
            self.ready().await?;
            let compiled = self.shared.statements.compiled(self.dialect, select, Purpose::Rows)?;
            let mut pushed = 0;
            let (mut flight, shared) = self.call();
            let result = match flight.opened() {
                Ok(opened) => {
                    session::select(opened, shared, &compiled, select, &mut *sink, &mut pushed).await
                }
                Err(error) => Err(error.into()),
            };
            flight.land();
            let retries = !is_second && self.may_retry(&result, pushed);
            let result = self.after(result).await;
            if !retries {
                return result;
            }
            is_second = true;
        }
    }

    async fn count_rows(&mut self, select: &Select) -> Result<u64> {
        let mut is_second = false;
        loop {
            self.ready().await?;
            let compiled = self.shared.statements.compiled(self.dialect, select, Purpose::Count)?;
            let (mut flight, shared) = self.call();
            let result = match flight.opened() {
                Ok(opened) => session::count(opened, shared, &compiled, select).await,
                Err(error) => Err(error.into()),
            };
            flight.land();
            let retries = !is_second && self.may_retry(&result, 0);
            let result = self.after(result).await;
            if !retries {
                return result;
            }
            is_second = true;
        }
    }

    /// Runs one statement of a write.
    pub(super) async fn run_statement(&mut self, statement: &dyn WriteStatement) -> Result<Answer> {
        let compiled = self.shared.statements.write(self.dialect, statement)?;
        let mut is_second = false;
        loop {
            self.ready().await?;
            let (mut flight, shared) = self.call();
            let result = match flight.opened() {
                Ok(opened) => session::write(opened, shared, &compiled, statement).await,
                Err(error) => Err(error.into()),
            };
            flight.land();
            // What was refused for its age has written nothing; what broke off may have.
            let is_outdated = matches!(&result, Err(failed) if failed.after == After::Outdated);
            let retries = !is_second && is_outdated && self.transaction == Transaction::None;
            let result = self.after(result).await;
            if !retries {
                return result;
            }
            is_second = true;
        }
    }

    /// Runs what takes several statements as one: all of it or nothing.
    pub(super) async fn write_now(&mut self, write: &Write) -> Result<Written> {
        if self.transaction != Transaction::None || !takes_several(self.dialect, write) {
            return self.run_write(write).await;
        }
        self.begun_with = TransactionOptions::default();
        self.transaction = Transaction::Pending(self.begun_with);
        match self.run_write(write).await {
            Ok(written) => {
                self.commit_now().await?;
                Ok(written)
            }
            Err(error) => {
                // The first error is the one that says why.
                let _ = self.rollback_now().await;
                Err(error)
            }
        }
    }

    /// `commit`, `rollback` and what is about savepoints.
    async fn transaction_statement(&mut self, sql: &str) -> Result<()> {
        self.slot.settled().await;
        let (mut flight, shared) = self.call();
        let result = match flight.opened() {
            Ok(opened) => session::script(opened, shared, QueryKind::Transaction, sql).await,
            Err(error) => Err(error.into()),
        };
        flight.land();
        self.after(result).await
    }

    async fn commit_now(&mut self) -> Result<()> {
        match self.transaction {
            Transaction::None => Err(no_transaction()),
            Transaction::Lost => Err(lost()),
            Transaction::Pending(_) => {
                self.transaction = Transaction::None;
                Ok(())
            }
            // The server would take the commit, and roll back.
            Transaction::Failed => {
                self.transaction_statement("rollback").await?;
                self.transaction = Transaction::None;
                Err(failed_before())
            }
            Transaction::Open => {
                let result = self.transaction_statement("commit").await;
                if result.is_ok() {
                    self.transaction = Transaction::None;
                }
                result
            }
        }
    }

    async fn rollback_now(&mut self) -> Result<()> {
        match self.transaction {
            Transaction::None => return Err(no_transaction()),
            Transaction::Pending(_) => {}
            Transaction::Lost => {
                // Where a task puts the connection right, it rolls back; where the connection is gone, the server does.
                self.slot.settled().await;
                if let Slot::Here(opened) = &mut self.slot
                    && !roll_back_soon::<S>(opened).await
                {
                    self.slot = Slot::Empty;
                }
            }
            Transaction::Open | Transaction::Failed => {
                if let Err(error) = self.transaction_statement("rollback").await {
                    // A connection that is gone takes its transaction along.
                    return match self.transaction {
                        Transaction::Lost => {
                            self.transaction = Transaction::None;
                            Ok(())
                        }
                        _ => Err(error),
                    };
                }
            }
        }
        self.transaction = Transaction::None;
        Ok(())
    }

    async fn savepoint_statement(&mut self, verb: &str, depth: u32) -> Result<()> {
        if self.transaction == Transaction::None {
            return Err(no_transaction());
        }
        self.ready().await?;
        self.transaction_statement(&format!("{verb} orm_{depth}")).await
    }
}

impl<S: Server> Connection for ServerConnection<S> {
    fn select<'a>(
        &'a mut self,
        select: Select,
        mut sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, Result<Box<dyn RowSink>>> {
        Box::pin(async move {
            self.select_rows(&select, &mut *sink).await?;
            Ok(sink)
        })
    }

    fn count(&mut self, select: Select) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move { self.count_rows(&select).await })
    }

    fn write(&mut self, write: Write) -> BoxFuture<'_, Result<Written>> {
        Box::pin(async move {
            let written = self.write_now(&write).await;
            written.map_err(|error| match self.shared.statements.registry() {
                Ok(registry) => with_columns(error, self.dialect, registry, &write),
                Err(_) => error,
            })
        })
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if self.transaction != Transaction::None {
                return Err(already_open());
            }
            // What the database does not have is told here, and not by the first statement.
            begin_sql(self.dialect, options)?;
            self.transaction = Transaction::Pending(options);
            self.begun_with = options;
            Ok(())
        })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.commit_now())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.rollback_now())
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.savepoint_statement("savepoint", depth))
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.savepoint_statement("release savepoint", depth))
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.savepoint_statement("rollback to savepoint", depth))
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl<S: Server> Drop for ServerConnection<S> {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        let slot = std::mem::replace(&mut self.slot, Slot::Empty);
        let is_clean = matches!(self.transaction, Transaction::None | Transaction::Pending(_));
        let is_changed = self.is_changed;
        let opened = match slot {
            Slot::Empty => return,
            Slot::Here(opened) if is_clean && !is_changed => return lease.give_back(opened),
            slot => slot,
        };
        // Without a runtime it is closed, and the server rolls back when it notices.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let Some(mut opened) = opened.take().await else { return };
            if is_changed {
                lease.pool.close_later(opened);
            } else if roll_back_soon::<S>(&mut opened).await {
                lease.give_back(opened);
            }
        });
    }
}
