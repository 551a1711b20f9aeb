//! What a flush writes of one entity: columns and values, checked. Changes nothing in memory.

use std::sync::Arc;

use crate::arena::{Arena, NodeRef, Pending, SlotRef, Stamp, State, ValueSlot};
use crate::error::{Error, Result};
use crate::meta::{ColumnId, DefaultMeta, EntityModel, PropertyId, PropertyModel, RelationModel};
use crate::uow::key::{Bind, stored_key};
use crate::uow::removals::Removals;
use crate::uow::version::{Next, first_version, next_version};
use crate::value::Value;

/// One row to insert or to update.
pub(super) struct ChangeSet<'a> {
    pub(super) node: NodeRef<'a>,
    pub(super) model: &'a Arc<EntityModel>,
    /// The columns that are given, and a value for each.
    pub(super) columns: Vec<ColumnId>,
    pub(super) values: Vec<Bind<'a>>,
    /// The row's key, for an update.
    pub(super) key: Vec<Value>,
    /// Columns that an update must find unchanged, and a value for each.
    pub(super) guards: Vec<ColumnId>,
    pub(super) expected: Vec<Value>,
    /// The column that counts up.
    pub(super) version: Option<ColumnId>,
    /// The columns that the database fills, the slots that wait for them, and what it gave.
    pub(super) returning: Vec<ColumnId>,
    pub(super) awaiting: Vec<(PropertyId, Stamp)>,
    pub(super) returned: Vec<Value>,
    /// What is clean once it is written.
    pub(super) written: Vec<(PropertyId, Stamp)>,
    /// What the entity learns once it is written, beside what the database returns.
    pub(super) computed: Vec<(PropertyId, Stamp, Value)>,
    /// New entities that this row points at.
    pub(super) needs: Vec<(PropertyId, NodeRef<'a>)>,
}

/// What change sets are computed from.
pub(super) struct Source<'a, 'p> {
    pub(super) arena: &'a Arena,
    pub(super) pending: &'p Pending,
    pub(super) removals: &'p Removals<'a>,
}

impl<'a> ChangeSet<'a> {
    fn new(node: NodeRef<'a>) -> Self {
        Self {
            node,
            model: node.model(),
            columns: Vec::new(),
            values: Vec::new(),
            key: Vec::new(),
            guards: Vec::new(),
            expected: Vec::new(),
            version: None,
            returning: Vec::new(),
            awaiting: Vec::new(),
            returned: Vec::new(),
            written: Vec::new(),
            computed: Vec::new(),
            needs: Vec::new(),
        }
    }

    /// Whether there is anything to write.
    pub(super) fn has_changes(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Whether a value is known only when another row was inserted.
    pub(super) fn needs_keys(&self) -> bool {
        self.values.iter().any(|bind| matches!(bind, Bind::Key(..)))
    }

    /// The value that a column will have, if this change set gives it.
    pub(super) fn bind(&self, column: ColumnId) -> Option<&Bind<'a>> {
        let position = self.columns.iter().position(|given| *given == column)?;
        Some(&self.values[position])
    }

    /// Takes a relation's columns out of an insert: they become null. Gives what they were.
    pub(super) fn postpone(&mut self, property: PropertyId) -> (Vec<ColumnId>, Vec<Bind<'a>>) {
        let columns: Vec<ColumnId> = self.model.property(property).columns.clone().collect();
        let values = columns
            .iter()
            .filter_map(|column| self.columns.iter().position(|given| given == column))
            .map(|position| std::mem::replace(&mut self.values[position], Bind::Value(Value::Null)))
            .collect();
        (columns, values)
    }

    fn give(&mut self, column: ColumnId, value: Bind<'a>) {
        self.columns.push(column);
        self.values.push(value);
    }

    fn ask(&mut self, column: ColumnId, property: PropertyId, stamp: Stamp) {
        self.returning.push(column);
        self.awaiting.push((property, stamp));
    }

    fn required(&self, property: PropertyId) -> Error {
        Error::Required { entity: self.model.meta.name, property: self.model.property(property).meta.name }
    }
}

/// The row of a new entity.
pub(super) fn insert_of<'a>(source: &Source<'a, '_>, node: NodeRef<'a>) -> Result<ChangeSet<'a>> {
    let mut change_set = ChangeSet::new(node);
    let model = change_set.model;
    change_set.columns.reserve(model.columns.len());
    change_set.values.reserve(model.columns.len());
    for (property, property_model) in model.properties.iter().enumerate() {
        match node.slot(property) {
            SlotRef::Value(slot) => insert_scalar(source, &mut change_set, property, property_model, slot)?,
            SlotRef::ToOne(link) => {
                let Some(relation) = property_model.owning_relation() else { continue };
                if link.is_dirty() {
                    change_set.written.push((property, link.stamp()));
                }
                let target = node.target(property).flatten();
                point(source, &mut change_set, property, relation, target)?;
            }
            SlotRef::ToMany(_) => {}
        }
    }
    Ok(change_set)
}

fn insert_scalar<'a>(
    source: &Source<'a, '_>,
    change_set: &mut ChangeSet<'a>,
    property: PropertyId,
    model: &PropertyModel,
    slot: &dyn ValueSlot,
) -> Result<()> {
    let (meta, column) = (model.meta, model.columns.start);
    let stamp = slot.stamp();
    if slot.is_dirty() {
        change_set.written.push((property, stamp));
    }
    if meta.generated.is_some() {
        change_set.ask(column, property, stamp);
        return Ok(());
    }
    if meta.version
        && let Some(first) = first_version(change_set.model.columns[column].kind)
    {
        change_set.computed.push((property, stamp, first.clone()));
        change_set.give(column, Bind::Value(first));
        return Ok(());
    }
    let is_stale = source.is_regenerated(change_set.node, property);
    match slot.value().filter(|value| !is_stale && (meta.nullable || !value.is_null())) {
        Some(value) => change_set.give(column, Bind::Value(value)),
        None if meta.is_generated() => change_set.ask(column, property, stamp),
        None => {
            let default = match (meta.on_create, meta.default) {
                (Some(make), _) | (None, Some(DefaultMeta::Value(make))) => make(),
                _ if meta.nullable => Value::Null,
                _ => return Err(change_set.required(property)),
            };
            change_set.computed.push((property, stamp, default.clone()));
            change_set.give(column, Bind::Value(default));
        }
    }
    Ok(())
}

/// What changed of a stored entity; no columns if nothing did.
pub(super) fn update_of<'a>(source: &Source<'a, '_>, node: NodeRef<'a>) -> Result<ChangeSet<'a>> {
    let mut change_set = ChangeSet::new(node);
    let model = change_set.model;
    // A property that is computed on every update is one only when something else changed.
    let mut has_own_changes = false;
    for (property, property_model) in model.properties.iter().enumerate() {
        match node.slot(property) {
            SlotRef::Value(slot) if slot.is_dirty() => {
                let stamp = slot.stamp();
                change_set.written.push((property, stamp));
                let meta = property_model.meta;
                if slot.is_changed() && !meta.version && meta.generated.is_none() {
                    let value = slot.value().unwrap_or_default();
                    if value.is_null() && !meta.nullable {
                        return Err(change_set.required(property));
                    }
                    change_set.give(property_model.columns.start, Bind::Value(value));
                    has_own_changes |= meta.on_update.is_none();
                }
            }
            SlotRef::ToOne(link) if link.is_dirty() => {
                let Some(relation) = property_model.owning_relation() else { continue };
                change_set.written.push((property, link.stamp()));
                if link.is_changed() {
                    let target = node.target(property).flatten();
                    point(source, &mut change_set, property, relation, target)?;
                    has_own_changes = true;
                }
            }
            SlotRef::Value(_) | SlotRef::ToOne(_) | SlotRef::ToMany(_) => {}
        }
    }
    if change_set.has_changes() {
        if has_own_changes {
            compute_on_update(&mut change_set);
        }
        guard(&mut change_set);
        change_set.key = stored_key(node).ok_or(Error::NotFlushed { entity: model.meta.name })?;
    }
    Ok(change_set)
}

/// Gives the columns of a foreign key.
fn point<'a>(
    source: &Source<'a, '_>,
    change_set: &mut ChangeSet<'a>,
    property: PropertyId,
    relation: &RelationModel,
    target: Option<NodeRef<'a>>,
) -> Result<()> {
    let model = change_set.model.property(property);
    let may_be_null = model.meta.nullable && !model.meta.primary;
    // A new target that is gone before it was stored leaves nothing to point at.
    let target = target
        .filter(|target| !(may_be_null && target.state() == State::New && source.removals.contains(*target)));
    let columns = model.columns.clone();
    let Some(target) = target else {
        if !may_be_null {
            return Err(change_set.required(property));
        }
        columns.for_each(|column| change_set.give(column, Bind::Value(Value::Null)));
        return Ok(());
    };
    if !source.will_be_stored(target) {
        return Err(Error::NotPersisted {
            entity: change_set.model.meta.name,
            property: model.meta.name,
            target: source.arena.registry().target(relation).meta.name,
        });
    }
    if target.state() == State::New {
        change_set.needs.push((property, target));
    }
    match source.key(target) {
        Some(key) => columns.zip(key).for_each(|(column, value)| change_set.give(column, Bind::Value(value))),
        None => {
            columns.enumerate().for_each(|(part, column)| change_set.give(column, Bind::Key(target, part)))
        }
    }
    Ok(())
}

/// Computes the properties that change with every update.
fn compute_on_update(change_set: &mut ChangeSet<'_>) {
    let model = change_set.model;
    for (property, property_model) in model.properties.iter().enumerate() {
        let (Some(make), Some(slot)) = (property_model.meta.on_update, change_set.node.value_slot(property))
        else {
            continue;
        };
        let (column, value) = (property_model.columns.start, make());
        change_set.computed.push((property, slot.stamp(), value.clone()));
        match change_set.columns.iter().position(|given| *given == column) {
            Some(position) => change_set.values[position] = Bind::Value(value),
            None => change_set.give(column, Bind::Value(value)),
        }
    }
}

/// Says what the row must still be, and what the database gives back.
fn guard(change_set: &mut ChangeSet<'_>) {
    let model = change_set.model;
    for (property, property_model) in model.properties.iter().enumerate() {
        let (meta, column) = (property_model.meta, property_model.columns.start);
        let Some(slot) = change_set.node.value_slot(property) else { continue };
        if meta.generated.is_some() {
            change_set.ask(column, property, slot.stamp());
        }
        if !meta.version && !meta.concurrency_check {
            continue;
        }
        let original = slot.original();
        if meta.version {
            match next_version(model.columns[column].kind, original.as_ref()) {
                Some(Next::Counted(next)) => {
                    change_set.version = Some(column);
                    match next {
                        Some(next) => change_set.computed.push((property, slot.stamp(), next)),
                        None => change_set.ask(column, property, slot.stamp()),
                    }
                }
                Some(Next::Given(next)) => {
                    change_set.computed.push((property, slot.stamp(), next.clone()));
                    change_set.give(column, Bind::Value(next));
                }
                None => {}
            }
        }
        // What was not loaded cannot be compared.
        if let Some(original) = original {
            change_set.guards.push(column);
            change_set.expected.push(original);
        }
    }
}

/// Columns and values that must not have changed when the entity's row is deleted.
pub(super) fn delete_guards(node: NodeRef<'_>) -> (Vec<ColumnId>, Vec<Value>) {
    let checked = |model: &PropertyModel| model.meta.concurrency_check.then_some(model.columns.start);
    node.model()
        .properties
        .iter()
        .enumerate()
        .filter_map(|(property, model)| Some((checked(model)?, node.value_slot(property)?.original()?)))
        .unzip()
}

impl<'a> Source<'a, '_> {
    /// Whether a row of this entity is there when the flush is done.
    pub(super) fn will_be_stored(&self, node: NodeRef<'a>) -> bool {
        match node.state() {
            State::Managed => !self.removals.contains(node),
            State::New => self.pending.new.contains(&node.pointer()) && !self.removals.contains(node),
            State::Removed | State::Gone => false,
        }
    }

    /// Whether the value comes from an insert that was rolled back: the database has to give another one.
    fn is_regenerated(&self, node: NodeRef<'a>, property: PropertyId) -> bool {
        !self.pending.regenerated.is_empty() && self.pending.regenerated.contains(&(node.pointer(), property))
    }

    /// The key of an entity, if all of it is known before the flush.
    fn key(&self, node: NodeRef<'a>) -> Option<Vec<Value>> {
        if self.pending.regenerated.is_empty() {
            return node.key();
        }
        let mut key = Vec::new();
        self.write_key(node, &mut key).then_some(key)
    }

    fn write_key(&self, node: NodeRef<'a>, key: &mut Vec<Value>) -> bool {
        node.meta().primary_key.iter().all(|property| match node.slot(*property) {
            SlotRef::Value(slot) => {
                let value = slot.value().filter(|_| !self.is_regenerated(node, *property));
                value.map(|value| key.push(value)).is_some()
            }
            SlotRef::ToOne(_) => {
                node.target(*property).flatten().is_some_and(|target| self.write_key(target, key))
            }
            SlotRef::ToMany(_) => false,
        })
    }
}
