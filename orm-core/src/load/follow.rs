//! The queries after the first one: a relation of all its owners in one query.

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::arena::{Arena, Loaded, Merge, NodePtr, NodeRef, SlotRef, State};
use crate::driver::BoxFuture;
use crate::error::{Error, Result};
use crate::load::items::fill_collection;
use crate::load::layout::load_target;
use crate::load::plan::{FollowUp, LoadPlan, order};
use crate::load::request::{Filling, run, select_where};
use crate::load::satisfied::has_columns;
use crate::meta::{PropertyId, RelationKind, RelationModel};
use crate::query::{Condition, Filters, Path, PivotSource, ReadFrom, RootFilter};
use crate::session::Session;
use crate::value::Value;

/// How relations are loaded.
#[derive(Clone, Copy)]
pub(super) struct Following<'a> {
    pub(super) merge: Merge,
    /// Passes over what is loaded already.
    pub(super) skip_loaded: bool,
    /// The owners are all that their table has: what belongs to any of them can be asked for without naming them.
    pub(super) owns_all: bool,
    /// The named filters that hold.
    pub(super) filters: Option<&'a Arc<Filters>>,
    /// What collections are then.
    pub(super) loaded: Loaded,
    /// Which server is asked.
    pub(super) read_from: ReadFrom,
}

impl Following<'_> {
    pub(super) fn filling<'o>(&self, owners: Option<&'o [NodePtr]>) -> Filling<'o> {
        Filling { merge: self.merge, loaded: self.loaded, owners, read_from: self.read_from }
    }
}

/// Loads the relations that a plan leaves to later queries.
pub(super) fn follow_up<'a>(
    session: &'a Session,
    arena: &'a Arc<Arena>,
    plan: &'a LoadPlan,
    roots: &'a [NodePtr],
    how: Following<'a>,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for done in &plan.follow_ups {
            let owners = walk(arena, roots, &done.path);
            if owners.is_empty() {
                continue;
            }
            let filters = how.filters.filter(|_| is_filtered(session, plan, done));
            let how = Following { owns_all: how.owns_all && done.path.is_empty(), filters, ..how };
            let owns_all = load_relation(session, arena, done, &owners, how).await?;
            if !done.plan.follow_ups.is_empty() {
                let targets = walk(arena, &owners, &[done.property]);
                follow_up(session, arena, &done.plan, &targets, Following { owns_all, ..how }).await?;
            }
        }
        Ok(())
    })
}

/// Loads what a shape wants of entities that are managed already, and that it does not find loaded.
pub(crate) async fn populate(
    session: &Session,
    arena: &Arc<Arena>,
    plan: &LoadPlan,
    nodes: &[NodePtr],
    refresh: bool,
    filters: Option<&Arc<Filters>>,
    read_from: ReadFrom,
) -> Result<()> {
    let merge = if refresh { Merge::Overwrite } else { Merge::Keep };
    let loaded = Loaded::Fully;
    let how = Following { merge, skip_loaded: !refresh, owns_all: false, filters, loaded, read_from };
    let lacking: Vec<NodePtr> = nodes
        .iter()
        .copied()
        .filter(|node| refresh || !has_columns(arena.node(*node), &plan.selection))
        .filter(|node| arena.node(*node).state() != State::New)
        .collect();
    // Whoever holds an entity sees it.
    by_key(session, arena, plan, &lacking, how, RootFilter::Known).await?;
    follow_up(session, arena, plan, nodes, how).await
}

/// Whether named filters hold for what a later query loads: every relation on the way lets them.
fn is_filtered(session: &Session, plan: &LoadPlan, follow_up: &FollowUp) -> bool {
    let mut entity = session.registry().entity(plan.selection.entity);
    follow_up.path.iter().chain([&follow_up.property]).all(|property| {
        let Some(relation) = &entity.property(*property).relation else { return true };
        entity = session.registry().target(relation);
        relation.meta.filters
    })
}

/// The entities that relations lead to from the roots, each once.
fn walk(arena: &Arena, roots: &[NodePtr], path: &[PropertyId]) -> Vec<NodePtr> {
    let mut nodes: IndexSet<NodePtr, FxBuildHasher> = roots.iter().copied().collect();
    for property in path {
        nodes = nodes
            .iter()
            .flat_map(|node| {
                let node = arena.node(*node);
                let one = node.target(*property).flatten();
                one.into_iter().chain(node.items(*property)).map(NodeRef::pointer)
            })
            .collect();
    }
    nodes.into_iter().collect()
}

/// Loads one relation of its owners; gives whether its targets are all that their table has.
async fn load_relation(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    owners: &[NodePtr],
    how: Following<'_>,
) -> Result<bool> {
    let model = Arc::clone(session.registry().entity(follow_up.owner));
    let Some(relation) = &model.property(follow_up.property).relation else { return Ok(false) };
    match relation.kind {
        RelationKind::ManyToOne | RelationKind::OneToOneOwner => {
            load_targets(session, arena, follow_up, owners, how).await?;
            Ok(false)
        }
        RelationKind::OneToOneInverse | RelationKind::OneToMany => {
            load_inverse(session, arena, follow_up, relation, owners, how).await
        }
        RelationKind::ManyToManyOwner | RelationKind::ManyToManyInverse => {
            load_through_pivot(session, arena, follow_up, relation, owners, how).await?;
            Ok(false)
        }
    }
}

/// Loads what a to-one relation points at.
async fn load_targets(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    owners: &[NodePtr],
    how: Following<'_>,
) -> Result<()> {
    let lacks = |node: &NodePtr| !has_columns(arena.node(*node), &follow_up.plan.selection);
    let mut lacking = walk(arena, owners, &[follow_up.property]);
    if how.merge == Merge::Keep {
        lacking.retain(lacks);
    }
    // The query that found the owners saw their targets; owners that were there before may point at what is hidden.
    let root_filter = if how.skip_loaded { RootFilter::Seen } else { RootFilter::Known };
    by_key(session, arena, &follow_up.plan, &lacking, how, root_filter).await?;
    let is_missing = |node: &NodePtr| lacks(node) && arena.node(*node).state() == State::Managed;
    let missing: FxHashSet<NodePtr> = lacking.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for owner in owners.iter().map(|owner| arena.node(*owner)) {
        let Some(target) = owner.target(follow_up.property).flatten() else { continue };
        if !missing.contains(&target.pointer()) {
            continue;
        }
        let is_dirty = matches!(owner.slot(follow_up.property), SlotRef::ToOne(link) if link.is_dirty());
        if is_dirty || !owner.model().property(follow_up.property).meta.nullable {
            return Err(Error::NotFound { entity: target.meta().name, condition: target.key_text() });
        }
        load_target(owner, follow_up.property, None, how.merge);
    }
    Ok(())
}

/// Loads entities by their keys.
async fn by_key(
    session: &Session,
    arena: &Arc<Arena>,
    plan: &LoadPlan,
    nodes: &[NodePtr],
    how: Following<'_>,
    root_filter: RootFilter,
) -> Result<()> {
    let keys: Vec<Vec<Value>> = nodes.iter().filter_map(|node| arena.node(*node).key()).collect();
    for keys in keys.chunks(session.capabilities().keys_per_select) {
        let condition = Condition::key_in(keys.to_vec());
        let select = select_where(plan, condition, None, how.filters, root_filter);
        run(session, arena, select, how.filling(None)).await?;
    }
    Ok(())
}

fn lacks_items(node: NodeRef<'_>, property: PropertyId, relation: &RelationModel) -> bool {
    match relation.kind.is_to_many() {
        true => node.items_loaded(property) != Loaded::Fully,
        false => node.target(property).is_none(),
    }
}

/// Owners in the database that lack the relation, with their keys.
fn owners_to_ask(
    arena: &Arena,
    owners: &[NodePtr],
    property: PropertyId,
    relation: &RelationModel,
    skip_loaded: bool,
) -> Vec<(NodePtr, Vec<Value>)> {
    owners
        .iter()
        .filter(|owner| arena.node(**owner).state() != State::New)
        .filter(|owner| !skip_loaded || lacks_items(arena.node(**owner), property, relation))
        .filter_map(|owner| Some((*owner, arena.node(*owner).key()?)))
        .collect()
}

/// Loads the relation whose foreign key is on the other side; gives whether its targets are all that their table has.
async fn load_inverse(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    relation: &RelationModel,
    owners: &[NodePtr],
    how: Following<'_>,
) -> Result<bool> {
    let Some(inverse) = relation.inverse else { return Ok(false) };
    let has_owner = !session.registry().target(relation).property(inverse).meta.nullable;
    let select = |condition| {
        let root_filter = RootFilter::SeenFrom(inverse);
        let mut select = select_where(&follow_up.plan, condition, None, how.filters, root_filter);
        select.order.splice(0..0, item_order(session, relation));
        select
    };
    // Reading a table from start to end costs less than looking up each of its rows.
    if how.owns_all && !how.skip_loaded && has_owner {
        let items = run(session, arena, select(Condition::always()), how.filling(None)).await?;
        give(arena, follow_up.property, relation, inverse, owners, items, how);
        return Ok(true);
    }
    let asked = owners_to_ask(arena, owners, follow_up.property, relation, how.skip_loaded);
    for asked in asked.chunks(session.capabilities().keys_per_select) {
        let keys = asked.iter().map(|(_, key)| key.clone()).collect();
        let path = Path(std::iter::once(inverse as u16).collect());
        let items = run(session, arena, select(Condition::points_at(path, keys)), how.filling(None)).await?;
        let owners: Vec<NodePtr> = asked.iter().map(|(owner, _)| *owner).collect();
        give(arena, follow_up.property, relation, inverse, &owners, items, how);
    }
    Ok(false)
}

/// Gives each owner its items.
fn give(
    arena: &Arena,
    property: PropertyId,
    relation: &RelationModel,
    inverse: PropertyId,
    owners: &[NodePtr],
    items: Vec<NodePtr>,
    how: Following<'_>,
) {
    let mut by_owner: FxHashMap<NodePtr, Vec<NodeRef<'_>>> = FxHashMap::default();
    for item in items.into_iter().map(|item| arena.node(item)) {
        // By what the database says; what the user changed since is respected when the collection is filled.
        if let Some(owner) = item.original_target(inverse).flatten() {
            by_owner.entry(owner.pointer()).or_default().push(item);
        }
    }
    for owner in owners {
        let node = arena.node(*owner);
        let items = by_owner.remove(owner).unwrap_or_default();
        match relation.kind.is_to_many() {
            true => fill_collection(node, property, Some(inverse), items, how.loaded),
            false => load_target(node, property, items.first().copied(), how.merge),
        }
    }
}

/// Loads a many-to-many collection.
async fn load_through_pivot(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    relation: &RelationModel,
    owners: &[NodePtr],
    how: Following<'_>,
) -> Result<()> {
    let property = follow_up.property;
    let asked = owners_to_ask(arena, owners, property, relation, how.skip_loaded);
    for asked in asked.chunks(session.capabilities().keys_per_select) {
        let pivot = PivotSource {
            owner: follow_up.owner,
            property,
            owner_keys: asked.iter().map(|(_, key)| key.clone()).collect(),
        };
        let mut select =
            select_where(&follow_up.plan, Condition::always(), Some(pivot), how.filters, RootFilter::Seen);
        select.order.splice(0..0, item_order(session, relation));
        let owners: Vec<NodePtr> = asked.iter().map(|(owner, _)| *owner).collect();
        run(session, arena, select, how.filling(Some(&owners))).await?;
    }
    Ok(())
}

fn item_order(session: &Session, relation: &RelationModel) -> Option<crate::query::Order> {
    let (name, descends) = relation.meta.order_by?;
    let by = session.registry().target(relation).meta.property_index(name)?;
    Some(order(Path(std::iter::once(by as u16).collect()), descends))
}
