//! Values on their way to and from a database, of no database's own making.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::object_id::ObjectId;

/// An owned value: what a condition compares with and what a write binds.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer of up to 64 bits.
    Int(i64),
    /// An unsigned integer of up to 64 bits.
    UInt(u64),
    /// A signed integer of 128 bits.
    Int128(i128),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A UUID.
    Uuid(Uuid),
    /// An object id.
    ObjectId(ObjectId),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time without a zone.
    DateTime(NaiveDateTime),
    /// A moment in time.
    Timestamp(DateTime<Utc>),
    /// A JSON document.
    Json(serde_json::Value),
    /// A list of scalars of one kind; some may be null.
    Array(Vec<Value>),
}

impl Value {
    /// Whether this is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The same value, borrowed as the cell that a row would hold.
    pub fn as_cell(&self) -> Cell<'_> {
        match self {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(value) => Cell::Int(*value),
            Value::UInt(value) => Cell::UInt(*value),
            Value::Int128(value) => Cell::Int128(*value),
            Value::Float(value) => Cell::Float(*value),
            Value::Decimal(value) => Cell::Decimal(*value),
            Value::Text(value) => Cell::Text(value),
            Value::Bytes(value) => Cell::Bytes(value),
            Value::Uuid(value) => Cell::Uuid(*value),
            Value::ObjectId(value) => Cell::ObjectId(*value),
            Value::Date(value) => Cell::Date(*value),
            Value::Time(value) => Cell::Time(*value),
            Value::DateTime(value) => Cell::DateTime(*value),
            Value::Timestamp(value) => Cell::Timestamp(*value),
            Value::Json(value) => Cell::Json(value),
            Value::Array(items) => Cell::Array(items),
        }
    }
}

/// Writes the value as a log shows it: text in quotes, bytes in hexadecimal.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::UInt(value) => write!(f, "{value}"),
            Value::Int128(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value}"),
            Value::Decimal(value) => write!(f, "{value}"),
            Value::Text(value) => write!(f, "'{}'", value.replace('\'', "''")),
            Value::Bytes(value) => {
                f.write_str("x'")?;
                value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str("'")
            }
            Value::Uuid(value) => write!(f, "'{value}'"),
            Value::ObjectId(value) => write!(f, "'{value}'"),
            Value::Date(value) => write!(f, "'{value}'"),
            Value::Time(value) => write!(f, "'{value}'"),
            Value::DateTime(value) => write!(f, "'{value}'"),
            Value::Timestamp(value) => write!(f, "'{}'", value.to_rfc3339()),
            Value::Json(value) => write!(f, "'{}'", value.to_string().replace('\'', "''")),
            Value::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

/// A borrowed value: one cell of a row while the driver stands on that row.
///
/// A driver hands over what the database says; the property's [`Type`](crate::types::Type) decides what it accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer of up to 64 bits.
    Int(i64),
    /// An unsigned integer of up to 64 bits.
    UInt(u64),
    /// A signed integer of 128 bits.
    Int128(i128),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A UUID.
    Uuid(Uuid),
    /// An object id.
    ObjectId(ObjectId),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time without a zone.
    DateTime(NaiveDateTime),
    /// A moment in time.
    Timestamp(DateTime<Utc>),
    /// A JSON document that was parsed already.
    Json(&'a serde_json::Value),
    /// A list of scalars, from a database that has arrays.
    Array(&'a [Value]),
}

impl Cell<'_> {
    /// What kind of value this is, for an error message.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Cell::Null => "null",
            Cell::Bool(_) => "a boolean",
            Cell::Int(_) | Cell::UInt(_) | Cell::Int128(_) => "an integer",
            Cell::Float(_) => "a floating-point number",
            Cell::Decimal(_) => "a decimal",
            Cell::Text(_) => "text",
            Cell::Bytes(_) => "bytes",
            Cell::Uuid(_) => "a uuid",
            Cell::ObjectId(_) => "an object id",
            Cell::Date(_) => "a date",
            Cell::Time(_) => "a time",
            Cell::DateTime(_) => "a date and time",
            Cell::Timestamp(_) => "a timestamp",
            Cell::Json(_) => "json",
            Cell::Array(_) => "an array",
        }
    }

    /// The same value, owned.
    pub fn to_value(&self) -> Value {
        match *self {
            Cell::Null => Value::Null,
            Cell::Bool(value) => Value::Bool(value),
            Cell::Int(value) => Value::Int(value),
            Cell::UInt(value) => Value::UInt(value),
            Cell::Int128(value) => Value::Int128(value),
            Cell::Float(value) => Value::Float(value),
            Cell::Decimal(value) => Value::Decimal(value),
            Cell::Text(value) => Value::Text(value.to_owned()),
            Cell::Bytes(value) => Value::Bytes(value.to_vec()),
            Cell::Uuid(value) => Value::Uuid(value),
            Cell::ObjectId(value) => Value::ObjectId(value),
            Cell::Date(value) => Value::Date(value),
            Cell::Time(value) => Value::Time(value),
            Cell::DateTime(value) => Value::DateTime(value),
            Cell::Timestamp(value) => Value::Timestamp(value),
            Cell::Json(value) => Value::Json(value.clone()),
            Cell::Array(items) => Value::Array(items.to_vec()),
        }
    }
}
