//! One request, from plan to entities: asks the driver, fills the arena, follows up.

use std::sync::Arc;

use crate::arena::{Arena, Loaded, Merge, NodePtr};
use crate::error::Result;
use crate::hint::ShapeTree;
use crate::load::follow::{Following, follow_up};
use crate::load::hydrate::Hydrator;
use crate::load::plan::{Joins, LoadPlan};
use crate::load::wanted::want;
use crate::meta::EntityId;
use crate::query::{
    Condition, Filters, Lock, Order, Path, PivotSource, ReadFrom, RootFilter, Select, Selection, SelectionKey,
};
use crate::session::Session;

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) plan: Arc<LoadPlan>,
    pub(crate) condition: Condition,
    pub(crate) order: Vec<Order>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) distinct: bool,
    /// Whether the database wins over what the user changed.
    pub(crate) refresh: bool,
    /// Whether the entities belong to no unit of work.
    pub(crate) read_only: bool,
    /// Which server is asked.
    pub(crate) read_from: ReadFrom,
    /// Whether at most a few rows are found by key.
    pub(crate) is_point_read: bool,
    pub(crate) filters: Option<Arc<Filters>>,
    pub(crate) root_filter: RootFilter,
    /// How the roots' rows are locked, if they are.
    pub(crate) lock: Option<Lock>,
    /// Whether the filters may hide what other queries of the entity manager see.
    pub(crate) hides_more: bool,
}

/// Entities that were found.
pub(crate) struct Found {
    pub(crate) arena: Arc<Arena>,
    pub(crate) roots: Vec<NodePtr>,
}

/// Runs a request and everything that follows it.
pub(crate) async fn find(session: &Session, request: Request) -> Result<Found> {
    let arena = match request.read_only {
        true => session.untracked_arena(),
        false => session.arena(),
    };
    let merge = if request.refresh { Merge::Overwrite } else { Merge::Keep };
    let plan = Arc::clone(&request.plan);
    let select = Select {
        selection: Arc::clone(&plan.selection),
        selection_key: plan.selection_key,
        repeats: plan.repeats_roots,
        condition: request.condition,
        order: request.order,
        limit: request.limit,
        offset: request.offset,
        distinct: request.distinct,
        pivot: None,
        is_point_read: request.is_point_read,
        filters: request.filters.clone(),
        root_filter: request.root_filter,
        lock: request.lock,
    };
    let is_all = select.condition.is_always() && select.limit.is_none() && select.offset.is_none();
    let loaded = if request.hides_more { Loaded::Partly } else { Loaded::Fully };
    let how = Following {
        merge,
        skip_loaded: false,
        owns_all: is_all && select.filters.is_none(),
        filters: request.filters.as_ref(),
        loaded,
        read_from: request.read_from,
    };
    let roots = run(session, &arena, select, how.filling(None)).await?;
    follow_up(session, &arena, &plan, &roots, how).await?;
    Ok(Found { arena, roots })
}

/// Counts what a request would find, whatever its limit.
pub(crate) async fn count(
    session: &Session,
    entity: EntityId,
    condition: Condition,
    filters: Option<Arc<Filters>>,
    read_from: ReadFrom,
) -> Result<u64> {
    let columns = session.registry().entity(entity).key_columns.clone();
    let select = Select {
        selection: Arc::new(Selection { entity, columns, branches: Vec::new() }),
        selection_key: SelectionKey(0),
        repeats: false,
        condition,
        order: Vec::new(),
        limit: None,
        offset: None,
        distinct: false,
        pivot: None,
        is_point_read: false,
        filters,
        root_filter: RootFilter::Seen,
        lock: None,
    };
    session.lease_for_reading(read_from).await?.connection()?.count(select).await
}

/// How what a select gives is put into nodes.
#[derive(Clone, Copy)]
pub(super) struct Filling<'a> {
    pub(super) merge: Merge,
    /// What its collections are then.
    pub(super) loaded: Loaded,
    /// Those whose collections the roots are items of.
    pub(super) owners: Option<&'a [NodePtr]>,
    /// Which server is asked.
    pub(super) read_from: ReadFrom,
}

/// Runs one select.
pub(super) async fn run(
    session: &Session,
    arena: &Arc<Arena>,
    select: Select,
    filling: Filling<'_>,
) -> Result<Vec<NodePtr>> {
    let Filling { merge, loaded, owners, read_from } = filling;
    // A condition through a collection may find a root more than once.
    let repeats = reaches_collection(session, &select);
    let arena = Arc::clone(arena);
    let hydrator = Hydrator::new(arena, &select.selection, select.pivot.as_ref(), merge, repeats);
    let mut lease = session.lease_for_reading(read_from).await?;
    let sink = lease.connection()?.select(select, Box::new(hydrator)).await?;
    drop(lease);
    let hydrator =
        sink.into_any().downcast::<Hydrator>().expect("the driver gives back the sink it was given");
    Ok(hydrator.finish(owners, loaded))
}

/// Whether the condition or the order goes through a collection.
fn reaches_collection(session: &Session, select: &Select) -> bool {
    let mut reaches = |path: &[u16]| {
        let mut entity = session.registry().entity(select.selection.entity);
        path.iter().any(|property| {
            let Some(relation) = &entity.property(usize::from(*property)).relation else { return false };
            entity = session.registry().target(relation);
            relation.kind.is_to_many()
        })
    };
    select.order.iter().any(|order| reaches(&order.path.0)) || select.condition.any_path(&mut reaches)
}

/// A select of entities by condition, for follow-ups.
pub(super) fn select_where(
    plan: &LoadPlan,
    condition: Condition,
    pivot: Option<PivotSource>,
    filters: Option<&Arc<Filters>>,
    root_filter: RootFilter,
) -> Select {
    Select {
        selection: Arc::clone(&plan.selection),
        selection_key: plan.selection_key,
        repeats: plan.repeats_roots,
        condition,
        order: Vec::new(),
        limit: None,
        offset: None,
        distinct: false,
        pivot,
        is_point_read: false,
        filters: filters.cloned(),
        root_filter,
        lock: None,
    }
}

/// Plans by shape, made once each.
#[derive(Default)]
pub(crate) struct PlanCache {
    plans: std::sync::RwLock<rustc_hash::FxHashMap<PlanKey, Arc<LoadPlan>>>,
}

type PlanKey = (std::any::TypeId, EntityId, Joins, Vec<Path>, Vec<Path>);

impl PlanCache {
    /// The plan of the shape `S`, with what is `wanted` beside it.
    pub(crate) fn get<S: crate::hint::Shape>(
        &self,
        registry: &crate::meta::Registry,
        entity: EntityId,
        joins: Joins,
        shared: &[Path],
        wanted: &[Path],
    ) -> Arc<LoadPlan> {
        use std::sync::PoisonError;
        let key = (std::any::TypeId::of::<S>(), entity, joins, shared.to_vec(), wanted.to_vec());
        if let Some(plan) = self.plans.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(plan);
        }
        let mut tree = ShapeTree(S::known());
        wanted.iter().for_each(|path| want(&mut tree, registry, entity, &path.0));
        let plan = Arc::new(LoadPlan::new(registry, entity, &tree, joins, shared));
        self.plans.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&plan));
        plan
    }
}
