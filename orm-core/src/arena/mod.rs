//! Where entities live: nodes that never move, in arenas that only grow. The only unsafe code of the project.
//!
//! An [`Arena`] owns the nodes of one unit of work. A node has a [`Slot`] a property. References to values are plain
//! `&T`: what was handed out is neither moved nor overwritten while the arena lives, and handles keep it alive. Nodes
//! point at nodes of the same arena only, by address, so that there are no reference cycles and nothing leaks.
#![expect(unsafe_code, reason = "nodes are reached by address; each block says why it is sound")]

mod chunk;
mod handle;
mod list;
mod node;
mod pending;
mod record;
mod slot;
mod store;

use std::any::Any;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

pub use handle::{Owned, ViewOf, view};
pub use list::{Items, Loaded};
pub use node::{ItemIter, Link, Node, NodeHeader, NodePtr, NodeRef, State};
pub use pending::{CollectionChange, NodeSet, Pending};
pub use record::{Merge, Record, SlotMut, SlotRef, ValueSlot};
pub use slot::{Slot, Stamp};
use store::StoreTable;
pub use store::{Draft, Fill, Store, StoreFactory, new_store};

use crate::error::{DecodeError, Error, Result};
use crate::meta::{EntityId, EntityMeta, Registry};
use crate::value::{Cell, Value};

/// Tells arenas apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArenaId(u64);

/// Who flushes an arena.
pub trait Owner: Any + Send + Sync {
    /// Takes note of a call that could not be obeyed.
    fn refuse(&self, error: Error);

    /// For getting the owner's own type back.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// The nodes of one unit of work, and what changed in them.
pub struct Arena {
    id: ArenaId,
    me: Weak<Arena>,
    registry: Arc<Registry>,
    stores: Mutex<StoreTable>,
    /// The schema of entities that do not say theirs.
    schema: Option<Arc<str>>,
    pending: Mutex<Pending>,
    owner: OnceLock<Weak<dyn Owner>>,
    retired: AtomicBool,
    tracked: bool,
}

impl Arena {
    /// An empty arena. An untracked one belongs to no unit of work: what is set in it is never written.
    pub fn new(registry: Arc<Registry>, tracked: bool) -> Arc<Self> {
        Self::in_schema(registry, tracked, None)
    }

    /// The same, with the schema of entities that do not say theirs.
    pub fn in_schema(registry: Arc<Registry>, tracked: bool, schema: Option<Arc<str>>) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Arc::new_cyclic(|me| Self {
            id: ArenaId(NEXT.fetch_add(1, Ordering::Relaxed)),
            me: me.clone(),
            stores: Mutex::new(StoreTable::new(registry.entities().count())),
            schema,
            registry,
            pending: Mutex::default(),
            owner: OnceLock::new(),
            retired: AtomicBool::new(false),
            tracked,
        })
    }

    /// A node that belongs to no unit of work, in an arena of its own; its entity need not be registered.
    pub(crate) fn lone<R: Record>(registry: &Arc<Registry>) -> Owned<R> {
        let arena = Arena::new(Arc::clone(registry), false);
        let beyond = EntityId(registry.entities().count() as u32);
        let mut stores = arena.lock();
        stores.stores.add(new_store::<R>());
        let (node, _) = stores
            .get_or_create(beyond, State::Gone, None, &mut |_| Ok(()))
            .expect("a node without values has none that does not fit");
        Owned::new(node).expect("the node was just made of this record")
    }

    /// Tells it from other arenas.
    pub fn id(&self) -> ArenaId {
        self.id
    }

    /// The entities.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// The entity of that description, in the arena's schema unless it says its own.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`].
    pub fn entity_of(&self, meta: &EntityMeta) -> Result<EntityId> {
        let entity = self.registry.find(meta)?;
        match &self.schema {
            Some(schema) => self.registry.in_schema(entity, schema),
            None => Ok(entity),
        }
    }

    /// A share of this arena; none while it is being dropped.
    pub fn share(&self) -> Option<Arc<Self>> {
        self.me.upgrade()
    }

    /// Who flushes it. Set once.
    pub fn set_owner(&self, owner: Weak<dyn Owner>) {
        // A second owner would be a mistake of this crate's; the first one stays.
        let _ = self.owner.set(owner);
    }

    /// Who flushes it, while they live.
    pub fn owner(&self) -> Option<Arc<dyn Owner>> {
        self.owner.get()?.upgrade()
    }

    /// Nothing in it is flushed any more.
    pub fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    /// Whether it was retired, or never belonged to a unit of work.
    pub fn is_retired(&self) -> bool {
        !self.tracked || self.retired.load(Ordering::Acquire)
    }

    /// The node behind a pointer.
    ///
    /// # Panics
    /// If the node belongs to another arena.
    pub fn node(&self, pointer: NodePtr) -> NodeRef<'_> {
        assert!(pointer.arena() == self.id, "a node is looked up in its own arena");
        // SAFETY: the node belongs to this arena, which lives for the borrow.
        unsafe { pointer.as_ref() }
    }

    /// Locks the nodes, for finding and making some.
    pub fn lock(&self) -> Stores<'_> {
        // A panic while the lock was held left no node half-made: nodes are complete before they are findable.
        Stores { arena: self, stores: self.stores.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Locks what changed. To lock the nodes as well, lock this first.
    pub fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a property of a node was set.
    pub fn note_dirty(&self, node: NodeRef<'_>) {
        if node.state() == State::Managed && node.take_queue_mark() {
            self.pending().dirty.push(node.pointer());
        }
    }

    /// Tells whoever flushes this arena that a call could not be obeyed; the next flush fails with it.
    pub fn refuse(&self, error: Error) {
        match self.owner.get().and_then(Weak::upgrade) {
            Some(owner) => owner.refuse(error),
            None => self.pending().refused.push(error),
        }
    }
}

impl std::fmt::Debug for Arena {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arena").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The nodes of an arena, locked.
pub struct Stores<'a> {
    arena: &'a Arena,
    stores: MutexGuard<'a, StoreTable>,
}

impl<'a> Stores<'a> {
    fn store(&mut self, entity: EntityId) -> &mut dyn Store {
        let arena = self.arena;
        self.stores.get_or_insert(entity, || (arena.registry.entity(entity).meta.store)())
    }

    fn reference(&self, node: NonNull<NodeHeader>) -> NodeRef<'a> {
        NodeRef::from_store(node, self.arena)
    }

    /// The node of that key.
    pub fn find(&self, entity: EntityId, key: &[Cell<'_>]) -> Result<Option<NodeRef<'a>>, DecodeError> {
        match self.stores.get(entity) {
            Some(store) => Ok(store.find(key)?.map(|node| self.reference(node))),
            None => Ok(None),
        }
    }

    /// The node of that key as a bare reference, made if there is none.
    pub fn reference_to(&mut self, entity: EntityId, key: &[Cell<'_>]) -> Result<NodeRef<'a>, DecodeError> {
        if let Some(found) = self.find(entity, key)? {
            return Ok(found);
        }
        // A key that is a relation leads to a node of its own, made before this one.
        let arena = self.arena;
        let model = Arc::clone(arena.registry.entity(entity));
        let mut targets = Vec::new();
        let mut rest = key;
        for property in &model.key {
            let property = model.property(*property);
            let (own, others) = rest.split_at(property.columns.len().min(rest.len()));
            rest = others;
            targets.push(match property.owning_relation() {
                Some(relation) => Some(self.reference_to(relation.target, own)?),
                None => None,
            });
        }
        let mut fill = |draft: &mut Draft<'_>| {
            let mut cells = key.iter();
            for (property, target) in model.key.iter().zip(&targets) {
                match target {
                    Some(target) => {
                        draft.target(*property, Some(*target));
                        cells.by_ref().take(model.property(*property).columns.len()).for_each(drop);
                    }
                    None => draft.value(*property, cells.next().copied().unwrap_or(Cell::Null))?,
                }
            }
            Ok(())
        };
        self.get_or_create(entity, State::Managed, Some(key), &mut fill).map(|(node, _)| node)
    }

    /// The node of that key, and whether it was made and filled just now. Without a key it is always made.
    pub fn get_or_create(
        &mut self,
        entity: EntityId,
        state: State,
        key: Option<&[Cell<'_>]>,
        fill: Fill<'_>,
    ) -> Result<(NodeRef<'a>, bool), DecodeError> {
        let arena = self.arena;
        let (node, is_new) = self.store(entity).get_or_create(arena, entity, state, key, fill)?;
        Ok((self.reference(node), is_new))
    }

    /// Makes a node findable by its key, if that is known; gives the node that is found by it from now on.
    pub fn register(&mut self, node: NodeRef<'a>) -> Result<NodeRef<'a>, DecodeError> {
        let Some(key) = node.key() else { return Ok(node) };
        let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
        let found = self.store(node.entity()).register(node.raw(), &cells)?;
        Ok(self.reference(found))
    }

    /// Makes the node of that key unfindable.
    pub fn forget(&mut self, entity: EntityId, key: &[Value]) {
        let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
        self.store(entity).forget(&cells);
    }

    /// Makes room for that many more nodes of an entity.
    pub fn reserve(&mut self, entity: EntityId, more: usize) {
        self.store(entity).reserve(more);
    }

    /// The entities that there may be nodes of.
    pub fn entities(&self) -> Vec<EntityId> {
        self.stores.entities()
    }

    /// All nodes of an entity that can be found by key.
    pub fn findable(&self, entity: EntityId) -> Vec<NodeRef<'a>> {
        let store = self.stores.get(entity);
        store
            .map(|store| store.findable())
            .unwrap_or_default()
            .into_iter()
            .map(|node| self.reference(node))
            .collect()
    }
}
