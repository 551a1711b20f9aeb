//! The items of one collection under a condition, and how many there are.

use std::sync::Arc;

use crate::arena::{Arena, Loaded, Merge, NodePtr};
use crate::error::{Error, Result};
use crate::filter::FilterSwitches;
use crate::load::follow::{Following, follow_up};
use crate::load::plan::LoadPlan;
use crate::load::request::{run, select_where};
use crate::meta::PropertyId;
use crate::query::{Condition, Filters, Path, PivotSource, ReadFrom, RootFilter, Select};
use crate::session::Session;

/// The items of an owner's collection of which a condition holds.
pub(crate) async fn collection_items(
    session: &Session,
    arena: &Arc<Arena>,
    plan: &LoadPlan,
    owner: NodePtr,
    property: PropertyId,
    condition: Condition,
    read_from: ReadFrom,
) -> Result<Vec<NodePtr>> {
    let filters = session.filters_for(&FilterSwitches::default()).await?;
    let select = items_of(arena, plan, owner, property, condition, filters.as_ref())?;
    let (merge, loaded, filters) = (Merge::Keep, Loaded::Fully, filters.as_ref());
    let how = Following { merge, skip_loaded: false, owns_all: false, filters, loaded, read_from };
    let items = run(session, arena, select, how.filling(None)).await?;
    follow_up(session, arena, plan, &items, how).await?;
    Ok(items)
}

/// How many items an owner's collection has in the database.
pub(crate) async fn collection_count(
    session: &Session,
    arena: &Arc<Arena>,
    plan: &LoadPlan,
    owner: NodePtr,
    property: PropertyId,
    read_from: ReadFrom,
) -> Result<u64> {
    let filters = session.filters_for(&FilterSwitches::default()).await?;
    let select = items_of(arena, plan, owner, property, Condition::always(), filters.as_ref())?;
    session.lease_for_reading(read_from).await?.connection()?.count(select).await
}

fn items_of(
    arena: &Arena,
    plan: &LoadPlan,
    owner: NodePtr,
    property: PropertyId,
    condition: Condition,
    filters: Option<&Arc<Filters>>,
) -> Result<Select> {
    let node = arena.node(owner);
    let key = node.key().ok_or(Error::NotFlushed { entity: node.meta().name })?;
    let relation = node.model().property(property).relation.as_ref();
    let inverse =
        relation.filter(|relation| !relation.kind.is_many_to_many()).and_then(|relation| relation.inverse);
    Ok(match inverse {
        Some(inverse) => {
            let path = Path(std::iter::once(inverse as u16).collect());
            let condition = Condition::points_at(path, vec![key]).and(condition);
            select_where(plan, condition, None, filters, RootFilter::SeenFrom(inverse))
        }
        None => {
            let pivot = PivotSource { owner: node.entity(), property, owner_keys: vec![key] };
            select_where(plan, condition, Some(pivot), filters, RootFilter::Seen)
        }
    })
}
