//! What a successful flush does in memory: what was written becomes what the database has.

use rustc_hash::FxHashSet;

use crate::arena::{Arena, NodeRef, Pending, SlotRef, Stamp, State};
use crate::meta::PropertyId;
use crate::uow::change_set::ChangeSet;
use crate::uow::collections::Emptied;
use crate::uow::detach::detach;
use crate::uow::identity::{forget, register};
use crate::uow::key::stored_key;
use crate::uow::plan::Plan;
use crate::uow::undo::{Gone, Undo, is_dirty};
use crate::value::Value;

/// Settles all that the plan wrote, and only that: what was changed since it was made waits for the next flush. Gives
/// back how to undo it.
pub(super) fn settle(plan: Plan<'_>) -> Undo {
    let arena = plan.arena;
    let share = arena.share().expect("the flush holds a share of its arena");
    let mut pending = arena.pending();
    let mut settling =
        Settling { arena, pending: &mut pending, undo: Undo::new(share), gone: FxHashSet::default() };
    for update in &plan.updates {
        settling.change(update);
        settling.updated(update);
    }
    for insert in &plan.inserts {
        settling.change(insert);
        settling.inserted(insert);
    }
    for emptied in &plan.emptied {
        settling.emptied(emptied);
    }
    for node in plan.deletes.iter().chain(&plan.dropped) {
        settling.gone(*node);
    }
    settling.collections(&plan);
    settling.clean(&plan);
    settling.undo
}

struct Settling<'a, 'p> {
    arena: &'a Arena,
    pending: &'p mut Pending,
    undo: Undo,
    gone: FxHashSet<NodeRef<'a>>,
}

impl<'a> Settling<'a, '_> {
    /// The values of one row.
    fn change(&mut self, change_set: &ChangeSet<'a>) {
        let node = change_set.node;
        let before = |property: &PropertyId| node.value_slot(*property).and_then(|slot| slot.original());
        let computed = change_set.computed.iter().map(|(property, stamp, value)| (*property, *stamp, value));
        let returned = change_set.awaiting.iter().zip(&change_set.returned);
        let returned = returned.map(|((property, stamp), value)| (*property, *stamp, value));
        let news: Vec<(PropertyId, Stamp, &Value, Option<Value>)> = computed
            .chain(returned)
            .map(|(property, stamp, value)| (property, stamp, value, before(&property)))
            .collect();
        for (property, stamp) in &change_set.written {
            match node.slot(*property) {
                SlotRef::Value(slot) => slot.settle(*stamp),
                SlotRef::ToOne(link) => link.settle(*stamp),
                SlotRef::ToMany(_) => continue,
            }
            self.undo.settled.push((node.pointer(), *property, *stamp));
        }
        for (property, stamp, value, before) in news {
            let Some(slot) = node.value_slot(property) else { continue };
            // Whether the slot takes it was checked before the commit; what the user set since stays.
            if slot.value().as_ref() != Some(value) && slot.load_over(stamp, value.as_cell()) == Ok(true) {
                self.undo.loaded.push((node.pointer(), property, before));
            }
        }
    }

    fn updated(&mut self, update: &ChangeSet<'a>) {
        let node = update.node;
        node.clear_queue_mark();
        if update.has_changes() {
            self.undo.updated.push(node.pointer());
            if update.columns.iter().any(|column| update.model.key_columns.contains(column)) {
                forget(self.arena, node, &update.key);
                register(self.arena, node);
                self.undo.rekeyed.extend(stored_key(node).map(|key| (node.pointer(), key)));
            }
        }
    }

    fn inserted(&mut self, insert: &ChangeSet<'a>) {
        let node = insert.node;
        // It may have been removed while its row was written: then the next flush deletes it.
        node.set_state(match self.pending.removed.contains(&node.pointer()) {
            true => State::Removed,
            false => State::Managed,
        });
        register(self.arena, node);
        let generated = insert.awaiting.iter().map(|(property, _)| *property).collect();
        self.undo.inserted.push((node.pointer(), generated));
    }

    fn emptied(&mut self, emptied: &Emptied<'a>) {
        for item in emptied.items.iter().copied() {
            if emptied.deletes {
                self.gone(item);
            } else if !is_dirty(item, emptied.foreign_key) {
                let before = item.target(emptied.foreign_key).flatten().map(NodeRef::pointer);
                item.set_target(emptied.foreign_key, None, None);
                self.undo.links.push((item.pointer(), emptied.foreign_key, before));
            }
        }
    }

    fn gone(&mut self, node: NodeRef<'a>) {
        if !self.gone.insert(node) {
            return;
        }
        let pointer = node.pointer();
        self.undo.gone.push(Gone {
            node: pointer,
            state: node.state(),
            was_removed: self.pending.removed.contains(&pointer),
            was_orphan: self.pending.orphans.contains(&pointer),
        });
        for key in [stored_key(node), node.key()].into_iter().flatten() {
            forget(self.arena, node, &key);
        }
        node.set_state(State::Gone);
        node.clear_queue_mark();
    }

    fn collections(&mut self, plan: &Plan<'a>) {
        for (key, written) in &plan.collections {
            let change = self.pending.collections.entry(*key).or_default();
            change.settle(written);
            if change.is_empty() {
                self.pending.collections.shift_remove(key);
            }
        }
        self.undo.collections.clone_from(&plan.collections);
    }

    /// Takes out of the pending changes what is done, and leaves what came since.
    fn clean(&mut self, plan: &Plan<'a>) {
        let arena = self.arena;
        let is_skipped: FxHashSet<NodeRef<'a>> = plan.skipped.iter().copied().collect();
        let updated: FxHashSet<NodeRef<'a>> = plan.updates.iter().map(|update| update.node).collect();
        let gone = &self.gone;
        let stays = |node: NodeRef<'a>| !gone.contains(&node) && !is_skipped.contains(&node);
        let pending = &mut *self.pending;
        pending.new.retain(|node| {
            let node = arena.node(*node);
            node.state() == State::New && stays(node)
        });
        pending.dirty.retain(|node| {
            let node = arena.node(*node);
            !updated.contains(&node) && stays(node)
        });
        pending.removed.retain(|node| {
            let node = arena.node(*node);
            stays(node) && !node.meta().readonly
        });
        pending.orphans.retain(|node| stays(arena.node(*node)));
        if !pending.regenerated.is_empty() {
            pending.regenerated.retain(|(node, _)| arena.node(*node).state() == State::New);
        }
        for node in &is_skipped {
            node.clear_queue_mark();
        }
        // A mark is free by now: what is set from here on takes it again by itself.
        for change_set in plan.updates.iter().chain(&plan.inserts) {
            let node = change_set.node;
            if (0..change_set.model.properties.len()).any(|property| is_dirty(node, property)) {
                pending.mark_dirty(node);
            }
        }
        detach(arena, pending, &self.gone, &mut self.undo);
    }
}
