//! The statements that a test sent, as lines to compare.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use expect_test::Expect;
use orm::log::QueryEvent;

use crate::harness::{Database, server};

/// Statements that were sent.
#[must_use]
#[derive(Debug)]
pub(crate) struct Sent {
    on: Database,
    statements: Vec<String>,
    /// What this database says in its own way.
    own: Option<Expect>,
}

impl Sent {
    pub(crate) fn new(on: Database, statements: Vec<String>) -> Self {
        Self { on, statements, own: None }
    }

    /// What one of the databases says in its own way, where that matters or takes another number of statements.
    pub(crate) fn but_on(mut self, on: Database, expected: Expect) -> Self {
        if on == self.on {
            self.own = Some(expected);
        }
        self
    }

    /// Compares them with what is expected, a line a statement: the text is SQLite's, and the other databases need as
    /// many statements, unless [`but_on`](Self::but_on) says what they send. MySQL may need more, as what it generated
    /// has to be asked for; MariaDB may not.
    #[track_caller]
    pub(crate) fn check(self, expected: Expect) {
        let sent = self.statements.join("\n");
        match (self.own, self.on) {
            (Some(own), _) => own.assert_eq(&sent),
            (None, Database::Sqlite) => expected.assert_eq(&sent),
            (None, Database::Postgres | Database::MySql) => {
                let statements = expected.data().lines().filter(|line| !line.trim().is_empty()).count();
                let is_right = match self.on == Database::MySql && server::is_mysql() {
                    true => self.statements.len() >= statements,
                    false => self.statements.len() == statements,
                };
                assert!(is_right, "{statements} statements were expected; {:?} was sent:\n{sent}\n", self.on);
            }
        }
    }

    /// The statements, a line each, for a message.
    pub(crate) fn text(&self) -> String {
        self.statements.join("\n")
    }

    /// How many there were.
    pub(crate) fn len(&self) -> usize {
        self.statements.len()
    }
}

/// Keeps statements and what was bound.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    pub(crate) fn note(&self, event: &QueryEvent) {
        let params: Vec<String> = event.params.iter().map(ToString::to_string).collect();
        let params = if params.is_empty() { String::new() } else { format!(" [{}]", params.join(", ")) };
        let batch = if event.batch == 1 { String::new() } else { format!(" × {}", event.batch) };
        let failed = if event.failed { " failed" } else { "" };
        self.lock().push(format!("{}{params}{batch}{failed}", event.sql));
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lock())
    }

    pub(crate) fn put_back(&self, statements: Vec<String>) {
        *self.lock() = statements;
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
