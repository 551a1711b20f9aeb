//! Booleans, floating-point and decimal numbers, text, bytes, UUIDs and JSON.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use uuid::Uuid;

use crate::error::DecodeError;
use crate::types::{ColumnKind, Type, unexpected};
use crate::value::{Cell, Value};

impl Type for bool {
    const KIND: ColumnKind = ColumnKind::Bool;

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Bool(value) => Ok(value),
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            Cell::Int(value) => Err(DecodeError::Range { value: value.to_string(), target: "bool" }),
            cell => Err(unexpected(cell, "a boolean")),
        }
    }
}

impl Type for f64 {
    const KIND: ColumnKind = ColumnKind::Float64;

    fn to_value(&self) -> Value {
        Value::Float(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Float(value) => Ok(value),
            // A whole number beyond 2^53 would lose digits.
            Cell::Int(value) if value.unsigned_abs() <= 1 << 53 => Ok(value as f64),
            Cell::Int(value) => Err(DecodeError::Range { value: value.to_string(), target: "f64" }),
            cell => Err(unexpected(cell, "a floating-point number")),
        }
    }

    // By bits: a NaN equals itself, or it would be written on every flush.
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

impl Type for f32 {
    const KIND: ColumnKind = ColumnKind::Float32;

    fn to_value(&self) -> Value {
        Value::Float(f64::from(*self))
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let value = f64::from_cell(cell)?;
        let narrow = value as f32;
        match value.is_finite() && !narrow.is_finite() {
            true => Err(DecodeError::Range { value: value.to_string(), target: "f32" }),
            false => Ok(narrow),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

impl Type for Decimal {
    const KIND: ColumnKind = ColumnKind::Decimal;

    fn to_value(&self) -> Value {
        Value::Decimal(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let text_error =
            |text: &str| DecodeError::Text { text: text.to_owned(), expected: "a decimal number" };
        match cell {
            Cell::Decimal(value) => Ok(value),
            Cell::Int(value) => Ok(Decimal::from(value)),
            // The shortest text that reads back as the same float is the decimal that was written.
            Cell::Float(value) => Decimal::from_f64(value).ok_or_else(|| text_error(&value.to_string())),
            Cell::Text(text) => Decimal::from_str_exact(text)
                .or_else(|_| Decimal::from_scientific(text))
                .map_err(|_| text_error(text)),
            cell => Err(unexpected(cell, "a decimal number")),
        }
    }
}

impl Type for String {
    const KIND: ColumnKind = ColumnKind::Text;

    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Text(value) => Ok(value.to_owned()),
            cell => Err(unexpected(cell, "text")),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Type for Vec<u8> {
    const KIND: ColumnKind = ColumnKind::Bytes;

    fn to_value(&self) -> Value {
        Value::Bytes(self.clone())
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Bytes(value) => Ok(value.to_vec()),
            cell => Err(unexpected(cell, "bytes")),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Type for Uuid {
    const KIND: ColumnKind = ColumnKind::Uuid;

    fn to_value(&self) -> Value {
        Value::Uuid(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Uuid(value) => Ok(value),
            Cell::Text(text) => Uuid::parse_str(text)
                .map_err(|_| DecodeError::Text { text: text.to_owned(), expected: "a uuid" }),
            Cell::Bytes(bytes) => Uuid::from_slice(bytes)
                .map_err(|_| DecodeError::Kind { found: "bytes", expected: "the 16 bytes of a uuid" }),
            cell => Err(unexpected(cell, "a uuid")),
        }
    }
}

impl Type for serde_json::Value {
    const KIND: ColumnKind = ColumnKind::Json;

    fn to_value(&self) -> Value {
        Value::Json(self.clone())
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Json(value) => Ok(value.clone()),
            Cell::Text(text) => serde_json::from_str(text)
                .map_err(|_| DecodeError::Text { text: text.to_owned(), expected: "json" }),
            cell => Err(unexpected(cell, "json")),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }
}
