//! What all connections of a driver share: options, entities, statements that were lowered, and who listens.

use std::sync::Arc;
use std::time::Instant;

use orm_core::Result;
use orm_core::query::Select;
use orm_core::value::Value;

use crate::dialect::Dialect;
use crate::driver::log;
use crate::driver::sqlite::gate::Gate;
use crate::driver::sqlite::options::SqliteOptions;
use crate::driver::statements::Statements;
use crate::lower::select::Compiled;
use crate::lower::shape::Purpose;

pub(crate) use crate::driver::log::Ended;

pub(crate) const DIALECT: Dialect = Dialect::Sqlite;

/// What all connections of a driver share.
pub(crate) struct Shared {
    pub(crate) options: SqliteOptions,
    pub(crate) statements: Statements,
    pub(crate) gate: Arc<Gate>,
}

impl Shared {
    pub(crate) fn new(options: SqliteOptions) -> Self {
        let statements = Statements::new(options.statement_cache);
        Self { options, statements, gate: Arc::default() }
    }

    /// The statement of a select, lowered now if it is the first of its shape.
    pub(crate) fn compiled(&self, select: &Select, purpose: Purpose) -> Result<Arc<Compiled>> {
        self.statements.compiled(DIALECT, select, purpose)
    }

    /// Starts the clock, if anyone listens.
    pub(crate) fn watch(&self) -> Option<Instant> {
        log::watch(self.options.logger.as_ref())
    }

    /// Tells whoever listens that a statement ended.
    pub(crate) fn log(&self, ended: Ended<'_>, params: impl FnOnce() -> Vec<Value>) {
        log::log(self.options.logger.as_ref(), ended, params);
    }
}
