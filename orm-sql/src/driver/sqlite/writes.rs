//! Writes on a connection's own thread: a batch is one prepared statement that runs row after row.

use orm_core::Result;
use orm_core::log::QueryKind;
use orm_core::meta::EntityModel;
use orm_core::query::{Delete, PivotDelete, PivotInsert, Update, Write, Written};
use orm_core::value::Value;
use rusqlite::Statement;

use crate::driver::sqlite::binder::{LogBinder, StatementBinder};
use crate::driver::sqlite::error::driver_error;
use crate::driver::sqlite::row::cell;
use crate::driver::sqlite::session::{Session, interrupted};
use crate::driver::sqlite::shared::{DIALECT, Ended};
use crate::lower::bind::Binder;
use crate::lower::list::{List, ListForm};
use crate::lower::write::WriteStatement;
use crate::lower::write::delete::{DeleteKeys, DeleteRow};
use crate::lower::write::native::{DeleteWhere, UpdateWhere};
use crate::lower::write::pivot::{DeletePairs, InsertPairs};
use crate::lower::write::update::UpdateOne;

/// So many keys travel as one parameter.
const KEYS_AT_ONCE: usize = 10_000;
/// So many keys have placeholders in one statement, where they cannot travel as one.
const PLACED_KEYS_AT_ONCE: usize = 500;

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
            Write::NativeUpdate(update) => self.run_counted(&[UpdateWhere(update)]),
            Write::NativeDelete(delete) => self.run_counted(&[DeleteWhere(delete)]),
        }
    }

    fn update(&mut self, update: &Update) -> Result<Written> {
        let mut written = Written::default();
        let returning = update.returning.len();
        let statements: Vec<_> = update.rows.iter().map(|row| UpdateOne { update, row }).collect();
        self.run_batch(&statements, returning, |index, run| {
            written.affected += run.affected;
            if run.affected == 0 {
                written.missed.push(index);
            }
            if returning > 0 {
                written.returned.push(run.returned.unwrap_or_default());
            }
        })?;
        Ok(written)
    }

    fn delete(&mut self, delete: &Delete) -> Result<Written> {
        let Delete { entity, guards, rows } = delete;
        if guards.is_empty() && rows.len() > 1 {
            return self.delete_list(entity, rows);
        }
        let mut written = Written::default();
        let statements: Vec<_> = rows.iter().map(|row| DeleteRow { delete, row }).collect();
        self.run_batch(&statements, 0, |index, run| {
            written.affected += run.affected;
            if run.affected == 0 && !guards.is_empty() {
                written.missed.push(index);
            }
        })?;
        Ok(written)
    }

    fn delete_list(&mut self, entity: &EntityModel, rows: &[(Vec<Value>, Vec<Value>)]) -> Result<Written> {
        let keys: Vec<Vec<Value>> = rows.iter().map(|(key, _)| key.clone()).collect();
        let mut written = Written::default();
        for keys in keys.chunks(keys_at_once(&keys)) {
            self.run_batch(&[DeleteKeys { entity, keys }], 0, |_, run| written.affected += run.affected)?;
        }
        Ok(written)
    }

    fn pivot_insert(&mut self, insert: &PivotInsert) -> Result<Written> {
        let rows = insert.rows.chunks(1);
        self.run_counted(&rows.map(|rows| InsertPairs { insert, rows }).collect::<Vec<_>>())
    }

    fn pivot_delete(&mut self, delete: &PivotDelete) -> Result<Written> {
        let mut written = Written::default();
        let pivot = &delete.pivot;
        // Pairs and whole owners are different statements.
        for rows in delete.rows.chunk_by(|one, next| one.len() == next.len()) {
            let width = rows[0].len();
            let statements = rows.chunks(1).map(|rows| DeletePairs { pivot, width, rows });
            written.affected += self.run_counted(&statements.collect::<Vec<_>>())?.affected;
        }
        Ok(written)
    }

    /// Runs statements that are about nothing but how many rows they touch.
    fn run_counted(&mut self, statements: &[impl WriteStatement]) -> Result<Written> {
        let mut written = Written::default();
        self.run_batch(statements, 0, |_, run| written.affected += run.affected)?;
        Ok(written)
    }

    /// Runs statements of one shape one after the other; `returning` is how many columns each gives back.
    fn run_batch(
        &mut self,
        statements: &[impl WriteStatement],
        returning: usize,
        mut done: impl FnMut(usize, Run),
    ) -> Result<()> {
        let Some(first) = statements.first() else { return Ok(()) };
        let compiled = self.shared.statements.write(DIALECT, first)?;
        let bind = |binder: &mut dyn Binder, statement: &_| {
            WriteStatement::bind(statement, DIALECT, &compiled.places, binder)
        };
        let sql = &*compiled.sql;
        self.batch(sql, statements, &bind, |session| {
            let mut affected = 0;
            let mut prepared = session.prepare(sql)?;
            for (index, statement) in statements.iter().enumerate() {
                session.check_cancelled()?;
                bind(&mut StatementBinder::new(&mut prepared, sql), statement)?;
                let run = step(&mut prepared, returning, sql)?;
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
