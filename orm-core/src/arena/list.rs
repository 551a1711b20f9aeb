//! The items of a collection: a list that only grows, with room to spare; what shrinks or reorders makes a new one.

use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering};

use crate::arena::node::NodeHeader;

/// How much a collection knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Loaded {
    /// Nothing: it was not loaded. It may hold items that were added all the same.
    Not = 0,
    /// Some of the items: it was loaded under a condition.
    Partly = 1,
    /// All items.
    Fully = 2,
}

/// The items of one collection. Written under the arena's lock of pending changes, read without one.
pub struct Items {
    newest: AtomicPtr<List>,
    loaded: AtomicU8,
}

struct List {
    length: AtomicUsize,
    places: Box<[AtomicPtr<NodeHeader>]>,
    older: *mut List,
}

impl Default for Items {
    fn default() -> Self {
        Self { newest: AtomicPtr::new(std::ptr::null_mut()), loaded: AtomicU8::new(Loaded::Not as u8) }
    }
}

// SAFETY: the lists are reached through atomics only; node pointers are handled as plain addresses here.
unsafe impl Send for Items {}
// SAFETY: as above; lists are freed only when the collection is dropped.
unsafe impl Sync for Items {}

impl Items {
    /// How much is known.
    pub(super) fn loaded(&self) -> Loaded {
        match self.loaded.load(Ordering::Acquire) {
            0 => Loaded::Not,
            1 => Loaded::Partly,
            _ => Loaded::Fully,
        }
    }

    pub(super) fn set_loaded(&self, loaded: Loaded) {
        self.loaded.store(loaded as u8, Ordering::Release);
    }

    /// The items as they are now; later changes do not show in the slice.
    pub(super) fn places(&self) -> &[AtomicPtr<NodeHeader>] {
        let list = self.newest.load(Ordering::Acquire);
        if list.is_null() {
            return &[];
        }
        // SAFETY: a list is published complete and freed only when the collection is dropped; places below `length`
        // were written before `length` was raised.
        let list = unsafe { &*list };
        &list.places[..list.length.load(Ordering::Acquire)]
    }

    /// Appends an item. Callers MUST hold the arena's lock of pending changes, or be the only owner.
    pub(super) fn push(&self, item: *mut NodeHeader) {
        let current = self.newest.load(Ordering::Acquire);
        if !current.is_null() {
            // SAFETY: as in `places`.
            let list = unsafe { &*current };
            let length = list.length.load(Ordering::Acquire);
            if let Some(place) = list.places.get(length) {
                place.store(item, Ordering::Release);
                list.length.store(length + 1, Ordering::Release);
                return;
            }
        }
        let mut items: Vec<*mut NodeHeader> =
            self.places().iter().map(|place| place.load(Ordering::Acquire)).collect();
        items.push(item);
        self.replace_with_room(&items, items.len().max(3) * 2);
    }

    /// Makes these the items. Callers MUST hold the arena's lock of pending changes, or be the only owner.
    pub(super) fn replace(&self, items: &[*mut NodeHeader]) {
        self.replace_with_room(items, items.len());
    }

    fn replace_with_room(&self, items: &[*mut NodeHeader], room: usize) {
        let mut places: Vec<AtomicPtr<NodeHeader>> = items.iter().copied().map(AtomicPtr::new).collect();
        places.resize_with(room, AtomicPtr::default);
        let list = List {
            length: AtomicUsize::new(items.len()),
            places: places.into(),
            older: self.newest.load(Ordering::Acquire),
        };
        self.newest.store(Box::into_raw(Box::new(list)), Ordering::Release);
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        let mut list = *self.newest.get_mut();
        while !list.is_null() {
            // SAFETY: lists come from `Box::into_raw`, and with `&mut self` nobody borrows them any more.
            let boxed = unsafe { Box::from_raw(list) };
            list = boxed.older;
        }
    }
}
