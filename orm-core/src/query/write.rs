//! Writes as data: what a flush or a native write hands to a driver.

use std::sync::Arc;

use crate::meta::{ColumnId, EntityModel, PivotModel};
use crate::query::Condition;
use crate::value::Value;

/// A batch of one kind against one table.
#[derive(Debug)]
pub enum Write {
    /// New rows.
    Insert(Insert),
    /// Changed rows.
    Update(Update),
    /// Rows to delete by key.
    Delete(Delete),
    /// New rows of a pivot table.
    PivotInsert(PivotInsert),
    /// Rows of a pivot table to delete.
    PivotDelete(PivotDelete),
    /// An update by condition.
    NativeUpdate(NativeUpdate),
    /// A delete by condition.
    NativeDelete(NativeDelete),
}

/// New rows of one entity, all with the same columns.
#[derive(Debug)]
pub struct Insert {
    /// The entity.
    pub entity: Arc<EntityModel>,
    /// The columns that are given.
    pub columns: Vec<ColumnId>,
    /// The rows; a value for each of `columns`.
    pub rows: Vec<Vec<Value>>,
    /// The columns to give back for each row, in the order of `rows`.
    pub returning: Vec<ColumnId>,
}

/// Changed rows of one entity, all with the same columns.
#[derive(Debug)]
pub struct Update {
    /// The entity.
    pub entity: Arc<EntityModel>,
    /// The columns to set.
    pub columns: Vec<ColumnId>,
    /// The columns that must still hold an expected value (version, concurrency checks).
    pub guards: Vec<ColumnId>,
    /// The version column, which counts up by one.
    pub version: Option<ColumnId>,
    /// The rows.
    pub rows: Vec<UpdateRow>,
    /// The columns to give back for each row.
    pub returning: Vec<ColumnId>,
}

/// One changed row.
#[derive(Debug)]
pub struct UpdateRow {
    /// Its key, a value for each key column.
    pub key: Vec<Value>,
    /// A value for each column to set.
    pub values: Vec<Value>,
    /// A value for each guard.
    pub expected: Vec<Value>,
}

/// Rows to delete by key.
#[derive(Debug)]
pub struct Delete {
    /// The entity.
    pub entity: Arc<EntityModel>,
    /// The columns that must still hold an expected value.
    pub guards: Vec<ColumnId>,
    /// A key and the guards' values for each row.
    pub rows: Vec<(Vec<Value>, Vec<Value>)>,
}

/// New rows of a pivot table.
#[derive(Debug)]
pub struct PivotInsert {
    /// The table, seen from the owner.
    pub pivot: Arc<PivotModel>,
    /// Owner's key, then the other's key.
    pub rows: Vec<Vec<Value>>,
    /// Whether a pair that is there already is passed over instead of refused.
    pub ignore_existing: bool,
}

/// Rows of a pivot table to delete.
#[derive(Debug)]
pub struct PivotDelete {
    /// The table, seen from the owner.
    pub pivot: Arc<PivotModel>,
    /// Owner's key, then the other's key; or the owner's key alone for all of its rows.
    pub rows: Vec<Vec<Value>>,
}

/// An update by condition; touches no managed entity.
#[derive(Debug)]
pub struct NativeUpdate {
    /// The entity.
    pub entity: Arc<EntityModel>,
    /// Columns and values to set.
    pub set: Vec<(ColumnId, Value)>,
    /// Which rows.
    pub condition: Condition,
}

/// A delete by condition; touches no managed entity.
#[derive(Debug)]
pub struct NativeDelete {
    /// The entity.
    pub entity: Arc<EntityModel>,
    /// Which rows.
    pub condition: Condition,
}

/// What a write did.
#[derive(Debug, Default)]
pub struct Written {
    /// How many rows it touched.
    pub affected: u64,
    /// For an update or delete with guards: which of its rows were not found, by position.
    pub missed: Vec<usize>,
    /// The columns asked back, a row for each row written.
    pub returned: Vec<Vec<Value>>,
}
