//! Collections as rows fill them.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::arena::{Arena, Loaded, NodePtr, NodeRef, SlotRef, State};
use crate::meta::PropertyId;

/// The collections of one relation.
#[derive(Default)]
pub(super) struct Collections {
    by_owner: FxHashMap<NodePtr, usize>,
    lists: Vec<(NodePtr, Vec<NodePtr>)>,
    /// The place of the list that was used last: rows of one owner mostly come together.
    last: usize,
}

impl Collections {
    /// The owner has a collection, even if no item comes.
    pub(super) fn start(&mut self, owner: NodePtr) {
        self.list(owner);
    }

    /// An item that this owner did not have yet.
    pub(super) fn add(&mut self, owner: NodePtr, item: NodePtr) {
        self.list(owner).push(item);
    }

    fn list(&mut self, owner: NodePtr) -> &mut Vec<NodePtr> {
        if self.lists.get(self.last).is_none_or(|(last, _)| *last != owner) {
            self.last = *self.by_owner.entry(owner).or_insert_with(|| {
                self.lists.push((owner, Vec::new()));
                self.lists.len() - 1
            });
        }
        &mut self.lists[self.last].1
    }

    pub(super) fn finish(
        &mut self,
        arena: &Arena,
        property: PropertyId,
        inverse: Option<PropertyId>,
        loaded: Loaded,
    ) {
        for (owner, items) in self.lists.drain(..) {
            let items = items.into_iter().map(|item| arena.node(item)).collect();
            fill_collection(arena.node(owner), property, inverse, items, loaded);
        }
    }
}

/// Makes what the database has (`items`), and what the user changed since, the items of a collection.
pub(super) fn fill_collection<'a>(
    owner: NodeRef<'a>,
    property: PropertyId,
    inverse: Option<PropertyId>,
    mut items: Vec<NodeRef<'a>>,
    loaded: Loaded,
) {
    let pending = owner.arena().pending();
    let change = pending.collections.get(&(owner.pointer(), property));
    let left = |item: &NodeRef<'_>| match (inverse, change) {
        (Some(inverse), _) => item.target(inverse).is_some_and(|target| target != Some(owner)),
        (None, Some(change)) => change.cleared || change.removed.contains(&item.pointer()),
        (None, None) => false,
    };
    let came = |item: &NodeRef<'_>| match inverse {
        Some(inverse) => {
            item.target(inverse) == Some(Some(owner))
                && (item.state() == State::New
                    || matches!(item.slot(inverse), SlotRef::ToOne(link) if link.is_dirty()))
        }
        None => {
            change.is_some_and(|change| change.added.contains(&item.pointer()))
                || mirrored(&pending, *item, owner, property)
        }
    };
    items.retain(|item| !matches!(item.state(), State::Removed | State::Gone) && !left(item));
    // Most collections were empty before.
    if owner.items(property).next().is_some() {
        let known: FxHashSet<_> = items.iter().copied().collect();
        items.extend(owner.items(property).filter(|item| !known.contains(item) && came(item)));
    }
    owner.replace_items(property, &items);
    owner.set_items_loaded(property, loaded);
}

/// Whether the pair was added from the other side of a many-to-many relation.
fn mirrored(
    pending: &crate::arena::Pending,
    item: NodeRef<'_>,
    owner: NodeRef<'_>,
    property: PropertyId,
) -> bool {
    let relation = owner.model().property(property).relation.as_ref();
    relation
        .and_then(|relation| relation.inverse)
        .and_then(|inverse| pending.collections.get(&(item.pointer(), inverse)))
        .is_some_and(|change| change.added.contains(&owner.pointer()))
}
