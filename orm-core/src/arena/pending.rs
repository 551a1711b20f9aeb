//! What the next flush has to look at.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

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
    /// Collections that changed.
    pub collections: FxHashMap<(NodePtr, PropertyId), CollectionChange>,
    /// Calls that could not be obeyed when they were made; the next flush reports the first of them.
    pub refused: Vec<Error>,
}

/// How a collection differs from what the database has.
#[derive(Debug, Default)]
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

    /// Whether there is nothing to flush.
    pub fn is_empty(&self) -> bool {
        let Self { dirty, new, removed, orphans, collections, refused } = self;
        dirty.is_empty()
            && new.is_empty()
            && removed.is_empty()
            && orphans.is_empty()
            && collections.is_empty()
            && refused.is_empty()
    }
}
