//! Collections as an entity's accessor gives them: read when loaded, changed at any time.

use std::marker::PhantomData;
use std::panic::Location;

use crate::arena::{Loaded, NodeRef, Record, State, view};
use crate::entity::adopt::{refuse, resolve};
use crate::entity::items::{add_item, clear_items, remove_item, replace_items};
use crate::entity::{Entity, InUnitOfWork, Link, Managed};
use crate::error::{Error, Result};
use crate::hint::{Atom, Covers, Has, Relation, Shape, SubOf};
use crate::meta::EntityId;

/// The collection `F` of an entity of which `S` is known.
///
/// What is iterated are the items that are in the database, as far as we know, in the shape that the handle promises;
/// items that wait for their first flush are counted by [`pending`](CollectionView::pending) and join after it.
pub struct CollectionView<'a, F, S> {
    owner: NodeRef<'a>,
    marker: PhantomData<fn() -> (F, S)>,
}

impl<F, S> Clone for CollectionView<'_, F, S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<F, S> Copy for CollectionView<'_, F, S> {}

impl<'a, F, S> CollectionView<'a, F, S>
where
    F: Relation,
    S: Shape,
{
    /// The collection of a node; for the derive's accessors.
    #[doc(hidden)]
    pub fn new<R: Record>(node: &'a crate::arena::Node<R>) -> Self {
        Self { owner: node.erase(), marker: PhantomData }
    }

    pub(crate) fn owner(&self) -> NodeRef<'a> {
        self.owner
    }

    /// The items.
    pub fn iter(self) -> impl Iterator<Item = &'a <F::Target as Entity>::View<SubOf<S, F>>> + Clone
    where
        S: Has<F>,
    {
        self.owner
            .items(F::INDEX)
            .filter(|item| item.state() != State::New && item.state() != State::Gone)
            .filter_map(|item| item.typed::<<F::Target as Entity>::Record>())
            .map(view)
    }

    /// The item at that position.
    pub fn get(self, index: usize) -> Option<&'a <F::Target as Entity>::View<SubOf<S, F>>>
    where
        S: Has<F>,
    {
        self.iter().nth(index)
    }

    /// How many items there are.
    pub fn len(self) -> usize
    where
        S: Has<F>,
    {
        self.iter().count()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool
    where
        S: Has<F>,
    {
        self.iter().next().is_none()
    }

    /// Items by what `key` says of them; the first of equal ones wins.
    pub fn index_by<K: std::hash::Hash + Eq>(
        self,
        key: impl Fn(&'a <F::Target as Entity>::View<SubOf<S, F>>) -> K,
    ) -> std::collections::HashMap<K, &'a <F::Target as Entity>::View<SubOf<S, F>>>
    where
        S: Has<F>,
    {
        let mut map = std::collections::HashMap::new();
        for item in self.iter() {
            map.entry(key(item)).or_insert(item);
        }
        map
    }

    /// Items that were added and wait for their first flush.
    pub fn pending(
        self,
    ) -> impl Iterator<Item = Managed<F::Target, <F::Target as Entity>::Unflushed>> + Clone + 'a {
        self.owner.items(F::INDEX).filter(|item| item.state() == State::New).filter_map(Managed::from_node)
    }

    /// Whether the items were loaded.
    pub fn is_initialized(self) -> bool {
        self.owner.items_loaded(F::INDEX) != Loaded::Not
    }

    /// Whether the collection was changed and not flushed.
    pub fn is_dirty(self) -> bool {
        self.owner.arena().pending().collections.contains_key(&(self.owner.pointer(), F::INDEX))
    }

    /// Whether the item is in the collection.
    pub fn contains(self, item: &impl InUnitOfWork<Entity = F::Target>) -> bool
    where
        S: Has<F>,
    {
        self.owner.items(F::INDEX).any(|other| other == item.node_ref())
    }

    /// Adds an item; loaded or not, on either side of the relation. The other side follows.
    ///
    /// An item that is not of this entity manager makes the next flush fail.
    #[track_caller]
    pub fn add<L>(self, item: L)
    where
        L: Link<F::Target>,
        <L::Atom as Atom>::Flushed: Covers<crate::hint::AtomOf<S, F>>,
        S: crate::hint::Prop<F>,
    {
        let at = Location::caller();
        if let Some(item) = self.resolve(item, at) {
            add_item(&mut self.owner.arena().pending(), self.owner, F::INDEX, item, at);
        }
    }

    /// The items' entity, in the owner's schema.
    fn target(self) -> Result<EntityId> {
        let relation = &self.owner.model().property(F::INDEX).relation;
        relation
            .as_ref()
            .map(|relation| relation.target)
            .ok_or(Error::UnknownEntity { entity: F::Target::meta().name })
    }

    fn resolve<L: Link<F::Target>>(self, item: L, at: &'static Location<'static>) -> Option<NodeRef<'a>> {
        let arena = self.owner.arena();
        let checked = match (arena.is_retired(), self.owner.state()) {
            (true, _) => Err(Error::Detached { entity: self.owner.meta().name }),
            (false, State::Gone) => Err(Error::Removed { entity: self.owner.meta().name }),
            (false, _) => self.target().and_then(|entity| resolve(arena, entity, item.into_source(), at)),
        };
        checked.map_err(|error| refuse(arena, error)).ok()
    }

    /// Takes an item out; whether it was in.
    ///
    /// # Errors
    /// [`Error::NotInitialized`] when the collection is not loaded; [`Error::RequiredInverse`] when the item cannot
    /// live without its owner.
    #[track_caller]
    pub fn remove(self, item: &impl InUnitOfWork<Entity = F::Target>) -> Result<bool> {
        let at = Location::caller();
        remove_item(&mut self.owner.arena().pending(), self.owner, F::INDEX, item.node_ref(), at)
    }

    /// Takes all items out, also those of a collection that is not loaded.
    ///
    /// # Errors
    /// [`Error::RequiredInverse`] when the items cannot live without their owner.
    #[track_caller]
    pub fn remove_all(self) -> Result<()> {
        clear_items(&mut self.owner.arena().pending(), self.owner, F::INDEX, Location::caller())
    }

    /// Makes these the items; writes only what differs when the collection is loaded, and replaces all when it is not.
    ///
    /// # Errors
    /// As [`remove_all`](Self::remove_all), and [`Error::Detached`] for items of another entity manager.
    #[track_caller]
    pub fn set<L>(self, items: impl IntoIterator<Item = L>) -> Result<()>
    where
        L: Link<F::Target>,
        <L::Atom as Atom>::Flushed: Covers<crate::hint::AtomOf<S, F>>,
        S: crate::hint::Prop<F>,
    {
        let at = Location::caller();
        let arena = self.owner.arena();
        let entity = self.target()?;
        let items: Result<Vec<_>> =
            items.into_iter().map(|item| resolve(arena, entity, item.into_source(), at)).collect();
        replace_items(&mut arena.pending(), self.owner, F::INDEX, &items?, at)
    }
}
