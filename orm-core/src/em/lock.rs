//! Locks: on rows in the database, and on versions that were seen.

use crate::arena::State;
use crate::em::query::{Many, ManyAndCount, OneOrFail, OneOrNone, Query};
use crate::em::{EntityManager, Kind};
use crate::entity::{Entity, Managed, Versioned};
use crate::error::{DriverError, DriverErrorKind, Error, Result};
use crate::hint::{Field, Shape};
use crate::load;
use crate::query::{Lock, LockWait};
use crate::types::{Operand, Type};
use crate::value::Value;

/// What gives entities, whose rows can be locked.
#[diagnostic::on_unimplemented(
    message = "a count locks no rows",
    label = "only rows that are read can be locked",
    note = "lock what `find` gives, and count that"
)]
pub trait Lockable: Kind {}
#[diagnostic::do_not_recommend]
impl Lockable for Many {}
#[diagnostic::do_not_recommend]
impl Lockable for OneOrNone {}
#[diagnostic::do_not_recommend]
impl Lockable for OneOrFail {}
#[diagnostic::do_not_recommend]
impl Lockable for ManyAndCount {}

/// What gives one entity, whose version can be compared.
#[diagnostic::on_unimplemented(
    message = "only one entity has the version that was seen",
    label = "this query gives several",
    note = "ask for one with `find_one` or `find_by_id`, or use `em.lock_version(&entity, …)` for each"
)]
pub trait GivesOne: Kind {}
#[diagnostic::do_not_recommend]
impl GivesOne for OneOrNone {}
#[diagnostic::do_not_recommend]
impl GivesOne for OneOrFail {}

/// What is wrong when rows are to be locked without a transaction.
pub(super) const NEEDS_TRANSACTION: Error = Error::Transaction {
    message: "rows are locked until the end of a transaction, and none is open; lock them within `em.transactional(…)` or after `em.begin()`",
};

impl<'em, E: Entity, Out: Kind, S, Hints, Reach> Query<'em, E, Out, S, Hints, Reach> {
    /// Locks the rows of the entities that are found, until the transaction ends; not those of their relations, except
    /// on MariaDB, where a lock is on all rows of the query. Asks the database even for what is loaded.
    ///
    /// Without a transaction it fails with [`Error::Transaction`]. SQLite has no locks on rows and fails with
    /// [`Error::Unsupported`]: there, a transaction that may write is the only one.
    ///
    /// ```ignore
    /// let jobs = em.find::<Job>().filter(|j| j.done.eq(false)).limit(10).lock(Lock::for_update().skip_locked()).await?;
    /// ```
    pub fn lock(mut self, lock: Lock) -> Self
    where
        Out: Lockable,
    {
        self.state.lock = Some(lock);
        self
    }

    /// Fails with [`Error::OtherVersion`] unless the entity that is found is of the version that was seen before: by a
    /// user who filled in a form, for example.
    pub fn lock_version(mut self, seen: impl Operand<VersionOf<E>>) -> Self
    where
        E: Versioned,
        Out: GivesOne,
        VersionOf<E>: Type,
    {
        self.state.version = Some((E::Field::INDEX, seen.into_operand().to_value()));
        self
    }
}

/// The type of an entity's version.
pub type VersionOf<E> = <<E as Versioned>::Field as Field>::Value;

impl EntityManager {
    /// Locks an entity's row until the transaction ends. What was read of it may be old by then;
    /// [`refresh`](Self::refresh) reads it again.
    ///
    /// # Errors
    /// [`Error::Transaction`] without a transaction; [`Error::Unsupported`] on SQLite, see [`Query::lock`];
    /// [`Error::OptimisticLock`] when the row is gone; [`is_lock_timeout`](Error::is_lock_timeout) when others have
    /// locked it and the lock does not wait; [`Error::Detached`] and [`Error::NotFlushed`] for what has no row here.
    pub async fn lock<E: Entity, S: Shape>(&self, handle: &Managed<E, S>, lock: Lock) -> Result<()> {
        let (entity, key) = self.row_of(handle)?;
        if !self.in_transaction() {
            return Err(NEEDS_TRANSACTION);
        }
        match load::lock_row(&self.session, entity, key.clone(), lock).await? {
            true => Ok(()),
            false if lock.wait == LockWait::SkipLocked => {
                Err(DriverError::new(DriverErrorKind::LockTimeout, "the row is locked, or gone").into())
            }
            false => Err(Error::OptimisticLock { entity: E::meta().name, key: in_words(&key) }),
        }
    }

    /// Fails with [`Error::OtherVersion`] unless the entity is of the version that was seen before. Asks nothing of the
    /// database: the flush sees to it that the row is still of that version.
    ///
    /// # Errors
    /// [`Error::OtherVersion`]; [`Error::NotInitialized`] when the version is not loaded; [`Error::Detached`] and
    /// [`Error::NotFlushed`] for what has no row here.
    pub fn lock_version<E: Versioned, S: Shape>(
        &self,
        handle: &Managed<E, S>,
        seen: impl Operand<VersionOf<E>>,
    ) -> Result<()>
    where
        VersionOf<E>: Type,
    {
        self.row_of(handle)?;
        check_version(handle, E::Field::INDEX, &seen.into_operand().to_value())
    }

    fn row_of<E: Entity, S: Shape>(
        &self,
        handle: &Managed<E, S>,
    ) -> Result<(crate::meta::EntityId, Vec<Value>)> {
        let node = handle.node();
        if node.arena().id() != self.session.arena().id() {
            return Err(Error::Detached { entity: E::meta().name });
        }
        match (node.state(), node.key()) {
            (State::Managed | State::Removed, Some(key)) => Ok((node.entity(), key)),
            _ => Err(Error::NotFlushed { entity: E::meta().name }),
        }
    }
}

/// Compares an entity's version as the database has it with the one that was seen.
pub(super) fn check_version<E: Entity, S: Shape>(
    handle: &Managed<E, S>,
    property: usize,
    seen: &Value,
) -> Result<()> {
    let meta = E::meta();
    let version = handle.node().value_slot(property).and_then(|slot| slot.original());
    let version = version
        .ok_or(Error::NotInitialized { entity: meta.name, property: meta.properties[property].name })?;
    match version == *seen {
        true => Ok(()),
        false => Err(Error::OtherVersion {
            entity: meta.name,
            key: in_words(&handle.node().key().unwrap_or_default()),
            seen: seen.to_string(),
            found: version.to_string(),
        }),
    }
}

fn in_words(key: &[Value]) -> String {
    key.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
