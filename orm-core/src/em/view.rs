//! Loading from where one stands: references and collections know their entity manager.

use crate::arena::{Loaded, NodeRef};
use crate::em::EntityManager;
use crate::em::query::State;
use crate::entity::{CollectionView, Entity, EntityView, Managed, handle_of};
use crate::error::{Error, Result};
use crate::hint::{Prop, Relation, Shape, With};
use crate::load;
use crate::meta::{EntityId, PropertyId};
use crate::path::{IntoCondition, Paths, Root};
use crate::query::Strategy;
use crate::session::Session;

/// An entity with one of its collections loaded.
pub type WithItems<S, F> = Managed<
    <F as crate::hint::Field>::Entity,
    <S as Prop<F>>::Put<With<<<F as Relation>::Target as Entity>::Whole>>,
>;

fn manager_of(node: NodeRef<'_>) -> Result<EntityManager> {
    let owner = node.arena().owner().filter(|_| !node.arena().is_retired());
    let session = owner.and_then(|owner| owner.into_any().downcast::<Session>().ok());
    session.map(EntityManager::new).ok_or(Error::Detached { entity: node.meta().name })
}

/// What a relation leads to, in the node's schema.
fn target_of(node: NodeRef<'_>, property: PropertyId) -> Option<EntityId> {
    node.model().property(property).relation.as_ref().map(|relation| relation.target)
}

/// Loading an entity from a reference to it.
pub trait LoadExt: EntityView {
    /// Loads the entity, unless it is loaded, and gives a handle whose type knows.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such row; [`Error::Detached`] when its entity manager is gone or cleared;
    /// [`Error::NotFlushed`] for a new entity.
    fn load(&self) -> impl Future<Output = Result<Managed<Self::Entity>>> + Send {
        let node = self.erased();
        async move {
            let em = manager_of(node)?;
            let key = node.key().ok_or(Error::NotFlushed { entity: node.meta().name })?;
            em.find_by_values_or_fail(node.entity(), key).await
        }
    }
}

impl<V: EntityView> LoadExt for V {}

impl<'a, F, S> CollectionView<'a, F, S>
where
    F: Relation,
    S: Shape + Prop<F>,
{
    /// Loads the items, unless they are loaded, and gives the owner's handle whose type knows.
    ///
    /// # Errors
    /// [`Error::Detached`] when its entity manager is gone or cleared.
    pub async fn load(self) -> Result<WithItems<S, F>> {
        self.load_items(false).await
    }

    /// Loads the items even if they are loaded; what was added or removed and not flushed stays so.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn init(self) -> Result<WithItems<S, F>> {
        self.load_items(true).await
    }

    async fn load_items(self, again: bool) -> Result<WithItems<S, F>> {
        let owner = self.owner();
        let em = manager_of(owner)?;
        if again || owner.items_loaded(F::INDEX) != Loaded::Fully {
            owner.set_items_loaded(F::INDEX, Loaded::Not);
            let arena = em.session.arena();
            em.load_more::<<S as Prop<F>>::Put<With<<F::Target as Entity>::Whole>>>(
                &[(arena, owner.pointer())],
                false,
            )
            .await?;
        }
        Ok(handle_of(owner))
    }

    /// Counts the items: here if they are loaded, else in the database.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_count(self) -> Result<u64> {
        let owner = self.owner();
        if owner.items_loaded(F::INDEX) == Loaded::Fully {
            return Ok(owner.items(F::INDEX).count() as u64);
        }
        let em = manager_of(owner)?;
        let mut state = State::new(Strategy::SelectIn);
        state.entity = target_of(owner, F::INDEX);
        let (_, plan) = em.plan::<<F::Target as Entity>::Whole>(&state)?;
        let read_from = em.flush_before(&plan.entities).await?;
        let arena = em.session.arena();
        load::collection_count(&em.session, &arena, &plan, owner.pointer(), F::INDEX, read_from).await
    }

    /// Finds the items of which a condition holds. The collection stays as it is.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn matching<C: IntoCondition<F::Target>>(
        self,
        condition: impl FnOnce(&'static <F::Target as Entity>::Paths<F::Target, Root>) -> C,
    ) -> Result<Vec<Managed<F::Target>>> {
        let condition = condition(Paths::PATHS).into_condition().condition;
        let owner = self.owner();
        let em = manager_of(owner)?;
        let mut state = State::new(em.session.shared.settings.strategy);
        state.entity = target_of(owner, F::INDEX);
        let (_, plan) = em.plan::<<F::Target as Entity>::Whole>(&state)?;
        let read_from = em.flush_before(&plan.entities).await?;
        let arena = em.session.arena();
        let owner = owner.pointer();
        let items = load::collection_items(&em.session, &arena, &plan, owner, F::INDEX, condition, read_from);
        Ok(Managed::from_nodes(&arena, &items.await?))
    }
}
