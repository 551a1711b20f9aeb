//! What is set aside for a while: the open transaction, the entities, the flush mode. All of it comes back when its
//! guard is dropped, also by a future that is given up.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use crate::arena::Arena;
use crate::error::Result;
use crate::session::lease::{GIVEN_UP, Pinned};
use crate::session::{FlushMode, Session};

/// The open transaction, which is not used until this is dropped: what runs meanwhile is no part of it.
pub(crate) struct Suspended {
    session: Arc<Session>,
    pinned: Option<Pinned>,
    depth: u32,
}

impl Suspended {
    /// Sets the open transaction aside.
    pub(crate) async fn new(session: Arc<Session>) -> Result<Self> {
        let pinned = session.pinned.lock().await.take().ok_or(GIVEN_UP)?;
        let depth = session.depth.swap(0, Ordering::AcqRel);
        Ok(Self { session, pinned: Some(pinned), depth })
    }
}

impl Drop for Suspended {
    fn drop(&mut self) {
        self.session.depth.store(self.depth, Ordering::Release);
        let Some(mut pinned) = self.pinned.take() else { return };
        match self.session.pinned.try_lock() {
            Ok(mut guard) => *guard = Some(pinned),
            // A call that nobody waits for holds the place. Its transaction is not this one, and this one cannot come
            // back: it is rolled back, and later calls in it fail.
            Err(_) => pinned.undo.undo_from(0),
        }
    }
}

/// The session's entities, in whose place are none at first, until this is dropped.
pub(crate) struct Aside {
    session: Arc<Session>,
    arena: Arc<Arena>,
}

impl Aside {
    /// Sets the entities aside.
    pub(crate) fn new(session: Arc<Session>) -> Self {
        let fresh = session.fresh_arena();
        let arena =
            std::mem::replace(&mut *session.arena.lock().unwrap_or_else(PoisonError::into_inner), fresh);
        Self { session, arena }
    }

    /// The entities that were set aside.
    pub(crate) fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let mut arena = self.session.arena.lock().unwrap_or_else(PoisonError::into_inner);
        arena.retire();
        *arena = Arc::clone(&self.arena);
    }
}

/// Another flush mode, until this is dropped.
pub(crate) struct ChosenFlushMode {
    session: Arc<Session>,
    before: FlushMode,
}

impl ChosenFlushMode {
    /// Chooses it.
    pub(crate) fn new(session: Arc<Session>, mode: FlushMode) -> Self {
        let before = FlushMode::of(session.flush_mode.swap(mode as u8, Ordering::AcqRel));
        Self { session, before }
    }
}

impl Drop for ChosenFlushMode {
    fn drop(&mut self) {
        self.session.flush_mode.store(self.before as u8, Ordering::Release);
    }
}
