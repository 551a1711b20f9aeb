//! Running a query: from its typed form to a request, and from nodes back to handles.

use std::future::IntoFuture;
use std::sync::Arc;

use crate::driver::BoxFuture;
use crate::em::EntityManager;
use crate::em::lock::{NEEDS_TRANSACTION, check_version};
use crate::em::query::{Many, ManyAndCount, OneOrFail, OneOrNone, Query, State, Total};
use crate::entity::{Entity, Managed};
use crate::error::{Error, Result};
use crate::hint::{Shape, ShapeTree};
use crate::load::{self, Found, Joins, LoadPlan, Request};
use crate::meta::{EntityId, EntityMeta};
use crate::query::{Condition, ReadFrom};
use crate::session::FlushMode;
use crate::uow;
use crate::value::{Cell, Value};

impl EntityManager {
    /// The plan of a shape.
    pub(super) fn plan<S: Shape>(&self, state: &State) -> Result<(EntityId, Arc<LoadPlan>)> {
        let registry = self.session.registry();
        let entity = self.entity_of(S::Entity::meta(), state)?;
        let asks_for_one = state.key.is_some() || state.limit == Some(1);
        let joins = Joins::of(self.session.capabilities(), state.strategy, asks_for_one);
        let plans = &self.session.shared.plans;
        Ok((entity, plans.get::<S>(registry, entity, joins, &state.inferred, &state.wanted)))
    }

    /// The entity that a query is about, in its schema.
    pub(super) fn entity_of(&self, meta: &EntityMeta, state: &State) -> Result<EntityId> {
        match state.entity {
            Some(entity) => Ok(entity),
            None => self.session.entity_of(meta, state.schema.as_ref()),
        }
    }

    /// Writes what is pending if the query could see it. Gives which server to ask when the query does not say: what was
    /// written just now is on the primary, and perhaps nowhere else yet.
    pub(super) async fn flush_before(&self, entities: &[EntityId]) -> Result<ReadFrom> {
        let needed = match self.session.flush_mode() {
            FlushMode::Auto => uow::needs_flush(&self.session, entities),
            FlushMode::Commit => false,
            FlushMode::Always => true,
        };
        if !needed {
            return Ok(self.session.shared.settings.read_from);
        }
        uow::flush(&self.session).await?;
        Ok(ReadFrom::Primary)
    }

    /// Writes what is pending, and runs a query.
    pub(super) async fn load_state(&self, plan: Arc<LoadPlan>, mut state: State) -> Result<Found> {
        let read_from = self.flush_before(&plan.entities).await?;
        state.read_from.get_or_insert(read_from);
        self.load_as_it_is(plan, state).await
    }

    /// Runs a query, whatever is pending.
    pub(super) async fn load_as_it_is(&self, plan: Arc<LoadPlan>, mut state: State) -> Result<Found> {
        if state.read_only {
            state.refresh = true;
        }
        if state.lock.is_some() && !self.in_transaction() {
            return Err(NEEDS_TRANSACTION);
        }
        let filters = self.session.filters_for(&state.filters).await?;
        let request = Request {
            plan,
            filters,
            root_filter: state.root_filter,
            lock: state.lock,
            hides_more: state.filters.hides_more(),
            is_point_read: state.key.is_some() && state.order.is_empty(),
            condition: state.condition,
            order: state.order,
            limit: state.limit,
            offset: state.offset,
            distinct: state.distinct,
            refresh: state.refresh,
            read_only: state.read_only,
            read_from: state.read_from.unwrap_or(self.session.shared.settings.read_from),
        };
        load::find(&self.session, request).await
    }

    /// The entity of that key, if all that is wanted of it is loaded.
    fn find_loaded<S: Shape>(&self, key: &[Value], state: &State) -> Option<Managed<S::Entity, S>> {
        let entity = self.entity_of(S::Entity::meta(), state).ok()?;
        let arena = self.session.arena();
        let cells: Vec<Cell<'_>> = key.iter().map(Value::as_cell).collect();
        let node = arena.lock().find(entity, &cells).ok()??;
        // A node is there: only now is the shape worth spelling out.
        load::is_satisfied(node, &ShapeTree(S::known())).then(|| Managed::from_node(node))?
    }

    /// The entity of that key, or an error.
    pub(super) async fn find_by_values_or_fail<E: Entity>(
        &self,
        entity: EntityId,
        key: Vec<Value>,
    ) -> Result<Managed<E>> {
        let mut state = State::new(self.session.shared.settings.strategy);
        state.entity = Some(entity);
        state.condition = Condition::key_in(vec![key.clone()]);
        state.key = Some(key);
        let asked = state.clone();
        self.find_first::<E::Whole>(state).await?.ok_or_else(|| not_found::<E>(&asked))
    }

    async fn find_many<S: Shape>(&self, state: State) -> Result<Vec<Managed<S::Entity, S>>> {
        let (_, plan) = self.plan::<S>(&state)?;
        let found = self.load_state(plan, state).await?;
        Ok(Managed::from_nodes(&found.arena, &found.roots))
    }

    async fn find_first<S: Shape>(&self, mut state: State) -> Result<Option<Managed<S::Entity, S>>> {
        let version = state.version.take();
        let found = self.find_first_of_any_version::<S>(state).await?;
        if let (Some(found), Some((property, seen))) = (&found, version) {
            check_version(found, property, &seen)?;
        }
        Ok(found)
    }

    async fn find_first_of_any_version<S: Shape>(
        &self,
        mut state: State,
    ) -> Result<Option<Managed<S::Entity, S>>> {
        if let Some(key) = &state.key
            && !state.refresh
            && !state.read_only
            && state.lock.is_none()
            && state.filters.is_empty()
            && let Some(found) = self.find_loaded::<S>(key, &state)
        {
            return Ok(Some(found));
        }
        if state.key.is_none() {
            state.limit = Some(1);
        }
        let (_, plan) = self.plan::<S>(&state)?;
        let found = self.load_state(plan, state).await?;
        Ok(Managed::from_nodes(&found.arena, &found.roots).into_iter().next())
    }
}

impl<'em, E: Entity, S: Shape<Entity = E>, Hints: 'static, Reach: 'static> IntoFuture
    for Query<'em, E, Many, S, Hints, Reach>
{
    type Output = Result<Vec<Managed<E, S>>>;
    type IntoFuture = BoxFuture<'em, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.em.find_many::<S>(self.state))
    }
}

impl<'em, E: Entity, S: Shape<Entity = E>, Hints: 'static, Reach: 'static> IntoFuture
    for Query<'em, E, OneOrNone, S, Hints, Reach>
{
    type Output = Result<Option<Managed<E, S>>>;
    type IntoFuture = BoxFuture<'em, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.em.find_first::<S>(self.state))
    }
}

impl<'em, E: Entity, S: Shape<Entity = E>, Hints: 'static, Reach: 'static> IntoFuture
    for Query<'em, E, OneOrFail, S, Hints, Reach>
{
    type Output = Result<Managed<E, S>>;
    type IntoFuture = BoxFuture<'em, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let asked = self.state.clone();
            self.em.find_first::<S>(self.state).await?.ok_or_else(|| not_found::<E>(&asked))
        })
    }
}

fn not_found<E: Entity>(state: &State) -> Error {
    let condition = match &state.key {
        Some(key) => key.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        None => state.condition.describe(E::meta()),
    };
    Error::NotFound { entity: E::meta().name, condition }
}

impl<'em, E: Entity, S: Shape<Entity = E>, Hints: 'static, Reach: 'static> IntoFuture
    for Query<'em, E, ManyAndCount, S, Hints, Reach>
{
    type Output = Result<(Vec<Managed<E, S>>, u64)>;
    type IntoFuture = BoxFuture<'em, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Query { em, mut state, .. } = self;
            let (condition, switches) = (state.condition.clone(), state.filters.clone());
            let (limit, offset) = (state.limit, state.offset.unwrap_or(0));
            let (entity, plan) = em.plan::<S>(&state)?;
            // What was just written is on the primary only, for the count as well.
            let flushed_to = em.flush_before(&plan.entities).await?;
            let read_from = *state.read_from.get_or_insert(flushed_to);
            let found = em.load_as_it_is(plan, state).await?;
            let entities = Managed::from_nodes(&found.arena, &found.roots);
            // Fewer than asked for are the last; with one of them, what is before them is known, too.
            let found = entities.len() as u64;
            if limit.is_none_or(|limit| found < limit) && (found > 0 || offset == 0) {
                return Ok((entities, offset + found));
            }
            let filters = em.session.filters_for(&switches).await?;
            let total = load::count(&em.session, entity, condition, filters, read_from).await?;
            Ok((entities, total))
        })
    }
}

impl<'em, E: Entity, S: Shape<Entity = E>, Hints: 'static, Reach: 'static> IntoFuture
    for Query<'em, E, Total, S, Hints, Reach>
{
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'em, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (entity, plan) = self.em.plan::<S>(&self.state)?;
            let read_from = self.em.flush_before(&plan.entities).await?;
            let read_from = self.state.read_from.unwrap_or(read_from);
            let filters = self.em.session.filters_for(&self.state.filters).await?;
            load::count(&self.em.session, entity, self.state.condition, filters, read_from).await
        })
    }
}
