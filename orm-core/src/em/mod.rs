//! The entity manager: what a user calls. Thin and typed over sessions, loading and the unit of work.

mod assign;
mod cursor;
mod filter;
mod lock;
mod native;
mod populate;
mod query;
mod retry;
mod run;
mod transaction;
mod transactional;
mod view;
mod write;

use std::sync::Arc;

pub use cursor::{HasOrder, IntoPlace, OrderByMissing, Page, Pages, Place, Sorted};
pub use lock::{GivesOne, Lockable, VersionOf};
pub use native::{NativeDeleteQuery, NativeUpdateQuery};
pub use populate::Handles;
pub use query::{Kind, Many, ManyAndCount, MayLimit, OneOrFail, OneOrNone, Query, Total};
pub use retry::{Retry, Retryable};
pub use transaction::Transaction;
pub use transactional::{
    AroundWork, EndedByHand, Plain, Propagation, RetriedTransaction, TransactionBuilder,
};
pub use view::{LoadExt, WithItems};

use crate::arena::State;
use crate::entity::{Entity, InUnitOfWork, Managed};
use crate::error::Result;
use crate::path::KeyOperand;
use crate::session::{FlushMode, Session};

pub use crate::session::Lease;
use crate::value::{Cell, Value};

/// A unit of work: loads entities, keeps one instance a row, and writes what changed.
///
/// It is `Send + Sync`; cloning it gives another name for the same unit of work.
#[derive(Clone)]
pub struct EntityManager {
    pub(crate) session: Arc<Session>,
}

impl EntityManager {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self { session }
    }

    /// A number that tells it from others, for logs.
    pub fn id(&self) -> u64 {
        self.session.id()
    }

    /// An entity manager of its own on the same database: an empty unit of work.
    pub fn fork(&self) -> Self {
        self.fork_with(self.session.flush_mode())
    }

    /// The same, with another flush mode.
    pub fn fork_with(&self, flush_mode: FlushMode) -> Self {
        let schema = self.session.schema().cloned();
        Self::new(Session::new(
            Arc::clone(&self.session.shared),
            flush_mode,
            schema,
            self.session.filters.fork(),
        ))
    }

    /// An entity manager of its own whose entities are in that schema, except for those that say theirs: an empty unit
    /// of work. What `schema = "*"` leaves open is filled in by it.
    ///
    /// ```ignore
    /// let em = orm.em().with_schema("tenant_b");
    /// ```
    pub fn with_schema(&self, schema: impl Into<Arc<str>>) -> Self {
        let shared = Arc::clone(&self.session.shared);
        let filters = self.session.filters.fork();
        Self::new(Session::new(shared, self.session.flush_mode(), Some(schema.into()), filters))
    }

    /// The schema of entities that do not say theirs, if one was chosen.
    pub fn schema(&self) -> Option<&str> {
        self.session.schema().map(|schema| &**schema)
    }

    /// Forgets all entities and all that waited for a flush. Handles stay readable; a write through one makes the next
    /// flush fail.
    pub fn clear(&self) {
        self.session.clear();
    }

    /// The connection that the next statement belongs on, for calls that only one kind of database has.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn lease_connection(&self) -> Result<Lease<'_>> {
        self.session.lease().await
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.session.in_transaction()
    }

    /// A reference to the entity of that key, which MUST exist by the time of the flush. Asks nothing of the database.
    ///
    /// # Errors
    /// [`UnknownEntity`](crate::Error::UnknownEntity).
    pub fn reference<E: Entity>(&self, key: impl KeyOperand<E>) -> Result<Managed<E, E::KeyOnly>> {
        let entity = self.session.entity_of(E::meta(), None)?;
        let values = key.into_key();
        let cells: Vec<Cell<'_>> = values.iter().map(Value::as_cell).collect();
        let arena = self.session.arena();
        let node = arena.lock().reference_to(entity, &cells).map_err(|problem| crate::Error::Decode {
            entity: E::meta().name,
            property: E::meta().primary_key.first().map_or("", |key| E::meta().properties[*key].name),
            problem,
        })?;
        Ok(Managed::from_node(node).expect("the node was just found by its entity"))
    }

    /// Whether the entity belongs to this unit of work and is stored, or will be.
    pub fn contains(&self, entity: &impl InUnitOfWork) -> bool {
        let node = entity.node_ref();
        node.arena().id() == self.session.arena().id() && node.state() != State::Gone
    }
}

impl std::fmt::Debug for EntityManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EntityManager").field("id", &self.id()).finish_non_exhaustive()
    }
}
