//! What enters and leaves a unit of work, and whether a query has to wait for a flush.

use std::panic::Location;

use crate::arena::{Arena, NodePtr, NodeRef, State};
use crate::entity::{Draft, adopt};
use crate::error::{Error, Result};
use crate::meta::EntityId;
use crate::session::Session;

/// Takes a new entity in, to be inserted by the next flush, with all that it relates to.
pub(crate) fn persist(session: &Session, draft: Draft, at: &'static Location<'static>) -> Result<NodePtr> {
    adopt(&session.arena(), draft, at).map(NodeRef::pointer)
}

/// Marks an entity for removal: the next flush deletes its row, or, of a new one, just forgets it.
///
/// # Errors
/// [`Error::Detached`] for an entity of another unit of work, [`Error::Removed`] if its row is deleted already.
pub(crate) fn remove(session: &Session, node: NodeRef<'_>) -> Result<()> {
    let arena = own_arena(session, node)?;
    let mut pending = arena.pending();
    // A new entity stays new until the flush finds that it never has to be stored.
    if node.state() == State::Managed {
        node.set_state(State::Removed);
    }
    pending.removed.insert(node.pointer());
    Ok(())
}

fn own_arena<'a>(session: &Session, node: NodeRef<'a>) -> Result<&'a Arena> {
    let arena = node.arena();
    match (arena.id() == session.arena().id(), node.state()) {
        (false, _) => Err(Error::Detached { entity: node.meta().name }),
        (true, State::Gone) => Err(Error::Removed { entity: node.meta().name }),
        (true, State::Managed | State::New | State::Removed) => Ok(arena),
    }
}

/// Whether an entity of one of these kinds waits for a flush, so that a query for them would answer what is no more.
pub(crate) fn needs_flush(session: &Session, entities: &[EntityId]) -> bool {
    let arena = session.arena();
    let pending = arena.pending();
    if pending.is_empty() {
        return false;
    }
    let concerns = |node: &NodePtr| entities.contains(&arena.node(*node).entity());
    let mut removed = pending.removed.iter().chain(&pending.orphans);
    pending.new.iter().any(concerns)
        || pending.dirty.iter().any(concerns)
        || removed.any(|node| removal_concerns(&arena, arena.node(*node).entity(), entities))
        || pending.collections.keys().any(|(owner, property)| {
            let owner = arena.node(*owner);
            let relation = owner.model().property(*property).relation.as_ref();
            entities.contains(&owner.entity())
                || relation.is_some_and(|relation| entities.contains(&relation.target))
        })
}

/// Whether removing an entity of this kind may remove, or change, one of the others.
fn removal_concerns(arena: &Arena, removed: EntityId, entities: &[EntityId]) -> bool {
    let mut found = vec![removed];
    let mut turn = 0;
    while let Some(entity) = found.get(turn).copied() {
        turn += 1;
        if entities.contains(&entity) {
            return true;
        }
        for relation in
            arena.registry().entity(entity).properties.iter().filter_map(|model| model.relation.as_ref())
        {
            let cascades = relation.meta.cascade_remove || relation.meta.orphan_removal;
            if cascades && !found.contains(&relation.target) {
                found.push(relation.target);
            }
        }
    }
    false
}
