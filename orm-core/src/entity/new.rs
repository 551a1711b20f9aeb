//! New entities: built, but of no unit of work yet.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::entity::{Draft, Entity};
use crate::hint::Shape;

/// A new entity, for [`persist`](crate::em::EntityManager::persist) or as the target of a relation.
#[must_use = "a new entity is stored by `em.persist(…)` and a flush"]
pub struct New<E: Entity, S> {
    pub(crate) draft: Draft,
    marker: PhantomData<fn() -> (E, S)>,
}

impl<E: Entity, S: Shape> New<E, S> {
    /// What a builder collected. Defaults are filled in here.
    #[doc(hidden)]
    pub fn from_draft(mut draft: Draft) -> Self {
        draft.fill_defaults();
        Self { draft, marker: PhantomData }
    }

    /// Puts it into a schema of its own choice instead of the entity manager's, and all that is made with it. An entity
    /// that says its schema stays there.
    pub fn in_schema(mut self, schema: impl Into<Arc<str>>) -> Self {
        self.draft.schema = Some(schema.into());
        self
    }
}

/// What `persist` takes: a new entity, or a handle of one that was removed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be persisted",
    label = "expected a new entity: `User::builder()….build()`"
)]
pub trait Create {
    /// The entity.
    type Entity: Entity;
    /// What its handle knows.
    type Shape: Shape;

    /// Its values.
    #[doc(hidden)]
    fn into_draft(self) -> Draft;
}

impl<E: Entity, S: Shape> Create for New<E, S> {
    type Entity = E;
    type Shape = S;

    fn into_draft(self) -> Draft {
        self.draft
    }
}
