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

/// Loads the relations that a plan leaves to later queries. `skip_loaded` passes over what is loaded already.
pub(super) fn follow_up<'a>(
    session: &'a Session,
    arena: &'a Arc<Arena>,
    plan: &'a LoadPlan,
    roots: &'a [NodePtr],
    merge: Merge,
    skip_loaded: bool,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for follow_up in &plan.follow_ups {
            let owners = walk(arena, roots, &follow_up.path);
            if owners.is_empty() {
                continue;
            }
            let targets = load_relation(session, arena, follow_up, &owners, merge, skip_loaded).await?;
            follow_up_of(session, arena, follow_up, &targets, merge, skip_loaded).await?;
        }
        Ok(())
    })
}

fn follow_up_of<'a>(
    session: &'a Session,
    arena: &'a Arc<Arena>,
    done: &'a FollowUp,
    targets: &'a [NodePtr],
    merge: Merge,
    skip_loaded: bool,
) -> BoxFuture<'a, Result<()>> {
    follow_up(session, arena, &done.plan, targets, merge, skip_loaded)
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
    follow_up(session, arena, plan, nodes, merge, !refresh).await
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

/// Loads one relation of its owners; gives its targets.
async fn load_relation(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    owners: &[NodePtr],
    merge: Merge,
    skip_loaded: bool,
) -> Result<Vec<NodePtr>> {
    let model = Arc::clone(session.registry().entity(follow_up.owner));
    let Some(relation) = &model.property(follow_up.property).relation else { return Ok(Vec::new()) };
    match relation.kind {
        RelationKind::ManyToOne | RelationKind::OneToOneOwner => {
            let targets = walk(arena, owners, &[follow_up.property]);
            let lacking: Vec<NodePtr> = targets
                .iter()
                .copied()
                .filter(|node| {
                    merge == Merge::Overwrite || !has_columns(arena.node(*node), &follow_up.plan.selection)
                })
                .collect();
            by_key(session, arena, &follow_up.plan, &lacking, merge).await?;
            Ok(targets)
        }
        RelationKind::OneToOneInverse | RelationKind::OneToMany => {
            load_inverse(session, arena, follow_up, relation, owners, merge, skip_loaded).await
        }
        RelationKind::ManyToManyOwner | RelationKind::ManyToManyInverse => {
            load_through_pivot(session, arena, follow_up, relation, owners, merge, skip_loaded).await
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

/// Loads the relation whose foreign key is on the other side.
async fn load_inverse(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    relation: &RelationModel,
    owners: &[NodePtr],
    merge: Merge,
    skip_loaded: bool,
) -> Result<Vec<NodePtr>> {
    let property = follow_up.property;
    let Some(inverse) = relation.inverse else { return Ok(Vec::new()) };
    let asked = owners_to_ask(arena, owners, property, relation, skip_loaded);
    for asked in asked.chunks(session.capabilities().keys_per_select) {
        let keys = asked.iter().map(|(_, key)| key.clone()).collect();
        let path = Path(std::iter::once(inverse as u16).collect());
        let mut select = select_where(&follow_up.plan, Condition::points_at(path, keys), None);
        select.order.splice(0..0, item_order(session, relation));
        let items = run(session, arena, select, merge, None).await?;
        let mut by_owner: FxHashMap<NodePtr, Vec<NodeRef<'_>>> = FxHashMap::default();
        for item in items.into_iter().map(|item| arena.node(item)) {
            // By what the database says; what the user changed since is respected when the collection is filled.
            if let Some(owner) = item.original_target(inverse).flatten() {
                by_owner.entry(owner.pointer()).or_default().push(item);
            }
        }
        for (owner, _) in asked {
            let node = arena.node(*owner);
            let items = by_owner.remove(owner).unwrap_or_default();
            match relation.kind.is_to_many() {
                true => fill_collection(node, property, Some(inverse), items, Loaded::Fully),
                false => load_target(node, property, items.first().copied(), merge),
            }
        }
    }
    Ok(walk(arena, owners, &[property]))
}

/// Loads a many-to-many collection.
async fn load_through_pivot(
    session: &Session,
    arena: &Arc<Arena>,
    follow_up: &FollowUp,
    relation: &RelationModel,
    owners: &[NodePtr],
    merge: Merge,
    skip_loaded: bool,
) -> Result<Vec<NodePtr>> {
    let property = follow_up.property;
    let asked = owners_to_ask(arena, owners, property, relation, skip_loaded);
    for asked in asked.chunks(session.capabilities().keys_per_select) {
        let pivot = PivotSource {
            owner: follow_up.owner,
            property,
            owner_keys: asked.iter().map(|(_, key)| key.clone()).collect(),
        };
        let mut select = select_where(&follow_up.plan, Condition::always(), Some(pivot));
        select.order.splice(0..0, item_order(session, relation));
        let owners: Vec<NodePtr> = asked.iter().map(|(owner, _)| *owner).collect();
        run(session, arena, select, merge, Some(&owners)).await?;
    }
    Ok(walk(arena, owners, &[property]))
}

fn item_order(session: &Session, relation: &RelationModel) -> Option<crate::query::Order> {
    let (name, descends) = relation.meta.order_by?;
    let by = session.registry().target(relation).meta.property_index(name)?;
    Some(order(Path(std::iter::once(by as u16).collect()), descends))
}
