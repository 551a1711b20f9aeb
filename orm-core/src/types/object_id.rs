//! Object ids as values and columns.

use crate::error::DecodeError;
use crate::object_id::ObjectId;
use crate::types::{ColumnKind, Type, unexpected};
use crate::value::{Cell, Value};

impl Type for ObjectId {
    const KIND: ColumnKind = ColumnKind::ObjectId;

    fn to_value(&self) -> Value {
        Value::ObjectId(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::ObjectId(value) => Ok(value),
            Cell::Text(text) => text.parse(),
            cell => Err(unexpected(cell, "an object id")),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_without_object_ids_keeps_them_as_text() {
        let id = ObjectId::new();
        assert_eq!(ObjectId::from_cell(Cell::Text(&id.to_string())), Ok(id));
        assert_eq!(ObjectId::from_cell(id.to_value().as_cell()), Ok(id));
        assert!(ObjectId::from_cell(Cell::Int(1)).is_err());
    }
}
