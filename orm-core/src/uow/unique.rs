//! Rows that take a unique value which another row of the same flush gives up: what must be written early so that the
//! value is free in time.

use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::arena::{NodeRef, SlotRef};
use crate::meta::{ColumnId, EntityId, EntityModel, PropertyId, RelationKind};
use crate::uow::change_set::ChangeSet;
use crate::uow::key::{Bind, stored_key};
use crate::uow::order::{Edge, sort};
use crate::value::Value;

/// A row that exists already and is written by the flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Early {
    /// Position among the updates.
    Update(usize),
    /// Position among the deletes.
    Delete(usize),
}

/// What must be written before the inserts.
#[derive(Default)]
pub(super) struct Collisions {
    /// Updates that first make a property null: position and property.
    pub(super) null_first: Vec<(usize, PropertyId)>,
    /// Rows in the order in which they must be written.
    pub(super) early: Vec<Early>,
}

impl Collisions {
    /// Finds the values that change hands. Costs little where no unique value is given up.
    pub(super) fn find(
        inserts: &[ChangeSet<'_>],
        updates: &[ChangeSet<'_>],
        deletes: &[NodeRef<'_>],
    ) -> Self {
        let mut finder = Finder { updates, deletes, ..Finder::default() };
        finder.note_given_up();
        if !finder.given_up.is_empty() {
            for insert in inserts {
                finder.look_up(insert, None);
            }
            for (position, update) in updates.iter().enumerate() {
                finder.look_up(update, Some(position));
            }
            finder.follow_foreign_keys();
        }
        finder.finish()
    }
}

#[derive(Default)]
struct Finder<'f, 'a> {
    updates: &'f [ChangeSet<'a>],
    deletes: &'f [NodeRef<'a>],
    sets: FxHashMap<EntityId, Vec<Vec<ColumnId>>>,
    /// Which row gives up the value of a unique set.
    given_up: FxHashMap<(EntityId, usize, String), Early>,
    null_first: Vec<(usize, PropertyId)>,
    early: Vec<Early>,
    is_early: FxHashSet<Early>,
    /// Which early row must be written before which other.
    before: Vec<(Early, Early)>,
}

impl<'a> Finder<'_, 'a> {
    fn note_given_up(&mut self) {
        let (updates, deletes) = (self.updates, self.deletes);
        for (position, update) in updates.iter().enumerate().filter(|(_, update)| update.has_changes()) {
            for (set, columns) in self.sets_of(update.model).into_iter().enumerate() {
                if columns.iter().any(|column| update.bind(*column).is_some())
                    && let Some(text) = text_of(&columns, |column| original(update.node, column))
                {
                    self.given_up.insert((update.model.id, set, text), Early::Update(position));
                }
            }
        }
        for (position, node) in deletes.iter().enumerate() {
            for (set, columns) in self.sets_of(node.model()).into_iter().enumerate() {
                if let Some(text) = text_of(&columns, |column| original(*node, column)) {
                    self.given_up.insert((node.entity(), set, text), Early::Delete(position));
                }
            }
        }
    }

    fn sets_of(&mut self, model: &EntityModel) -> Vec<Vec<ColumnId>> {
        self.sets.entry(model.id).or_insert_with(|| unique_sets(model)).clone()
    }

    /// Finds out whose values a row takes. `update` is its position if it is an update.
    fn look_up(&mut self, change_set: &ChangeSet<'a>, update: Option<usize>) {
        for (set, columns) in self.sets_of(change_set.model).into_iter().enumerate() {
            if !columns.iter().any(|column| change_set.bind(*column).is_some()) {
                continue;
            }
            let taken = text_of(&columns, |column| match (change_set.bind(column), update) {
                (Some(Bind::Value(value)), _) => Some(value.clone()),
                (Some(Bind::Key(..)), _) | (None, None) => None,
                (None, Some(_)) => original(change_set.node, column),
            });
            let Some(text) = taken else { continue };
            let Some(giver) = self.given_up.get(&(change_set.model.id, set, text)).copied() else { continue };
            let taker = update.map(Early::Update);
            if taker != Some(giver) {
                self.free(giver, taker, &columns);
            }
        }
    }

    /// Sees to it that `giver` gives up the value of `columns` before `taker` needs it.
    fn free(&mut self, giver: Early, taker: Option<Early>, columns: &[ColumnId]) {
        if let Early::Update(position) = giver {
            let update = &self.updates[position];
            let gives_up_by_itself =
                |column: &ColumnId| matches!(update.bind(*column), Some(Bind::Value(Value::Null)));
            let nullable =
                columns.iter().map(|column| update.model.columns[*column].property).find(|property| {
                    let model = update.model.property(*property);
                    model.meta.nullable && !model.meta.primary && update.bind(model.columns.start).is_some()
                });
            match nullable {
                // It becomes null in any case: it only has to do so in time.
                Some(_) if !update.needs_keys() && columns.iter().any(gives_up_by_itself) => {}
                Some(property) => {
                    self.make_null_first(position, property);
                    return;
                }
                // A row that needs a key of this flush cannot be written early; the database has the last word.
                None if update.needs_keys() => return,
                None => {}
            }
        }
        self.make_early(giver);
        self.before.extend(taker.map(|taker| (giver, taker)));
    }

    fn make_null_first(&mut self, update: usize, property: PropertyId) {
        if !self.null_first.contains(&(update, property)) {
            self.null_first.push((update, property));
        }
    }

    fn make_early(&mut self, row: Early) {
        if self.is_early.insert(row) {
            self.early.push(row);
        }
    }

    /// A row that is deleted early must not be pointed at any more by then.
    fn follow_foreign_keys(&mut self) {
        let position: FxHashMap<NodeRef<'a>, usize> =
            self.deletes.iter().enumerate().map(|(position, node)| (*node, position)).collect();
        let mut turn = 0;
        while turn < self.early.len() {
            let row = self.early[turn];
            turn += 1;
            let Early::Delete(deleted) = row else { continue };
            let deleted = self.deletes[deleted];
            for (position, update) in self.updates.iter().enumerate() {
                for (property, model) in update.model.properties.iter().enumerate() {
                    let moves_away = model.owning_relation().is_some()
                        && update.bind(model.columns.start).is_some()
                        && update.node.original_target(property).flatten() == Some(deleted);
                    if moves_away {
                        let columns: Vec<ColumnId> = model.columns.clone().collect();
                        self.free(Early::Update(position), Some(row), &columns);
                    }
                }
            }
            for other in self.deletes {
                let points_here =
                    references(*other).any(|(_, target)| target == deleted && *other != deleted);
                if points_here && let Some(position) = position.get(other) {
                    self.make_early(Early::Delete(*position));
                    self.before.push((Early::Delete(*position), row));
                }
            }
        }
    }

    fn finish(self) -> Collisions {
        let number: FxHashMap<Early, usize> =
            self.early.iter().enumerate().map(|(number, row)| (*row, number)).collect();
        let edges: Vec<Edge> = self
            .before
            .iter()
            .filter_map(|(before, after)| Some((*number.get(before)?, *number.get(after)?)))
            .map(|(before, after)| Edge { before, after, is_required: false })
            .collect();
        // Optional edges only: where values go round in a circle, the database has the last word.
        let layers = sort(self.early.len(), &edges).map(|sorted| sorted.layers).unwrap_or_default();
        let early = layers.into_iter().flatten().map(|number| self.early[number]).collect();
        Collisions { null_first: self.null_first, early }
    }
}

/// The columns of which two rows may not have the same values.
fn unique_sets(model: &EntityModel) -> Vec<Vec<ColumnId>> {
    let mut sets = vec![model.key_columns.clone()];
    for property in &model.properties {
        let is_one_to_one =
            property.relation.as_ref().is_some_and(|relation| relation.kind == RelationKind::OneToOneOwner);
        if property.meta.unique || is_one_to_one {
            sets.push(property.columns.clone().collect());
        }
    }
    for index in model.meta.indexes.iter().filter(|index| index.unique) {
        sets.push(
            index.properties.iter().flat_map(|property| model.property(*property).columns.clone()).collect(),
        );
    }
    sets
}

/// The values as one text to compare; none when one is null or unknown, which collides with nothing.
fn text_of(columns: &[ColumnId], value: impl Fn(ColumnId) -> Option<Value>) -> Option<String> {
    let mut text = String::new();
    for column in columns {
        let value = value(*column).filter(|value| !value.is_null())?;
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}\u{0}");
    }
    Some(text)
}

/// What the database has in a column.
fn original(node: NodeRef<'_>, column: ColumnId) -> Option<Value> {
    let model = node.model();
    let property = model.columns[column].property;
    match node.slot(property) {
        SlotRef::Value(slot) => slot.original(),
        SlotRef::ToOne(_) => {
            let key = stored_key(node.original_target(property)??)?;
            key.into_iter().nth(column - model.property(property).columns.start)
        }
        SlotRef::ToMany(_) => None,
    }
}

/// The rows that a stored row points at, by property.
pub(super) fn references<'a>(node: NodeRef<'a>) -> impl Iterator<Item = (PropertyId, NodeRef<'a>)> {
    let owning = |(property, model): (PropertyId, &'a crate::meta::PropertyModel)| {
        model.owning_relation().map(|_| property)
    };
    node.model().properties.iter().enumerate().filter_map(owning).filter_map(move |property| {
        let target = node.original_target(property).or_else(|| node.target(property)).flatten();
        Some((property, target?))
    })
}
