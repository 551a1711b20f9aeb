//! The nodes of one entity in one arena, and where to find them by key.

use std::collections::hash_map::Entry;
use std::ptr::NonNull;

use rustc_hash::FxHashMap;

use crate::arena::Arena;
use crate::arena::chunk::Chunk;
use crate::arena::node::{Node, NodeHeader, NodeRef, State};
use crate::arena::record::{Record, SlotMut};
use crate::error::DecodeError;
use crate::meta::{EntityId, PropertyId};
use crate::types::Key;
use crate::value::Cell;

/// Makes the storage of one entity's nodes.
pub type StoreFactory = fn() -> Box<dyn Store>;

/// Makes the storage of a record's nodes; the derive puts it into the entity's description.
pub fn new_store<R: Record>() -> Box<dyn Store> {
    Box::new(Nodes::<R> { chunks: Vec::new(), by_key: FxHashMap::default() })
}

/// A record that nobody else knows yet, to be filled.
pub struct Draft<'a> {
    record: &'a mut dyn DraftRecord,
    arena: &'a Arena,
}

trait DraftRecord {
    fn slot_mut(&mut self, property: usize) -> SlotMut<'_>;
}

impl<R: Record> DraftRecord for R {
    fn slot_mut(&mut self, property: usize) -> SlotMut<'_> {
        Record::slot_mut(self, property)
    }
}

impl Draft<'_> {
    /// Puts a value into a scalar's slot.
    #[inline]
    pub fn value(&mut self, property: PropertyId, cell: Cell<'_>) -> Result<(), DecodeError> {
        match self.record.slot_mut(property) {
            SlotMut::Value(slot) => slot.init(cell),
            SlotMut::ToOne(_) | SlotMut::ToMany(_) => Ok(()),
        }
    }

    /// Points a to-one relation at a node.
    ///
    /// # Panics
    /// If the target lives in another arena.
    pub fn target(&mut self, property: PropertyId, target: Option<NodeRef<'_>>) {
        assert!(
            target.is_none_or(|target| std::ptr::eq(target.arena(), self.arena)),
            "nodes of one arena point only at nodes of the same"
        );
        if let SlotMut::ToOne(link) = self.record.slot_mut(property) {
            link.init(target.map(NodeRef::raw));
        }
    }
}

/// Fills a new node before anyone else knows it.
pub type Fill<'f> = &'f mut dyn FnMut(&mut Draft<'_>) -> Result<(), DecodeError>;

/// The nodes of one entity in one arena. Reached through the arena's lock only.
///
/// # Safety
/// The pointers MUST lead to nodes that the store owns, and that stay where they are until it is dropped.
pub unsafe trait Store: Send + Sync {
    /// The node of that key.
    #[doc(hidden)]
    fn find(&self, key: &[Cell<'_>]) -> Result<Option<NonNull<NodeHeader>>, DecodeError>;

    /// The node of that key, and whether it was made just now. Without a key it is always made.
    #[doc(hidden)]
    fn get_or_create(
        &mut self,
        arena: &Arena,
        entity: EntityId,
        state: State,
        key: Option<&[Cell<'_>]>,
        fill: Fill<'_>,
    ) -> Result<(NonNull<NodeHeader>, bool), DecodeError>;

    /// Makes a node findable by its key; the one that is found already stays.
    #[doc(hidden)]
    fn register(
        &mut self,
        node: NonNull<NodeHeader>,
        key: &[Cell<'_>],
    ) -> Result<NonNull<NodeHeader>, DecodeError>;

    /// Makes the node of that key unfindable.
    #[doc(hidden)]
    fn forget(&mut self, key: &[Cell<'_>]);

    /// Makes room for that many more nodes.
    #[doc(hidden)]
    fn reserve(&mut self, more: usize);

    /// All nodes that can be found by key.
    #[doc(hidden)]
    fn findable(&self) -> Vec<NonNull<NodeHeader>>;
}

/// The storages of an arena, by entity.
pub(super) struct StoreTable {
    /// Of entities in no chosen schema, by position.
    own: Vec<Option<Box<dyn Store>>>,
    /// Of entities in chosen schemas.
    chosen: FxHashMap<EntityId, Box<dyn Store>>,
}

impl StoreTable {
    pub(super) fn new(entities: usize) -> Self {
        Self { own: (0..entities).map(|_| None).collect(), chosen: FxHashMap::default() }
    }

    /// Adds one behind the last entity's.
    pub(super) fn add(&mut self, store: Box<dyn Store>) {
        self.own.push(Some(store));
    }

    #[inline]
    pub(super) fn get(&self, entity: EntityId) -> Option<&dyn Store> {
        match entity.is_in_chosen_schema() {
            false => self.own.get(entity.position())?.as_deref(),
            true => self.chosen.get(&entity).map(|store| &**store),
        }
    }

    #[inline]
    pub(super) fn get_or_insert(
        &mut self,
        entity: EntityId,
        make: impl FnOnce() -> Box<dyn Store>,
    ) -> &mut dyn Store {
        match entity.is_in_chosen_schema() {
            false => self.own[entity.position()].get_or_insert_with(make).as_mut(),
            true => self.chosen.entry(entity).or_insert_with(make).as_mut(),
        }
    }

    pub(super) fn entities(&self) -> Vec<EntityId> {
        let own = self.own.iter().enumerate().filter(|(_, store)| store.is_some());
        own.map(|(position, _)| EntityId(position as u32)).chain(self.chosen.keys().copied()).collect()
    }
}

struct Nodes<R: Record> {
    chunks: Vec<Chunk<Node<R>>>,
    by_key: FxHashMap<R::Key, NonNull<Node<R>>>,
}

// SAFETY: the pointers lead to nodes that the store owns, and nodes are `Send` and `Sync`.
unsafe impl<R: Record> Send for Nodes<R> {}
// SAFETY: as above.
unsafe impl<R: Record> Sync for Nodes<R> {}

fn read_key<K: Key>(key: &[Cell<'_>]) -> Result<K, DecodeError> {
    let mut cells = key.iter();
    K::read(&mut || cells.next().copied().unwrap_or(Cell::Null))
}

// SAFETY: nodes live in chunks whose memory neither moves nor shrinks before the store is dropped.
unsafe impl<R: Record> Store for Nodes<R> {
    fn find(&self, key: &[Cell<'_>]) -> Result<Option<NonNull<NodeHeader>>, DecodeError> {
        Ok(self.by_key.get(&read_key::<R::Key>(key)?).map(|node| node.cast()))
    }

    fn get_or_create(
        &mut self,
        arena: &Arena,
        entity: EntityId,
        state: State,
        key: Option<&[Cell<'_>]>,
        fill: Fill<'_>,
    ) -> Result<(NonNull<NodeHeader>, bool), DecodeError> {
        let vacant = match key {
            None => None,
            Some(key) => match self.by_key.entry(read_key::<R::Key>(key)?) {
                Entry::Occupied(found) => return Ok((found.get().cast(), false)),
                Entry::Vacant(vacant) => Some(vacant),
            },
        };
        let mut record = R::default();
        fill(&mut Draft { record: &mut record, arena })?;
        let node = Chunk::add(&mut self.chunks, Node::new(arena, entity, state, record));
        if let Some(vacant) = vacant {
            vacant.insert(node);
        }
        Ok((node.cast(), true))
    }

    fn register(
        &mut self,
        node: NonNull<NodeHeader>,
        key: &[Cell<'_>],
    ) -> Result<NonNull<NodeHeader>, DecodeError> {
        Ok(self.by_key.entry(read_key::<R::Key>(key)?).or_insert(node.cast()).cast())
    }

    fn forget(&mut self, key: &[Cell<'_>]) {
        if let Ok(key) = read_key::<R::Key>(key) {
            self.by_key.remove(&key);
        }
    }

    fn reserve(&mut self, more: usize) {
        self.by_key.reserve(more);
    }

    fn findable(&self) -> Vec<NonNull<NodeHeader>> {
        self.by_key.values().map(|node| node.cast()).collect()
    }
}
