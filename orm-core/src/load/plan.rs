//! From a shape to a plan: the columns and joins of one query, and the queries that follow it.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use crate::driver::Capabilities;
use crate::hint::{Known, ShapeTree};
use crate::meta::{EntityId, EntityModel, PropertyId, Registry, RelationKind, RelationModel};
use crate::query::{Branch, Direction, Nulls, Order, Path, Selection, SelectionKey, Strategy};

/// How a shape is loaded by one strategy.
#[derive(Debug)]
pub(crate) struct LoadPlan {
    /// What the first query selects.
    pub(crate) selection: Arc<Selection>,
    pub(crate) selection_key: SelectionKey,
    /// Whether a root may come in several rows.
    pub(crate) repeats_roots: bool,
    /// The queries after the first one.
    pub(crate) follow_ups: Vec<FollowUp>,
    /// All entities that the plan reads.
    pub(crate) entities: Vec<EntityId>,
}

/// A relation that a query of its own loads.
#[derive(Debug)]
pub(crate) struct FollowUp {
    /// The relations from a root to the entity that has the relation; all of them are loaded by then.
    pub(crate) path: Vec<PropertyId>,
    /// The entity that has the relation.
    pub(crate) owner: EntityId,
    /// The relation.
    pub(crate) property: PropertyId,
    /// What is loaded of its targets.
    pub(crate) plan: LoadPlan,
}

impl LoadPlan {
    /// The plan for a shape.
    ///
    /// `shared` are the paths of relations whose join a condition made already (`populate_inferred`): they are joined
    /// whatever the strategy, and their join serves both.
    pub(crate) fn new(
        registry: &Registry,
        entity: EntityId,
        tree: &ShapeTree,
        joins: Joins,
        shared: &[Path],
    ) -> Self {
        let planner = Planner { registry, joins, shared };
        planner.plan(entity, tree, None)
    }
}

/// Which relations a query joins; the others have queries of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Joins {
    /// All of them.
    All,
    /// To-one relations, and collections as long as each is inside of the other: two side by side would give a row for
    /// every pair of their items.
    OneChain,
    /// To-one relations.
    ToOne,
    /// None.
    None,
}

impl Joins {
    /// What a strategy joins in a query that asks for at most one entity, or for many.
    pub(crate) fn of(capabilities: &Capabilities, strategy: Strategy, asks_for_one: bool) -> Self {
        if !capabilities.joins {
            return Joins::None;
        }
        match strategy {
            Strategy::Auto if asks_for_one => Joins::OneChain,
            Strategy::Auto if !capabilities.joins_many => Joins::None,
            Strategy::Auto | Strategy::Balanced => Joins::ToOne,
            Strategy::Joined => Joins::All,
            Strategy::SelectIn => Joins::None,
        }
    }
}

struct Planner<'a> {
    registry: &'a Registry,
    joins: Joins,
    shared: &'a [Path],
}

/// What one query of a plan collects.
#[derive(Default)]
struct Collected {
    repeats: bool,
    /// The innermost collection that is joined.
    chain: Vec<PropertyId>,
    follow_ups: Vec<FollowUp>,
}

impl Planner<'_> {
    /// `forced` is a foreign key to select in any case: the one by which items find their owner.
    fn plan(&self, entity: EntityId, tree: &ShapeTree, forced: Option<PropertyId>) -> LoadPlan {
        let mut collected = Collected::default();
        let mut path = Vec::new();
        let selection = self.selection(entity, tree, forced, &mut path, &mut collected);
        // One hasher for the process: equal selections have equal keys.
        let key = rustc_hash::FxBuildHasher.hash_one(HashedSelection(&selection));
        let mut entities = Vec::new();
        list_entities(&selection, &mut entities);
        for follow_up in &collected.follow_ups {
            entities.extend(&follow_up.plan.entities);
        }
        entities.sort_unstable();
        entities.dedup();
        LoadPlan {
            entities,
            selection: Arc::new(selection),
            selection_key: SelectionKey(key),
            repeats_roots: collected.repeats,
            follow_ups: collected.follow_ups,
        }
    }

    fn selection(
        &self,
        entity: EntityId,
        tree: &ShapeTree,
        forced: Option<PropertyId>,
        path: &mut Vec<PropertyId>,
        collected: &mut Collected,
    ) -> Selection {
        let model = self.registry.entity(entity);
        let mut selection = Selection { entity, columns: model.key_columns.clone(), branches: Vec::new() };
        for (property, known) in tree.0.iter().enumerate() {
            let Some(relation) = &model.property(property).relation else {
                if *known != Known::No {
                    add_columns(&mut selection, model, property);
                }
                continue;
            };
            match known {
                Known::With(sub) if self.joins(relation, path, property, collected) => {
                    let branch = self.branch(model, property, relation, sub, path, collected);
                    selection.branches.push(branch);
                }
                Known::With(sub) => {
                    add_columns(&mut selection, model, property);
                    let forced = relation.inverse.filter(|_| !relation.kind.is_many_to_many());
                    collected.follow_ups.push(FollowUp {
                        path: path.clone(),
                        owner: entity,
                        property,
                        plan: self.plan(relation.target, sub, forced),
                    });
                }
                // Whether there is an owner, and which, stands in the owner's table.
                Known::Key if relation.kind == RelationKind::OneToOneInverse => {
                    let target = self.registry.target(relation);
                    let columns = target.key_columns.clone();
                    let selection_of_key = Selection { entity: target.id, columns, branches: Vec::new() };
                    selection.branches.push(Branch {
                        property,
                        selection: selection_of_key,
                        shares_condition_join: false,
                    });
                }
                Known::Key | Known::Yes => add_columns(&mut selection, model, property),
                Known::No | Known::Later => {}
            }
        }
        if let Some(forced) = forced {
            add_columns(&mut selection, model, forced);
        }
        selection
    }

    fn branch(
        &self,
        model: &EntityModel,
        property: PropertyId,
        relation: &RelationModel,
        sub: &ShapeTree,
        path: &mut Vec<PropertyId>,
        collected: &mut Collected,
    ) -> Branch {
        path.push(property);
        let shares_condition_join = self.is_shared(path);
        if relation.kind.is_to_many() {
            collected.repeats = true;
            collected.chain.clone_from(path);
        }
        debug_assert!(model.properties.len() > property, "the property is the model's own");
        let selection = self.selection(relation.target, sub, None, path, collected);
        path.pop();
        Branch { property, selection, shares_condition_join }
    }

    fn joins(
        &self,
        relation: &RelationModel,
        path: &[PropertyId],
        property: PropertyId,
        collected: &Collected,
    ) -> bool {
        let mut path = path.to_vec();
        path.push(property);
        if self.is_shared(&path) {
            return true;
        }
        // A kept order is the pivot table's, which only a query of its own sorts by.
        let keeps_order = relation.pivot.as_ref().is_some_and(|pivot| pivot.order_column.is_some());
        let is_to_many = relation.kind.is_to_many();
        match self.joins {
            Joins::All => !keeps_order,
            Joins::OneChain => !is_to_many || (!keeps_order && path.starts_with(&collected.chain)),
            Joins::ToOne => !is_to_many,
            Joins::None => false,
        }
    }

    fn is_shared(&self, path: &[PropertyId]) -> bool {
        let path = to_path(path);
        self.shared.iter().any(|shared| shared.0.starts_with(&path.0))
    }
}

/// The order of a collection's items.
pub(super) fn order(path: Path, descends: bool) -> Order {
    let direction = if descends { Direction::Descending } else { Direction::Ascending };
    Order { path, json: None, direction, nulls: Nulls::Natural }
}

fn list_entities(selection: &Selection, entities: &mut Vec<EntityId>) {
    entities.push(selection.entity);
    selection.branches.iter().for_each(|branch| list_entities(&branch.selection, entities));
}

fn to_path(properties: &[PropertyId]) -> Path {
    Path(properties.iter().map(|property| *property as u16).collect())
}

fn add_columns(selection: &mut Selection, model: &EntityModel, property: PropertyId) {
    for column in model.property(property).columns.clone() {
        if !selection.columns.contains(&column) {
            selection.columns.push(column);
        }
    }
}

struct HashedSelection<'a>(&'a Selection);

impl Hash for HashedSelection<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
