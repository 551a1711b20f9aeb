//! Runs the steps of a flush in batches: rows with the same columns in one write.

use std::sync::Arc;

use crate::arena::{NodeRef, ValueSlot};
use crate::driver::Connection;
use crate::error::{Error, Result};
use crate::meta::{ColumnId, EntityModel, PivotModel};
use crate::query::{Delete, Insert, PivotDelete, PivotInsert, Update, UpdateRow, Write, Written};
use crate::session::Session;
use crate::uow::change_set::{ChangeSet, delete_guards};
use crate::uow::explain::explain;
use crate::uow::key::{Bind, Keys};
use crate::uow::plan::Plan;
use crate::uow::schedule::{Patch, Step};
use crate::uow::transaction::Transaction;
use crate::value::Value;

/// A running flush.
pub(super) struct Execution<'p, 'a> {
    plan: &'p mut Plan<'a>,
    keys: Keys<'a>,
    batch_size: usize,
}

impl<'p, 'a> Execution<'p, 'a> {
    pub(super) fn new(session: &Session, plan: &'p mut Plan<'a>) -> Self {
        Self { plan, keys: Keys::default(), batch_size: session.shared.settings.batch_size.max(1) }
    }

    /// Runs all steps.
    pub(super) async fn run(mut self, transaction: &mut Transaction<'_>) -> Result<()> {
        let connection = transaction.connection()?;
        for step in std::mem::take(&mut self.plan.steps) {
            match step {
                Step::Insert(rows) => self.insert(connection, &rows).await?,
                Step::Update(rows) => self.update(connection, &rows).await?,
                Step::Delete(rows) => self.delete(connection, &rows).await?,
                Step::Patch(patches) => self.patch(connection, patches).await?,
                Step::PivotDelete(pivot, rows) => self.pivot_delete(connection, pivot, rows).await?,
                Step::PivotInsert(pivot, pairs, ignore_existing) => {
                    self.pivot_insert(connection, pivot, pairs, ignore_existing).await?;
                }
                Step::Native(write) => drop(connection.write(write).await?),
            }
        }
        Ok(())
    }

    async fn insert(&mut self, connection: &mut dyn Connection, rows: &[usize]) -> Result<()> {
        let inserts = &self.plan.inserts;
        let batches = batches(rows, self.batch_size, |a, b| {
            let (a, b) = (&inserts[*a], &inserts[*b]);
            a.columns == b.columns && a.returning == b.returning && a.node.entity() == b.node.entity()
        });
        for batch in batches.iter().map(Vec::as_slice) {
            let first = &self.plan.inserts[batch[0]];
            let entity = Arc::clone(first.model);
            let (columns, returning) = (first.columns.clone(), first.returning.clone());
            // Keys that are known only now are looked up by rows that point here.
            let has_new_keys = batch.iter().any(|position| key_is_new(&self.plan.inserts[*position]));
            let mut values = Vec::with_capacity(batch.len());
            for position in batch {
                values.push(self.take_values(*position)?);
            }
            let new_keys: Vec<Vec<Value>> = match has_new_keys {
                true => values.iter().map(|row| given_key(row, &columns, &entity.key_columns)).collect(),
                false => Vec::new(),
            };
            let insert = Insert { entity: Arc::clone(&entity), columns, rows: values, returning };
            let written = write(connection, &entity, Write::Insert(insert)).await?;
            self.take_returned(batch, written, |plan, position| &mut plan.inserts[position])?;
            for (position, mut key) in batch.iter().zip(new_keys) {
                let insert = &self.plan.inserts[*position];
                for (part, column) in entity.key_columns.iter().enumerate() {
                    if let Some(returned) = insert.returning.iter().position(|returned| returned == column) {
                        key[part].clone_from(&insert.returned[returned]);
                    }
                }
                self.keys.made(insert.node, key);
            }
        }
        Ok(())
    }

    fn take_values(&mut self, insert: usize) -> Result<Vec<Value>> {
        let binds = std::mem::take(&mut self.plan.inserts[insert].values);
        binds.into_iter().map(|bind| self.keys.resolve(bind)).collect()
    }

    /// Gives each row what the database returned for it; checked now, while everything can still be taken back.
    fn take_returned(
        &mut self,
        batch: &[usize],
        written: Written,
        row: impl for<'r> Fn(&'r mut Plan<'a>, usize) -> &'r mut ChangeSet<'a>,
    ) -> Result<()> {
        for (position, returned) in batch.iter().zip(written.returned) {
            let change_set = row(self.plan, *position);
            for (column, value) in change_set.returning.iter().zip(&returned) {
                check(change_set, *column, value)?;
            }
            change_set.returned = returned;
        }
        Ok(())
    }

    async fn update(&mut self, connection: &mut dyn Connection, rows: &[usize]) -> Result<()> {
        let updates = &self.plan.updates;
        let batches = batches(rows, self.batch_size, |a, b| {
            let (a, b) = (&updates[*a], &updates[*b]);
            a.node.entity() == b.node.entity()
                && a.columns == b.columns
                && a.guards == b.guards
                && a.version == b.version
                && a.returning == b.returning
        });
        for batch in batches.iter().map(Vec::as_slice) {
            let first = &self.plan.updates[batch[0]];
            let mut update = Update {
                entity: Arc::clone(first.model),
                columns: first.columns.clone(),
                guards: first.guards.clone(),
                version: first.version,
                rows: Vec::with_capacity(batch.len()),
                returning: first.returning.clone(),
            };
            for position in batch {
                let change_set = &mut self.plan.updates[*position];
                let binds = std::mem::take(&mut change_set.values);
                let expected = std::mem::take(&mut change_set.expected);
                let values = binds.into_iter().map(|bind| self.keys.resolve(bind)).collect::<Result<_>>()?;
                update.rows.push(UpdateRow { key: change_set.key.clone(), values, expected });
            }
            let entity = Arc::clone(&update.entity);
            let written = write(connection, &entity, Write::Update(update)).await?;
            if let Some(missed) = written.missed.first().and_then(|missed| batch.get(*missed)) {
                let change_set = &self.plan.updates[*missed];
                return Err(lost(change_set.node, &change_set.key));
            }
            self.take_returned(batch, written, |plan, position| &mut plan.updates[position])?;
        }
        Ok(())
    }

    async fn patch(&mut self, connection: &mut dyn Connection, patches: Vec<Patch<'a>>) -> Result<()> {
        let all: Vec<usize> = (0..patches.len()).collect();
        let batches = batches(&all, self.batch_size, |a, b| {
            let (a, b) = (&patches[*a], &patches[*b]);
            a.node.entity() == b.node.entity() && a.columns == b.columns
        });
        for batch in batches.iter().map(Vec::as_slice) {
            let first = &patches[batch[0]];
            let mut rows = Vec::with_capacity(batch.len());
            for patch in batch.iter().map(|position| &patches[*position]) {
                let values = patch.values.iter().map(|bind| self.keys.resolve(bind.clone()));
                let values = values.collect::<Result<_>>()?;
                rows.push(UpdateRow { key: self.keys.of(patch.node)?, values, expected: Vec::new() });
            }
            let update = Update {
                entity: Arc::clone(first.node.model()),
                columns: first.columns.clone(),
                guards: Vec::new(),
                version: None,
                rows,
                returning: Vec::new(),
            };
            let entity = Arc::clone(&update.entity);
            let written = write(connection, &entity, Write::Update(update)).await?;
            if let Some(missed) = written.missed.first().and_then(|missed| batch.get(*missed)) {
                let node = patches[*missed].node;
                return Err(lost(node, &self.keys.of(node)?));
            }
        }
        Ok(())
    }

    async fn delete(&mut self, connection: &mut dyn Connection, rows: &[usize]) -> Result<()> {
        let nodes: Vec<NodeRef<'a>> = rows.iter().map(|position| self.plan.deletes[*position]).collect();
        let mut guarded = Vec::with_capacity(nodes.len());
        for node in &nodes {
            let (guards, expected) = delete_guards(*node);
            guarded.push((guards, self.keys.of(*node)?, expected));
        }
        let all: Vec<usize> = (0..nodes.len()).collect();
        let batches = batches(&all, self.batch_size, |a, b| {
            nodes[*a].entity() == nodes[*b].entity() && guarded[*a].0 == guarded[*b].0
        });
        for batch in batches.iter().map(Vec::as_slice) {
            let delete = Delete {
                entity: Arc::clone(nodes[batch[0]].model()),
                guards: guarded[batch[0]].0.clone(),
                rows: batch.iter().map(|row| (guarded[*row].1.clone(), guarded[*row].2.clone())).collect(),
            };
            let is_guarded = !delete.guards.is_empty();
            let entity = Arc::clone(&delete.entity);
            let written = write(connection, &entity, Write::Delete(delete)).await?;
            // A row that is gone already is what was wanted, unless it had to be as we knew it.
            if is_guarded && let Some(missed) = written.missed.first().and_then(|missed| batch.get(*missed)) {
                return Err(lost(nodes[*missed], &guarded[*missed].1));
            }
        }
        Ok(())
    }

    async fn pivot_delete(
        &mut self,
        connection: &mut dyn Connection,
        pivot: Arc<PivotModel>,
        rows: Vec<(NodeRef<'a>, Option<NodeRef<'a>>)>,
    ) -> Result<()> {
        for rows in rows.chunks(self.batch_size) {
            let mut keys = Vec::with_capacity(rows.len());
            for (owner, item) in rows {
                let mut key = self.keys.of(*owner)?;
                if let Some(item) = item {
                    key.extend(self.keys.of(*item)?);
                }
                keys.push(key);
            }
            let delete = PivotDelete { pivot: Arc::clone(&pivot), rows: keys };
            connection.write(Write::PivotDelete(delete)).await?;
        }
        Ok(())
    }

    async fn pivot_insert(
        &mut self,
        connection: &mut dyn Connection,
        pivot: Arc<PivotModel>,
        pairs: Vec<(NodeRef<'a>, NodeRef<'a>)>,
        ignore_existing: bool,
    ) -> Result<()> {
        for pairs in pairs.chunks(self.batch_size) {
            let mut rows = Vec::with_capacity(pairs.len());
            for (owner, item) in pairs {
                let mut key = self.keys.of(*owner)?;
                key.extend(self.keys.of(*item)?);
                rows.push(key);
            }
            let insert = PivotInsert { pivot: Arc::clone(&pivot), rows, ignore_existing };
            connection.write(Write::PivotInsert(insert)).await?;
        }
        Ok(())
    }
}

/// Rows that may go together, in the order of their first rows, at most `size` in a batch.
fn batches(rows: &[usize], size: usize, fits: impl Fn(&usize, &usize) -> bool) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for row in rows {
        // Most rows fit the batch of the row before them.
        match batches.iter_mut().rev().find(|batch| batch.len() < size && fits(&batch[0], row)) {
            Some(batch) => batch.push(*row),
            None => batches.push(vec![*row]),
        }
    }
    batches
}

/// Whether the row's key, or a part of it, is known only during the flush.
fn key_is_new(insert: &ChangeSet<'_>) -> bool {
    let is_new = |column| match insert.bind(column) {
        Some(bind) => matches!(bind, Bind::Key(..)),
        None => insert.returning.contains(&column),
    };
    insert.model.key_columns.iter().any(|column| is_new(*column))
}

/// The key's values as far as they were given.
fn given_key(row: &[Value], columns: &[ColumnId], key_columns: &[ColumnId]) -> Vec<Value> {
    let given = |column: &ColumnId| columns.iter().position(|given| given == column);
    key_columns
        .iter()
        .map(|column| given(column).map_or(Value::Null, |position| row[position].clone()))
        .collect()
}

fn check(change_set: &ChangeSet<'_>, column: ColumnId, value: &Value) -> Result<()> {
    let model = change_set.model;
    let property = model.columns[column].property;
    let accepted = change_set
        .node
        .value_slot(property)
        .map_or(Ok(()), |slot: &dyn ValueSlot| slot.accepts(value.as_cell()));
    accepted.map_err(|problem| Error::Decode {
        entity: model.meta.name,
        property: model.property(property).meta.name,
        problem,
    })
}

fn lost(node: NodeRef<'_>, key: &[Value]) -> Error {
    let key: Vec<String> = key.iter().map(ToString::to_string).collect();
    Error::OptimisticLock { entity: node.meta().name, key: key.join(", ") }
}

/// Runs a batch; what the database refuses names the entity.
async fn write(connection: &mut dyn Connection, entity: &EntityModel, batch: Write) -> Result<Written> {
    connection.write(batch).await.map_err(|error| explain(error, entity))
}
