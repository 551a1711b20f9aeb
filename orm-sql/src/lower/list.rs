//! How a list of values is written: it depends on how many there are and of what kind, and decides text and binds.

use orm_core::value::Value;

use crate::dialect::Dialect;

/// Up to this many values have a placeholder each; more travel as one parameter, so that one text serves all lengths.
const FEW: usize = 4;

/// How the values of a list become parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// No value, no parameter.
    Empty,
    /// One value, compared with `=`.
    One,
    /// A parameter each.
    Each(usize),
    /// One parameter: a JSON array.
    Json,
    /// One parameter: a JSON array of hexadecimal bytes.
    HexJson,
}

/// A list that a property is compared with: the form of what is not null, and whether null is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) form: ListForm,
    pub(crate) with_null: bool,
}

impl List {
    /// The form of a list of values for one column.
    pub(crate) fn of_values(dialect: Dialect, values: &[Value]) -> Self {
        let count = values.iter().filter(|value| !value.is_null()).count();
        Self { form: form(dialect, count, || values.iter(), true), with_null: count < values.len() }
    }

    /// The form of a list of keys. A key of several columns with a null in it is no key, and matches nothing.
    pub(crate) fn of_keys(dialect: Dialect, keys: &[Vec<Value>]) -> Self {
        let complete = || keys.iter().filter(|key| is_complete(key));
        let count = complete().count();
        let single = keys.first().is_none_or(|key| key.len() == 1);
        Self {
            form: form(dialect, count, || complete().flatten(), single),
            with_null: single && count < keys.len(),
        }
    }

    /// Feeds what decides the text into the key of the statement cache.
    pub(crate) fn encode(self) -> [u32; 2] {
        let (form, count) = match self.form {
            ListForm::Empty => (0, 0),
            ListForm::One => (1, 0),
            ListForm::Each(count) => (2, count as u32),
            ListForm::Json => (3, 0),
            ListForm::HexJson => (4, 0),
        };
        [form << 1 | u32::from(self.with_null), count]
    }
}

/// Whether no part of a key is null.
pub(crate) fn is_complete(key: &[Value]) -> bool {
    key.iter().all(|part| !part.is_null())
}

fn form<'a, I: Iterator<Item = &'a Value>>(
    dialect: Dialect,
    count: usize,
    values: impl Fn() -> I,
    single: bool,
) -> ListForm {
    match count {
        0 => ListForm::Empty,
        1 => ListForm::One,
        2..=FEW => ListForm::Each(count),
        _ => match dialect {
            Dialect::Sqlite if values().all(survives_json) => ListForm::Json,
            Dialect::Sqlite if single && values().all(is_bytes_or_null) => ListForm::HexJson,
            Dialect::Sqlite => ListForm::Each(count),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => unimplemented!("comes with the servers"),
        },
    }
}

fn is_bytes_or_null(value: &Value) -> bool {
    matches!(value, Value::Bytes(_) | Value::Null)
}

/// Whether SQLite reads back from JSON exactly what a parameter would have been. Floating-point numbers are left out
/// for their last digit, and text with a NUL because SQLite's JSON ends there.
fn survives_json(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.as_bytes().contains(&0),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::UInt(_)
        | Value::Int128(_)
        | Value::Uuid(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Timestamp(_) => true,
        _ => false,
    }
}
