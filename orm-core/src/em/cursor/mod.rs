//! Pages by cursor: a page begins after an entity of the page before it, not after so many entities, so that none is
//! missed or repeated when rows come and go.

mod base64;
mod order;
mod page;

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

pub use page::{IntoPlace, Page, Place};

use crate::arena::NodePtr;
use crate::driver::BoxFuture;
use crate::em::EntityManager;
use crate::em::cursor::order::PageOrder;
use crate::em::query::{Kind, Query, State};
use crate::entity::{Entity, Managed};
use crate::error::Result;
use crate::hint::Shape;
use crate::load;

/// A page; `O` says whether it has an order.
pub struct Pages<O>(PhantomData<fn() -> O>);
/// See [`Pages`].
pub struct OrderByMissing;
/// See [`Pages`].
pub struct Sorted;

impl<O: 'static> Kind for Pages<O> {
    type Sorted = Pages<Sorted>;
}

/// A page that has an order.
#[diagnostic::on_unimplemented(
    message = "a page needs an order",
    label = "`order_by` was not called",
    note = "write `.order_by(|u| (u.name.asc(), u.id.asc()))`; with the key as the last term, no two entities have the same place"
)]
pub trait HasOrder {}
impl HasOrder for Sorted {}

/// What of a page a query asks for.
#[derive(Clone, Default)]
pub(super) struct PageRequest {
    size: Option<u64>,
    is_backward: bool,
    after: Option<Place>,
    before: Option<Place>,
    without_count: bool,
}

impl EntityManager {
    /// Finds a page of the entities that fit.
    ///
    /// ```ignore
    /// let page = em.find_by_cursor::<User>().first(10).order_by(|u| (u.name.asc(), u.id.desc())).await?;
    /// let next = em.find_by_cursor::<User>().first(10).after(&page).order_by(|u| (u.name.asc(), u.id.desc())).await?;
    /// ```
    pub fn find_by_cursor<E: Entity>(&self) -> Query<'_, E, Pages<OrderByMissing>> {
        Query::new(self)
    }

    async fn find_page<S: Shape>(&self, mut state: State) -> Result<Page<S::Entity, S>> {
        let PageRequest { size, is_backward, after, before, without_count } = std::mem::take(&mut state.page);
        let entity = self.entity_of(S::Entity::meta(), &state)?;
        let nulls_are_smallest = self.session.capabilities().nulls_are_smallest;
        let order = PageOrder::new(self.session.registry(), entity, &state.order, nulls_are_smallest)?;
        let (condition, switches) = (state.condition.clone(), state.filters.clone());
        for (place, is_before) in [(&after, false), (&before, true)] {
            let place = match place {
                None => continue,
                Some(Place::Cursor(text)) => order.decode(text)?,
                Some(Place::Values(values)) => order.check(values.clone())?,
            };
            state.condition = std::mem::take(&mut state.condition).and(order.beyond(&place, is_before));
        }
        if is_backward {
            state.order = order.reversed();
        }
        state.wanted = order.paths();
        // One more than asked for tells whether there are more.
        state.limit = size.map(|size| size.saturating_add(1));
        let (_, plan) = self.plan::<S>(&state)?;
        // What was just written is on the primary only, for the count as well.
        let flushed_to = self.flush_before(&plan.entities).await?;
        let read_from = *state.read_from.get_or_insert(flushed_to);
        let mut found = self.load_as_it_is(plan, state).await?;
        let has_more = size.is_some_and(|size| found.roots.len() as u64 > size);
        if has_more {
            found.roots.pop();
        }
        if is_backward {
            found.roots.reverse();
        }
        let cursor = |node: Option<&NodePtr>| -> Result<Option<String>> {
            let Some(node) = node else { return Ok(None) };
            Ok(Some(order.encode(&order.place_of(found.arena.node(*node))?)))
        };
        let (start_cursor, end_cursor) = (cursor(found.roots.first())?, cursor(found.roots.last())?);
        let total_count = match without_count {
            true => None,
            false => {
                let filters = self.session.filters_for(&switches).await?;
                Some(load::count(&self.session, entity, condition, filters, read_from).await?)
            }
        };
        let (has_prev_page, has_next_page) = match is_backward {
            false => (after.is_some(), has_more || before.is_some()),
            true => (has_more || after.is_some(), before.is_some()),
        };
        let items = Managed::from_nodes(&found.arena, &found.roots);
        let order = Arc::new(order);
        Ok(Page { items, total_count, start_cursor, end_cursor, has_prev_page, has_next_page, order })
    }
}

impl<E: Entity, O, S, Hints, Reach> Query<'_, E, Pages<O>, S, Hints, Reach> {
    /// At most that many entities, from the beginning or from [`after`](Self::after).
    pub fn first(mut self, size: u64) -> Self {
        self.state.page.size = Some(size);
        self.state.page.is_backward = false;
        self
    }

    /// At most that many entities, back from the end or from [`before`](Self::before); in the order that is asked for
    /// all the same.
    pub fn last(mut self, size: u64) -> Self {
        self.state.page.size = Some(size);
        self.state.page.is_backward = true;
        self
    }

    /// Only entities behind that place: a page, its `end_cursor`, or values.
    pub fn after(mut self, place: impl IntoPlace) -> Self {
        self.state.page.after = place.end();
        self
    }

    /// Only entities before that place: a page, its `start_cursor`, or values.
    pub fn before(mut self, place: impl IntoPlace) -> Self {
        self.state.page.before = place.start();
        self
    }

    /// Does not count what is on all pages: one query less.
    pub fn without_count(mut self) -> Self {
        self.state.page.without_count = true;
        self
    }
}

impl<'em, E, O, S, Hints, Reach> IntoFuture for Query<'em, E, Pages<O>, S, Hints, Reach>
where
    E: Entity,
    O: HasOrder,
    S: Shape<Entity = E>,
    Hints: 'static,
    Reach: 'static,
{
    type Output = Result<Page<E, S>>;
    type IntoFuture = BoxFuture<'em, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.em.find_page::<S>(self.state))
    }
}
