//! Cells of what a catalog answers. One of another kind than expected is as good as none.

use orm_core::Value;

pub(super) fn text(row: &[Value], position: usize) -> String {
    optional(row, position).unwrap_or_default()
}

/// The text, if it is not null.
pub(super) fn optional(row: &[Value], position: usize) -> Option<String> {
    match row.get(position) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

pub(super) fn number(row: &[Value], position: usize) -> Option<i64> {
    match row.get(position) {
        Some(Value::Int(number)) => Some(*number),
        Some(Value::UInt(number)) => i64::try_from(*number).ok(),
        Some(Value::Bool(value)) => Some(i64::from(*value)),
        _ => None,
    }
}

pub(super) fn flag(row: &[Value], position: usize) -> bool {
    number(row, position).is_some_and(|number| number != 0)
}

/// A list of texts that stands there in JSON.
pub(super) fn list(row: &[Value], position: usize) -> Vec<String> {
    serde_json::from_str(&text(row, position)).unwrap_or_default()
}
