//! What was sent to a database, told to whoever listens. Without a listener nothing is gathered.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::value::Value;

/// What kind of statement it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryKind {
    /// A statement that reads or writes.
    Query,
    /// `begin`, `commit`, `rollback`, or one about a savepoint.
    Transaction,
}

/// One statement that was sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QueryEvent {
    /// Its text, with placeholders.
    pub sql: Arc<str>,
    /// What was bound, set after set when the statement ran for several.
    pub params: Vec<Value>,
    /// How many sets of parameters the statement ran with; a batch is one event.
    pub batch: usize,
    /// How many rows it read or changed.
    pub rows: u64,
    /// How long it took, the reading of its rows included.
    pub elapsed: Duration,
    /// What kind of statement it was.
    pub kind: QueryKind,
    /// Whether it failed.
    pub failed: bool,
}

impl QueryEvent {
    /// A statement that ran once, without parameters, and did nothing yet.
    pub fn new(kind: QueryKind, sql: Arc<str>) -> Self {
        Self { sql, params: Vec::new(), batch: 1, rows: 0, elapsed: Duration::ZERO, kind, failed: false }
    }
}

/// Writes the statement and what was bound, as one line: `select … [1, 'Jon'] (2 rows, 0.1 ms)`.
impl fmt::Display for QueryEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)?;
        if let Some((first, rest)) = self.params.split_first() {
            write!(f, " [{first}")?;
            rest.iter().try_for_each(|param| write!(f, ", {param}"))?;
            f.write_str("]")?;
        }
        if self.batch > 1 {
            write!(f, " × {}", self.batch)?;
        }
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, " ({} {rows}, {:.1} ms)", self.rows, self.elapsed.as_secs_f64() * 1e3)?;
        f.write_str(if self.failed { " failed" } else { "" })
    }
}

/// Takes note of statements. Called on whatever thread ran the statement, so it SHOULD be quick and MUST NOT call the
/// `Orm` again.
pub trait QueryLogger: Send + Sync + 'static {
    /// Takes note of one statement that ended, well or not.
    fn log(&self, event: &QueryEvent);
}

impl<F: Fn(&QueryEvent) + Send + Sync + 'static> QueryLogger for F {
    fn log(&self, event: &QueryEvent) {
        self(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line() {
        let mut event = QueryEvent::new(QueryKind::Query, "insert into t values (?, ?)".into());
        event.params = vec![Value::Int(1), Value::Text("it's".into())];
        event.batch = 2;
        event.rows = 1;
        assert_eq!(event.to_string(), "insert into t values (?, ?) [1, 'it''s'] × 2 (1 row, 0.0 ms)");
    }
}
