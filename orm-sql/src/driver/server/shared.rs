//! What all connections of a driver share: options, statements that were lowered, and who listens.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use orm_core::value::Value;

use crate::dialect::Dialect;
use crate::driver::log::{self, Ended};
use crate::driver::server::{Server, Settings};
use crate::driver::statements::Statements;

/// What all connections of a driver share.
pub(crate) struct Shared<S: Server> {
    pub(crate) options: Arc<S::Options>,
    pub(crate) statements: Statements,
    /// How the server speaks; known from the first connection on.
    pub(crate) dialect: OnceLock<Dialect>,
}

impl<S: Server> Shared<S> {
    pub(crate) fn new(options: S::Options) -> Self {
        let statements = Statements::new(S::settings(&options).statement_cache);
        Self { options: Arc::new(options), statements, dialect: OnceLock::new() }
    }

    pub(crate) fn settings(&self) -> &Settings<S::Options> {
        S::settings(&self.options)
    }

    /// Starts the clock, if anyone listens.
    pub(crate) fn watch(&self) -> Option<Instant> {
        log::watch(self.settings().logger.as_ref())
    }

    /// Tells whoever listens that a statement ended.
    pub(crate) fn log(&self, ended: Ended<'_>, params: impl FnOnce() -> Vec<Value>) {
        log::log(self.settings().logger.as_ref(), ended, params);
    }
}
