//! Queries as a user builds them. The types say what will be loaded; the values are untyped.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::em::EntityManager;
use crate::em::cursor::PageRequest;
use crate::entity::Entity;
use crate::filter::FilterSwitches;
use crate::hint::{Exclude, Fields, Fold, Hint, Infer, Inferred, Populate, Select, Shape};
use crate::meta::{EntityId, PropertyId};
use crate::path::{Condition, IntoCondition, IntoOrder, KeyOperand, Paths, Root};
use crate::query::{self, Lock, Order, Path, ReadFrom, RootFilter, Strategy};
use crate::value::Value;

/// What a query gives.
pub trait Kind: Send + Sync + 'static {
    /// The same with an order.
    type Sorted: Kind;
}
/// All that fit.
pub struct Many;
/// The first that fits, if any.
pub struct OneOrNone;
/// The first that fits, or an error.
pub struct OneOrFail;
/// All that fit, and how many fit without limit and offset.
pub struct ManyAndCount;
/// How many fit.
pub struct Total;

/// What a query gives that may be limited to some of what fits.
#[diagnostic::on_unimplemented(
    message = "a page is limited by `first` or `last`",
    label = "`limit` and `offset` are for `find`",
    note = "write `.first(10)`, and `.after(&page)` for the next page"
)]
pub trait MayLimit {}

macro_rules! kinds {
    ($($kind:ident)*) => {$(
        impl Kind for $kind {
            type Sorted = Self;
        }
        #[diagnostic::do_not_recommend]
        impl MayLimit for $kind {}
    )*};
}

kinds!(Many OneOrNone OneOrFail ManyAndCount Total);

/// Whether a query named fields, excluded some, or neither.
pub struct Everything;
/// See [`Everything`].
pub struct Named;
/// See [`Everything`].
pub struct Excluded;

/// A query that did not name fields.
#[diagnostic::on_unimplemented(
    message = "a query takes `fields` or `exclude`, not both",
    label = "`fields` was called before",
    note = "leave the property out of `fields(…)` instead"
)]
pub trait MayExclude {}
#[diagnostic::do_not_recommend]
impl MayExclude for Everything {}
#[diagnostic::do_not_recommend]
impl MayExclude for Excluded {}

/// A query that did not exclude anything.
#[diagnostic::on_unimplemented(
    message = "a query takes `fields` or `exclude`, not both",
    label = "`exclude` was called before",
    note = "leave the property out of `fields(…)` instead"
)]
pub trait MayName {}
#[diagnostic::do_not_recommend]
impl MayName for Everything {}
#[diagnostic::do_not_recommend]
impl MayName for Named {}

/// A query that is being built; `.await` runs it.
///
/// `S` is the shape of what it loads, `Out` what it gives, `Hints` whether it named fields, `Reach` the relations that its
/// filter went through.
#[must_use = "a query does nothing until it is awaited"]
pub struct Query<'em, E: Entity, Out, S = <E as Entity>::Whole, Hints = Everything, Reach = Root> {
    pub(super) em: &'em EntityManager,
    pub(super) state: State,
    marker: PhantomData<fn() -> (E, Out, S, Hints, Reach)>,
}

/// What a query has collected, without types.
#[derive(Clone)]
pub(super) struct State {
    pub(super) condition: query::Condition,
    /// The key, when the query asks for one entity by it.
    pub(super) key: Option<Vec<Value>>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
    pub(super) distinct: bool,
    pub(super) strategy: Strategy,
    pub(super) refresh: bool,
    pub(super) read_only: bool,
    /// Which server is asked, if the query says.
    pub(super) read_from: Option<ReadFrom>,
    /// Relations that the filter's joins populate.
    pub(super) inferred: Vec<Path>,
    /// Properties that are loaded though the shape does not promise them.
    pub(super) wanted: Vec<Path>,
    /// What of a page it asks for, if it asks for one.
    pub(super) page: PageRequest,
    /// What the query says of named filters.
    pub(super) filters: FilterSwitches,
    /// How they hold for the roots.
    pub(super) root_filter: RootFilter,
    /// How the rows are locked, if they are.
    pub(super) lock: Option<Lock>,
    /// The version property and the version that the entity must be of, if one was seen.
    pub(super) version: Option<(PropertyId, Value)>,
    /// The schema, if it is not the entity manager's.
    pub(super) schema: Option<Arc<str>>,
    /// The entity, when its schema follows from what is there.
    pub(super) entity: Option<EntityId>,
}

impl State {
    /// Everything, in no order.
    pub(super) fn new(strategy: Strategy) -> Self {
        Self {
            condition: query::Condition::always(),
            key: None,
            order: Vec::new(),
            limit: None,
            offset: None,
            distinct: false,
            strategy,
            refresh: false,
            read_only: false,
            read_from: None,
            inferred: Vec::new(),
            wanted: Vec::new(),
            page: PageRequest::default(),
            filters: FilterSwitches::default(),
            root_filter: RootFilter::Seen,
            lock: None,
            version: None,
            schema: None,
            entity: None,
        }
    }

    /// Asks that this holds, too.
    fn restrict<E: Entity>(&mut self, condition: query::Condition) {
        self.condition = std::mem::take(&mut self.condition).and_apart(condition, E::meta());
        self.key = None;
    }
}

impl<'em, E: Entity, Out> Query<'em, E, Out> {
    pub(super) fn new(em: &'em EntityManager) -> Self {
        let strategy = em.session.shared.settings.strategy;
        Self { em, state: State::new(strategy), marker: PhantomData }
    }
}

impl EntityManager {
    /// Finds all entities that fit.
    pub fn find<E: Entity>(&self) -> Query<'_, E, Many> {
        Query::new(self)
    }

    /// Finds all entities: the same as [`find`](Self::find), and reads so.
    pub fn find_all<E: Entity>(&self) -> Query<'_, E, Many> {
        Query::new(self)
    }

    /// Finds the first entity that fits, if there is one.
    pub fn find_one<E: Entity>(&self) -> Query<'_, E, OneOrNone> {
        Query::new(self)
    }

    /// Finds the first entity that fits, or fails with [`NotFound`](crate::Error::NotFound).
    pub fn find_one_or_fail<E: Entity>(&self) -> Query<'_, E, OneOrFail> {
        Query::new(self)
    }

    /// Finds the entity of that key, if there is one. What is loaded already is not asked for again.
    pub fn find_by_id<E: Entity>(&self, key: impl KeyOperand<E>) -> Query<'_, E, OneOrNone> {
        Query::new(self).by_key(key.into_key())
    }

    /// Finds the entity of that key, or fails with [`NotFound`](crate::Error::NotFound).
    pub fn find_by_id_or_fail<E: Entity>(&self, key: impl KeyOperand<E>) -> Query<'_, E, OneOrFail> {
        Query::new(self).by_key(key.into_key())
    }

    /// Finds all entities that fit, and how many there are without limit and offset.
    pub fn find_and_count<E: Entity>(&self) -> Query<'_, E, ManyAndCount> {
        Query::new(self)
    }

    /// Counts the entities that fit.
    pub fn count<E: Entity>(&self) -> Query<'_, E, Total> {
        Query::new(self)
    }
}

impl<'em, E: Entity, Out, S, Hints, Reach> Query<'em, E, Out, S, Hints, Reach> {
    fn retype<NewS, NewHints, NewReach>(self) -> Query<'em, E, Out, NewS, NewHints, NewReach> {
        Query { em: self.em, state: self.state, marker: PhantomData }
    }

    fn by_key(mut self, key: Vec<Value>) -> Self {
        self.state.condition = query::Condition::key_in(vec![key.clone()]);
        self.state.key = Some(key);
        self
    }

    /// Asks for entities of which this holds, and of which everything held that was asked before.
    ///
    /// The type remembers which relations the condition goes through, for
    /// [`populate_inferred`](Self::populate_inferred).
    pub fn filter<C: IntoCondition<E>>(
        mut self,
        condition: impl FnOnce(&'static E::Paths<E, Root>) -> C,
    ) -> Query<'em, E, Out, S, Hints, (Reach, C::Reach)> {
        let condition = condition(Paths::PATHS).into_condition();
        self.state.restrict::<E>(condition.condition);
        self.retype()
    }

    /// The same without a change of type: for conditions that depend on what happens at run time.
    ///
    /// ```ignore
    /// let mut query = em.find::<Article>();
    /// if let Some(title) = title {
    ///     query = query.and(|a| a.title.contains(title));
    /// }
    /// ```
    pub fn and<C: IntoCondition<E>>(
        mut self,
        condition: impl FnOnce(&'static E::Paths<E, Root>) -> C,
    ) -> Self {
        let condition = condition(Paths::PATHS).into_condition();
        self.state.restrict::<E>(condition.condition);
        self
    }

    /// Asks for entities of which a condition holds that was put together elsewhere.
    pub fn matching<Through>(mut self, condition: Condition<E, Through>) -> Self {
        self.state.restrict::<E>(condition.condition);
        self
    }

    /// Loads only the named properties, and the keys. A path through a relation populates it.
    pub fn fields<H>(
        self,
        _fields: impl FnOnce(&'static E::Paths<E, Root>) -> H,
    ) -> Query<'em, E, Out, Fields<S, H>, Named, Reach>
    where
        S: Shape,
        H: Hint<S::Bare, Select>,
        Hints: MayName,
    {
        self.retype()
    }

    /// Loads everything but the named properties. Keys cannot be left out.
    pub fn exclude<H>(
        self,
        _excluded: impl FnOnce(&'static E::Paths<E, Root>) -> H,
    ) -> Query<'em, E, Out, Fold<S, Exclude, H>, Excluded, Reach>
    where
        H: Hint<S, Exclude>,
        Hints: MayExclude,
    {
        self.retype()
    }

    /// Loads the named relations, and lazy properties, too.
    pub fn populate<H>(
        self,
        _relations: impl FnOnce(&'static E::Paths<E, Root>) -> H,
    ) -> Query<'em, E, Out, Fold<S, Populate, H>, Hints, Reach>
    where
        H: Hint<S, Populate>,
    {
        self.retype()
    }

    /// Loads all relations of the entity, one level deep, each by a query of its own.
    pub fn populate_all(mut self) -> Query<'em, E, Out, S::Populated, Hints, Reach>
    where
        S: Shape,
    {
        self.state.strategy = Strategy::SelectIn;
        self.retype()
    }

    /// Loads the relations that the filter goes through, and of collections only the items that the filter found.
    pub fn populate_inferred(mut self) -> Query<'em, E, Out, Inferred<S, Reach>, Hints, Reach>
    where
        Reach: Infer<S>,
    {
        self.state.inferred = self.state.condition.relations();
        self.retype()
    }

    /// Loads no relation, not even those that are always loaded (`#[orm(eager)]`).
    pub fn populate_none(self) -> Query<'em, E, Out, E::Plain, Hints, Reach> {
        self.retype()
    }

    /// Sorts by these terms, after those given before.
    pub fn order_by<O: IntoOrder<E>>(
        mut self,
        order: impl FnOnce(&'static E::Paths<E, Root>) -> O,
    ) -> Query<'em, E, Out::Sorted, S, Hints, Reach>
    where
        Out: Kind,
    {
        order(Paths::PATHS).write(&mut self.state.order);
        Query { em: self.em, state: self.state, marker: PhantomData }
    }

    /// At most that many entities; collections of them are loaded whole.
    pub fn limit(mut self, limit: u64) -> Self
    where
        Out: MayLimit,
    {
        self.state.limit = Some(limit);
        self
    }

    /// Passes over that many entities.
    pub fn offset(mut self, offset: u64) -> Self
    where
        Out: MayLimit,
    {
        self.state.offset = Some(offset);
        self
    }

    /// Counts equal rows once.
    pub fn distinct(mut self) -> Self {
        self.state.distinct = true;
        self
    }

    /// Chooses how relations are loaded.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.state.strategy = strategy;
        self
    }

    /// Switches named filters on or off for this query, and what it loads.
    ///
    /// ```ignore
    /// em.find::<Article>().filters(|f| f.off(article::filters::not_deleted)).await?;
    /// ```
    pub fn filters(mut self, switch: impl FnOnce(FilterSwitches) -> FilterSwitches) -> Self {
        self.state.filters = switch(std::mem::take(&mut self.state.filters));
        self
    }

    /// Asks in that schema instead of the entity manager's; what the entities relate to is there too. Entities that say
    /// their schema stay there.
    ///
    /// Rows of two schemas are two entities, even with equal keys. A flush writes each where it came from.
    pub fn schema(mut self, schema: impl Into<Arc<str>>) -> Self {
        self.state.schema = Some(schema.into());
        self
    }

    /// Asks the database even for what is loaded, and lets it win over what was changed here.
    pub fn refresh(mut self) -> Self {
        self.state.refresh = true;
        // Who asks anew wants to know what is, not what was.
        self.state.read_from.get_or_insert(ReadFrom::Primary);
        self
    }

    /// Leaves the entities out of the unit of work: faster, for reading only. A write to them makes the next flush fail.
    pub fn read_only(mut self) -> Self {
        self.state.read_only = true;
        self
    }

    /// Asks the primary, where what was written is at once, even if there are replicas.
    pub fn on_primary(mut self) -> Self {
        self.state.read_from = Some(ReadFrom::Primary);
        self
    }

    /// Asks a replica, if there are some, which may be a moment behind. In a transaction everything is asked of the
    /// primary.
    pub fn on_replica(mut self) -> Self {
        self.state.read_from = Some(ReadFrom::Replica);
        self
    }
}
