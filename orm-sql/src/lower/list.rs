//! How a list of values is written: it depends on how many there are and of what kind, and decides text and binds.

use orm_core::value::Value;

use crate::dialect::Dialect;

/// For SQLite, up to this many values have a placeholder each; more travel as one parameter, so that one text serves all
/// lengths.
const FEW: usize = 4;
/// Up to this many placeholders, MySQL's lists are filled up to the next power of two, so that few texts serve all
/// lengths. Longer ones travel as one parameter, as there may not be many more placeholders.
const MOST_FILLED_UP: usize = 32_768;

/// How the values of a list become parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// No value, no parameter.
    Empty,
    /// One value, compared with `=`.
    One,
    /// So many placeholders: one for each value, and the last value again in those that are left.
    Each(usize),
    /// One parameter a column: an array.
    Array,
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
        Self { form: form(dialect, count, || values.iter(), 1), with_null: count < values.len() }
    }

    /// The form of a list of keys. A key of several columns with a null in it is no key, and matches nothing.
    pub(crate) fn of_keys(dialect: Dialect, keys: &[Vec<Value>]) -> Self {
        let complete = || keys.iter().filter(|key| is_complete(key));
        let count = complete().count();
        let width = keys.first().map_or(1, Vec::len);
        Self {
            form: form(dialect, count, || complete().flatten(), width),
            with_null: width == 1 && count < keys.len(),
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
            ListForm::Array => (5, 0),
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
    width: usize,
) -> ListForm {
    match (count, dialect) {
        (0, _) => ListForm::Empty,
        (1, _) => ListForm::One,
        (2..=FEW, Dialect::Sqlite) => ListForm::Each(count),
        (_, Dialect::Sqlite) if values().all(survives_json) => ListForm::Json,
        (_, Dialect::Sqlite) if width == 1 && values().all(is_bytes_or_null) => ListForm::HexJson,
        (_, Dialect::Sqlite) => ListForm::Each(count),
        // Arrays of arrays would have to be of one length.
        (_, Dialect::Postgres) if values().any(|value| matches!(value, Value::Array(_))) => {
            ListForm::Each(count)
        }
        (_, Dialect::Postgres) => ListForm::Array,
        (_, Dialect::MySql | Dialect::MariaDb) => match count.next_power_of_two() {
            filled_up if filled_up * width <= MOST_FILLED_UP => ListForm::Each(filled_up),
            _ if values().all(is_scalar) => ListForm::Json,
            _ => ListForm::Each(count),
        },
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Json(_) | Value::Array(_))
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
        | Value::ObjectId(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Timestamp(_) => true,
        _ => false,
    }
}
