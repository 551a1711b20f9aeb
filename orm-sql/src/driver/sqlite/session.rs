//! A connection on its own thread: transactions, selects, counts and plain SQL.

use std::sync::Arc;
use std::time::Instant;

use orm_core::driver::{RowSink, TransactionOptions};
use orm_core::log::QueryKind;
use orm_core::query::Select;
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Result};
use rusqlite::{CachedStatement, Connection};

use crate::driver::begin::begin_sql;
use crate::driver::sqlite::binder::{LogBinder, StatementBinder};
use crate::driver::sqlite::cancel::Cancel;
use crate::driver::sqlite::error::{driver_error, failure};
use crate::driver::sqlite::gate::Permit;
use crate::driver::sqlite::open::set_up;
use crate::driver::sqlite::row::{SqliteRow, cell};
use crate::driver::sqlite::shared::{DIALECT, Ended, Shared};
use crate::lower::bind::Place;
use crate::lower::select::Compiled;

/// Where the parameter of plain SQL stands in a message.
const PARAMETER: Place = Place::outside("sql", "parameter");

/// A connection and what its driver shares.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) shared: Arc<Shared>,
    pub(crate) cancel: Arc<Cancel>,
    /// A job panicked: nobody knows what it left behind.
    pub(crate) is_broken: bool,
    /// Plain SQL may have changed how the connection behaves.
    pub(crate) is_changed: bool,
    /// The open transaction only reads.
    is_read_only: bool,
    /// The right to write, from the begin of a transaction to its end.
    permit: Option<Permit>,
}

impl Session {
    pub(crate) fn new(connection: Connection, shared: Arc<Shared>, cancel: Arc<Cancel>) -> Self {
        Self {
            connection,
            shared,
            cancel,
            is_broken: false,
            is_changed: false,
            is_read_only: false,
            permit: None,
        }
    }

    /// Whether a transaction is open.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// If no transaction is open, lets the next writer pass, and a connection that only read may write again; called
    /// at the end of each job.
    pub(crate) fn settle(&mut self) {
        if !self.is_in_transaction() {
            self.permit = None;
            if self.is_read_only {
                self.is_broken |= self.set_read_only(false).is_err();
            }
        }
    }

    /// Waits for the right to write, which lasts until the job or the transaction ends.
    pub(crate) fn queue_to_write(&mut self) -> Result<()> {
        if self.permit.is_some() || self.is_in_transaction() {
            return Ok(());
        }
        let timeout = self.shared.options.busy_timeout;
        self.permit = self.shared.gate.pass(timeout, &self.cancel);
        match self.permit {
            Some(_) => Ok(()),
            None => Err(failure(
                DriverErrorKind::LockTimeout,
                format!("other connections wrote for more than {} s", timeout.as_secs_f64()),
            )),
        }
    }

    /// Rolls back what is open and sets the connection up as it was opened.
    pub(crate) fn reset(&mut self) {
        // A job that was cancelled must still clean up.
        self.cancel.start(self.cancel.number());
        if self.is_in_transaction() {
            // What cannot be rolled back is broken; the pool closes it, and SQLite rolls back then.
            self.is_broken |= self.transaction_statement("rollback").is_err();
        }
        if self.is_changed {
            self.is_broken |= set_up(&self.connection, &self.shared.options).is_err();
            self.is_changed = false;
        }
    }

    pub(crate) fn begin(&mut self, options: TransactionOptions) -> Result<()> {
        let sql = begin_sql(DIALECT, options)?;
        match options.read_only {
            true => self.set_read_only(true)?,
            false => self.queue_to_write()?,
        }
        self.transaction_statement(&sql)
    }

    /// Lets SQLite refuse writes, or take them again.
    fn set_read_only(&mut self, is_read_only: bool) -> Result<()> {
        let chosen =
            self.shared.options.pragmas.iter().find(|(name, _)| name.eq_ignore_ascii_case("query_only"));
        let usual = chosen.map_or("off", |(_, value)| value);
        let value = if is_read_only { "on" } else { usual };
        // Should it fail, the connection is set up anew or closed.
        self.is_read_only = true;
        self.connection
            .pragma_update(None, "query_only", value)
            .map_err(|error| driver_error(error, "pragma query_only"))?;
        self.is_read_only = is_read_only;
        Ok(())
    }

    /// Runs `begin`, `commit`, `savepoint` and the like.
    pub(crate) fn transaction_statement(&mut self, sql: &str) -> Result<()> {
        let started = self.shared.watch();
        let run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.raw_execute()
        };
        let result = run().map_err(|error| driver_error(error, sql));
        let failed = result.is_err();
        let kind = QueryKind::Transaction;
        self.shared.log(Ended { started, kind, sql, batch: 1, rows: 0, failed }, Vec::new);
        result.map(drop)
    }

    /// Runs `job` in a transaction, its own if none is open.
    pub(crate) fn atomically<R>(&mut self, job: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        if self.is_in_transaction() {
            return job(self);
        }
        self.begin(TransactionOptions::default())?;
        let result = job(self).and_then(|result| {
            self.transaction_statement("commit")?;
            Ok(result)
        });
        if result.is_err() {
            self.reset();
        }
        result
    }

    /// Runs a select and pushes its rows.
    pub(crate) fn select(
        &mut self,
        compiled: &Compiled,
        select: &Select,
        sink: &mut dyn RowSink,
    ) -> Result<()> {
        let started = self.shared.watch();
        let mut rows = 0;
        let result = self.push_rows(compiled, select, sink, &mut rows);
        self.log_select(started, compiled, select, rows, result.is_err());
        result
    }

    fn push_rows(
        &self,
        compiled: &Compiled,
        select: &Select,
        sink: &mut dyn RowSink,
        pushed: &mut u64,
    ) -> Result<()> {
        let sql = &*compiled.sql;
        let mut statement = self.prepare(sql)?;
        compiled.binds.bind(DIALECT, select, &mut StatementBinder::new(&mut statement, sql))?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| driver_error(error, sql))? {
            *pushed += 1;
            sink.row(&SqliteRow(row))?;
            // A sink may be slower than SQLite, which asks by itself only while it works.
            if pushed.is_multiple_of(256) && self.cancel.is_cancelled() {
                return Err(interrupted());
            }
        }
        Ok(())
    }

    /// Counts the roots of a select.
    pub(crate) fn count(&mut self, compiled: &Compiled, select: &Select) -> Result<u64> {
        let started = self.shared.watch();
        let run = || {
            let sql = &*compiled.sql;
            let mut statement = self.prepare(sql)?;
            compiled.binds.bind(DIALECT, select, &mut StatementBinder::new(&mut statement, sql))?;
            let mut rows = statement.raw_query();
            let row = rows.next().map_err(|error| driver_error(error, sql))?;
            let count = row.and_then(|row| row.get::<_, i64>(0).ok());
            let count = count.and_then(|count| u64::try_from(count).ok());
            count.ok_or_else(|| failure(DriverErrorKind::Other, "a count gave no number"))
        };
        let result = run();
        self.log_select(started, compiled, select, 1, result.is_err());
        result
    }

    fn log_select(
        &self,
        started: Option<Instant>,
        compiled: &Compiled,
        select: &Select,
        rows: u64,
        failed: bool,
    ) {
        let ended = Ended { started, kind: QueryKind::Query, sql: &compiled.sql, batch: 1, rows, failed };
        self.shared.log(ended, || {
            let mut params = LogBinder::default();
            // What cannot be bound is the statement's own error; the log has what came before it.
            let _ = compiled.binds.bind(DIALECT, select, &mut params);
            params.0
        });
    }

    /// Runs plain SQL; gives back how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let before = self.connection.total_changes();
        self.query_with(sql, params, |_| Ok(()))?;
        // SQLite still tells the changes of the statement before when this one changed nothing.
        match self.connection.total_changes() == before {
            true => Ok(0),
            false => Ok(self.connection.changes()),
        }
    }

    /// Runs plain SQL; gives back its rows.
    pub(crate) fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        self.query_with(sql, params, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    fn query_with(
        &mut self,
        sql: &str,
        params: &[Value],
        mut take: impl FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let started = self.shared.watch();
        self.is_changed |= may_change_settings(sql);
        let mut count = 0;
        if !self.prepare(sql).is_ok_and(|statement| statement.readonly()) {
            self.queue_to_write()?;
        }
        let mut run = || {
            let mut statement = self.prepare(sql)?;
            let expected = statement.parameter_count();
            if expected != params.len() {
                let problem =
                    format!("the statement has {expected} parameters, but {} are given", params.len());
                return Err(failure(DriverErrorKind::OutOfRange, problem));
            }
            let columns = statement.column_count();
            StatementBinder::new(&mut statement, sql).values(params, PARAMETER)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(|error| driver_error(error, sql))? {
                count += 1;
                let value = |column| row.get_ref(column).map_or(Value::Null, |value| cell(value).to_value());
                take((0..columns).map(value).collect())?;
            }
            Ok(())
        };
        let result = run();
        let ended =
            Ended { started, kind: QueryKind::Query, sql, batch: 1, rows: count, failed: result.is_err() };
        self.shared.log(ended, || params.to_vec());
        result
    }

    /// Runs statements without parameters, one after the other.
    pub(crate) fn execute_script(&mut self, sql: &str) -> Result<()> {
        let started = self.shared.watch();
        self.is_changed |= may_change_settings(sql);
        self.queue_to_write()?;
        let result = self.connection.execute_batch(sql).map_err(|error| driver_error(error, sql));
        let failed = result.is_err();
        let ended = Ended { started, kind: QueryKind::Query, sql, batch: 1, rows: 0, failed };
        self.shared.log(ended, Vec::new);
        result
    }

    pub(crate) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql).map_err(|error| driver_error(error, sql))
    }
}

/// Whether plain SQL may set a pragma: a word in it is enough, as setting up anew costs little.
fn may_change_settings(sql: &str) -> bool {
    sql.as_bytes().windows(6).any(|word| word.eq_ignore_ascii_case(b"pragma"))
}

/// The error of a job whose future was dropped; nobody waits for it.
pub(crate) fn interrupted() -> orm_core::Error {
    failure(DriverErrorKind::Interrupted, "the call was dropped")
}
