//! How a change of a collection reaches the other side. Untyped: compiled once for all entities.

use std::panic::Location;
use std::sync::Arc;

use crate::arena::{Loaded, NodeRef, Pending};
use crate::entity::relation::{relation_of, set_to_one};
use crate::error::{Error, Result};
use crate::meta::{PropertyId, RelationKind, RelationModel};

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
        }
        return;
    }
    let key = (owner.pointer(), property);
    let change = pending.collections.get_mut(&key);
    let is_cleared = change.as_ref().is_some_and(|change| change.cleared);
    // The pair may have been removed from the other side.
    let mut was_removed = change.is_some_and(|change| change.removed.shift_remove(&item.pointer()));
    if let Some(inverse) = relation.inverse
        && let Some(mirror) = pending.collections.get_mut(&(item.pointer(), inverse))
    {
        was_removed |= mirror.removed.shift_remove(&owner.pointer());
    }
    let is_there = owner.items(property).any(|other| other == item);
    if !was_removed && is_there && (is_cleared || owner.items_loaded(property) != Loaded::Not) {
        return;
    }
    if !was_removed {
        pending.collections.entry(key).or_default().added.insert(item.pointer());
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
    match (relation.kind, relation.inverse) {
        (RelationKind::OneToMany, _) => {
            for item in items {
                leave_owner(pending, owner, property, relation, item, at)?;
            }
        }
        (_, Some(inverse)) => leave_mirrors(pending, owner, relation, inverse),
        (_, None) => {}
    }
    let change = pending.collections.entry((owner.pointer(), property)).or_default();
    change.added.clear();
    change.removed.clear();
    change.cleared = true;
    owner.replace_items(property, &[]);
    Ok(())
}

/// An owner leaves the other sides of a many-to-many relation that know it, loaded or about to be written.
fn leave_mirrors(pending: &mut Pending, owner: NodeRef<'_>, relation: &RelationModel, inverse: PropertyId) {
    let arena = owner.arena();
    let findable = arena.lock().findable(relation.target);
    let new: Vec<NodeRef<'_>> = pending.new.iter().map(|node| arena.node(*node)).collect();
    for other in findable.into_iter().chain(new).filter(|other| other.entity() == relation.target) {
        if let Some(mirror) = pending.collections.get_mut(&(other.pointer(), inverse)) {
            mirror.added.shift_remove(&owner.pointer());
        }
        take_out(other, inverse, owner);
    }
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

/// Takes an item out of a collection's list, and nothing more.
pub(super) fn take_out(owner: NodeRef<'_>, property: PropertyId, item: NodeRef<'_>) {
    if owner.items(property).any(|other| other == item) {
        let rest: Vec<_> = owner.items(property).filter(|other| *other != item).collect();
        owner.replace_items(property, &rest);
    }
}
