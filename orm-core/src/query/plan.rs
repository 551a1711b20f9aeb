//! A select as data: which columns and relations, by which strategy, under which condition, in which order.

use std::sync::Arc;

use crate::meta::{ColumnId, EntityId, PropertyId};
use crate::query::{Condition, Filters, JsonPath, Lock, Path, RootFilter};
use crate::value::Value;

/// How relations are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// What measured fastest; the default. A query for one entity joins its relations, so that one answer holds
    /// everything, but never two collections side by side. A query for many is [`Balanced`](Self::Balanced).
    #[default]
    Auto,
    /// One query with joins.
    Joined,
    /// One query a relation and level.
    SelectIn,
    /// To-one relations by joins, to-many relations by one query each.
    Balanced,
}

/// Which server a read asks that is in no transaction, where the database has replicas. Writes and transactions are
/// always on the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReadFrom {
    /// The server that takes the writes: what was written is there at once.
    Primary,
    /// A replica if there are some, which may be a moment behind; else the primary. The default.
    #[default]
    Replica,
}

/// Which way to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// Where nulls go when sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// Where the database puts them.
    Natural,
    /// Before everything else.
    First,
    /// Behind everything else.
    Last,
}

/// One term of an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    /// The property to sort by.
    pub path: Path,
    /// Where to look inside the property, when it is a JSON document.
    pub json: Option<JsonPath>,
    /// Which way.
    pub direction: Direction,
    /// Where nulls go.
    pub nulls: Nulls,
}

/// What one entity of a select gives: columns, and relations joined to it.
///
/// A row holds the columns of the root's selection, then those of each branch, depth first. The key's columns come
/// first in every selection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selection {
    /// The entity.
    pub entity: EntityId,
    /// The columns, key first.
    pub columns: Vec<ColumnId>,
    /// Relations loaded by the same query.
    pub branches: Vec<Branch>,
}

impl Selection {
    /// How many columns this and all its branches put into a row.
    pub fn width(&self) -> usize {
        self.columns.len() + self.branches.iter().map(|branch| branch.selection.width()).sum::<usize>()
    }
}

/// A relation loaded by a join.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Branch {
    /// The relation.
    pub property: PropertyId,
    /// What is loaded of its target.
    pub selection: Selection,
    /// When the branch only restates what a condition's join found (`populate_inferred`): the same join serves both.
    pub shares_condition_join: bool,
}

/// The items of a many-to-many collection, asked for through its pivot table: the pivot's own columns come before the
/// columns of the selection in each row.
#[derive(Debug, Clone, PartialEq)]
pub struct PivotSource {
    /// The entity that has the collection.
    pub owner: EntityId,
    /// The collection.
    pub property: PropertyId,
    /// Keys of the owners.
    pub owner_keys: Vec<Vec<Value>>,
}

/// What makes two selections the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SelectionKey(pub u64);

/// A select.
#[derive(Debug, Clone)]
pub struct Select {
    /// What is loaded, of which entity.
    pub selection: Arc<Selection>,
    /// A hash of the selection, made once a shape.
    pub selection_key: SelectionKey,
    /// Whether the selection's joins may give a root more than one row.
    pub repeats: bool,
    /// Which roots.
    pub condition: Condition,
    /// In which order.
    pub order: Vec<Order>,
    /// How many roots at the most.
    pub limit: Option<u64>,
    /// How many roots to pass over.
    pub offset: Option<u64>,
    /// Whether equal rows count once.
    pub distinct: bool,
    /// When the roots are the items of collections.
    pub pivot: Option<PivotSource>,
    /// The roots are known to be at most a few, found by key: a driver may answer on the caller's thread.
    pub is_point_read: bool,
    /// The named filters that hold, if any entity has one.
    pub filters: Option<Arc<Filters>>,
    /// How they hold for the roots.
    pub root_filter: RootFilter,
    /// How the roots' rows are locked, if they are; only within a transaction.
    pub lock: Option<Lock>,
}
