//! In which order the rows of a flush are written.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::arena::NodeRef;
use crate::error::{Error, Result};
use crate::meta::{ColumnId, EntityId, PivotModel, PropertyId};
use crate::query::Write;
use crate::uow::change_set::ChangeSet;
use crate::uow::collections::{CollectionWrites, PivotChange};
use crate::uow::key::Bind;
use crate::uow::order::{Edge, components, sort};
use crate::uow::unique::{Collisions, Early, references};
use crate::value::Value;

/// One step: rows that may be written in any batches.
pub(super) enum Step<'a> {
    /// Positions among the inserts.
    Insert(Vec<usize>),
    /// Positions among the updates.
    Update(Vec<usize>),
    /// Positions among the deletes.
    Delete(Vec<usize>),
    /// Columns set on their own, beside the rows' change sets.
    Patch(Vec<Patch<'a>>),
    PivotDelete(Arc<PivotModel>, Vec<(NodeRef<'a>, Option<NodeRef<'a>>)>),
    PivotInsert(Arc<PivotModel>, Vec<(NodeRef<'a>, NodeRef<'a>)>, bool),
    Native(Write),
}

/// Columns of one row.
pub(super) struct Patch<'a> {
    pub(super) node: NodeRef<'a>,
    pub(super) columns: Vec<ColumnId>,
    pub(super) values: Vec<Bind<'a>>,
}

impl<'a> Patch<'a> {
    fn null(node: NodeRef<'a>, property: PropertyId) -> Self {
        let columns: Vec<ColumnId> = node.model().property(property).columns.clone().collect();
        let values = columns.iter().map(|_| Bind::Value(Value::Null)).collect();
        Self { node, columns, values }
    }
}

/// Puts all writes in order.
pub(super) fn schedule<'a>(
    inserts: &mut [ChangeSet<'a>],
    updates: &[ChangeSet<'a>],
    deletes: &[NodeRef<'a>],
    collections: &mut CollectionWrites<'a>,
) -> Result<Vec<Step<'a>>> {
    let collisions = Collisions::find(inserts, updates, deletes);
    let mut steps = Vec::new();
    for pivot in collections.pivots.values_mut() {
        pivot_deletes(pivot, &mut steps);
    }
    for emptied in &mut collections.emptied {
        steps.extend(emptied.write.take().map(Step::Native));
    }
    let null_first =
        collisions.null_first.iter().map(|(update, property)| (updates[*update].node, *property));
    let (late_deletes, null_before_delete) = order_deletes(deletes, &collisions.early);
    let nulls = null_first.chain(null_before_delete);
    steps.push(Step::Patch(nulls.map(|(node, property)| Patch::null(node, property)).collect()));
    steps.extend(collisions.early.iter().map(|row| match row {
        Early::Update(update) => Step::Update(vec![*update]),
        Early::Delete(delete) => Step::Delete(vec![*delete]),
    }));
    let postponed = order_inserts(inserts, &mut steps)?;
    steps.push(Step::Patch(postponed));
    let early: FxHashSet<Early> = collisions.early.into_iter().collect();
    let is_late = |update: &usize| updates[*update].has_changes() && !early.contains(&Early::Update(*update));
    steps.push(Step::Update((0..updates.len()).filter(is_late).collect()));
    for pivot in collections.pivots.values_mut() {
        pivot_inserts(pivot, &mut steps);
    }
    steps.extend(late_deletes.into_iter().map(Step::Delete));
    steps.retain(|step| !step.is_empty());
    Ok(steps)
}

impl Step<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Step::Insert(rows) | Step::Update(rows) | Step::Delete(rows) => rows.is_empty(),
            Step::Patch(patches) => patches.is_empty(),
            Step::PivotDelete(_, rows) => rows.is_empty(),
            Step::PivotInsert(_, rows, _) => rows.is_empty(),
            Step::Native(_) => false,
        }
    }
}

fn pivot_deletes<'a>(change: &mut PivotChange<'a>, steps: &mut Vec<Step<'a>>) {
    for (pivot, owner) in std::mem::take(&mut change.cleared) {
        steps.push(Step::PivotDelete(pivot, vec![(owner, None)]));
    }
    if let Some(pivot) = &change.pivot {
        let rows = std::mem::take(&mut change.removed).into_iter().map(|(owner, item)| (owner, Some(item)));
        steps.push(Step::PivotDelete(Arc::clone(pivot), rows.collect()));
    }
}

fn pivot_inserts<'a>(change: &mut PivotChange<'a>, steps: &mut Vec<Step<'a>>) {
    let Some(pivot) = &change.pivot else { return };
    let (existing, new): (Vec<_>, Vec<_>) =
        std::mem::take(&mut change.added).into_iter().partition(|(_, may_exist)| *may_exist);
    for (rows, ignores_existing) in [(new, false), (existing, true)] {
        let pairs = rows.into_iter().map(|(pair, _)| pair).collect();
        steps.push(Step::PivotInsert(Arc::clone(pivot), pairs, ignores_existing));
    }
}

/// Groups of rows that need each other by their entities' relations: entities in circles stand in one group, and every
/// group before the groups that need it.
struct Groups {
    /// The rows of each group, and whether its rows need each other.
    groups: Vec<(Vec<usize>, bool)>,
}

impl Groups {
    /// `needs` are pairs of rows: the first must come before the second.
    fn new(entities: &[EntityId], needs: &[(usize, usize)]) -> Self {
        let mut kinds: FxHashMap<EntityId, usize> = FxHashMap::default();
        let mut rows: Vec<Vec<usize>> = Vec::new();
        let mut kind_of = Vec::with_capacity(entities.len());
        for (row, entity) in entities.iter().enumerate() {
            let kind = *kinds.entry(*entity).or_insert_with(|| {
                rows.push(Vec::new());
                rows.len() - 1
            });
            rows[kind].push(row);
            kind_of.push(kind);
        }
        let edges: FxHashSet<(usize, usize)> =
            needs.iter().map(|(before, after)| (kind_of[*before], kind_of[*after])).collect();
        let mut edges: Vec<(usize, usize)> = edges.into_iter().collect();
        edges.sort_unstable();
        let groups = components(rows.len(), &edges)
            .into_iter()
            .map(|kinds| {
                let has_inner_needs = kinds.len() > 1 || edges.contains(&(kinds[0], kinds[0]));
                let mut members: Vec<usize> = kinds.iter().flat_map(|kind| &rows[*kind]).copied().collect();
                members.sort_unstable();
                (members, has_inner_needs)
            })
            .collect();
        Self { groups }
    }
}

/// Orders the inserts, rows that are pointed at first. Foreign keys that close a circle are left out; they come back,
/// to be set when all rows are there.
fn order_inserts<'a>(inserts: &mut [ChangeSet<'a>], steps: &mut Vec<Step<'a>>) -> Result<Vec<Patch<'a>>> {
    let mut needs: Vec<(usize, usize)> = Vec::new();
    let mut properties: Vec<PropertyId> = Vec::new();
    if inserts.iter().any(|insert| !insert.needs.is_empty()) {
        let position: FxHashMap<NodeRef<'a>, usize> =
            inserts.iter().enumerate().map(|(position, insert)| (insert.node, position)).collect();
        for (after, insert) in inserts.iter().enumerate() {
            for (property, target) in &insert.needs {
                let Some(before) = position.get(target).copied() else { continue };
                // A row may point at itself at once, if its key is known.
                let column = insert.model.property(*property).columns.start;
                if before != after || matches!(insert.bind(column), Some(Bind::Key(..))) {
                    needs.push((before, after));
                    properties.push(*property);
                }
            }
        }
    }
    let entities: Vec<EntityId> = inserts.iter().map(|insert| insert.node.entity()).collect();
    let mut postponed = Vec::new();
    for (rows, has_inner_needs) in Groups::new(&entities, &needs).groups {
        if !has_inner_needs {
            steps.push(Step::Insert(rows));
            continue;
        }
        let (edges, origin) = inner_edges(&rows, &needs, |need| {
            let meta = inserts[needs[need].1].model.property(properties[need]).meta;
            !meta.nullable || meta.primary
        });
        let sorted = sort(rows.len(), &edges).map_err(|circle| circle_error(inserts, &rows, &circle))?;
        for edge in sorted.given_up {
            let need = origin[edge];
            let insert = &mut inserts[needs[need].1];
            let (columns, values) = insert.postpone(properties[need]);
            postponed.push(Patch { node: insert.node, columns, values });
        }
        for layer in sorted.layers {
            steps.extend(by_entity(&layer, &rows, &entities).into_iter().map(Step::Insert));
        }
    }
    Ok(postponed)
}

/// The needs inside of one group, as edges between positions in `rows`, and which need each edge is.
fn inner_edges(
    rows: &[usize],
    needs: &[(usize, usize)],
    is_required: impl Fn(usize) -> bool,
) -> (Vec<Edge>, Vec<usize>) {
    let number = |row: usize| rows.binary_search(&row).ok();
    needs
        .iter()
        .enumerate()
        .filter_map(|(need, (before, after))| {
            let (before, after) = (number(*before)?, number(*after)?);
            Some((Edge { before, after, is_required: is_required(need) }, need))
        })
        .unzip()
}

/// A layer's rows, entity by entity.
fn by_entity(layer: &[usize], rows: &[usize], entities: &[EntityId]) -> Vec<Vec<usize>> {
    let mut groups: Vec<(EntityId, Vec<usize>)> = Vec::new();
    for row in layer.iter().map(|number| rows[*number]) {
        match groups.iter_mut().find(|(entity, _)| *entity == entities[row]) {
            Some((_, group)) => group.push(row),
            None => groups.push((entities[row], vec![row])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn circle_error(inserts: &[ChangeSet<'_>], rows: &[usize], circle: &[usize]) -> Error {
    let mut names: Vec<&str> = circle.iter().map(|number| inserts[rows[*number]].model.meta.name).collect();
    names.dedup();
    Error::Cycle { entities: names.join(" and ") }
}

/// Orders the deletes that are not early, rows that point at others first. Where rows point at each other in a circle,
/// the given relations have to be made null before.
fn order_deletes<'a>(
    deletes: &[NodeRef<'a>],
    early: &[Early],
) -> (Vec<Vec<usize>>, Vec<(NodeRef<'a>, PropertyId)>) {
    let early: FxHashSet<usize> = early
        .iter()
        .filter_map(|row| match row {
            Early::Delete(position) => Some(*position),
            Early::Update(_) => None,
        })
        .collect();
    let late: Vec<usize> = (0..deletes.len()).filter(|position| !early.contains(position)).collect();
    let position: FxHashMap<NodeRef<'a>, usize> =
        late.iter().enumerate().map(|(row, position)| (deletes[*position], row)).collect();
    let mut needs: Vec<(usize, usize)> = Vec::new();
    let mut properties: Vec<PropertyId> = Vec::new();
    for (row, delete) in late.iter().enumerate() {
        for (property, target) in references(deletes[*delete]) {
            // A row that points at itself goes in one statement.
            if let Some(target) = position.get(&target).filter(|target| **target != row) {
                needs.push((row, *target));
                properties.push(property);
            }
        }
    }
    let entities: Vec<EntityId> = late.iter().map(|position| deletes[*position].entity()).collect();
    let mut steps = Vec::new();
    let mut null_first = Vec::new();
    for (rows, has_inner_needs) in Groups::new(&entities, &needs).groups {
        let mut push = |rows: Vec<usize>| steps.push(rows.into_iter().map(|row| late[row]).collect());
        if !has_inner_needs {
            push(rows);
            continue;
        }
        let model_of = |need: usize| deletes[late[needs[need].0]].model().property(properties[need]);
        let (edges, origin) = inner_edges(&rows, &needs, |need| {
            let meta = model_of(need).meta;
            !meta.nullable || meta.primary
        });
        let Ok(sorted) = sort(rows.len(), &edges) else {
            // No order will do; the foreign keys' rules have the last word.
            push(rows);
            continue;
        };
        for need in sorted.given_up.iter().map(|edge| origin[*edge]) {
            let rule = model_of(need).relation.as_ref().and_then(|relation| relation.meta.on_delete);
            if !matches!(rule, Some("set null" | "cascade")) {
                null_first.push((deletes[late[needs[need].0]], properties[need]));
            }
        }
        for layer in sorted.layers {
            by_entity(&layer, &rows, &entities).into_iter().for_each(&mut push);
        }
    }
    (steps, null_first)
}
