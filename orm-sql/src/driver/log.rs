//! What was sent, told to whoever listens: a logger of the application's, and `tracing`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use orm_core::log::{QueryEvent, QueryKind, QueryLogger};
use orm_core::value::Value;
use tracing::Level;

/// A statement that ended.
pub(crate) struct Ended<'a> {
    pub(crate) started: Option<Instant>,
    pub(crate) kind: QueryKind,
    pub(crate) sql: &'a str,
    pub(crate) batch: usize,
    pub(crate) rows: u64,
    pub(crate) failed: bool,
}

/// Starts the clock, if anyone listens.
pub(crate) fn watch(logger: Option<&Arc<dyn QueryLogger>>) -> Option<Instant> {
    let listens = logger.is_some() || tracing::enabled!(target: "orm::query", Level::DEBUG);
    listens.then(Instant::now)
}

/// Tells whoever listens that a statement ended.
pub(crate) fn log(
    logger: Option<&Arc<dyn QueryLogger>>,
    ended: Ended<'_>,
    params: impl FnOnce() -> Vec<Value>,
) {
    let Ended { started, kind, sql, batch, rows, failed } = ended;
    let Some(started) = started else { return };
    let elapsed = started.elapsed();
    let traces_values = tracing::enabled!(target: "orm::query", Level::TRACE);
    let params = match logger.is_some() || traces_values {
        true => params(),
        false => Vec::new(),
    };
    trace(sql, &params, batch, rows, elapsed, failed);
    if let Some(logger) = logger {
        let mut event = QueryEvent::new(kind, sql.into());
        event.params = params;
        event.batch = batch;
        event.rows = rows;
        event.elapsed = elapsed;
        event.failed = failed;
        logger.log(&event);
    }
}

fn trace(sql: &str, params: &[Value], batch: usize, rows: u64, elapsed: Duration, failed: bool) {
    let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(target: "orm::query", sql, batch, rows, elapsed_us, failed);
    if !params.is_empty() && tracing::enabled!(target: "orm::query", Level::TRACE) {
        let values = params.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        tracing::trace!(target: "orm::query", sql, values);
    }
}
