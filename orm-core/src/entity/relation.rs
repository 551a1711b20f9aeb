//! How a change of a to-one relation reaches the other side. Untyped: compiled once for all entities.

use std::panic::Location;

use crate::arena::{NodeRef, Pending};
use crate::entity::items::take_out;
use crate::meta::{PropertyId, RelationKind, RelationModel};

pub(super) fn relation_of(node: NodeRef<'_>, property: PropertyId) -> Option<&RelationModel> {
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
        if let (RelationKind::ManyToOne, Some(owner), Some(inverse)) =
            (relation.kind, target, relation.inverse)
        {
            come_back(pending, owner, inverse, node);
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
                if let Some(change) = pending.collections.get_mut(&(old.pointer(), inverse)) {
                    change.added.shift_remove(&node.pointer());
                }
            }
            if let Some(target) = target {
                pending.orphans.shift_remove(&node.pointer());
                if let Some(change) = pending.collections.get_mut(&(target.pointer(), inverse)) {
                    change.added.insert(node.pointer());
                }
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

/// An item is pointed at the owner that it points at already. If it had left as an orphan, or with all of a collection
/// that was emptied unseen, it is back.
fn come_back(pending: &mut Pending, owner: NodeRef<'_>, property: PropertyId, item: NodeRef<'_>) {
    let was_orphan = pending.orphans.shift_remove(&item.pointer());
    let change = pending.collections.get_mut(&(owner.pointer(), property));
    let was_emptied = change.is_some_and(|change| change.added.insert(item.pointer()));
    if (was_orphan || was_emptied) && !owner.items(property).any(|other| other == item) {
        owner.push_item(property, item);
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
