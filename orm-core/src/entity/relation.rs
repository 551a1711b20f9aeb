//! How a change on one side of a relation reaches the other side. Untyped: compiled once for all entities.

use std::panic::Location;
use std::sync::Arc;

use crate::arena::{Arena, Loaded, NodeRef, Pending, State};
use crate::entity::{Draft, DraftValue, TargetSource};
use crate::error::{Error, Result};
use crate::meta::{PropertyId, RelationKind, RelationModel};
use crate::value::{Cell, Value};

/// The next flush fails with this error, as the call that caused it cannot.
pub(crate) fn refuse(arena: &Arena, error: Error) {
    arena.refuse(error);
}

/// The node that a source stands for, in `arena`; new entities are made there, to be inserted by the next flush.
pub(crate) fn resolve<'a>(
    arena: &'a Arena,
    entity: crate::meta::EntityId,
    source: TargetSource,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let name = arena.registry().entity(entity).meta.name;
    match source {
        TargetSource::Node(other, node) if other.id() == arena.id() => Ok(arena.node(node)),
        TargetSource::Node(..) => Err(Error::Detached { entity: name }),
        TargetSource::Key(key) => {
            let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
            arena.lock().reference_to(entity, &cells).map_err(|problem| Error::Decode {
                entity: name,
                property: key_name(arena, entity),
                problem,
            })
        }
        TargetSource::Draft(draft) => adopt(arena, *draft, at),
    }
}

fn key_name(arena: &Arena, entity: crate::meta::EntityId) -> &'static str {
    let model = arena.registry().entity(entity);
    model.key.first().map_or("", |key| model.property(*key).meta.name)
}

/// Makes the node of a new entity, to be inserted by the next flush, and links it. An entity that is known by its key
/// already is changed instead.
pub(crate) fn adopt<'a>(
    arena: &'a Arena,
    draft: Draft,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let entity = arena.registry().find(draft.meta)?;
    let model = Arc::clone(arena.registry().entity(entity));
    let mut scalars = Vec::new();
    let mut targets = Vec::new();
    let mut collections = Vec::new();
    for (property, value) in draft.values.into_iter().enumerate() {
        let Some(relation) = &model.property(property).relation else {
            if let Some(DraftValue::Scalar(value)) = value {
                scalars.push((property, value));
            }
            continue;
        };
        match value {
            Some(DraftValue::Target(source)) => {
                let target = source.map(|source| resolve(arena, relation.target, source, at)).transpose()?;
                targets.push((property, target));
            }
            Some(DraftValue::Items(sources)) => {
                let items: Result<Vec<_>> =
                    sources.into_iter().map(|source| resolve(arena, relation.target, source, at)).collect();
                collections.push((property, items?));
            }
            Some(DraftValue::Scalar(_)) | None => {}
        }
    }
    let key = new_key(&model, &scalars, &targets);
    let cells: Option<Vec<Cell<'_>>> = key.as_ref().map(|key| key.iter().map(Value::as_cell).collect());
    let mut failed = 0;
    let (node, is_new) = arena
        .lock()
        .get_or_create(entity, State::New, cells.as_deref(), &mut |draft| {
            for (property, value) in &scalars {
                failed = *property;
                draft.value(*property, value.as_cell())?;
            }
            // Relations that belong to the key must be there when the node is found by it.
            for (property, target) in &targets {
                if model.property(*property).meta.primary {
                    draft.target(*property, *target);
                }
            }
            Ok(())
        })
        .map_err(|problem| decode_error(&model, failed, problem))?;
    if !is_new {
        for (property, value) in &scalars {
            if let Some(slot) = node.value_slot(*property)
                && slot.value().as_ref() != Some(value)
            {
                slot.set(value.as_cell(), at).map_err(|problem| decode_error(&model, *property, problem))?;
            }
        }
        if !node.is_initialized() && node.state() == State::Managed {
            node.set_state(State::New);
        }
    }
    let mut pending = arena.pending();
    // Who makes an entity anew that is to be removed wants its row to stay, with the new values.
    pending.keep(node);
    match node.state() {
        State::New => {
            node.set_initialized(true);
            pending.new.insert(node.pointer());
        }
        _ => pending.mark_dirty(node),
    }
    for (property, target) in targets {
        set_to_one(&mut pending, node, property, target, at);
    }
    for (property, items) in collections {
        if is_new {
            node.set_items_loaded(property, Loaded::Fully);
        }
        for item in items {
            add_item(&mut pending, node, property, item, at);
        }
    }
    Ok(node)
}

/// Takes a draft in as the state of a row that is in the database.
pub(crate) fn adopt_managed<'a>(
    arena: &'a Arena,
    draft: Draft,
    at: &'static Location<'static>,
) -> Result<NodeRef<'a>> {
    let entity = arena.registry().find(draft.meta)?;
    let model = Arc::clone(arena.registry().entity(entity));
    let mut scalars = Vec::new();
    let mut targets = Vec::new();
    for (property, value) in draft.values.into_iter().enumerate() {
        match (value, &model.property(property).relation) {
            (Some(DraftValue::Scalar(value)), None) => scalars.push((property, value)),
            (Some(DraftValue::Target(source)), Some(relation)) if relation.kind.holds_foreign_key() => {
                let target = source.map(|source| resolve(arena, relation.target, source, at)).transpose()?;
                targets.push((property, target));
            }
            _ => {}
        }
    }
    let key = new_key(&model, &scalars, &targets)
        .ok_or(Error::Required { entity: model.meta.name, property: key_name(arena, entity) })?;
    let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
    let node = arena
        .lock()
        .reference_to(entity, &cells)
        .map_err(|problem| decode_error(&model, model.key.first().copied().unwrap_or_default(), problem))?;
    for (property, value) in &scalars {
        if let Some(slot) = node.value_slot(*property) {
            slot.load(value.as_cell(), crate::arena::Merge::Keep)
                .map_err(|problem| decode_error(&model, *property, problem))?;
        }
    }
    for (property, target) in targets {
        if let crate::arena::SlotRef::ToOne(link) = node.slot(property)
            && !link.is_dirty()
        {
            node.set_target(property, target, None);
        }
    }
    node.set_initialized(true);
    Ok(node)
}

/// The key of a new entity, if all of it was given.
fn new_key(
    model: &crate::meta::EntityModel,
    scalars: &[(PropertyId, Value)],
    targets: &[(PropertyId, Option<NodeRef<'_>>)],
) -> Option<Vec<Value>> {
    let mut key = Vec::new();
    for part in &model.key {
        let scalar = scalars.iter().find(|(property, _)| property == part);
        let target = targets.iter().find(|(property, _)| property == part);
        match (scalar, target) {
            (Some((_, value)), _) if !value.is_null() => key.push(value.clone()),
            (None, Some((_, Some(target)))) => key.extend(target.key()?),
            _ => return None,
        }
    }
    Some(key)
}

fn decode_error(
    model: &crate::meta::EntityModel,
    property: PropertyId,
    problem: crate::error::DecodeError,
) -> Error {
    Error::Decode { entity: model.meta.name, property: model.property(property).meta.name, problem }
}

fn relation_of(node: NodeRef<'_>, property: PropertyId) -> Option<&RelationModel> {
    node.model().property(property).relation.as_ref()
}

/// Points a to-one relation somewhere, and its other side back.
pub(crate) fn set_to_one(
    pending: &mut Pending,
    node: NodeRef<'_>,
    property: PropertyId,
    target: Option<NodeRef<'_>>,
    at: &'static Location<'static>,
) {
    let Some(relation) = relation_of(node, property) else { return };
    let known = node.target(property);
    let old = known.flatten();
    if known.is_some() && old == target && relation.kind.holds_foreign_key() {
        // An orphan that comes back to the owner it still points at is none any more, and among its items again.
        if pending.orphans.shift_remove(&node.pointer())
            && let (RelationKind::ManyToOne, Some(target), Some(inverse)) =
                (relation.kind, target, relation.inverse)
        {
            target.push_item(inverse, node);
        }
        return;
    }
    if relation.kind == RelationKind::OneToOneInverse {
        return set_inverse(pending, node, property, target, at);
    }
    node.set_target(property, target, Some(at));
    pending.mark_dirty(node);
    if let (RelationKind::OneToOneOwner, true, Some(old)) = (relation.kind, relation.meta.orphan_removal, old)
    {
        pending.orphans.insert(old.pointer());
    }
    if let (RelationKind::OneToOneOwner, true, Some(target)) =
        (relation.kind, relation.meta.orphan_removal, target)
    {
        pending.orphans.shift_remove(&target.pointer());
    }
    let Some(inverse) = relation.inverse else { return };
    match relation.kind {
        RelationKind::ManyToOne => {
            if let Some(old) = old {
                take_out(old, inverse, node);
            }
            if let Some(target) = target {
                pending.orphans.shift_remove(&node.pointer());
                // A relation that was not loaded may have been the target's all the time.
                if known.is_some() || !target.items(inverse).any(|item| item == node) {
                    target.push_item(inverse, node);
                }
            }
        }
        RelationKind::OneToOneOwner => {
            if let Some(old) = old {
                old.set_target(inverse, None, None);
            }
            if let Some(target) = target {
                pending.orphans.shift_remove(&node.pointer());
                if let Some(Some(previous)) = target.target(inverse)
                    && previous != node
                {
                    let_go(pending, target, inverse, previous, property, at);
                }
                target.set_target(inverse, Some(node), None);
            }
        }
        _ => {}
    }
}

/// Points the inverse side of a one-to-one relation somewhere: the owners' foreign keys follow.
fn set_inverse(
    pending: &mut Pending,
    node: NodeRef<'_>,
    property: PropertyId,
    owner: Option<NodeRef<'_>>,
    at: &'static Location<'static>,
) {
    let Some(foreign_key) = relation_of(node, property).and_then(|relation| relation.inverse) else { return };
    let old = node.target(property).flatten();
    if old == owner {
        return;
    }
    if let Some(old) = old {
        let_go(pending, node, property, old, foreign_key, at);
    }
    node.set_target(property, owner, None);
    if let Some(owner) = owner {
        set_to_one(pending, owner, foreign_key, Some(node), at);
    }
}

/// `owner` held the foreign key to `node` and does so no more: it becomes null, or the owner an orphan.
fn let_go(
    pending: &mut Pending,
    node: NodeRef<'_>,
    property: PropertyId,
    owner: NodeRef<'_>,
    foreign_key: PropertyId,
    at: &'static Location<'static>,
) {
    let removes_orphans = relation_of(node, property).is_some_and(|relation| relation.meta.orphan_removal);
    if removes_orphans {
        pending.orphans.insert(owner.pointer());
    }
    // A foreign key that belongs to the primary key, or is required, cannot be nulled; the database will say so unless
    // the row goes.
    let meta = owner.model().property(foreign_key).meta;
    if meta.nullable && !meta.primary {
        owner.set_target(foreign_key, None, Some(at));
        pending.mark_dirty(owner);
    }
}

/// Takes an item out of a collection's list, and nothing more.
fn take_out(owner: NodeRef<'_>, property: PropertyId, item: NodeRef<'_>) {
    if owner.items(property).any(|other| other == item) {
        let rest: Vec<_> = owner.items(property).filter(|other| *other != item).collect();
        owner.replace_items(property, &rest);
    }
}

/// Adds an item to a collection, and points its other side back.
pub(crate) fn add_item(
    pending: &mut Pending,
    owner: NodeRef<'_>,
    property: PropertyId,
    item: NodeRef<'_>,
    at: &'static Location<'static>,
) {
    let Some(relation) = relation_of(owner, property) else { return };
    if relation.kind == RelationKind::OneToMany {
        if let Some(inverse) = relation.inverse {
            set_to_one(pending, item, inverse, Some(owner), at);
            // A collection that was emptied unseen must know what came back: it may point here all the time.
            if let Some(change) = pending.collections.get_mut(&(owner.pointer(), property)) {
                change.added.insert(item.pointer());
                if !owner.items(property).any(|other| other == item) {
                    owner.push_item(property, item);
                }
            }
        }
        return;
    }
    let change = pending.collections.entry((owner.pointer(), property)).or_default();
    let was_removed = change.removed.shift_remove(&item.pointer());
    let is_there = owner.items(property).any(|other| other == item);
    if !was_removed && is_there && (change.cleared || owner.items_loaded(property) != Loaded::Not) {
        return;
    }
    if !was_removed {
        change.added.insert(item.pointer());
    }
    if !is_there {
        owner.push_item(property, item);
    }
    if let Some(inverse) = relation.inverse
        && !item.items(inverse).any(|other| other == owner)
    {
        item.push_item(inverse, owner);
    }
}

/// Takes an item out of a loaded collection, and lets its other side go.
pub(crate) fn remove_item(
    pending: &mut Pending,
    owner: NodeRef<'_>,
    property: PropertyId,
    item: NodeRef<'_>,
    at: &'static Location<'static>,
) -> Result<bool> {
    let model = owner.model();
    let Some(relation) = relation_of(owner, property) else { return Ok(false) };
    if owner.items_loaded(property) == Loaded::Not {
        return Err(Error::NotInitialized {
            entity: model.meta.name,
            property: model.property(property).meta.name,
        });
    }
    if !owner.items(property).any(|other| other == item) {
        return Ok(false);
    }
    if relation.kind == RelationKind::OneToMany {
        leave_owner(pending, owner, property, relation, item, at)?;
        take_out(owner, property, item);
        return Ok(true);
    }
    let change = pending.collections.entry((owner.pointer(), property)).or_default();
    if !change.added.shift_remove(&item.pointer()) {
        change.removed.insert(item.pointer());
    }
    take_out(owner, property, item);
    if let Some(inverse) = relation.inverse {
        // The pair may have been added from the other side.
        if let Some(mirror) = pending.collections.get_mut(&(item.pointer(), inverse))
            && mirror.added.shift_remove(&owner.pointer())
            && let Some(change) = pending.collections.get_mut(&(owner.pointer(), property))
        {
            change.removed.shift_remove(&item.pointer());
        }
        take_out(item, inverse, owner);
    }
    Ok(true)
}

/// An item leaves its owner: it is removed, or its foreign key becomes null, or it may not leave.
fn leave_owner(
    pending: &mut Pending,
    owner: NodeRef<'_>,
    property: PropertyId,
    relation: &RelationModel,
    item: NodeRef<'_>,
    at: &'static Location<'static>,
) -> Result<()> {
    let Some(inverse) = relation.inverse else { return Ok(()) };
    if relation.meta.orphan_removal {
        pending.orphans.insert(item.pointer());
        return Ok(());
    }
    check_may_leave(owner, property, relation)?;
    item.set_target(inverse, None, Some(at));
    pending.mark_dirty(item);
    Ok(())
}

/// Items of a one-to-many collection whose foreign key is required cannot leave it, unless they are removed then.
fn check_may_leave(owner: NodeRef<'_>, property: PropertyId, relation: &RelationModel) -> Result<()> {
    let Some(inverse) = relation.inverse else { return Ok(()) };
    let target = owner.arena().registry().target(relation);
    let foreign_key = target.property(inverse).meta;
    if relation.kind != RelationKind::OneToMany
        || relation.meta.orphan_removal
        || (foreign_key.nullable && !foreign_key.primary)
    {
        return Ok(());
    }
    Err(Error::RequiredInverse {
        entity: owner.meta().name,
        property: owner.model().property(property).meta.name,
        target: target.meta.name,
        inverse: foreign_key.name,
    })
}

/// Takes all items out of a collection, known or not.
pub(crate) fn clear_items(
    pending: &mut Pending,
    owner: NodeRef<'_>,
    property: PropertyId,
    at: &'static Location<'static>,
) -> Result<()> {
    let items: Vec<_> = owner.items(property).collect();
    if owner.items_loaded(property) != Loaded::Not {
        for item in items {
            remove_item(pending, owner, property, item, at)?;
        }
        return Ok(());
    }
    let Some(relation) = relation_of(owner, property) else { return Ok(()) };
    check_may_leave(owner, property, relation)?;
    for item in items {
        match (relation.kind, relation.inverse) {
            (RelationKind::OneToMany, _) => leave_owner(pending, owner, property, relation, item, at)?,
            (_, Some(inverse)) => {
                // The pair may have been added from the other side.
                if let Some(mirror) = pending.collections.get_mut(&(item.pointer(), inverse)) {
                    mirror.added.shift_remove(&owner.pointer());
                }
                take_out(item, inverse, owner);
            }
            (_, None) => {}
        }
    }
    let change = pending.collections.entry((owner.pointer(), property)).or_default();
    change.added.clear();
    change.removed.clear();
    change.cleared = true;
    owner.replace_items(property, &[]);
    Ok(())
}

/// Makes these the items of a collection.
pub(crate) fn replace_items(
    pending: &mut Pending,
    owner: NodeRef<'_>,
    property: PropertyId,
    items: &[NodeRef<'_>],
    at: &'static Location<'static>,
) -> Result<()> {
    let model = Arc::clone(owner.model());
    let fixed_order = model
        .property(property)
        .relation
        .as_ref()
        .and_then(|relation| relation.pivot.as_ref())
        .is_some_and(|pivot| pivot.order_column.is_some());
    if owner.items_loaded(property) == Loaded::Not {
        clear_items(pending, owner, property, at)?;
    } else {
        let leaving: Vec<_> = owner.items(property).filter(|item| !items.contains(item)).collect();
        for item in leaving {
            remove_item(pending, owner, property, item, at)?;
        }
    }
    for item in items {
        add_item(pending, owner, property, *item, at);
    }
    let in_order: Vec<_> = owner.items(property).collect();
    if in_order.as_slice() != items {
        owner.replace_items(property, items);
        if fixed_order {
            pending.collections.entry((owner.pointer(), property)).or_default().reordered = true;
        }
    }
    Ok(())
}
