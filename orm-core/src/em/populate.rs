//! Loading more of entities that are there: `populate` and `refresh`.

use std::sync::Arc;

use crate::arena::{Arena, NodePtr, State as NodeState};
use crate::em::EntityManager;
use crate::em::query::State;
use crate::entity::{Entity, Managed};
use crate::error::{Error, Result};
use crate::filter::FilterSwitches;
use crate::hint::{Fold, Hint, Populate, Shape};
use crate::load;
use crate::meta::EntityId;
use crate::path::Root;
use crate::query::{Condition, ReadFrom, RootFilter, Strategy};

/// Handles that can be populated together: one, or many.
pub trait Handles<E: Entity, S: Shape> {
    /// The same of another shape.
    type Reshaped<Other: Shape>;

    /// The nodes; all of one arena.
    #[doc(hidden)]
    fn nodes(&self) -> Vec<(Arc<Arena>, NodePtr)>;

    /// The same handles, promising more.
    #[doc(hidden)]
    fn reshape<Other: Shape>(&self) -> Self::Reshaped<Other>;
}

impl<E: Entity, S: Shape> Handles<E, S> for &Managed<E, S> {
    type Reshaped<Other: Shape> = Managed<E, Other>;

    fn nodes(&self) -> Vec<(Arc<Arena>, NodePtr)> {
        vec![(Arc::clone(self.arena()), self.node().pointer())]
    }

    fn reshape<Other: Shape>(&self) -> Managed<E, Other> {
        (*self).clone().reshape()
    }
}

macro_rules! many_handles {
    ($($type:ty),*) => {$(
        impl<E: Entity, S: Shape> Handles<E, S> for $type {
            type Reshaped<Other: Shape> = Vec<Managed<E, Other>>;

            fn nodes(&self) -> Vec<(Arc<Arena>, NodePtr)> {
                self.iter().map(|handle| (Arc::clone(handle.arena()), handle.node().pointer())).collect()
            }

            fn reshape<Other: Shape>(&self) -> Vec<Managed<E, Other>> {
                self.iter().map(|handle| handle.clone().reshape()).collect()
            }
        }
    )*};
}

many_handles!(&[Managed<E, S>], &Vec<Managed<E, S>>);

impl EntityManager {
    /// Loads the named relations, and lazy properties, of entities that are there; what is loaded already is not asked
    /// for again. Gives handles whose type knows.
    ///
    /// # Errors
    /// [`Error::Detached`] for entities of another entity manager.
    pub async fn populate<E, S, H, Those>(
        &self,
        handles: Those,
        _relations: impl FnOnce(&'static E::Paths<E, Root>) -> H,
    ) -> Result<Those::Reshaped<Fold<S, Populate, H>>>
    where
        E: Entity,
        S: Shape<Entity = E>,
        H: Hint<S, Populate>,
        H::Out: Shape<Entity = E>,
        Those: Handles<E, S>,
    {
        let nodes = handles.nodes();
        self.load_more::<H::Out>(&nodes, false).await?;
        Ok(handles.reshape())
    }

    /// Loads the shape `S` into nodes.
    pub(super) async fn load_more<S: Shape>(
        &self,
        nodes: &[(Arc<Arena>, NodePtr)],
        refresh: bool,
    ) -> Result<()> {
        let arena = self.session.arena();
        if nodes.iter().any(|(other, _)| other.id() != arena.id()) {
            return Err(Error::Detached { entity: S::Entity::meta().name });
        }
        let mut by_schema: Vec<(EntityId, Vec<NodePtr>)> = Vec::new();
        for (_, node) in nodes {
            let entity = arena.node(*node).entity();
            match by_schema.iter_mut().find(|(other, _)| *other == entity) {
                Some((_, nodes)) => nodes.push(*node),
                None => by_schema.push((entity, vec![*node])),
            }
        }
        for (entity, nodes) in by_schema {
            let mut state = State::new(Strategy::SelectIn);
            state.entity = Some(entity);
            let (_, plan) = self.plan::<S>(&state)?;
            let read_from = self.flush_before(&plan.entities).await?;
            let filters = self.session.filters_for(&FilterSwitches::default()).await?;
            load::populate(&self.session, &arena, &plan, &nodes, refresh, filters.as_ref(), read_from)
                .await?;
        }
        Ok(())
    }

    /// Asks the database for everything that the handle promises, and lets it win over what was changed here.
    ///
    /// Gives whether the row is still there; if not, the entity is forgotten.
    ///
    /// # Errors
    /// [`Error::Detached`] for an entity of another entity manager; [`Error::NotFlushed`] for one without a row.
    pub async fn refresh<E: Entity, S: Shape<Entity = E>>(&self, handle: &Managed<E, S>) -> Result<bool> {
        let arena = self.session.arena();
        let node = handle.node();
        if node.arena().id() != arena.id() {
            return Err(Error::Detached { entity: E::meta().name });
        }
        let (NodeState::Managed | NodeState::Removed, Some(key)) = (node.state(), node.key()) else {
            return Err(Error::NotFlushed { entity: E::meta().name });
        };
        let mut state = State::new(self.session.shared.settings.strategy);
        state.entity = Some(node.entity());
        state.condition = Condition::key_in(vec![key.clone()]);
        state.key = Some(key.clone());
        state.refresh = true;
        state.read_from = Some(ReadFrom::Primary);
        // Whoever holds an entity sees it.
        state.root_filter = RootFilter::Known;
        let (entity, plan) = self.plan::<S>(&state)?;
        // Without a flush: what is pending is what the caller gives up, and may be what cannot be written.
        let found = self.load_as_it_is(plan, state).await?;
        if found.roots.is_empty() {
            node.set_state(NodeState::Gone);
            arena.lock().forget(entity, &key);
            return Ok(false);
        }
        Ok(true)
    }
}
