//! Which entities a flush deletes: those that were removed, those that go with them, and orphans.

use rustc_hash::FxHashSet;

use crate::arena::{Arena, NodeRef, Pending, SlotRef, State};

/// What goes.
#[derive(Default)]
pub(super) struct Removals<'a> {
    /// Rows to delete, in the order of removing.
    pub(super) deleted: Vec<NodeRef<'a>>,
    /// New entities that are gone before they were ever stored.
    pub(super) dropped: Vec<NodeRef<'a>>,
    all: FxHashSet<NodeRef<'a>>,
}

impl<'a> Removals<'a> {
    /// Collects what was removed and all that goes with it.
    pub(super) fn collect(arena: &'a Arena, pending: &Pending) -> Self {
        let mut removals = Self::default();
        for node in pending.removed.iter().chain(&pending.orphans) {
            removals.add(arena.node(*node));
        }
        removals
    }

    fn add(&mut self, first: NodeRef<'a>) {
        let mut open = vec![first];
        while let Some(node) = open.pop() {
            if node.meta().readonly || node.state() == State::Gone || !self.all.insert(node) {
                continue;
            }
            match node.state() {
                State::New => self.dropped.push(node),
                State::Managed | State::Removed | State::Gone => self.deleted.push(node),
            }
            let mut found = Vec::new();
            cascade(node, &mut found);
            // What was never stored takes no row with it.
            found.retain(|other| node.state() != State::New || other.state() == State::New);
            open.extend(found.into_iter().rev());
        }
    }

    /// Whether the entity goes.
    pub(super) fn contains(&self, node: NodeRef<'a>) -> bool {
        self.all.contains(&node)
    }
}

/// What goes with a removed entity: known targets and items of its relations that cascade. What was not loaded is left
/// to the foreign key's rule.
fn cascade<'a>(node: NodeRef<'a>, found: &mut Vec<NodeRef<'a>>) {
    for (property, model) in node.model().properties.iter().enumerate() {
        let Some(relation) = &model.relation else { continue };
        if !relation.meta.cascade_remove && !relation.meta.orphan_removal {
            continue;
        }
        match node.slot(property) {
            SlotRef::ToOne(_) => found.extend(node.target(property).flatten()),
            SlotRef::ToMany(_) => found.extend(node.items(property)),
            SlotRef::Value(_) => {}
        }
    }
}
