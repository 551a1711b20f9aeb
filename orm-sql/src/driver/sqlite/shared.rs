//! What all connections of a driver share: options, entities, statements that were lowered, and who listens.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use orm_core::log::{QueryEvent, QueryKind};
use orm_core::meta::Registry;
use orm_core::query::Select;
use orm_core::value::Value;
use orm_core::{Error, Result};
use tracing::Level;

use crate::dialect::Dialect;
use crate::driver::sqlite::gate::Gate;
use crate::driver::sqlite::options::SqliteOptions;
use crate::lower::cache::Cache;
use crate::lower::select::{Compiled, lower_count, lower_select};
use crate::lower::shape::{Purpose, Shape};

pub(crate) const DIALECT: Dialect = Dialect::Sqlite;

/// What all connections of a driver share.
pub(crate) struct Shared {
    pub(crate) options: SqliteOptions,
    pub(crate) registry: OnceLock<Arc<Registry>>,
    pub(crate) statements: Cache<Compiled>,
    pub(crate) gate: Arc<Gate>,
}

impl Shared {
    pub(crate) fn new(options: SqliteOptions) -> Self {
        let statements = Cache::new(2 * options.statement_cache.max(1));
        Self { options, registry: OnceLock::new(), statements, gate: Arc::default() }
    }

    /// The entities.
    pub(crate) fn registry(&self) -> Result<&Arc<Registry>> {
        let message = "the driver knows no entities yet; give it to `Orm::builder()`, or call `attach`";
        self.registry.get().ok_or(Error::Configuration { message })
    }

    /// The statement of a select, lowered now if it is the first of its shape.
    pub(crate) fn compiled(&self, select: &Select, purpose: Purpose) -> Result<Arc<Compiled>> {
        let shape = Shape::of_select(DIALECT, select, purpose)?;
        // A count does not look at the columns.
        let fits = |found: &Compiled| {
            purpose == Purpose::Count
                || Arc::ptr_eq(&found.selection, &select.selection)
                || found.selection == select.selection
        };
        self.statements.get(shape, fits, || {
            let registry = self.registry()?;
            match purpose {
                Purpose::Rows => lower_select(DIALECT, registry, select),
                Purpose::Count => lower_count(DIALECT, registry, select),
            }
        })
    }

    /// Starts the clock, if anyone listens.
    pub(crate) fn watch(&self) -> Option<Instant> {
        let listens = self.options.logger.is_some() || tracing::enabled!(target: "orm::query", Level::DEBUG);
        listens.then(Instant::now)
    }

    /// Tells whoever listens that a statement ended.
    pub(crate) fn log(&self, ended: Ended<'_>, params: impl FnOnce() -> Vec<Value>) {
        let Ended { started, kind, sql, batch, rows, failed } = ended;
        let Some(started) = started else { return };
        let elapsed = started.elapsed();
        let traces_values = tracing::enabled!(target: "orm::query", Level::TRACE);
        let params = match self.options.logger.is_some() || traces_values {
            true => params(),
            false => Vec::new(),
        };
        trace(sql, &params, batch, rows, elapsed, failed);
        if let Some(logger) = &self.options.logger {
            let mut event = QueryEvent::new(kind, sql.into());
            event.params = params;
            event.batch = batch;
            event.rows = rows;
            event.elapsed = elapsed;
            event.failed = failed;
            logger.log(&event);
        }
    }
}

/// A statement that ended.
pub(crate) struct Ended<'a> {
    pub(crate) started: Option<Instant>,
    pub(crate) kind: QueryKind,
    pub(crate) sql: &'a str,
    pub(crate) batch: usize,
    pub(crate) rows: u64,
    pub(crate) failed: bool,
}

fn trace(sql: &str, params: &[Value], batch: usize, rows: u64, elapsed: Duration, failed: bool) {
    let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(target: "orm::query", sql, batch, rows, elapsed_us, failed);
    if !params.is_empty() && tracing::enabled!(target: "orm::query", Level::TRACE) {
        let values = params.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        tracing::trace!(target: "orm::query", sql, values);
    }
}
