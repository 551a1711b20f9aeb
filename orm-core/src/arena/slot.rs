//! A slot holds one property: the value as it came, and every later value. Nothing in it ever moves or is overwritten
//! while it lives, so that a plain reference to a value needs no lock.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// The first value is in its place.
const INLINE: usize = 1;
/// The newest value is the user's, and no flush has written it.
const DIRTY: usize = 2;
/// Somebody is writing the first value right now; to everyone else the slot is still empty.
const FILLING: usize = 4;
const TAGS: usize = INLINE | DIRTY | FILLING;

/// A property's values, oldest first: empty, or the first value in place, and behind it a chain of later ones.
///
/// `state` is a pointer to the newest later value (or null), with the three tags in its low bits.
pub struct Slot<T> {
    state: AtomicPtr<Version<T>>,
    first: UnsafeCell<MaybeUninit<T>>,
}

/// A later value. Aligned so that the low bits of its address are free for the tags.
#[repr(align(8))]
struct Version<T> {
    value: T,
    older: *mut Version<T>,
    /// Whether the database has it: loaded, or written by a flush.
    settled: AtomicBool,
    at: Option<&'static Location<'static>>,
}

/// Names one value of a slot, for settling it once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(usize);

// SAFETY: a slot owns its values; moving it moves them.
unsafe impl<T: Send> Send for Slot<T> {}
// SAFETY: shared access hands out `&T` and takes in `T` from any thread, so `T` must be both. The first value is
// written by one thread only (it took the FILLING tag) and read only behind an Acquire load that saw INLINE.
unsafe impl<T: Send + Sync> Sync for Slot<T> {}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { state: AtomicPtr::new(std::ptr::null_mut()), first: UnsafeCell::new(MaybeUninit::uninit()) }
    }
}

fn tags<T>(state: *mut Version<T>) -> usize {
    state.addr() & TAGS
}

fn untagged<T>(state: *mut Version<T>) -> *mut Version<T> {
    state.map_addr(|address| address & !TAGS)
}

impl<T> Slot<T> {
    /// The newest value, if there is any.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        let state = self.state.load(Ordering::Acquire);
        let newest = untagged(state);
        if !newest.is_null() {
            // SAFETY: versions are published by a Release store after they are complete, never changed but for their
            // atomic flag, and freed only when the slot is dropped, which needs `&mut self`.
            return Some(unsafe { &(*newest).value });
        }
        // SAFETY: INLINE was seen by an Acquire load, so the first value is complete; it is never overwritten.
        (tags(state) & INLINE != 0).then(|| unsafe { (*self.first.get()).assume_init_ref() })
    }

    /// Whether there is a value.
    pub fn is_loaded(&self) -> bool {
        self.get().is_some()
    }

    /// Whether the newest value is the user's and was not written yet.
    pub fn is_dirty(&self) -> bool {
        tags(self.state.load(Ordering::Acquire)) & DIRTY != 0
    }

    /// Puts the first value into an empty slot that nobody else knows yet.
    #[inline]
    pub fn init(&mut self, value: T) {
        let state = *self.state.get_mut();
        if !state.is_null() {
            return self.load(value);
        }
        *self.first.get_mut() = MaybeUninit::new(value);
        *self.state.get_mut() = state.map_addr(|_| INLINE);
    }

    /// Takes a value that the database has; it is the newest from now on, and nothing is dirty.
    pub fn load(&self, value: T) {
        if let Err(value) = self.fill(value) {
            self.push(value, true, None, None);
        }
    }

    /// Takes a value that the database has, unless the newest one is no more the one that `stamp` names; whether it
    /// did.
    pub fn load_over(&self, stamp: Stamp, value: T) -> bool {
        match self.fill(value) {
            Ok(()) => true,
            Err(value) => self.push(value, true, None, Some(stamp)),
        }
    }

    /// Makes this the first value; gives it back when the slot is not empty.
    fn fill(&self, value: T) -> Result<(), T> {
        let empty = std::ptr::null_mut::<Version<T>>();
        let filling = empty.map_addr(|_| FILLING);
        if self.state.compare_exchange(empty, filling, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return Err(value);
        }
        // SAFETY: the slot was empty and this thread alone took the FILLING tag: nobody reads or writes `first` until
        // INLINE is published below.
        unsafe { (*self.first.get()).write(value) };
        self.state.store(empty.map_addr(|_| INLINE), Ordering::Release);
        Ok(())
    }

    /// Takes a value of the user's.
    pub fn set(&self, value: T, at: &'static Location<'static>) {
        self.push(value, false, Some(at), None);
    }

    /// Adds a value, but only over the one that `over` names, if any is named; whether it did.
    fn push(
        &self,
        value: T,
        settled: bool,
        at: Option<&'static Location<'static>>,
        over: Option<Stamp>,
    ) -> bool {
        let version = Box::into_raw(Box::new(Version {
            value,
            older: std::ptr::null_mut(),
            settled: AtomicBool::new(settled),
            at,
        }));
        let mut state = self.state.load(Ordering::Acquire);
        loop {
            if tags(state) & FILLING != 0 {
                std::hint::spin_loop();
                state = self.state.load(Ordering::Acquire);
                continue;
            }
            if over.is_some_and(|stamp| stamp.0 != untagged(state).addr()) {
                // SAFETY: the version was boxed above and never published, so this is its only owner.
                drop(unsafe { Box::from_raw(version) });
                return false;
            }
            // SAFETY: the version is not published yet, so this thread alone can reach it.
            unsafe { (*version).older = untagged(state) };
            let dirty = if settled { 0 } else { DIRTY };
            let next = version.map_addr(|address| address | (tags(state) & INLINE) | dirty);
            match self.state.compare_exchange_weak(state, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(current) => state = current,
            }
        }
    }

    /// The newest value that the database has.
    pub fn original(&self) -> Option<&T> {
        let state = self.state.load(Ordering::Acquire);
        let mut version = untagged(state);
        while !version.is_null() {
            // SAFETY: as in `get`; `older` never changes once the version is published.
            let current = unsafe { &*version };
            if current.settled.load(Ordering::Acquire) {
                return Some(&current.value);
            }
            version = current.older;
        }
        // SAFETY: as in `get`.
        (tags(state) & INLINE != 0).then(|| unsafe { (*self.first.get()).assume_init_ref() })
    }

    /// Where the newest value was assigned, if the user did.
    pub fn assigned_at(&self) -> Option<&'static Location<'static>> {
        let newest = untagged(self.state.load(Ordering::Acquire));
        // SAFETY: as in `get`.
        (!newest.is_null()).then(|| unsafe { (*newest).at }).flatten()
    }

    /// Names the newest value.
    pub fn stamp(&self) -> Stamp {
        Stamp(untagged(self.state.load(Ordering::Acquire)).addr())
    }

    /// The database has the named value now; the slot is dirty no more unless something was set since.
    pub fn settle(&self, stamp: Stamp) {
        self.mark(stamp, true);
    }

    /// The database lost the named value again, as its transaction was rolled back.
    pub fn unsettle(&self, stamp: Stamp) {
        self.mark(stamp, false);
    }

    fn mark(&self, stamp: Stamp, settled: bool) {
        let mut state = self.state.load(Ordering::Acquire);
        let mut version = untagged(state);
        while !version.is_null() {
            // SAFETY: as in `get`.
            let current = unsafe { &*version };
            if version.addr() == stamp.0 {
                current.settled.store(settled, Ordering::Release);
                break;
            }
            version = current.older;
        }
        while untagged(state).addr() == stamp.0 && stamp.0 != 0 {
            let next = state.map_addr(|address| if settled { address & !DIRTY } else { address | DIRTY });
            match self.state.compare_exchange_weak(state, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return,
                Err(current) => state = current,
            }
        }
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        let state = *self.state.get_mut();
        let mut version = untagged(state);
        while !version.is_null() {
            // SAFETY: versions come from `Box::into_raw`, and with `&mut self` nobody borrows them any more.
            let boxed = unsafe { Box::from_raw(version) };
            version = boxed.older;
        }
        if tags(state) & INLINE != 0 {
            // SAFETY: INLINE says that the first value is there; it is dropped once, here.
            unsafe { self.first.get_mut().assume_init_drop() };
        }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Slot").field(&self.get()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_outlive_later_values() {
        let mut slot = Slot::default();
        assert_eq!(slot.get(), None::<&String>);
        slot.init("first".to_owned());
        let first = slot.get().unwrap();
        slot.set("second".to_owned(), Location::caller());
        assert_eq!(first, "first");
        assert_eq!(slot.get().unwrap(), "second");
        assert_eq!(slot.original().unwrap(), "first");
        assert!(slot.is_dirty());
    }

    #[test]
    fn settling_an_older_value_leaves_the_newer_one_dirty() {
        let slot = Slot::default();
        slot.load(1);
        slot.set(2, Location::caller());
        let stamp = slot.stamp();
        slot.set(3, Location::caller());
        slot.settle(stamp);
        assert!(slot.is_dirty());
        assert_eq!((slot.original(), slot.get()), (Some(&2), Some(&3)));
        slot.settle(slot.stamp());
        assert!(!slot.is_dirty());
        assert_eq!(slot.original(), Some(&3));
        slot.unsettle(slot.stamp());
        assert!(slot.is_dirty());
        assert_eq!(slot.original(), Some(&2));
    }

    #[test]
    fn a_value_set_before_anything_was_loaded_has_no_original() {
        let slot = Slot::default();
        slot.set("x".to_owned(), Location::caller());
        assert_eq!(slot.original(), None);
        assert!(slot.assigned_at().is_some());
    }

    #[test]
    fn a_loaded_value_does_not_cover_what_was_set_since() {
        let slot = Slot::default();
        assert!(slot.load_over(slot.stamp(), 1));
        let stamp = slot.stamp();
        slot.set(2, Location::caller());
        assert!(!slot.load_over(stamp, 3));
        assert_eq!((slot.original(), slot.get()), (Some(&1), Some(&2)));
        assert!(slot.load_over(slot.stamp(), 4));
        assert_eq!((slot.original(), slot.get(), slot.is_dirty()), (Some(&4), Some(&4), false));
    }

    #[test]
    fn many_threads_may_load_set_and_read_one_slot() {
        let slot: Slot<String> = Slot::default();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let slot = &slot;
                scope.spawn(move || {
                    for turn in 0..50 {
                        match (thread + turn) % 3 {
                            0 => slot.load(format!("{thread}-{turn}")),
                            1 => slot.set(format!("{thread}-{turn}"), Location::caller()),
                            _ => slot.settle(slot.stamp()),
                        }
                        assert!(slot.get().is_none_or(|text| text.contains('-')));
                        assert!(slot.original().is_none_or(|text| text.contains('-')));
                    }
                });
            }
        });
    }
}
