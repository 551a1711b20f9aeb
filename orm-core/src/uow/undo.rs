//! How to take a flush back in memory when the transaction around it is rolled back.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::arena::{Arena, CollectionChange, NodePtr, NodeRef, Pending, SlotRef, Stamp, State};
use crate::meta::PropertyId;
use crate::uow::identity::{forget, register};
use crate::value::Value;

/// What a flush settled. Owns what it needs, as the transaction may end long after the flush.
pub(super) struct Undo {
    arena: Arc<Arena>,
    /// Values that became the database's.
    pub(super) settled: Vec<(NodePtr, PropertyId, Stamp)>,
    /// Properties to which the database gave a value, and the one before.
    pub(super) loaded: Vec<(NodePtr, PropertyId, Option<Value>)>,
    /// New rows, and their properties that the database filled.
    pub(super) inserted: Vec<(NodePtr, Vec<PropertyId>)>,
    /// Changed rows.
    pub(super) updated: Vec<NodePtr>,
    /// Rows whose key changed, and the new key.
    pub(super) rekeyed: Vec<(NodePtr, Vec<Value>)>,
    /// Entities that went.
    pub(super) gone: Vec<Gone>,
    /// Relations and collections that lost an entity that went.
    pub(super) links: Vec<(NodePtr, PropertyId, Option<NodePtr>)>,
    pub(super) items: Vec<(NodePtr, PropertyId, Vec<NodePtr>)>,
    /// Changes of collections that were written.
    pub(super) collections: Vec<((NodePtr, PropertyId), CollectionChange)>,
}

/// An entity that went, and where it stood before.
pub(super) struct Gone {
    pub(super) node: NodePtr,
    pub(super) state: State,
    pub(super) was_removed: bool,
    pub(super) was_orphan: bool,
}

impl Undo {
    pub(super) fn new(arena: Arc<Arena>) -> Self {
        Self {
            arena,
            settled: Vec::new(),
            loaded: Vec::new(),
            inserted: Vec::new(),
            updated: Vec::new(),
            rekeyed: Vec::new(),
            gone: Vec::new(),
            links: Vec::new(),
            items: Vec::new(),
            collections: Vec::new(),
        }
    }

    /// Takes it all back: what was written waits for the next flush again.
    pub(super) fn run(self) {
        let arena = &*self.arena;
        let mut pending = arena.pending();
        for (node, key) in self.rekeyed {
            forget(arena, arena.node(node), &key);
        }
        for (node, property, before) in self.loaded {
            reload(arena.node(node), property, before);
        }
        for (node, property, stamp) in self.settled {
            match arena.node(node).slot(property) {
                SlotRef::Value(slot) => slot.unsettle(stamp),
                SlotRef::ToOne(link) => link.unsettle(stamp),
                SlotRef::ToMany(_) => {}
            }
        }
        for node in self.updated {
            pending.mark_dirty(arena.node(node));
        }
        for (node, generated) in self.inserted {
            uninsert(arena, &mut pending, arena.node(node), &generated);
        }
        for gone in self.gone {
            let node = arena.node(gone.node);
            node.set_state(gone.state);
            register(arena, node);
            if gone.state == State::New {
                pending.new.insert(gone.node);
            }
            if gone.was_removed {
                pending.removed.insert(gone.node);
            }
            if gone.was_orphan {
                pending.orphans.insert(gone.node);
            }
        }
        for (node, property, target) in self.links {
            let (node, target) = (arena.node(node), target.map(|target| arena.node(target)));
            if node.target(property) == Some(None) && !is_dirty(node, property) {
                node.set_target(property, target, None);
            }
        }
        for (node, property, before) in self.items {
            restore_items(arena, node, property, &before);
        }
        for (key, written) in self.collections {
            pending.collections.entry(key).or_default().unsettle(&written);
        }
    }
}

/// The row was never inserted: the entity is new again, and what the database gave it is void.
fn uninsert(arena: &Arena, pending: &mut Pending, node: NodeRef<'_>, generated: &[PropertyId]) {
    let is_key = |property: &PropertyId| node.meta().primary_key.contains(property);
    if generated.iter().any(is_key) {
        forget(arena, node, &node.key().unwrap_or_default());
    }
    node.set_state(State::New);
    pending.new.insert(node.pointer());
    pending.dirty.retain(|dirty| *dirty != node.pointer());
    node.clear_queue_mark();
    pending.regenerated.extend(generated.iter().map(|property| (node.pointer(), *property)));
}

/// Puts the value from before over one that the database gave, unless the user set another since.
fn reload(node: NodeRef<'_>, property: PropertyId, before: Option<Value>) {
    let (Some(slot), Some(before)) = (node.value_slot(property), before) else { return };
    let stamp = slot.stamp();
    if !slot.is_dirty() {
        // The value was in this slot already, so the slot takes it.
        let _ = slot.load_over(stamp, before.as_cell());
    }
}

/// Items that went come back: to their places if nothing else changed, else behind the others.
fn restore_items(arena: &Arena, node: NodePtr, property: PropertyId, before: &[NodePtr]) {
    let node = arena.node(node);
    let mut items: Vec<NodeRef<'_>> = node.items(property).collect();
    let before: Vec<NodeRef<'_>> = before.iter().map(|item| arena.node(*item)).collect();
    let known: FxHashSet<NodeRef<'_>> = items.iter().copied().collect();
    match before.iter().filter(|item| known.contains(item)).eq(&items) {
        true => items = before,
        false => items.extend(before.into_iter().filter(|item| !known.contains(item))),
    }
    node.replace_items(property, &items);
}

pub(super) fn is_dirty(node: NodeRef<'_>, property: PropertyId) -> bool {
    match node.slot(property) {
        SlotRef::Value(slot) => slot.is_dirty(),
        SlotRef::ToOne(link) => link.is_dirty(),
        SlotRef::ToMany(_) => false,
    }
}
