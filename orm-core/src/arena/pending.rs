//! What the next flush has to look at.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::arena::node::{NodePtr, NodeRef, State};
use crate::error::Error;
use crate::meta::PropertyId;

/// A set that keeps the order of insertion.
pub type NodeSet = IndexSet<NodePtr, FxBuildHasher>;

/// What changed since the last flush. Empty when nothing did, however many entities are loaded.
#[derive(Debug, Default)]
pub struct Pending {
    /// Managed nodes with a property that was set.
    pub dirty: Vec<NodePtr>,
    /// Nodes to be inserted, in the order of persisting.
    pub new: NodeSet,
    /// Nodes to be deleted, in the order of removing.
    pub removed: NodeSet,
    /// Nodes that left an owner which keeps no orphans; deleted unless they found a new owner by then.
    pub orphans: NodeSet,
    /// Collections that changed, in the order of their first change.
    pub collections: IndexMap<(NodePtr, PropertyId), CollectionChange, FxBuildHasher>,
    /// Properties of new nodes whose value came from an insert that was rolled back: the next insert asks for another.
    pub regenerated: FxHashSet<(NodePtr, PropertyId)>,
    /// Calls that could not be obeyed when they were made; the next flush reports the first of them.
    pub refused: Vec<Error>,
}

/// How a collection differs from what the database has.
#[derive(Debug, Clone, Default)]
pub struct CollectionChange {
    /// Items that came in.
    pub added: NodeSet,
    /// Items that went out.
    pub removed: NodeSet,
    /// Whether all that the database has is to be taken out first, known or not.
    pub cleared: bool,
    /// Whether the items' order changed.
    pub reordered: bool,
}

impl Pending {
    /// Notes that a property of a managed node was set.
    pub fn mark_dirty(&mut self, node: NodeRef<'_>) {
        if node.state() == State::Managed && node.take_queue_mark() {
            self.dirty.push(node.pointer());
        }
    }

    /// Takes the removal of a node back.
    pub fn keep(&mut self, node: NodeRef<'_>) {
        self.removed.shift_remove(&node.pointer());
        self.orphans.shift_remove(&node.pointer());
        if node.state() == State::Removed {
            node.set_state(State::Managed);
            // What was set before the removal, or since, was passed over by flushes.
            self.mark_dirty(node);
        }
    }

    /// Whether there is nothing to flush.
    pub fn is_empty(&self) -> bool {
        // What was regenerated belongs to new nodes and says nothing without them.
        let Self { dirty, new, removed, orphans, collections, regenerated: _, refused } = self;
        dirty.is_empty()
            && new.is_empty()
            && removed.is_empty()
            && orphans.is_empty()
            && collections.is_empty()
            && refused.is_empty()
    }
}

impl CollectionChange {
    /// Whether the collection is as the database has it.
    pub fn is_empty(&self) -> bool {
        let Self { added, removed, cleared, reordered } = self;
        added.is_empty() && removed.is_empty() && !cleared && !reordered
    }

    /// The database has what `written` says; what remains is what changed since that was noted.
    pub fn settle(&mut self, written: &CollectionChange) {
        let was_cleared_since = self.cleared && !written.cleared;
        for item in &written.added {
            if !self.added.shift_remove(item) && !was_cleared_since {
                self.removed.insert(*item);
            }
        }
        for item in &written.removed {
            if !self.removed.shift_remove(item) && !was_cleared_since {
                self.added.insert(*item);
            }
        }
        self.cleared &= !written.cleared;
        self.reordered &= !written.reordered;
    }

    /// The database lost what `written` says; it is to be written again, and after it what changed since.
    pub fn unsettle(&mut self, written: &CollectionChange) {
        if self.cleared {
            return;
        }
        for item in &written.added {
            if !self.removed.shift_remove(item) {
                self.added.insert(*item);
            }
        }
        for item in &written.removed {
            if !self.added.shift_remove(item) {
                self.removed.insert(*item);
            }
        }
        self.cleared |= written.cleared;
        self.reordered |= written.reordered;
    }
}
