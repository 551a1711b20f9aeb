//! A database that writes down what it is told, and makes up keys.

use std::any::Any;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use orm::driver::{BoxFuture, Capabilities, Connection, Driver, RowSink, TransactionOptions};
use orm::meta::{ColumnId, EntityModel, Registry};
use orm::query::{Select, Write, Written};
use orm::{DriverError, DriverErrorKind, Error, Result, Value};

#[derive(Clone)]
pub(super) struct Fake(Arc<State>);

struct State {
    capabilities: Capabilities,
    log: Mutex<Vec<String>>,
    next_key: AtomicI64,
    /// Writes until one fails.
    fails_after: AtomicUsize,
    /// Writes until one waits.
    waits_after: AtomicUsize,
    go_on: tokio::sync::Notify,
    /// Whether updates find no row.
    missing: Mutex<Vec<usize>>,
}

impl Fake {
    pub(super) fn new() -> Self {
        Self(Arc::new(State {
            capabilities: Capabilities::sql("fake"),
            log: Mutex::default(),
            next_key: AtomicI64::new(1),
            fails_after: AtomicUsize::new(usize::MAX),
            waits_after: AtomicUsize::new(usize::MAX),
            go_on: tokio::sync::Notify::new(),
            missing: Mutex::default(),
        }))
    }

    /// The writes since the last call, a line each; without the transaction's begin and end if all is well.
    pub(super) fn take(&self) -> String {
        std::mem::take(&mut *self.0.log.lock().unwrap()).join("\n")
    }

    /// The write after `count` others fails.
    pub(super) fn fail_after(&self, count: usize) {
        self.0.fails_after.store(count, Ordering::SeqCst);
    }

    /// The write after `count` others waits for [`go_on`](Self::go_on).
    pub(super) fn wait_after(&self, count: usize) {
        self.0.waits_after.store(count, Ordering::SeqCst);
    }

    /// Ends the waiting.
    pub(super) fn go_on(&self) {
        self.0.go_on.notify_one();
    }

    /// The next update does not find these of its rows.
    pub(super) fn miss(&self, rows: Vec<usize>) {
        *self.0.missing.lock().unwrap() = rows;
    }

    fn note(&self, line: impl Into<String>) {
        self.0.log.lock().unwrap().push(line.into());
    }
}

impl Driver for Fake {
    fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    fn attach(&self, _registry: Arc<Registry>) {}

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        let fake = self.clone();
        Box::pin(async move { Ok(Box::new(FakeConnection(fake)) as Box<dyn Connection>) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct FakeConnection(Fake);

impl FakeConnection {
    fn say<'a>(&'a self, line: impl Into<String> + Send + 'a) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.0.note(line);
            Ok(())
        })
    }

    fn answer(&self, write: &Write) -> Written {
        let mut written = Written::default();
        let (returning, rows) = match write {
            Write::Insert(insert) => (&insert.returning, insert.rows.len()),
            Write::Update(update) => {
                written.missed = std::mem::take(&mut *self.0.0.missing.lock().unwrap());
                (&update.returning, update.rows.len())
            }
            _ => return written,
        };
        let next = || Value::Int(self.0.0.next_key.fetch_add(1, Ordering::SeqCst));
        written.returned = (0..rows).map(|_| returning.iter().map(|_| next()).collect()).collect();
        written
    }
}

impl Connection for FakeConnection {
    fn select<'a>(
        &'a mut self,
        _select: Select,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, Result<Box<dyn RowSink>>> {
        Box::pin(async { Ok(sink) })
    }

    fn count(&mut self, _select: Select) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async { Ok(0) })
    }

    fn write(&mut self, write: Write) -> BoxFuture<'_, Result<Written>> {
        Box::pin(async move {
            let state = &self.0.0;
            let is_now = |counter: &AtomicUsize| {
                counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.wrapping_sub(1)))
                    == Ok(0)
            };
            if is_now(&state.fails_after) {
                return Err(Error::from(DriverError::new(DriverErrorKind::CheckViolation, "made to fail")));
            }
            if is_now(&state.waits_after) {
                state.go_on.notified().await;
            }
            self.0.note(describe(&write));
            Ok(self.answer(&write))
        })
    }

    fn begin(&mut self, _options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.say("begin")
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.say("commit")
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.say("rollback")
    }

    fn savepoint(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.say(format!("savepoint {depth}"))
    }

    fn release(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.say(format!("release {depth}"))
    }

    fn rollback_to(&mut self, depth: u32) -> BoxFuture<'_, Result<()>> {
        self.say(format!("rollback to {depth}"))
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// A write as one line.
fn describe(write: &Write) -> String {
    match write {
        Write::Insert(insert) => {
            let rows: Vec<String> = insert.rows.iter().map(|row| row_text(row)).collect();
            let text = format!(
                "insert {}({}) {}",
                insert.entity.table,
                names(&insert.entity, &insert.columns),
                rows.join(" ")
            );
            match insert.returning.is_empty() {
                true => text,
                false => format!("{text} -> {}", names(&insert.entity, &insert.returning)),
            }
        }
        Write::Update(update) => {
            let rows: Vec<String> = update
                .rows
                .iter()
                .map(|row| {
                    let expected = match row.expected.is_empty() {
                        true => String::new(),
                        false => format!(" if {}", row_text(&row.expected)),
                    };
                    format!("{}: {}{expected}", row_text(&row.key), row_text(&row.values))
                })
                .collect();
            let counts = if update.version.is_some() { " and counts" } else { "" };
            format!(
                "update {}({}){counts} {}",
                update.entity.table,
                names(&update.entity, &update.columns),
                rows.join(" ")
            )
        }
        Write::Delete(delete) => {
            let rows: Vec<String> = delete.rows.iter().map(|(key, _)| row_text(key)).collect();
            format!("delete {} {}", delete.entity.table, rows.join(" "))
        }
        Write::PivotInsert(insert) => {
            let rows: Vec<String> = insert.rows.iter().map(|row| row_text(row)).collect();
            let ignoring = if insert.ignore_existing { " unless there" } else { "" };
            format!("insert {} {}{ignoring}", insert.pivot.table, rows.join(" "))
        }
        Write::PivotDelete(delete) => {
            let rows: Vec<String> = delete.rows.iter().map(|row| row_text(row)).collect();
            format!(
                "delete {} by {} {}",
                delete.pivot.table,
                delete.pivot.own_columns.join(", "),
                rows.join(" ")
            )
        }
        Write::NativeUpdate(update) => {
            let set: Vec<&str> =
                update.set.iter().map(|(column, _)| update.entity.columns[*column].name.as_str()).collect();
            format!("update {}({}) where {:?}", update.entity.table, set.join(", "), update.condition)
        }
        Write::NativeDelete(delete) => {
            format!("delete {} where {:?}", delete.entity.table, delete.condition)
        }
    }
}

fn names(entity: &EntityModel, columns: &[ColumnId]) -> String {
    columns.iter().map(|column| entity.columns[*column].name.as_str()).collect::<Vec<_>>().join(", ")
}

fn row_text(values: &[Value]) -> String {
    match values {
        [value] => value.to_string(),
        values => format!("({})", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}
