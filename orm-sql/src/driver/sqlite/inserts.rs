//! Inserts: many rows a statement, as SQLite's cost a statement with `returning` is four times that of a row.

use orm_core::meta::ColumnId;
use orm_core::query::{Insert, Written};
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Result};

use crate::driver::sqlite::binder::StatementBinder;
use crate::driver::sqlite::error::{driver_error, failure};
use crate::driver::sqlite::session::Session;
use crate::driver::sqlite::shared::DIALECT;
use crate::driver::sqlite::writes::read_rows;
use crate::lower::bind::Binder;
use crate::lower::write::WriteStatement;
use crate::lower::write::insert::InsertRows;

/// More rows a statement bring nothing.
const MOST_AT_ONCE: usize = 64;

impl Session {
    /// Inserts rows in statements of 64, 32, 16 … rows, so that few texts serve all numbers of rows. The log has one
    /// event, with the text for one row.
    pub(crate) fn insert(&mut self, insert: &Insert) -> Result<Written> {
        let rows = insert.rows.as_slice();
        let mut written = Written::default();
        if rows.is_empty() {
            return Ok(written);
        }
        let compiled =
            self.shared.statements.write(DIALECT, &InsertRows::new(DIALECT, insert, &rows[..1]))?;
        let bind = |binder: &mut dyn Binder, row: &Vec<Value>| {
            InsertRows::new(DIALECT, insert, std::slice::from_ref(row)).bind(
                DIALECT,
                &compiled.places,
                binder,
            )
        };
        self.batch(&compiled.sql, rows, &bind, |session| {
            let mut size = at_once(insert);
            let mut rest = rows;
            while size > 0 {
                if rest.len() >= size {
                    let taken = rest.len() / size * size;
                    session.insert_chunks(insert, &rest[..taken], size, &mut written)?;
                    rest = &rest[taken..];
                }
                size /= 2;
            }
            Ok(written.affected)
        })?;
        Ok(written)
    }

    fn insert_chunks(
        &self,
        insert: &Insert,
        rows: &[Vec<Value>],
        size: usize,
        written: &mut Written,
    ) -> Result<()> {
        let first = InsertRows::new(DIALECT, insert, &rows[..size]);
        let compiled = self.shared.statements.write(DIALECT, &first)?;
        let sql = &*compiled.sql;
        let mut statement = self.prepare(sql)?;
        for chunk in rows.chunks(size) {
            self.check_cancelled()?;
            let mut binder = StatementBinder::new(&mut statement, sql);
            InsertRows::new(DIALECT, insert, chunk).bind(DIALECT, &compiled.places, &mut binder)?;
            if insert.returning.is_empty() {
                written.affected += statement.raw_execute().map_err(|error| driver_error(error, sql))? as u64;
                continue;
            }
            let mut returned = read_rows(&mut statement, insert.returning.len(), sql)?;
            if returned.len() != chunk.len() {
                let problem = format!("{} of {} rows were ignored by a trigger", returned.len(), chunk.len());
                return Err(failure(DriverErrorKind::Other, problem));
            }
            if let Some(key) = generated_key(insert) {
                put_in_order(&mut returned, key);
            }
            written.affected += returned.len() as u64;
            written.returned.append(&mut returned);
        }
        Ok(())
    }
}

/// How many rows one statement can take: a power of two.
fn at_once(insert: &Insert) -> usize {
    let is_traceable = insert.returning.is_empty() || generated_key(insert).is_some();
    if insert.columns.is_empty() || !is_traceable {
        return 1;
    }
    let most = (DIALECT.most_parameters() / insert.columns.len()).clamp(1, MOST_AT_ONCE);
    // The greatest power of two that is not greater.
    1 << most.ilog2()
}

/// Where the key that the database counts up is among the columns that are given back.
fn generated_key(insert: &Insert) -> Option<usize> {
    let [key]: [ColumnId; 1] = insert.entity.key_columns.as_slice().try_into().ok()?;
    let property = insert.entity.columns[key].property;
    let is_counted = insert.entity.properties[property].meta.auto_increment && !insert.columns.contains(&key);
    insert.returning.iter().position(|column| is_counted && *column == key)
}

/// SQLite gives rows back as it inserted them, but promises nothing. It does count keys up row by row; so keys without a
/// gap tell the order. Keys with gaps come from elsewhere (a trigger, the end of all numbers), and tell nothing.
fn put_in_order(returned: &mut [Vec<Value>], key: usize) {
    let number = |row: &Vec<Value>| match row[key] {
        Value::Int(number) => number,
        _ => i64::MAX,
    };
    if returned.is_sorted_by_key(number) {
        return;
    }
    let least = returned.iter().map(number).min().unwrap_or(0);
    let greatest = returned.iter().map(number).max().unwrap_or(0);
    if greatest.checked_sub(least).is_some_and(|gap| gap as usize + 1 == returned.len()) {
        returned.sort_by_key(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_without_a_gap_tell_the_order() {
        let order = |keys: &[i64]| {
            let mut rows: Vec<Vec<Value>> =
                keys.iter().map(|key| vec![Value::Null, Value::Int(*key)]).collect();
            put_in_order(&mut rows, 1);
            rows.iter().map(|row| row[1].to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(order(&[7, 8, 9]), "7 8 9");
        assert_eq!(order(&[8, 9, 7]), "7 8 9");
        assert_eq!(order(&[8, 20, 7]), "8 20 7");
        assert_eq!(order(&[i64::MIN, i64::MAX, 0]), format!("{} {} 0", i64::MIN, i64::MAX));
    }
}
