//! What is asked of a database, as data: conditions, order, selection, plan. Untyped, and of no dialect.

mod apart;
mod compare;
mod condition;
mod filters;
mod json;
mod lock;
mod plan;
mod write;

pub use compare::{AnySchema, Comparison, Operand, RowTest};
pub use condition::{Condition, Path, Test};
pub use filters::{EntityFilter, FilterArguments, Filters, RootFilter};
pub use json::{JsonKind, JsonPath, JsonStep};
pub use lock::{Lock, LockStrength, LockWait};
pub use plan::{
    Branch, Direction, Nulls, Order, PivotSource, ReadFrom, Select, Selection, SelectionKey, Strategy,
};
pub use write::{
    Delete, Insert, NativeDelete, NativeUpdate, PivotDelete, PivotInsert, Update, UpdateRow, Write, Written,
};
