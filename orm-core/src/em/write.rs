//! Making, removing and storing entities.

use std::panic::Location;

use crate::arena::State;
use crate::em::EntityManager;
use crate::entity::{Create, Detached, Entity, InUnitOfWork, Managed, adopt_managed};
use crate::error::{Error, Result};
use crate::hint::Shape;
use crate::uow;

impl EntityManager {
    /// Takes a new entity into the unit of work; the next flush inserts it, and with it what it relates to.
    ///
    /// An entity whose key is known can be found by it at once. The handle's type knows what the database still has to
    /// generate; see [`Managed::flushed`] for after the flush.
    ///
    /// An entity that cannot be taken in, as it relates to one of another entity manager, makes the next flush fail.
    #[track_caller]
    pub fn persist<C: Create>(&self, new: C) -> Managed<C::Entity, C::Shape> {
        let at = Location::caller();
        let arena = self.session.arena();
        match uow::persist(&self.session, new.into_draft(), at) {
            Ok(node) => Managed::from_node(arena.node(node)).expect("the node was just made for its entity"),
            Err(error) => {
                arena.refuse(error);
                Managed::gone(&arena)
            }
        }
    }

    /// [`persist`](Self::persist) and [`flush`](Self::flush); the handle knows all that the database generated.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    #[track_caller]
    pub fn persist_and_flush<C: Create>(
        &self,
        new: C,
    ) -> impl Future<Output = Result<Managed<C::Entity, <C::Shape as Shape>::Flushed>>> + Send + use<'_, C>
    {
        let handle = self.persist(new);
        async move {
            self.flush().await?;
            handle.flushed()
        }
    }

    /// Marks an entity for removal; the next flush deletes its row. One that was never flushed is just forgotten.
    ///
    /// # Errors
    /// [`Error::Detached`] for an entity of another entity manager.
    pub fn remove(&self, entity: &impl InUnitOfWork) -> Result<()> {
        uow::remove(&self.session, entity.node_ref())
    }

    /// [`remove`](Self::remove) and [`flush`](Self::flush).
    ///
    /// # Errors
    /// As both.
    pub fn remove_and_flush<'em, T: InUnitOfWork>(
        &'em self,
        entity: &T,
    ) -> impl Future<Output = Result<()>> + Send + use<'em, T> {
        let removed = self.remove(entity);
        async move {
            removed?;
            self.flush().await
        }
    }

    /// Writes everything that changed since the last flush, in an order that keeps every constraint, in one
    /// transaction. Asks nothing of the database when nothing changed.
    ///
    /// When it fails, the database and all entities are as they were before, and it can be called again.
    ///
    /// # Errors
    /// [`Error::Driver`] for what the database refuses; [`Error::Required`], [`Error::NotPersisted`], [`Error::Cycle`]
    /// for what cannot be stored; [`Error::OptimisticLock`] for a row that someone else changed.
    pub async fn flush(&self) -> Result<()> {
        uow::flush(&self.session).await
    }

    /// Takes a struct in as the state of a row that is in the database. Asks nothing of it.
    ///
    /// An entity that is managed already keeps what was changed here, and takes everything else from the struct.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`], or [`Error::Decode`] for a key that cannot be one.
    #[track_caller]
    pub fn merge<E: Detached>(&self, entity: E) -> Result<Managed<E>> {
        let arena = self.session.arena();
        let node = adopt_managed(&arena, entity.into_draft(), Location::caller())?;
        Managed::from_node(node).ok_or(Error::UnknownEntity { entity: E::meta().name })
    }

    /// Whether the entity waits for its first flush.
    pub fn is_new<E: Entity, S: Shape>(&self, handle: &Managed<E, S>) -> bool {
        handle.node().state() == State::New
    }
}
