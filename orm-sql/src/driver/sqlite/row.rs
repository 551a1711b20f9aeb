//! A row of SQLite as a row of the contract.

use orm_core::driver::Row;
use orm_core::value::Cell;
use rusqlite::types::ValueRef;

/// The row that a statement stands on.
pub(crate) struct SqliteRow<'r, 's>(pub(crate) &'r rusqlite::Row<'s>);

impl Row for SqliteRow<'_, '_> {
    fn cell(&self, index: usize) -> Cell<'_> {
        // Beyond the last column there is nothing; lowering and decoding agree on the layout.
        self.0.get_ref(index).map_or(Cell::Null, cell)
    }
}

/// A value of SQLite. Text that is no UTF-8 is given as the bytes that it is, so that the property refuses it by name.
pub(crate) fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Float(value),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or(Cell::Bytes(text), Cell::Text),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
    }
}
