//! Everything that one flush writes, computed before anything is written.

use crate::arena::{Arena, CollectionChange, NodePtr, NodeRef, Pending, State};
use crate::error::Result;
use crate::meta::PropertyId;
use crate::uow::change_set::{ChangeSet, Source, insert_of, update_of};
use crate::uow::collections::{CollectionWrites, Emptied};
use crate::uow::removals::Removals;
use crate::uow::schedule::{Step, schedule};

/// What a flush is going to write.
pub(super) struct Plan<'a> {
    pub(super) arena: &'a Arena,
    /// New rows, in the order of persisting.
    pub(super) inserts: Vec<ChangeSet<'a>>,
    /// Changed rows, and entities in which something was set to the value it had.
    pub(super) updates: Vec<ChangeSet<'a>>,
    /// Rows to delete.
    pub(super) deletes: Vec<NodeRef<'a>>,
    /// New entities that are gone before they were stored.
    pub(super) dropped: Vec<NodeRef<'a>>,
    /// One-to-many collections that were emptied without being loaded.
    pub(super) emptied: Vec<Emptied<'a>>,
    /// The collections' changes as they are written.
    pub(super) collections: Vec<((NodePtr, PropertyId), CollectionChange)>,
    /// Nodes that wait in vain: of entities that are never written.
    pub(super) skipped: Vec<NodeRef<'a>>,
    /// All of it, in order.
    pub(super) steps: Vec<Step<'a>>,
}

impl<'a> Plan<'a> {
    /// Computes what to write. Other tasks may go on changing entities afterwards: that is for the next flush.
    pub(super) fn make(arena: &'a Arena) -> Result<Self> {
        let pending = arena.pending();
        let removals = Removals::collect(arena, &pending);
        let source = Source { arena, pending: &pending, removals: &removals };
        let mut skipped = Vec::new();
        let mut inserts = inserts(&source, &mut skipped)?;
        let updates = updates(&source, &mut skipped)?;
        let mut writes = CollectionWrites::compute(&source)?;
        let collections = pending.collections.iter().map(|(key, change)| (*key, change.clone())).collect();
        drop(pending);
        let Removals { deleted: deletes, dropped, .. } = removals;
        let steps = schedule(&mut inserts, &updates, &deletes, &mut writes)?;
        Ok(Self {
            arena,
            inserts,
            updates,
            deletes,
            dropped,
            emptied: writes.emptied,
            collections,
            skipped,
            steps,
        })
    }

    /// Whether there is anything for the database to do.
    pub(super) fn has_writes(&self) -> bool {
        !self.steps.is_empty()
    }
}

fn inserts<'a>(source: &Source<'a, '_>, skipped: &mut Vec<NodeRef<'a>>) -> Result<Vec<ChangeSet<'a>>> {
    let Pending { new, .. } = source.pending;
    let mut inserts = Vec::with_capacity(new.len());
    for node in new.iter().map(|node| source.arena.node(*node)) {
        if node.meta().readonly || node.state() != State::New {
            skipped.push(node);
        } else if !source.removals.contains(node) {
            inserts.push(insert_of(source, node)?);
        }
    }
    Ok(inserts)
}

fn updates<'a>(source: &Source<'a, '_>, skipped: &mut Vec<NodeRef<'a>>) -> Result<Vec<ChangeSet<'a>>> {
    let Pending { dirty, .. } = source.pending;
    let mut updates = Vec::with_capacity(dirty.len());
    for node in dirty.iter().map(|node| source.arena.node(*node)) {
        if node.meta().readonly || node.state() != State::Managed {
            skipped.push(node);
        } else if !source.removals.contains(node) {
            updates.push(update_of(source, node)?);
        }
    }
    Ok(updates)
}
