//! What changed collections write: rows of pivot tables, from whichever side they were changed, and foreign keys of
//! items of collections that were emptied unseen.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

use crate::arena::{CollectionChange, Loaded, NodePtr, NodeRef, State};
use crate::error::{Error, Result};
use crate::meta::{EntityId, PivotModel, PropertyId, RelationKind, RelationModel};
use crate::query::{Condition, NativeDelete, NativeUpdate, Path, Write};
use crate::uow::change_set::Source;
use crate::uow::key::stored_key;
use crate::value::Value;

type Pair<'a> = (NodeRef<'a>, NodeRef<'a>);

/// What one pivot table loses and gets. Pairs are the owner's and the other's.
#[derive(Default)]
pub(super) struct PivotChange<'a> {
    /// The table, seen from the owner.
    pub(super) pivot: Option<Arc<PivotModel>>,
    /// Entities all of whose pairs go, each with the table seen from its side.
    pub(super) cleared: Vec<(Arc<PivotModel>, NodeRef<'a>)>,
    pub(super) removed: IndexSet<Pair<'a>, FxBuildHasher>,
    /// New pairs, and whether the database may have them already.
    pub(super) added: IndexMap<Pair<'a>, bool, FxBuildHasher>,
}

/// A one-to-many collection that was emptied without being loaded.
pub(super) struct Emptied<'a> {
    /// Taken when it is scheduled.
    pub(super) write: Option<Write>,
    /// Known items that it had, and their relation to the owner.
    pub(super) items: Vec<NodeRef<'a>>,
    pub(super) foreign_key: PropertyId,
    /// Whether the items are deleted.
    pub(super) deletes: bool,
}

/// What changed collections write.
#[derive(Default)]
pub(super) struct CollectionWrites<'a> {
    pub(super) pivots: IndexMap<(EntityId, PropertyId), PivotChange<'a>, FxBuildHasher>,
    pub(super) emptied: Vec<Emptied<'a>>,
}

impl<'a> CollectionWrites<'a> {
    /// Computes the writes of all changed collections.
    pub(super) fn compute(source: &Source<'a, '_>) -> Result<Self> {
        let mut writes = Self::default();
        for ((owner, property), change) in &source.pending.collections {
            writes.add(source, *owner, *property, change)?;
        }
        Ok(writes)
    }

    fn add(
        &mut self,
        source: &Source<'a, '_>,
        owner: NodePtr,
        property: PropertyId,
        change: &CollectionChange,
    ) -> Result<()> {
        let owner = source.arena.node(owner);
        if owner.meta().readonly {
            return Ok(());
        }
        let is_stored = source.will_be_stored(owner);
        // What was taken out of an entity that goes is still deleted: not every pivot table's foreign keys cascade.
        let leaving = (!is_stored && source.removals.contains(owner)).then(|| CollectionChange {
            added: IndexSet::default(),
            reordered: false,
            ..change.clone()
        });
        let Some(change) = leaving.as_ref().or(is_stored.then_some(change)) else { return Ok(()) };
        let Some(relation) = &owner.model().property(property).relation else { return Ok(()) };
        match relation.kind {
            RelationKind::ManyToManyOwner => {
                let pivot = self.pivots.entry((owner.entity(), property)).or_default();
                pivot.add(source, owner, property, relation, change, |owner, item| (owner, item))?;
                pivot.pivot.clone_from(&relation.pivot);
            }
            RelationKind::ManyToManyInverse => {
                let Some(inverse) = relation.inverse else { return Ok(()) };
                let pivot = self.pivots.entry((relation.target, inverse)).or_default();
                pivot.add(source, owner, property, relation, change, |owner, item| (item, owner))?;
                let owning = &source.arena.registry().target(relation).property(inverse).relation;
                pivot.pivot = owning.as_ref().and_then(|owning| owning.pivot.clone());
            }
            RelationKind::OneToMany if change.cleared && is_stored && owner.state() != State::New => {
                self.emptied.extend(Emptied::compute(source, owner, relation, change));
            }
            RelationKind::OneToMany
            | RelationKind::ManyToOne
            | RelationKind::OneToOneOwner
            | RelationKind::OneToOneInverse => {}
        }
        Ok(())
    }
}

impl<'a> PivotChange<'a> {
    fn add(
        &mut self,
        source: &Source<'a, '_>,
        owner: NodeRef<'a>,
        property: PropertyId,
        relation: &RelationModel,
        change: &CollectionChange,
        pair: impl Fn(NodeRef<'a>, NodeRef<'a>) -> Pair<'a>,
    ) -> Result<()> {
        let loaded = owner.items_loaded(property);
        let is_stored = |node: &NodeRef<'a>| node.state() != State::New && stored_key(*node).is_some();
        let all = || owner.items(property);
        if is_stored(&owner) {
            // A new order is written by writing all rows anew, in that order.
            let is_rewritten = change.cleared || (change.reordered && loaded == Loaded::Fully);
            match (is_rewritten, &relation.pivot) {
                (true, Some(pivot)) => self.cleared.push((Arc::clone(pivot), owner)),
                _ => {
                    let removed = change.removed.iter().map(|item| source.arena.node(*item));
                    let moved = all().filter(|_| change.reordered);
                    let gone = removed.chain(moved).filter(is_stored);
                    self.removed.extend(gone.map(|item| pair(owner, item)));
                }
            }
        }
        let may_exist = loaded != Loaded::Fully && !change.cleared && owner.state() != State::New;
        let added: Vec<NodeRef<'a>> = match change.reordered {
            true => all().collect(),
            false => change.added.iter().map(|item| source.arena.node(*item)).collect(),
        };
        for item in added {
            if source.removals.contains(item) {
                continue;
            }
            if !source.will_be_stored(item) {
                return Err(Error::NotPersisted {
                    entity: owner.meta().name,
                    property: owner.model().property(property).meta.name,
                    target: item.meta().name,
                });
            }
            // The same pair may have been added from both sides.
            let existing = self.added.entry(pair(owner, item)).or_insert(may_exist);
            *existing &= may_exist;
        }
        Ok(())
    }
}

impl<'a> Emptied<'a> {
    fn compute(
        source: &Source<'a, '_>,
        owner: NodeRef<'a>,
        relation: &RelationModel,
        change: &CollectionChange,
    ) -> Option<Self> {
        let foreign_key = relation.inverse?;
        let owner_key = stored_key(owner)?;
        let entity = Arc::clone(source.arena.registry().target(relation));
        // Items that moved elsewhere, or came back, write their own foreign key; they must not be deleted.
        let mut kept: Vec<NodeRef<'a>> = change.added.iter().map(|item| source.arena.node(*item)).collect();
        let mut items = Vec::new();
        for item in source.arena.lock().findable(entity.id) {
            if item.original_target(foreign_key).flatten() != Some(owner)
                || change.added.contains(&item.pointer())
            {
                continue;
            }
            match item.target(foreign_key).flatten() == Some(owner) || source.removals.contains(item) {
                true => items.push(item),
                false => kept.push(item),
            }
        }
        let kept: Vec<Vec<Value>> =
            kept.into_iter().filter(|item| item.state() != State::New).filter_map(stored_key).collect();
        let path = Path(std::iter::once(u16::try_from(foreign_key).ok()?).collect());
        let mut condition = Condition::points_at(path, vec![owner_key]);
        if !kept.is_empty() {
            condition = condition.and(Condition::Not(Box::new(Condition::key_in(kept))));
        }
        let deletes = relation.meta.orphan_removal;
        let write = match deletes {
            true => Write::NativeDelete(NativeDelete { entity, condition }),
            false => {
                let columns = entity.property(foreign_key).columns.clone();
                let set = columns.map(|column| (column, Value::Null)).collect();
                Write::NativeUpdate(NativeUpdate { entity, set, condition })
            }
        };
        Some(Self { write: Some(write), items, foreign_key, deletes })
    }
}
