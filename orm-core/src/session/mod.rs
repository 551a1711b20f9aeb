//! What one unit of work stands on: its arena, its connection, its transaction. No rules of the data mapper.

mod aside;
mod filters;
mod lease;
mod transaction;

use std::any::Any;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) use aside::{Aside, ChosenFlushMode, Suspended};
pub(crate) use filters::SessionFilters;
pub use lease::Lease;
pub(crate) use transaction::{Scope, UndoLog};

use crate::arena::{Arena, Owner};
use crate::driver::{Capabilities, Driver};
use crate::error::{Error, Result};
use crate::filter::DeclaredFilters;
use crate::meta::{EntityId, EntityMeta, Registry};
use crate::query::{ReadFrom, Strategy};

/// What all sessions of an `Orm` share.
pub(crate) struct Shared {
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) settings: Settings,
    pub(crate) plans: crate::load::PlanCache,
    pub(crate) filters: DeclaredFilters,
}

/// What a user may choose for all queries and flushes.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) strategy: Strategy,
    pub(crate) flush_mode: FlushMode,
    pub(crate) read_from: ReadFrom,
    /// How many rows one insert or update should have at the most.
    pub(crate) batch_size: usize,
}

/// When pending changes are written by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FlushMode {
    /// Before a query on an entity that has pending changes; the default.
    #[default]
    Auto,
    /// Only by `flush` and `commit`.
    Commit,
    /// Before every query.
    Always,
}

impl FlushMode {
    fn of(number: u8) -> Self {
        match number {
            number if number == FlushMode::Commit as u8 => FlushMode::Commit,
            number if number == FlushMode::Always as u8 => FlushMode::Always,
            _ => FlushMode::Auto,
        }
    }
}

/// One unit of work.
pub(crate) struct Session {
    pub(crate) shared: Arc<Shared>,
    id: u64,
    me: Weak<Session>,
    arena: Mutex<Arc<Arena>>,
    refused: Mutex<Vec<Error>>,
    flush_mode: AtomicU8,
    /// The schema of entities that do not say theirs.
    schema: Option<Arc<str>>,
    pub(crate) filters: SessionFilters,
    /// Held while flushing, so that two flushes follow each other.
    pub(crate) flushing: tokio::sync::Mutex<()>,
    pinned: tokio::sync::Mutex<Option<lease::Pinned>>,
    depth: AtomicU32,
}

impl Session {
    pub(crate) fn new(
        shared: Arc<Shared>,
        flush_mode: FlushMode,
        schema: Option<Arc<str>>,
        filters: SessionFilters,
    ) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let arena = Arena::in_schema(Arc::clone(&shared.registry), true, schema.clone());
        let session = Arc::new_cyclic(|me| Self {
            shared,
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            me: me.clone(),
            arena: Mutex::new(arena),
            refused: Mutex::default(),
            flush_mode: AtomicU8::new(flush_mode as u8),
            schema,
            filters,
            flushing: tokio::sync::Mutex::default(),
            pinned: tokio::sync::Mutex::default(),
            depth: AtomicU32::new(0),
        });
        session.arena().set_owner(session.owner());
        session
    }

    fn owner(&self) -> Weak<dyn Owner> {
        self.me.clone()
    }

    /// Tells it from others, for logs.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn flush_mode(&self) -> FlushMode {
        FlushMode::of(self.flush_mode.load(Ordering::Acquire))
    }

    /// The schema of entities that do not say theirs.
    pub(crate) fn schema(&self) -> Option<&Arc<str>> {
        self.schema.as_ref()
    }

    /// The entity of that description, in `schema`, or else in the session's, unless it says its own.
    pub(crate) fn entity_of(&self, meta: &EntityMeta, schema: Option<&Arc<str>>) -> Result<EntityId> {
        let entity = self.registry().find(meta)?;
        match schema.or(self.schema.as_ref()) {
            Some(schema) => self.registry().in_schema(entity, schema),
            None => Ok(entity),
        }
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        self.shared.driver.capabilities()
    }

    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.shared.registry
    }

    /// The arena of the entities that are managed now.
    pub(crate) fn arena(&self) -> Arc<Arena> {
        Arc::clone(&self.arena.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An arena whose entities are not managed; a write to them makes the next flush fail.
    pub(crate) fn untracked_arena(&self) -> Arc<Arena> {
        let arena = Arena::in_schema(Arc::clone(self.registry()), false, self.schema.clone());
        arena.set_owner(self.owner());
        arena
    }

    /// An empty arena for this session's entities.
    fn fresh_arena(&self) -> Arc<Arena> {
        let fresh = Arena::in_schema(Arc::clone(self.registry()), true, self.schema.clone());
        fresh.set_owner(self.owner());
        fresh
    }

    /// Starts over with an empty arena; handles of the old one stay readable.
    pub(crate) fn clear(&self) {
        let fresh = self.fresh_arena();
        let mut arena = self.arena.lock().unwrap_or_else(PoisonError::into_inner);
        arena.retire();
        *arena = fresh;
        self.take_refused();
    }

    /// The calls that could not be obeyed since the last flush.
    pub(crate) fn take_refused(&self) -> Vec<Error> {
        std::mem::take(&mut self.refused.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a call could not be obeyed since the last flush.
    pub(crate) fn has_refused(&self) -> bool {
        !self.refused.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Owner for Session {
    fn refuse(&self, error: Error) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
