//! The queries after the first one: a relation of all its owners in one query.

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::arena::{Arena, Loaded, Merge, NodePtr, NodeRef};
use crate::driver::BoxFuture;
use crate::error::Result;
use crate::load::items::fill_collection;
use crate::load::layout::load_target;
use crate::load::plan::{FollowUp, LoadPlan, order};
use crate::load::request::{run, select_where};
use crate::load::satisfied::has_columns;
use crate::meta::{PropertyId, RelationKind, RelationModel};
use crate::query::{Condition, Path, PivotSource};
use crate::session::Session;
use crate::value::Value;

/// How relations are loaded.
#[derive(Clone, Copy)]
pub(super) struct Following {
    pub(super) merge: Merge,
    /// Passes over what is loaded already.
    pub(super) skip_loaded: bool,
    /// The owners are all that their table has: what belongs to any of them can be asked for without naming them.
    pub(super) owns_all: bool,
}

/// Loads the relations that a plan leaves to later queries.
pub(super) fn follow_up<'a>(
    session: &'a Session,
    arena: &'a Arc<Arena>,
    plan: &'a LoadPlan,
    roots: &'a [NodePtr],
    how: Following,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for done in &plan.follow_ups {
            let owners = walk(arena, roots, &done.path);
            if owners.is_empty() {
                continue;
            }
            let how = Following { owns_all: how.owns_all && done.path.is_empty(), ..how };
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
) -> Result<()> {
    let merge = if refresh { Merge::Overwrite } else { Merge::Keep };
    let lacking: Vec<NodePtr> = nodes
        .iter()
        .copied()
        .filter(|node| refresh || !has_columns(arena.node(*node), &plan.selection))
        .filter(|node| arena.node(*node).state() != crate::arena::State::New)
        .collect();
    by_key(session, arena, plan, &lacking, merge).await?;
    let how = Following { merge, skip_loaded: !refresh, owns_all: false };
    follow_up(session, arena, plan, nodes, how).await
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
    how: Following,
) -> Result<bool> {
    let model = Arc::clone(session.registry().entity(follow_up.owner));
    let Some(relation) = &model.property(follow_up.property).relation else { return Ok(false) };
    match relation.kind {
        RelationKind::ManyToOne | RelationKind::OneToOneOwner => {
            let mut lacking = walk(arena, owners, &[follow_up.property]);
            if how.merge == Merge::Keep {
                lacking.retain(|node| !has_columns(arena.node(*node), &follow_up.plan.selection));
            }
            by_key(session, arena, &follow_up.plan, &lacking, how.merge).await?;
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

/// Loads entities by their keys.
async fn by_key(
    session: &Session,
    arena: &Arc<Arena>,
    plan: &LoadPlan,
    nodes: &[NodePtr],
    merge: Merge,
) -> Result<()> {
    let keys: Vec<Vec<Value>> = nodes.iter().filter_map(|node| arena.node(*node).key()).collect();
    for keys in keys.chunks(session.capabilities().keys_per_select) {
        let select = select_where(plan, Condition::key_in(keys.to_vec()), None);
        run(session, arena, select, merge, None).await?;
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
        .filter(|owner| arena.node(**owner).state() != crate::arena::State::New)
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
    how: Following,
) -> Result<bool> {
    let Some(inverse) = relation.inverse else { return Ok(false) };
    let has_owner = !session.registry().target(relation).property(inverse).meta.nullable;
    let select = |condition| {
        let mut select = select_where(&follow_up.plan, condition, None);
        select.order.splice(0..0, item_order(session, relation));
        select
    };
    // Reading a table from start to end costs less than looking up each of its rows.
    if how.owns_all && !how.skip_loaded && has_owner {
        let items = run(session, arena, select(Condition::always()), how.merge, None).await?;
        give(arena, follow_up.property, relation, inverse, owners, items, how.merge);
        return Ok(true);
    }
    let asked = owners_to_ask(arena, owners, follow_up.property, relation, how.skip_loaded);
    for asked in asked.chunks(session.capabilities().keys_per_select) {
        let keys = asked.iter().map(|(_, key)| key.clone()).collect();
        let path = Path(std::iter::once(inverse as u16).collect());
        let items = run(session, arena, select(Condition::points_at(path, keys)), how.merge, None).await?;
        let owners: Vec<NodePtr> = asked.iter().map(|(owner, _)| *owner).collect();
        give(arena, follow_up.property, relation, inverse, &owners, items, how.merge);
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
    merge: Merge,
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
            true => fill_collection(node, property, Some(inverse), items, Loaded::Fully),
            false => load_target(node, property, items.first().copied(), merge),
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
    how: Following,
) -> Result<()> {
    let property = follow_up.property;
    let asked = owners_to_ask(arena, owners, property, relation, how.skip_loaded);
    for asked in asked.chunks(session.capabilities().keys_per_select) {
        let pivot = PivotSource {
            owner: follow_up.owner,
            property,
            owner_keys: asked.iter().map(|(_, key)| key.clone()).collect(),
        };
        let mut select = select_where(&follow_up.plan, Condition::always(), Some(pivot));
        select.order.splice(0..0, item_order(session, relation));
        let owners: Vec<NodePtr> = asked.iter().map(|(owner, _)| *owner).collect();
        run(session, arena, select, how.merge, Some(&owners)).await?;
    }
    Ok(())
}

fn item_order(session: &Session, relation: &RelationModel) -> Option<crate::query::Order> {
    let (name, descends) = relation.meta.order_by?;
    let by = session.registry().target(relation).meta.property_index(name)?;
    Some(order(Path(std::iter::once(by as u16).collect()), descends))
}
