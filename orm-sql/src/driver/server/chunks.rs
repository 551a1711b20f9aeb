//! How the rows of a write are put into statements: as few as the server takes.

use orm_core::meta::ColumnId;
use orm_core::query::{Delete, Insert, PivotInsert, Update, UpdateRow};
use orm_core::value::Value;

use crate::dialect::Dialect;
use crate::lower::write::delete::{DeleteMatching, DeletedRow};
use crate::lower::write::insert::InsertRows;
use crate::lower::write::update::UpdateFromSource;

/// So many rows in arrays, or keys in a list.
const IN_ARRAYS: usize = 10_000;
/// So many rows with a placeholder for each value.
const IN_PLACEHOLDERS: usize = 1_000;
/// So many rows that are told apart one by one, which costs time by their square.
pub(crate) const IN_CASES: usize = 128;

/// So many bytes of values make a statement full: MySQL's usual limit of a message is twice that.
const FULL: usize = 8 << 20;

/// What bounds the rows of one statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    rows: usize,
    /// Whether each number of rows is a text of its own, so that there should be few of them.
    is_text_by_count: bool,
}

impl Limit {
    /// At most so many rows; any number of them has the same text.
    pub(crate) const fn rows(rows: usize) -> Self {
        Self { rows, is_text_by_count: false }
    }

    /// At most so many rows, each with so many parameters.
    pub(crate) fn placeholders(rows: usize, each: usize, most_parameters: usize) -> Self {
        let rows = rows.min(most_parameters / each.max(1)).max(1);
        Self { rows, is_text_by_count: true }
    }
}

/// The rows in chunks; `weight` says how many bytes a row has.
pub(crate) fn chunks<T>(rows: &[T], limit: Limit, weight: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut chunks = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let mut bytes = 0;
        let light = rest.iter().take(limit.rows).take_while(|row| {
            let is_first = bytes == 0;
            bytes += weight(row).max(1);
            is_first || bytes <= FULL
        });
        let count = light.count();
        let count = if limit.is_text_by_count { rounded(count) } else { count };
        let (chunk, others) = rest.split_at(count);
        chunks.push(chunk);
        rest = others;
    }
    chunks
}

/// The greatest number of four binary digits, with zeros behind them, that is not greater: every number up to 15, then
/// 16, 18, 20, and so on. There are few of them, and two or three make up any number.
fn rounded(count: usize) -> usize {
    let digits = usize::BITS - count.leading_zeros();
    count & (usize::MAX << digits.saturating_sub(4))
}

/// About how many bytes values have in a message.
pub(crate) fn weight<'v>(values: impl IntoIterator<Item = &'v Value>) -> usize {
    values.into_iter().map(value_weight).sum()
}

fn value_weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Json(document) => json_weight(document),
        Value::Array(items) => weight(items),
        _ => 16,
    }
}

fn json_weight(document: &serde_json::Value) -> usize {
    match document {
        serde_json::Value::String(text) => text.len() + 2,
        serde_json::Value::Array(items) => items.iter().map(json_weight).sum(),
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, value)| name.len() + 4 + json_weight(value)).sum()
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => 8,
    }
}

/// The rows of each statement of an insert.
pub(crate) fn insert_chunks(dialect: Dialect, insert: &Insert) -> Vec<&[Vec<Value>]> {
    let limit = match InsertRows::new(dialect, insert, &insert.rows).has_one_text() {
        true => Limit::rows(IN_ARRAYS),
        false => Limit::placeholders(IN_PLACEHOLDERS, insert.columns.len(), dialect.most_parameters()),
    };
    chunks(&insert.rows, limit, |row| weight(row))
}

/// The rows of each statement of an update.
pub(crate) fn update_chunks(dialect: Dialect, update: &Update) -> Vec<&[UpdateRow]> {
    let Update { entity, columns, guards, rows, .. } = update;
    let (keys, guards, values) = (entity.key_columns.len(), guards.len(), columns.len());
    let most = dialect.most_parameters();
    let limit = match dialect {
        Dialect::Sqlite | Dialect::Postgres => {
            match UpdateFromSource::new(dialect, update, rows).has_one_text() {
                true => Limit::rows(IN_ARRAYS),
                false => Limit::placeholders(IN_PLACEHOLDERS, keys + guards + values, most),
            }
        }
        Dialect::MySql | Dialect::MariaDb => {
            Limit::placeholders(IN_CASES, values * (keys + 1) + keys + guards, most)
        }
    };
    chunks(rows, limit, |row| weight(row.key.iter().chain(&row.values).chain(&row.expected)))
}

/// The rows of each statement of a delete.
pub(crate) fn delete_chunks(dialect: Dialect, delete: &Delete) -> Vec<&[DeletedRow]> {
    let Delete { entity, guards, rows } = delete;
    let keys = entity.key_columns.len();
    let limit = match dialect {
        _ if guards.is_empty() => key_limit(dialect, keys),
        Dialect::Sqlite | Dialect::Postgres => {
            match DeleteMatching::new(dialect, delete, rows).has_one_text() {
                true => Limit::rows(IN_ARRAYS),
                false => Limit::placeholders(IN_PLACEHOLDERS, keys + guards.len(), dialect.most_parameters()),
            }
        }
        Dialect::MySql | Dialect::MariaDb => {
            Limit::placeholders(IN_CASES, 2 * keys + guards.len(), dialect.most_parameters())
        }
    };
    chunks(rows, limit, |(key, expected)| weight(key.iter().chain(expected)))
}

/// The pairs of each statement that inserts into a pivot table.
pub(crate) fn pivot_chunks(dialect: Dialect, insert: &PivotInsert) -> Vec<&[Vec<Value>]> {
    let limit = match dialect {
        Dialect::Sqlite | Dialect::Postgres => Limit::rows(IN_ARRAYS),
        Dialect::MySql | Dialect::MariaDb => {
            let width = insert.rows.first().map_or(1, Vec::len);
            Limit::placeholders(IN_PLACEHOLDERS, width, dialect.most_parameters())
        }
    };
    chunks(&insert.rows, limit, |row| weight(row))
}

/// What bounds the keys of one list.
pub(crate) fn key_limit(dialect: Dialect, width: usize) -> Limit {
    Limit::rows(IN_ARRAYS.min(dialect.most_parameters() / width.max(1)))
}

/// The key's column, if the database counts the keys up.
pub(crate) fn generated_key(insert: &Insert) -> Option<ColumnId> {
    let entity = &insert.entity;
    let [key] = *entity.key_columns else { return None };
    let property = entity.columns[key].property;
    let is_counted = entity.properties[property].meta.auto_increment && !insert.columns.contains(&key);
    is_counted.then_some(key)
}

/// Whether more is asked back than a key that the database counts up.
pub(crate) fn asks_for_more_than_key(insert: &Insert) -> bool {
    let key = generated_key(insert);
    insert.returning.iter().any(|column| Some(*column) != key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(rows: usize, limit: Limit) -> Vec<usize> {
        chunks(&vec![(); rows], limit, |()| 16).iter().map(|chunk| chunk.len()).collect()
    }

    #[test]
    fn few_statements_and_few_texts() {
        let limit = Limit::placeholders(1_000, 5, 65_535);
        assert!(sizes(0, limit).is_empty());
        assert_eq!(sizes(15, limit), [15]);
        assert_eq!(sizes(17, limit), [16, 1]);
        assert_eq!(sizes(100, limit), [96, 4]);
        assert_eq!(sizes(1_000, limit), [960, 40]);
        assert_eq!(sizes(2_000, limit), [960, 960, 80]);
        assert_eq!(sizes(25_000, Limit::rows(10_000)), [10_000, 10_000, 5_000]);
        assert_eq!(sizes(10, Limit::placeholders(1_000, 40_000, 65_535)), [1; 10]);
    }

    #[test]
    fn heavy_rows_are_sent_by_themselves() {
        let rows = [10, FULL, 10, FULL * 2, FULL / 2, FULL / 2, 10];
        let chunks = chunks(&rows, Limit::rows(100), |weight| *weight);
        assert_eq!(chunks.iter().map(|chunk| chunk.len()).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 1]);
    }
}
