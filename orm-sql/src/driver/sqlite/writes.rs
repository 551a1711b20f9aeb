//! Writes on a connection's own thread: a batch is one prepared statement that runs row after row.

use std::sync::Arc;

use orm_core::Result;
use orm_core::log::QueryKind;
use orm_core::meta::{ColumnId, EntityModel};
use orm_core::query::{Delete, NativeDelete, NativeUpdate, PivotDelete, PivotInsert, Update, Write, Written};
use orm_core::value::Value;
use rusqlite::Statement;

use crate::driver::sqlite::binder::{LogBinder, StatementBinder};
use crate::driver::sqlite::error::driver_error;
use crate::driver::sqlite::row::cell;
use crate::driver::sqlite::session::{Session, interrupted};
use crate::driver::sqlite::shared::{DIALECT, Ended};
use crate::lower::bind::{Binder, Place, bind_condition, bind_keys};
use crate::lower::list::{List, ListForm};
use crate::lower::write::{
    lower_delete_list, lower_delete_row, lower_native_delete, lower_native_update, lower_pivot_delete,
    lower_pivot_insert, lower_update,
};

/// So many keys travel as one parameter.
const KEYS_AT_ONCE: usize = 10_000;
/// So many keys have placeholders in one statement, where they cannot travel as one.
const PLACED_KEYS_AT_ONCE: usize = 500;

const PIVOT: Place = Place::outside("pivot table", "key");

/// What one run of a prepared statement did.
struct Run {
    affected: u64,
    returned: Option<Vec<Value>>,
}

impl Session {
    /// Runs a batch, all of it or nothing.
    pub(crate) fn write(&mut self, write: &Write) -> Result<Written> {
        if statements(write) > 1 {
            return self.atomically(|session| session.run_write(write));
        }
        self.queue_to_write()?;
        self.run_write(write)
    }

    fn run_write(&mut self, write: &Write) -> Result<Written> {
        match write {
            Write::Insert(insert) => self.insert(insert),
            Write::Update(update) => self.update(update),
            Write::Delete(delete) => self.delete(delete),
            Write::PivotInsert(insert) => self.pivot_insert(insert),
            Write::PivotDelete(delete) => self.pivot_delete(delete),
            Write::NativeUpdate(update) => self.native_update(update),
            Write::NativeDelete(delete) => self.native_delete(delete),
        }
    }

    fn update(&mut self, update: &Update) -> Result<Written> {
        let Update { entity, columns, guards, version: _, rows, returning } = update;
        let mut written = Written::default();
        let sql = lower_update(DIALECT, update)?;
        self.run_batch(
            &sql,
            rows,
            returning.len(),
            |binder, row| {
                bind_columns(binder, entity, columns, &row.values)?;
                bind_columns(binder, entity, &entity.key_columns, &row.key)?;
                bind_columns(binder, entity, guards, &row.expected)
            },
            |index, run| {
                written.affected += run.affected;
                if run.affected == 0 {
                    written.missed.push(index);
                }
                if !returning.is_empty() {
                    written.returned.push(run.returned.unwrap_or_default());
                }
            },
        )?;
        Ok(written)
    }

    fn delete(&mut self, delete: &Delete) -> Result<Written> {
        let Delete { entity, guards, rows } = delete;
        if guards.is_empty() && rows.len() > 1 {
            return self.delete_list(entity, rows);
        }
        let mut written = Written::default();
        let sql = lower_delete_row(DIALECT, delete)?;
        self.run_batch(
            &sql,
            rows,
            0,
            |binder, (key, expected)| {
                bind_columns(binder, entity, &entity.key_columns, key)?;
                bind_columns(binder, entity, guards, expected)
            },
            |index, run| {
                written.affected += run.affected;
                if run.affected == 0 && !guards.is_empty() {
                    written.missed.push(index);
                }
            },
        )?;
        Ok(written)
    }

    fn delete_list(&mut self, entity: &EntityModel, rows: &[(Vec<Value>, Vec<Value>)]) -> Result<Written> {
        let keys: Vec<Vec<Value>> = rows.iter().map(|(key, _)| key.clone()).collect();
        let at_once = keys_at_once(&keys);
        let mut written = Written::default();
        for keys in keys.chunks(at_once) {
            let sql = lower_delete_list(DIALECT, entity, List::of_keys(DIALECT, keys))?;
            let places: Vec<Place> =
                entity.key_columns.iter().map(|column| Place::of_column(entity, *column)).collect();
            let bind =
                |binder: &mut dyn Binder, keys: &&[Vec<Value>]| bind_keys(DIALECT, keys, binder, &places);
            self.run_batch(&sql, &[keys], 0, bind, |_, run| written.affected += run.affected)?;
        }
        Ok(written)
    }

    fn pivot_insert(&mut self, insert: &PivotInsert) -> Result<Written> {
        let sql = lower_pivot_insert(DIALECT, insert)?;
        self.run_pivot(&sql, &insert.rows)
    }

    fn pivot_delete(&mut self, delete: &PivotDelete) -> Result<Written> {
        let mut written = Written::default();
        // Pairs and whole owners are different statements.
        for rows in delete.rows.chunk_by(|one, next| one.len() == next.len()) {
            let sql = lower_pivot_delete(DIALECT, &delete.pivot, rows[0].len())?;
            written.affected += self.run_pivot(&sql, rows)?.affected;
        }
        Ok(written)
    }

    fn run_pivot(&mut self, sql: &Arc<str>, rows: &[Vec<Value>]) -> Result<Written> {
        let mut written = Written::default();
        let bind = |binder: &mut dyn Binder, row: &Vec<Value>| {
            row.iter().try_for_each(|value| binder.value(value, PIVOT))
        };
        self.run_batch(sql, rows, 0, bind, |_, run| written.affected += run.affected)?;
        Ok(written)
    }

    fn native_update(&mut self, update: &NativeUpdate) -> Result<Written> {
        let registry = Arc::clone(self.shared.registry()?);
        let (sql, places) = lower_native_update(DIALECT, &registry, update)?;
        let bind = |binder: &mut dyn Binder, update: &&NativeUpdate| {
            for (column, value) in &update.set {
                binder.value(value, Place::of_column(&update.entity, *column))?;
            }
            bind_condition(DIALECT, &update.condition, &places, None, binder)
        };
        let mut written = Written::default();
        self.run_batch(&sql, &[update], 0, bind, |_, run| written.affected += run.affected)?;
        Ok(written)
    }

    fn native_delete(&mut self, delete: &NativeDelete) -> Result<Written> {
        let registry = Arc::clone(self.shared.registry()?);
        let (sql, places) = lower_native_delete(DIALECT, &registry, delete)?;
        let bind = |binder: &mut dyn Binder, delete: &&NativeDelete| {
            bind_condition(DIALECT, &delete.condition, &places, None, binder)
        };
        let mut written = Written::default();
        self.run_batch(&sql, &[delete], 0, bind, |_, run| written.affected += run.affected)?;
        Ok(written)
    }

    /// Runs a statement for each row; `returning` is how many columns it gives back.
    fn run_batch<T>(
        &mut self,
        sql: &str,
        rows: &[T],
        returning: usize,
        bind: impl Fn(&mut dyn Binder, &T) -> Result<()>,
        mut done: impl FnMut(usize, Run),
    ) -> Result<()> {
        self.batch(sql, rows, &bind, |session| {
            let mut affected = 0;
            let mut statement = session.prepare(sql)?;
            for (index, row) in rows.iter().enumerate() {
                session.check_cancelled()?;
                bind(&mut StatementBinder::new(&mut statement, sql), row)?;
                let run = step(&mut statement, returning, sql)?;
                affected += run.affected;
                done(index, run);
            }
            Ok(affected)
        })
    }

    /// Logs what `run` does with the rows as one statement that runs for each of them.
    pub(crate) fn batch<T>(
        &mut self,
        sql: &str,
        rows: &[T],
        bind: &impl Fn(&mut dyn Binder, &T) -> Result<()>,
        run: impl FnOnce(&Self) -> Result<u64>,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let started = self.shared.watch();
        let result = run(self);
        let (failed, affected) = (result.is_err(), *result.as_ref().unwrap_or(&0));
        let ended = Ended { started, kind: QueryKind::Query, sql, batch: rows.len(), rows: affected, failed };
        self.shared.log(ended, || {
            let mut params = LogBinder::default();
            // What cannot be bound is the statement's own error; the log has what came before it.
            let _ = rows.iter().try_for_each(|row| bind(&mut params, row));
            params.0
        });
        result.map(drop)
    }

    /// SQLite asks by itself within a statement; this is between two of them.
    pub(crate) fn check_cancelled(&self) -> Result<()> {
        match self.cancel.is_cancelled() {
            true => Err(interrupted()),
            false => Ok(()),
        }
    }
}

/// Runs a statement that is bound.
fn step(statement: &mut Statement<'_>, returning: usize, sql: &str) -> Result<Run> {
    if returning == 0 {
        let affected = statement.raw_execute().map_err(|error| driver_error(error, sql))? as u64;
        return Ok(Run { affected, returned: None });
    }
    let returned = read_rows(statement, returning, sql)?;
    Ok(Run { affected: returned.len() as u64, returned: returned.into_iter().next() })
}

/// Runs a statement that is bound, and gives back its rows.
pub(crate) fn read_rows(statement: &mut Statement<'_>, columns: usize, sql: &str) -> Result<Vec<Vec<Value>>> {
    let failed = |error| driver_error(error, sql);
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let value = |column| row.get_ref(column).map(|value| cell(value).to_value());
        read.push((0..columns).map(value).collect::<rusqlite::Result<_>>().map_err(failed)?);
    }
    Ok(read)
}

/// How many statements a batch takes.
fn statements(write: &Write) -> usize {
    match write {
        Write::Insert(insert) => insert.rows.len(),
        Write::Update(update) => update.rows.len(),
        Write::Delete(delete) => delete.rows.len(),
        Write::PivotInsert(insert) => insert.rows.len(),
        Write::PivotDelete(delete) => delete.rows.len(),
        Write::NativeUpdate(_) | Write::NativeDelete(_) => 1,
    }
}

fn keys_at_once(keys: &[Vec<Value>]) -> usize {
    match List::of_keys(DIALECT, keys).form {
        ListForm::Json | ListForm::HexJson | ListForm::Array => KEYS_AT_ONCE,
        ListForm::Empty | ListForm::One | ListForm::Each(_) => PLACED_KEYS_AT_ONCE,
    }
}

pub(crate) fn bind_columns(
    binder: &mut dyn Binder,
    entity: &EntityModel,
    columns: &[ColumnId],
    values: &[Value],
) -> Result<()> {
    columns
        .iter()
        .zip(values)
        .try_for_each(|(column, value)| binder.value(value, Place::of_column(entity, *column)))
}
