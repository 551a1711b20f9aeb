//! The entities of a driver and the statements that were lowered for them.

use std::sync::{Arc, OnceLock};

use orm_core::meta::Registry;
use orm_core::query::Select;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::cache::Cache;
use crate::lower::select::{Compiled, lower_count, lower_select};
use crate::lower::shape::{Purpose, Shape};
use crate::lower::write::{CompiledWrite, WriteStatement, lower_write};

/// The entities of a driver and the statements that were lowered for them.
pub(crate) struct Statements {
    registry: OnceLock<Arc<Registry>>,
    selects: Cache<Compiled>,
    writes: Cache<CompiledWrite>,
}

impl Statements {
    /// Keeps about so many statements.
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = 2 * capacity.max(1);
        Self { registry: OnceLock::new(), selects: Cache::new(capacity), writes: Cache::new(capacity) }
    }

    /// Takes the entities; those that came first stay, as others would not fit the statements that are kept.
    pub(crate) fn attach(&self, registry: Arc<Registry>) {
        let _ = self.registry.set(registry);
    }

    /// The entities.
    pub(crate) fn registry(&self) -> Result<&Arc<Registry>> {
        let message = "the driver knows no entities yet; give it to `Orm::builder()`, or call `attach`";
        self.registry.get().ok_or(Error::Configuration { message })
    }

    /// The statement of a select, lowered now if it is the first of its shape.
    pub(crate) fn compiled(
        &self,
        dialect: Dialect,
        select: &Select,
        purpose: Purpose,
    ) -> Result<Arc<Compiled>> {
        let shape = Shape::of_select(dialect, select, purpose)?;
        // A count does not look at the columns.
        let fits = |found: &Compiled| {
            purpose == Purpose::Count
                || Arc::ptr_eq(&found.selection, &select.selection)
                || found.selection == select.selection
        };
        self.selects.get(shape, fits, || {
            let registry = self.registry()?;
            match purpose {
                Purpose::Rows => lower_select(dialect, registry, select),
                Purpose::Count => lower_count(dialect, registry, select),
            }
        })
    }

    /// The text of a write's statement, lowered now if it is the first of its shape.
    pub(crate) fn write(
        &self,
        dialect: Dialect,
        statement: &dyn WriteStatement,
    ) -> Result<Arc<CompiledWrite>> {
        let fits = |found: &CompiledWrite| found.pivot.as_ref() == statement.pivot();
        self.writes.get(statement.shape(dialect)?, fits, || lower_write(dialect, self.registry()?, statement))
    }

    /// How often a plan was lowered to text.
    pub(crate) fn renders(&self) -> u64 {
        self.selects.renders() + self.writes.renders()
    }
}
