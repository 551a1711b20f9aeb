//! One entity in an arena: a header that all nodes share, and the record that the derive generated.

use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::arena::list::{Items, Loaded};
use crate::arena::record::{Record, SlotRef, ValueSlot};
use crate::arena::slot::{Slot, Stamp};
use crate::arena::{Arena, ArenaId};
use crate::meta::{EntityId, EntityMeta, EntityModel, PropertyId};
use crate::value::Value;

/// Where an entity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// In the database, as far as we know.
    Managed = 0,
    /// Persisted, but not flushed yet.
    New = 1,
    /// To be deleted by the next flush.
    Removed = 2,
    /// Deleted, or never stored: readable, but written no more.
    Gone = 3,
}

/// What all nodes have.
pub struct NodeHeader {
    arena: *const Arena,
    meta: &'static EntityMeta,
    entity: EntityId,
    state: AtomicU8,
    /// Whether the node stands in the list of dirty nodes.
    queued: AtomicBool,
    /// Whether a row was read into it, or it was made here: else it is a bare reference.
    initialized: AtomicBool,
    /// Gets the record behind a header of this node's own type.
    record: unsafe fn(NonNull<NodeHeader>) -> NonNull<dyn AnyRecord>,
}

/// A record behind a pointer that does not know its type.
trait AnyRecord: Send + Sync {
    fn slot(&self, property: usize) -> SlotRef<'_>;
}

impl<R: Record> AnyRecord for R {
    fn slot(&self, property: usize) -> SlotRef<'_> {
        Record::slot(self, property)
    }
}

/// One entity in an arena.
#[repr(C)]
pub struct Node<R> {
    header: NodeHeader,
    record: R,
}

// SAFETY: the header's pointer leads to the arena that owns the node, which is `Sync` and outlives it; everything else
// in a node is `Send` and `Sync` by itself. The pointer is not typed by the entities' relations, so that rustc need not
// walk the graph of all entities to find this out.
unsafe impl<R: Record> Send for Node<R> {}
// SAFETY: as above.
unsafe impl<R: Record> Sync for Node<R> {}

impl<R: Record> Node<R> {
    pub(super) fn new(arena: &Arena, entity: EntityId, state: State, record: R) -> Self {
        /// Casts a header back to the node it heads.
        ///
        /// # Safety
        /// `header` MUST head a `Node<R>`.
        unsafe fn record_of<R: Record>(header: NonNull<NodeHeader>) -> NonNull<dyn AnyRecord> {
            let node = header.cast::<Node<R>>();
            // SAFETY: by contract the pointer leads to a live `Node<R>` with the header as its first field.
            let record: NonNull<R> = unsafe { NonNull::new_unchecked(&raw mut (*node.as_ptr()).record) };
            record
        }
        let header = NodeHeader {
            arena: std::ptr::from_ref(arena),
            meta: R::meta(),
            entity,
            state: AtomicU8::new(state as u8),
            queued: AtomicBool::new(false),
            initialized: AtomicBool::new(false),
            record: record_of::<R>,
        };
        Self { header, record }
    }

    /// The slots.
    #[inline]
    pub fn record(&self) -> &R {
        &self.record
    }

    /// The node without its type.
    #[inline]
    pub fn erase(&self) -> NodeRef<'_> {
        NodeRef { pointer: NonNull::from(self).cast(), arena: PhantomData }
    }
}

/// A node without its type, while its arena is borrowed.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    pointer: NonNull<NodeHeader>,
    arena: PhantomData<&'a Arena>,
}

// SAFETY: it is a shared reference to a node, which is `Sync`.
unsafe impl Send for NodeRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for NodeRef<'_> {}

/// A node without its type and without a borrow: for lists that the arena itself keeps. [`Arena::node`] turns it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodePtr {
    pointer: NonNull<NodeHeader>,
    arena: ArenaId,
}

// SAFETY: it is an address; only the arena that owns the node turns it into a reference.
unsafe impl Send for NodePtr {}
// SAFETY: as above.
unsafe impl Sync for NodePtr {}

impl NodePtr {
    pub(super) fn arena(self) -> ArenaId {
        self.arena
    }

    /// # Safety
    /// The node's arena MUST live for `'a`.
    pub(super) unsafe fn as_ref<'a>(self) -> NodeRef<'a> {
        NodeRef { pointer: self.pointer, arena: PhantomData }
    }
}

impl std::hash::Hash for NodePtr {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // The arena tells apart only what was freed and made anew at the same address.
        self.pointer.hash(state);
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.pointer == other.pointer
    }
}
impl Eq for NodeRef<'_> {}

impl std::hash::Hash for NodeRef<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.pointer.hash(state);
    }
}

impl Deref for NodeRef<'_> {
    type Target = NodeHeader;
    #[inline]
    fn deref(&self) -> &NodeHeader {
        // SAFETY: the node lives as long as its arena, which is borrowed for `'a`.
        unsafe { self.pointer.as_ref() }
    }
}

impl std::fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:?}", self.meta.name, self.key())
    }
}

impl NodeHeader {
    /// The entity as its derive describes it.
    #[inline]
    pub fn meta(&self) -> &'static EntityMeta {
        self.meta
    }

    /// The entity's position in its registry.
    #[inline]
    pub fn entity(&self) -> EntityId {
        self.entity
    }

    /// Where the entity stands.
    pub fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            0 => State::Managed,
            1 => State::New,
            2 => State::Removed,
            _ => State::Gone,
        }
    }

    /// Moves the entity on.
    pub fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// Whether a row was read into it, or it was made here; else it is a bare reference.
    pub fn is_initialized(&self) -> bool {
        self.initialized.load(Ordering::Acquire)
    }

    /// A row was read into it, or it was made here.
    pub fn set_initialized(&self, initialized: bool) {
        self.initialized.store(initialized, Ordering::Release);
    }

    /// Takes the mark of standing in the list of dirty nodes; whether it was free.
    pub(super) fn take_queue_mark(&self) -> bool {
        !self.queued.swap(true, Ordering::AcqRel)
    }

    /// Gives the mark back.
    pub fn clear_queue_mark(&self) {
        self.queued.store(false, Ordering::Release);
    }
}

impl<'a> NodeRef<'a> {
    /// A node that the arena's store just named.
    pub(super) fn from_store(pointer: NonNull<NodeHeader>, _arena: &'a Arena) -> Self {
        Self { pointer, arena: PhantomData }
    }

    pub(super) fn raw(self) -> NonNull<NodeHeader> {
        self.pointer
    }

    /// The node's arena.
    #[inline]
    pub fn arena(self) -> &'a Arena {
        // SAFETY: the arena owns the node and is borrowed for `'a`.
        unsafe { &*(*self.pointer.as_ptr()).arena }
    }

    /// The node without a borrow.
    pub fn pointer(self) -> NodePtr {
        NodePtr { pointer: self.pointer, arena: self.arena().id() }
    }

    /// The node with its type, if it is of this entity.
    #[inline]
    pub fn typed<R: Record>(self) -> Option<&'a Node<R>> {
        // SAFETY: by `Record`'s contract a description belongs to one record type, and the header holds the description
        // of the record behind it.
        std::ptr::eq(self.meta, R::meta()).then(|| unsafe { self.pointer.cast::<Node<R>>().as_ref() })
    }

    /// The entity with its table and relations.
    pub fn model(self) -> &'a Arc<EntityModel> {
        self.arena().registry().entity(self.entity)
    }

    /// The slot of a property.
    #[inline]
    pub fn slot(self, property: PropertyId) -> SlotRef<'a> {
        // SAFETY: the header's function belongs to the record behind it; the record lives as long as the node.
        let record: &'a dyn AnyRecord = unsafe { ((*self.pointer.as_ptr()).record)(self.pointer).as_ref() };
        record.slot(property)
    }

    /// The slot of a scalar.
    pub fn value_slot(self, property: PropertyId) -> Option<&'a dyn ValueSlot> {
        match self.slot(property) {
            SlotRef::Value(slot) => Some(slot),
            SlotRef::ToOne(_) | SlotRef::ToMany(_) => None,
        }
    }

    /// What a to-one relation points at: unknown, nothing, or a node.
    #[inline]
    pub fn target(self, property: PropertyId) -> Option<Option<NodeRef<'a>>> {
        match self.slot(property) {
            SlotRef::ToOne(link) => self.follow(link),
            SlotRef::Value(_) | SlotRef::ToMany(_) => None,
        }
    }

    /// What a link of this node points at.
    #[inline]
    pub(crate) fn follow(self, link: &'a Link) -> Option<Option<NodeRef<'a>>> {
        link.0.get().map(|target| target.0.map(|pointer| NodeRef { pointer, arena: PhantomData }))
    }

    /// What a to-one relation pointed at when the database was last asked or told.
    pub fn original_target(self, property: PropertyId) -> Option<Option<NodeRef<'a>>> {
        match self.slot(property) {
            SlotRef::ToOne(link) => link
                .0
                .original()
                .map(|target| target.0.map(|pointer| NodeRef { pointer, arena: PhantomData })),
            SlotRef::Value(_) | SlotRef::ToMany(_) => None,
        }
    }

    /// Points a to-one relation at another node. `at` says where the user did it; none when the database did.
    ///
    /// # Panics
    /// If the two nodes live in different arenas; callers check that first.
    pub fn set_target(
        self,
        property: PropertyId,
        target: Option<NodeRef<'_>>,
        at: Option<&'static Location<'static>>,
    ) {
        let SlotRef::ToOne(link) = self.slot(property) else { return };
        assert!(
            target.is_none_or(|target| std::ptr::eq(target.arena(), self.arena())),
            "nodes of one arena point only at nodes of the same"
        );
        let target = Target(target.map(|target| target.pointer));
        match at {
            Some(at) => link.0.set(target, at),
            None => link.0.load(target),
        }
    }

    /// How much of a collection is known.
    pub fn items_loaded(self, property: PropertyId) -> Loaded {
        match self.slot(property) {
            SlotRef::ToMany(items) => items.loaded(),
            SlotRef::Value(_) | SlotRef::ToOne(_) => Loaded::Not,
        }
    }

    /// Notes how much of a collection is known.
    pub fn set_items_loaded(self, property: PropertyId, loaded: Loaded) {
        if let SlotRef::ToMany(items) = self.slot(property) {
            items.set_loaded(loaded);
        }
    }

    /// The items that a collection holds now.
    pub fn items(self, property: PropertyId) -> ItemIter<'a> {
        match self.slot(property) {
            SlotRef::ToMany(items) => self.items_of(items),
            SlotRef::Value(_) | SlotRef::ToOne(_) => ItemIter { places: [].iter() },
        }
    }

    pub(crate) fn items_of(self, items: &'a Items) -> ItemIter<'a> {
        ItemIter { places: items.places().iter() }
    }

    /// Appends an item to a collection. Callers MUST hold the arena's pending changes.
    pub fn push_item(self, property: PropertyId, item: NodeRef<'_>) {
        assert!(std::ptr::eq(item.arena(), self.arena()), "collections hold nodes of their own arena");
        if let SlotRef::ToMany(items) = self.slot(property) {
            items.push(item.pointer.as_ptr());
        }
    }

    /// Makes these the items of a collection. Callers MUST hold the arena's pending changes.
    pub fn replace_items(self, property: PropertyId, new: &[NodeRef<'_>]) {
        assert!(
            new.iter().all(|item| std::ptr::eq(item.arena(), self.arena())),
            "collections hold nodes of their own arena"
        );
        if let SlotRef::ToMany(items) = self.slot(property) {
            let pointers: Vec<_> = new.iter().map(|item| item.pointer.as_ptr()).collect();
            items.replace(&pointers);
        }
    }

    /// The primary key, if all of it is known.
    pub fn key(self) -> Option<Vec<Value>> {
        let mut values = Vec::with_capacity(1);
        self.write_key(&mut values).then_some(values)
    }

    fn write_key(self, values: &mut Vec<Value>) -> bool {
        self.meta.primary_key.iter().all(|property| match self.slot(*property) {
            SlotRef::Value(slot) => slot.value().map(|value| values.push(value)).is_some(),
            SlotRef::ToOne(link) => {
                self.follow(link).flatten().is_some_and(|target| target.write_key(values))
            }
            SlotRef::ToMany(_) => false,
        })
    }

    /// The key for a message.
    pub fn key_text(self) -> String {
        match self.key() {
            Some(values) => values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            None => "(new)".to_owned(),
        }
    }
}

/// What a to-one relation's slot holds.
#[derive(Clone, Copy, PartialEq)]
struct Target(Option<NonNull<NodeHeader>>);

// SAFETY: it is an address; only a reference to a node of the same arena turns it into a reference.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

/// A to-one relation: points at a node of the same arena, at nothing, or is not known.
#[derive(Default)]
pub struct Link(Slot<Target>);

impl Link {
    /// Whether it is known what the relation points at.
    pub fn is_loaded(&self) -> bool {
        self.0.is_loaded()
    }

    /// Whether the user pointed it somewhere and no flush has written that.
    pub fn is_dirty(&self) -> bool {
        self.0.is_dirty()
    }

    /// Whether writing it would change the row.
    pub fn is_changed(&self) -> bool {
        self.0.is_dirty() && self.0.original() != self.0.get()
    }

    /// Where it was assigned, if the user did.
    pub fn assigned_at(&self) -> Option<&'static Location<'static>> {
        self.0.assigned_at()
    }

    /// Names what it points at now.
    pub fn stamp(&self) -> Stamp {
        self.0.stamp()
    }

    /// The database has the named target now.
    pub fn settle(&self, stamp: Stamp) {
        self.0.settle(stamp);
    }

    /// The database lost the named target again.
    pub fn unsettle(&self, stamp: Stamp) {
        self.0.unsettle(stamp);
    }

    /// Fills a link that nobody else knows yet.
    pub(super) fn init(&mut self, target: Option<NonNull<NodeHeader>>) {
        self.0.init(Target(target));
    }
}

/// The items of a collection.
#[derive(Clone)]
pub struct ItemIter<'a> {
    places: std::slice::Iter<'a, std::sync::atomic::AtomicPtr<NodeHeader>>,
}

impl<'a> Iterator for ItemIter<'a> {
    type Item = NodeRef<'a>;

    fn next(&mut self) -> Option<NodeRef<'a>> {
        self.places.by_ref().find_map(|place| {
            let pointer = NonNull::new(place.load(Ordering::Acquire))?;
            Some(NodeRef { pointer, arena: PhantomData })
        })
    }
}
