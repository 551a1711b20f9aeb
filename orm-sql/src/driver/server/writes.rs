//! Writes on a server: as few statements as it takes, and what it does not tell by itself is asked for.

use orm_core::meta::{ColumnId, EntityModel};
use orm_core::query::{Delete, Insert, PivotDelete, PivotInsert, Update, UpdateRow, Write, Written};
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Error, Result};

use crate::dialect::Dialect;
use crate::driver::server::chunks::{
    IN_CASES, asks_for_more_than_key, chunks, delete_chunks, generated_key, insert_chunks, key_limit,
    pivot_chunks, update_chunks, weight,
};
use crate::driver::server::guard::Slot;
use crate::driver::server::session::Answer;
use crate::driver::server::{Server, ServerConnection, failure};
use crate::lower::write::WriteStatement;
use crate::lower::write::delete::{DeleteKeys, DeleteMatching, DeleteRow, DeletedRow};
use crate::lower::write::insert::InsertRows;
use crate::lower::write::native::{DeleteWhere, UpdateWhere};
use crate::lower::write::pivot::{DeletePairs, InsertPairs};
use crate::lower::write::positions::Positions;
use crate::lower::write::update::{UpdateFromSource, UpdateInCases, UpdateOne};

/// Whether a write may take several statements, which are all or nothing only in a transaction.
pub(super) fn takes_several(dialect: Dialect, write: &Write) -> bool {
    let asks_back = |columns: &[ColumnId]| match dialect {
        Dialect::Sqlite | Dialect::Postgres => false,
        Dialect::MySql | Dialect::MariaDb => !columns.is_empty(),
    };
    match write {
        Write::Insert(insert) => {
            let is_asked = dialect == Dialect::MySql && asks_for_more_than_key(insert);
            is_asked || insert_chunks(dialect, insert).len() > 1
        }
        Write::Update(update) => match dialect {
            Dialect::Postgres => update_chunks(dialect, update).len() > 1,
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => {
                update.rows.len() > 1 || asks_back(&update.returning)
            }
        },
        Write::Delete(delete) => {
            let is_asked = dialect == Dialect::MySql && !delete.guards.is_empty() && delete.rows.len() > 1;
            is_asked || delete_chunks(dialect, delete).len() > 1
        }
        Write::PivotInsert(insert) => pivot_chunks(dialect, insert).len() > 1,
        Write::PivotDelete(delete) => delete.rows.len() > 1,
        Write::NativeUpdate(_) | Write::NativeDelete(_) => false,
    }
}

impl<S: Server> ServerConnection<S> {
    pub(super) async fn run_write(&mut self, write: &Write) -> Result<Written> {
        match write {
            Write::Insert(insert) => self.insert(insert).await,
            Write::Update(update) => match self.dialect {
                Dialect::Sqlite | Dialect::Postgres => self.update_from_source(update).await,
                Dialect::MySql | Dialect::MariaDb => self.update_in_cases(update).await,
            },
            Write::Delete(delete) => match delete.guards.is_empty() {
                true => self.delete_keys(delete).await,
                false => self.delete_matching(delete).await,
            },
            Write::PivotInsert(insert) => self.pivot_insert(insert).await,
            Write::PivotDelete(delete) => self.pivot_delete(delete).await,
            Write::NativeUpdate(update) => self.run_counted(&UpdateWhere(update)).await,
            Write::NativeDelete(delete) => self.run_counted(&DeleteWhere(delete)).await,
        }
    }

    async fn run_counted(&mut self, statement: &dyn WriteStatement) -> Result<Written> {
        let affected = self.run_statement(statement).await?.affected;
        Ok(Written { affected, ..Written::default() })
    }

    async fn insert(&mut self, insert: &Insert) -> Result<Written> {
        let mut written = Written::default();
        for rows in insert_chunks(self.dialect, insert) {
            let answer = self.run_statement(&InsertRows::new(self.dialect, insert, rows)).await?;
            if insert.returning.is_empty() {
                written.affected += answer.affected;
                continue;
            }
            // Where rows come back, some servers do not count them.
            written.affected += rows.len() as u64;
            let returned = match self.dialect {
                Dialect::Sqlite | Dialect::Postgres | Dialect::MariaDb => answer.rows,
                Dialect::MySql => self.inserted(insert, rows, answer.first_key).await?,
            };
            if returned.len() != rows.len() {
                let problem = format!("{} of {} rows came back from an insert", returned.len(), rows.len());
                return Err(failure(DriverErrorKind::Other, problem));
            }
            written.returned.extend(returned);
        }
        Ok(written)
    }

    /// What MySQL made of inserted rows, of which it only tells the first generated key. It counts the keys of one
    /// statement up without a gap.
    async fn inserted(
        &mut self,
        insert: &Insert,
        rows: &[Vec<Value>],
        first_key: u64,
    ) -> Result<Vec<Vec<Value>>> {
        let Insert { entity, columns, rows: _, returning } = insert;
        let given = |row: &Vec<Value>| {
            let position = |key| columns.iter().position(|column| column == key);
            entity.key_columns.iter().map(|key| Some(row[position(key)?].clone())).collect()
        };
        let keys: Vec<Vec<Value>> = match generated_key(insert) {
            Some(_) => {
                let step = self.key_step();
                (0..rows.len() as u64).map(|row| vec![whole(first_key + row * step)]).collect()
            }
            None => rows.iter().map(given).collect::<Option<_>>().ok_or_else(|| unknown_key(insert))?,
        };
        if !asks_for_more_than_key(insert) {
            return Ok(keys);
        }
        let mut returned = Vec::with_capacity(rows.len());
        for keys in keys.chunks(IN_CASES) {
            let rows: Vec<(&[Value], &[Value])> = keys.iter().map(|key| (&**key, &[][..])).collect();
            returned
                .extend(self.positions(entity, &[], &rows, returning, false).await?.into_iter().flatten());
        }
        Ok(returned)
    }

    fn key_step(&self) -> u64 {
        match &self.slot {
            Slot::Here(opened) => opened.key_step,
            Slot::Empty | Slot::Settling(_) => 1,
        }
    }

    /// For each of the rows, columns of it if it is there and as expected.
    async fn positions(
        &mut self,
        entity: &EntityModel,
        guards: &[ColumnId],
        rows: &[(&[Value], &[Value])],
        columns: &[ColumnId],
        locks: bool,
    ) -> Result<Vec<Option<Vec<Value>>>> {
        let answer = self.run_statement(&Positions { entity, guards, rows, columns, locks }).await?;
        Ok(numbered(answer, rows.len(), 0))
    }

    async fn update_from_source(&mut self, update: &Update) -> Result<Written> {
        let mut written = Written::default();
        let mut first = 0;
        for rows in update_chunks(self.dialect, update) {
            let found = match rows {
                [row] => vec![self.update_one(update, row).await?],
                rows => {
                    let statement = UpdateFromSource::new(self.dialect, update, rows);
                    numbered(self.run_statement(&statement).await?, rows.len(), 1)
                }
            };
            note_found(&mut written, first, found, !update.returning.is_empty());
            first += rows.len();
        }
        Ok(written)
    }

    /// What a row has after its update, if it was there and as expected.
    async fn update_one(&mut self, update: &Update, row: &UpdateRow) -> Result<Option<Vec<Value>>> {
        let answer = self.run_statement(&UpdateOne { update, row }).await?;
        match (self.dialect, answer.affected) {
            (_, 0) => Ok(None),
            (Dialect::Sqlite | Dialect::Postgres, _) => {
                Ok(Some(answer.rows.into_iter().next().unwrap_or_default()))
            }
            (Dialect::MySql | Dialect::MariaDb, _) if update.returning.is_empty() => Ok(Some(Vec::new())),
            (Dialect::MySql | Dialect::MariaDb, _) => {
                let key = new_key(update, row);
                let rows = [(&*key, &[][..])];
                let found = self.positions(&update.entity, &[], &rows, &update.returning, false).await?;
                Ok(found.into_iter().next().flatten())
            }
        }
    }

    async fn update_in_cases(&mut self, update: &Update) -> Result<Written> {
        let mut written = Written::default();
        let mut first = 0;
        let sets_key = update.columns.iter().any(|column| update.entity.key_columns.contains(column));
        for rows in update_chunks(self.dialect, update) {
            let found = match rows {
                // The cases go by the key, which must not change under them.
                rows if sets_key || rows.len() == 1 => {
                    let mut found = Vec::with_capacity(rows.len());
                    for row in rows {
                        found.push(self.update_one(update, row).await?);
                    }
                    found
                }
                rows => self.update_chunk(update, rows).await?,
            };
            note_found(&mut written, first, found, !update.returning.is_empty());
            first += rows.len();
        }
        Ok(written)
    }

    /// Updates rows in one statement. What became of each is asked for where the number of rows does not tell: before,
    /// if their guards will be others, else after.
    async fn update_chunk(&mut self, update: &Update, rows: &[UpdateRow]) -> Result<Vec<Option<Vec<Value>>>> {
        let Update { entity, columns, guards, version, returning, .. } = update;
        let pairs = |rows: &[&UpdateRow]| -> Vec<(Vec<Value>, Vec<Value>)> {
            rows.iter().map(|row| (row.key.clone(), row.expected.clone())).collect()
        };
        let all: Vec<&UpdateRow> = rows.iter().collect();
        let owned = pairs(&all);
        let asked: Vec<(&[Value], &[Value])> =
            owned.iter().map(|(key, expected)| (&**key, &**expected)).collect();
        let changes = |guard: &ColumnId| columns.contains(guard) || *version == Some(*guard);
        let mut found: Vec<Option<Vec<Value>>> = vec![Some(Vec::new()); rows.len()];
        let asks_before = guards.iter().any(changes);
        if asks_before {
            found = self.positions(entity, guards, &asked, &[], true).await?;
        }
        let there: Vec<&UpdateRow> =
            rows.iter().zip(&found).filter(|(_, found)| found.is_some()).map(|(row, _)| row).collect();
        if there.is_empty() {
            return Ok(found);
        }
        let is_guarded = !asks_before && !guards.is_empty();
        let answer = self.run_statement(&UpdateInCases { update, rows: &there, is_guarded }).await?;
        if !returning.is_empty() || answer.affected < there.len() as u64 {
            let guards: &[ColumnId] = if asks_before { &[] } else { guards };
            let after = self.positions(entity, guards, &asked, returning, false).await?;
            for (found, after) in found.iter_mut().zip(after) {
                *found = found.take().and(after);
            }
        }
        Ok(found)
    }

    async fn delete_keys(&mut self, delete: &Delete) -> Result<Written> {
        let mut written = Written::default();
        for rows in delete_chunks(self.dialect, delete) {
            let affected = match rows {
                [row] => self.run_statement(&DeleteRow { delete, row }).await?.affected,
                rows => {
                    let keys: Vec<Vec<Value>> = rows.iter().map(|(key, _)| key.clone()).collect();
                    self.run_statement(&DeleteKeys { entity: &delete.entity, keys: &keys }).await?.affected
                }
            };
            written.affected += affected;
        }
        Ok(written)
    }

    async fn delete_matching(&mut self, delete: &Delete) -> Result<Written> {
        let mut written = Written::default();
        let mut first = 0;
        for rows in delete_chunks(self.dialect, delete) {
            let found = match (rows, self.dialect) {
                ([row], _) => {
                    let answer = self.run_statement(&DeleteRow { delete, row }).await?;
                    vec![(answer.affected > 0).then(Vec::new)]
                }
                (rows, Dialect::Sqlite | Dialect::Postgres) => {
                    let statement = DeleteMatching::new(self.dialect, delete, rows);
                    numbered(self.run_statement(&statement).await?, rows.len(), 1)
                }
                (rows, Dialect::MariaDb) => {
                    let statement = DeleteMatching::new(self.dialect, delete, rows);
                    numbered(self.run_statement(&statement).await?, rows.len(), 0)
                }
                (rows, Dialect::MySql) => self.delete_found(delete, rows).await?,
            };
            note_found(&mut written, first, found, false);
            first += rows.len();
        }
        Ok(written)
    }

    /// Finds the rows that are as expected, and deletes those.
    async fn delete_found(
        &mut self,
        delete: &Delete,
        rows: &[DeletedRow],
    ) -> Result<Vec<Option<Vec<Value>>>> {
        let Delete { entity, guards, .. } = delete;
        let asked: Vec<(&[Value], &[Value])> =
            rows.iter().map(|(key, expected)| (&**key, &**expected)).collect();
        let found = self.positions(entity, guards, &asked, &[], true).await?;
        let there = rows.iter().zip(&found).filter(|(_, found)| found.is_some());
        let keys: Vec<Vec<Value>> = there.map(|((key, _), _)| key.clone()).collect();
        if !keys.is_empty() {
            self.run_statement(&DeleteKeys { entity, keys: &keys }).await?;
        }
        Ok(found)
    }

    async fn pivot_insert(&mut self, insert: &PivotInsert) -> Result<Written> {
        let mut written = Written::default();
        for rows in pivot_chunks(self.dialect, insert) {
            written.affected += self.run_statement(&InsertPairs { insert, rows }).await?.affected;
        }
        Ok(written)
    }

    async fn pivot_delete(&mut self, delete: &PivotDelete) -> Result<Written> {
        let mut written = Written::default();
        let pivot = &delete.pivot;
        // Pairs and whole owners are different statements.
        for rows in delete.rows.chunk_by(|one, next| one.len() == next.len()) {
            let width = rows[0].len();
            for rows in chunks(rows, key_limit(self.dialect, width), |row| weight(row)) {
                let affected = self.run_statement(&DeletePairs { pivot, width, rows }).await?.affected;
                written.affected += affected;
            }
        }
        Ok(written)
    }
}

/// Notes what became of rows, whose positions count on from `first`.
fn note_found(written: &mut Written, first: usize, found: Vec<Option<Vec<Value>>>, returns: bool) {
    for (index, row) in found.into_iter().enumerate() {
        match &row {
            Some(_) => written.affected += 1,
            None => written.missed.push(first + index),
        }
        if returns {
            written.returned.push(row.unwrap_or_default());
        }
    }
}

/// The rows that an answer has numbers for, which count on from `first` and stand before what was asked for.
fn numbered(answer: Answer, rows: usize, first: usize) -> Vec<Option<Vec<Value>>> {
    let mut found = vec![None; rows];
    for mut row in answer.rows {
        let columns = row.split_off(row.len().min(1));
        let position = row.first().and_then(number).and_then(|number| number.checked_sub(first));
        if let Some(slot) = position.and_then(|position| found.get_mut(position)) {
            *slot = Some(columns);
        }
    }
    found
}

fn number(value: &Value) -> Option<usize> {
    match value {
        Value::Int(number) => usize::try_from(*number).ok(),
        Value::UInt(number) => usize::try_from(*number).ok(),
        _ => None,
    }
}

/// A generated key, as it would be read.
fn whole(key: u64) -> Value {
    i64::try_from(key).map_or(Value::UInt(key), Value::Int)
}

/// The key of a row after its update.
fn new_key(update: &Update, row: &UpdateRow) -> Vec<Value> {
    let part = |(part, column): (usize, &ColumnId)| {
        let set = update.columns.iter().position(|set| set == column);
        set.map_or(&row.key[part], |position| &row.values[position]).clone()
    };
    update.entity.key_columns.iter().enumerate().map(part).collect()
}

fn unknown_key(insert: &Insert) -> Error {
    Error::Unsupported {
        database: Dialect::MySql.name(),
        feature: format!("tell which key it gave to a new {}", insert.entity.meta.name),
        alternative: "let the key count up, or make it in Rust: `#[orm(default = …)]`".into(),
    }
}
