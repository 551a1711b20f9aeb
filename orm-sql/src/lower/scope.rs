//! The tables of one select: its root, a pivot table beside it, and the joins that relations and conditions ask for.

use orm_core::Result;
use orm_core::meta::{ColumnType, EntityModel, PivotModel, PropertyModel, Registry, RelationModel};
use orm_core::query::Filters;
use orm_core::types::ColumnKind;
use smallvec::SmallVec;

use crate::lower::bind::Slot;
use crate::lower::json::{Inside, write_inside};
use crate::lower::visible::Filtering;
use crate::render::{Alias, SqlWriter};

/// Relations that lead from the root to a table.
pub(crate) type Relations = SmallVec<[u16; 4]>;

/// A column of an aliased table, or what is read inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column<'a> {
    pub(crate) alias: Alias,
    pub(crate) name: &'a str,
    pub(crate) ty: ColumnType,
    /// The place, for what is inside of a JSON column.
    pub(crate) inside: Option<Inside<'a>>,
}

impl<'a> Column<'a> {
    /// The column itself.
    pub(crate) fn new(alias: Alias, name: &'a str, ty: ColumnType) -> Self {
        Self { alias, name, ty, inside: None }
    }

    /// Writes it.
    pub(crate) fn write<'w>(&self, w: &'w mut SqlWriter) -> &'w mut SqlWriter {
        match self.inside {
            Some(inside) => {
                write_inside(w, *self, inside);
                w
            }
            None => w.column(self.alias, self.name),
        }
    }

    /// The column in which a pivot table keeps the items' order.
    pub(crate) fn of_order(alias: Alias, name: &'a str) -> Self {
        Self::new(alias, name, ColumnType { kind: ColumnKind::Int64, by_hand: None })
    }
}

/// The columns of a pivot table that point at the side from which it is seen.
pub(crate) fn own_columns(alias: Alias, pivot: &PivotModel) -> impl Iterator<Item = Column<'_>> {
    let typed = pivot.own_columns.iter().zip(&pivot.own_types);
    typed.map(move |(name, ty)| Column::new(alias, name, *ty))
}

/// The columns of a pivot table that point at the other side.
pub(crate) fn other_columns(alias: Alias, pivot: &PivotModel) -> impl Iterator<Item = Column<'_>> {
    let typed = pivot.other_columns.iter().zip(&pivot.other_types);
    typed.map(move |(name, ty)| Column::new(alias, name, *ty))
}

/// A few columns: those of a key or of a foreign key.
pub(crate) type Columns<'a> = SmallVec<[Column<'a>; 2]>;

/// An entity's table within the statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) alias: Alias,
    pub(crate) entity: &'a EntityModel,
    pub(crate) filtering: Filtering,
}

/// Whom a join serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It loads a relation; a condition does not take rows from it.
    Populate,
    /// It loads a relation, and conditions speak of the same rows.
    Shared,
    /// It serves conditions and orders only.
    Condition,
}

/// Who looks for a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    /// A condition. It takes away whole roots where the relations lead to one, so that any join will do; behind a
    /// relation to many it would take away loaded items, which only a shared join is for.
    Condition,
    /// A condition behind a relation to many.
    ConditionOfMany,
    /// An order: takes no row away, so any join will do.
    Order,
}

impl Usage {
    /// The same behind a relation to many.
    pub(crate) fn of_many(self) -> Self {
        match self {
            Usage::Condition | Usage::ConditionOfMany => Usage::ConditionOfMany,
            Usage::Order => Usage::Order,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Pivot(&'a PivotModel, Alias),
    Target(Node<'a>),
}

#[derive(Debug, Clone)]
struct Join<'a> {
    path: Relations,
    role: Role,
    inner: bool,
    /// Whether the row that it belongs to cannot do without it.
    required: bool,
    part: Part<'a>,
    on: SmallVec<[(Column<'a>, Column<'a>); 2]>,
}

/// The `from` of one select.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) root: Node<'a>,
    pub(crate) pivot: Option<(Alias, &'a PivotModel)>,
    pub(crate) filters: Option<&'a Filters>,
    joins: Vec<Join<'a>>,
    next_alias: u32,
    has_subqueries: bool,
    /// Whether the pivot table alone will do, as nothing but the root's key was asked for so far.
    is_pivot_enough: bool,
}

impl<'a> Scope<'a> {
    /// A select from an entity's table, or from a pivot table and the entity's table behind it. Aliases count on from
    /// `first_alias`.
    pub(crate) fn new(
        registry: &'a Registry,
        entity: &'a EntityModel,
        pivot: Option<&'a PivotModel>,
        first_alias: u32,
    ) -> Self {
        let alias = Alias::new(&entity.table, first_alias);
        let root = Node { alias, entity, filtering: Filtering::Off };
        let mut scope = Self::around(registry, root, None, first_alias + 1);
        scope.pivot = pivot.map(|pivot| (scope.new_alias(&pivot.table), pivot));
        scope
    }

    /// A scope of its own around a row that another one has; named filters do not hold in it.
    pub(crate) fn beside(&self, root: Node<'a>) -> Self {
        let root = Node { filtering: Filtering::Off, ..root };
        Self::around(self.registry, root, None, self.next_alias)
    }

    fn around(registry: &'a Registry, root: Node<'a>, filters: Option<&'a Filters>, next_alias: u32) -> Self {
        let (joins, has_subqueries, is_pivot_enough) = (Vec::new(), false, false);
        Self { registry, root, pivot: None, filters, joins, next_alias, has_subqueries, is_pivot_enough }
    }

    /// Passes over the aliases that a scope beside this one, or within it, took.
    pub(crate) fn take_aliases(&mut self, other: &Self) {
        self.next_alias = self.next_alias.max(other.next_alias);
    }

    /// The number that the next alias would have.
    pub(crate) fn next_alias(&self) -> u32 {
        self.next_alias
    }

    /// Whether the root's table alone is not enough.
    pub(crate) fn has_joins(&self) -> bool {
        !self.joins.is_empty()
    }

    /// Whether the root's table needs an alias: others are joined to it, or a subquery speaks of it.
    pub(crate) fn needs_alias(&self) -> bool {
        self.has_joins() || self.has_subqueries
    }

    /// The `from` of a subquery within this one's statement.
    pub(crate) fn subquery(
        &mut self,
        entity: &'a EntityModel,
        pivot: Option<&'a PivotModel>,
        filtering: Filtering,
    ) -> Self {
        self.has_subqueries = true;
        let mut subquery = Self::new(self.registry, entity, pivot, self.next_alias);
        subquery.filters = self.filters;
        subquery.root.filtering = filtering;
        subquery.is_pivot_enough =
            pivot.is_some() && !(filtering != Filtering::Off && self.is_filtered(entity.id));
        subquery
    }

    /// The root, whose table is asked for something from now on.
    pub(crate) fn use_root(&mut self) -> Node<'a> {
        self.is_pivot_enough = false;
        self.root
    }

    /// The root's columns at these positions of its key, wherever they are at hand.
    pub(crate) fn root_key(&self, positions: &[usize]) -> Columns<'a> {
        match self.pivot {
            Some((alias, pivot)) if self.is_pivot_enough => {
                let others: Columns<'a> = other_columns(alias, pivot).collect();
                positions.iter().map(|at| others[*at]).collect()
            }
            _ => positions.iter().map(|at| self.root.column(self.root.entity.key_columns[*at])).collect(),
        }
    }

    pub(crate) fn new_alias(&mut self, table: &str) -> Alias {
        let alias = Alias::new(table, self.next_alias);
        self.next_alias += 1;
        alias
    }

    /// What tells one row of the root from another: the pivot's own columns if there is a pivot, and the key.
    pub(crate) fn source_key(&self) -> Columns<'a> {
        let own = self.pivot.into_iter().flat_map(|(alias, pivot)| own_columns(alias, pivot));
        own.chain(self.root.key()).collect()
    }

    /// The table that a relation of `parent` leads to, for a role. `path` leads to the relation, itself included.
    pub(crate) fn join(
        &mut self,
        parent: Node<'a>,
        path: &[u16],
        relation: &'a RelationModel,
        role: Role,
        inner: bool,
    ) -> Node<'a> {
        if let Some(found) = self.target_at(path, |join| join.role == role) {
            return found;
        }
        let entity: &'a EntityModel = self.registry.target(relation);
        let through =
            relation.pivot.as_deref().map(|pivot| (pivot, self.join_pivot(parent, path, pivot, role, inner)));
        let alias = self.new_alias(&entity.table);
        let node = Node { alias, entity, filtering: parent.filtering.behind(relation) };
        let property = &parent.entity.properties[usize::from(*path.last().expect("a join has a path"))];
        let on = match through {
            Some((pivot, alias)) => node.key().zip(other_columns(alias, pivot)).collect(),
            None if relation.kind.holds_foreign_key() => node.key().zip(parent.columns(property)).collect(),
            None => {
                let inverse = &entity.properties[relation.inverse.expect("an inverse side has an owner")];
                node.columns(inverse).zip(parent.key()).collect()
            }
        };
        let required = relation.kind.holds_foreign_key() && !property.meta.nullable;
        self.joins.push(Join { path: path.into(), role, inner, required, part: Part::Target(node), on });
        node
    }

    /// The table that a relation to one of `parent` loads, or else would load, so that a condition does not take rows
    /// from what is loaded. A required one is made an inner join.
    pub(crate) fn join_populated(
        &mut self,
        parent: Node<'a>,
        path: &[u16],
        relation: &'a RelationModel,
        inner: bool,
    ) -> Node<'a> {
        let is_loaded = |join: &Join<'a>| join.role != Role::Condition;
        for join in self.joins.iter_mut().filter(|join| join.path.as_slice() == path && is_loaded(join)) {
            join.inner |= inner;
        }
        match self.target_at(path, is_loaded) {
            Some(found) => found,
            None => self.join(parent, path, relation, Role::Populate, inner),
        }
    }

    /// The pivot table of a relation of `parent`.
    pub(crate) fn join_pivot(
        &mut self,
        parent: Node<'a>,
        path: &[u16],
        pivot: &'a PivotModel,
        role: Role,
        inner: bool,
    ) -> Alias {
        let found = self.joins.iter().find_map(|join| match join.part {
            Part::Pivot(_, alias) if join.role == role && join.path.as_slice() == path => Some(alias),
            Part::Pivot(..) | Part::Target(_) => None,
        });
        if let Some(found) = found {
            return found;
        }
        let alias = self.new_alias(&pivot.table);
        let on = own_columns(alias, pivot).zip(parent.key()).collect();
        let part = Part::Pivot(pivot, alias);
        self.joins.push(Join { path: path.into(), role, inner, required: false, part, on });
        alias
    }

    fn target_at(&self, path: &[u16], fits: impl Fn(&Join<'a>) -> bool) -> Option<Node<'a>> {
        self.joins.iter().find_map(|join| match join.part {
            Part::Target(node) if join.path.as_slice() == path && fits(join) => Some(node),
            Part::Pivot(..) | Part::Target(_) => None,
        })
    }

    /// Which join a condition or an order uses at a path: one that is there, else one of its own.
    pub(crate) fn role_at(&self, path: &[u16], usage: Usage) -> Role {
        let is_there = |role| self.joins.iter().any(|join| join.path.as_slice() == path && join.role == role);
        match usage {
            _ if is_there(Role::Shared) => Role::Shared,
            Usage::Order | Usage::Condition if is_there(Role::Populate) => Role::Populate,
            Usage::Order | Usage::Condition | Usage::ConditionOfMany => Role::Condition,
        }
    }

    /// Writes `from`, the tables and their joins.
    pub(crate) fn write_from(&mut self, w: &mut SqlWriter, slots: &mut Vec<Slot>) -> Result<()> {
        w.push(" from ");
        let root = self.root;
        if let Some((alias, pivot)) = self.pivot {
            w.table(pivot.schema.as_deref(), &pivot.table).push(" as ").alias(alias);
            if self.is_pivot_enough {
                return Ok(());
            }
            w.push(" inner join ");
        }
        w.table(root.entity.schema.as_deref(), &root.entity.table).push(" as ").alias(root.alias);
        if let Some((alias, pivot)) = self.pivot {
            write_on(w, other_columns(alias, pivot).zip(root.key()));
        }
        self.write_joins(w, slots)
    }

    /// Writes the root behind a derived table that holds its keys.
    pub(crate) fn write_from_keys(
        &mut self,
        w: &mut SqlWriter,
        slots: &mut Vec<Slot>,
        keys: &str,
    ) -> Result<()> {
        w.push(" from (").push(keys).push(") as ").ident(KEYS);
        let mut position = 0;
        let mut on_keys = |w: &mut SqlWriter, columns: &[Column<'_>]| {
            w.list(" and ", columns, |w, column| {
                w.column(column.alias, column.name).push(" = ").ident(KEYS).push(".");
                w.ident(&key_name(position));
                position += 1;
            });
        };
        if let Some((alias, pivot)) = self.pivot {
            w.push(" inner join ").table(pivot.schema.as_deref(), &pivot.table).push(" as ").alias(alias);
            let columns: Columns<'_> = own_columns(alias, pivot).chain(other_columns(alias, pivot)).collect();
            w.push(" on ");
            on_keys(w, &columns);
        }
        let root = self.root;
        w.push(" inner join ").table(root.entity.schema.as_deref(), &root.entity.table);
        w.push(" as ").alias(root.alias);
        match self.pivot {
            None => {
                w.push(" on ");
                on_keys(w, &root.key().collect::<Columns<'_>>());
            }
            Some((alias, pivot)) => {
                write_on(w, other_columns(alias, pivot).zip(root.key()));
            }
        }
        self.write_joins(w, slots)
    }

    fn write_joins(&mut self, w: &mut SqlWriter, slots: &mut Vec<Slot>) -> Result<()> {
        for join in self.joins.clone() {
            w.push(if join.inner { " inner join " } else { " left join " });
            let alias = match join.part {
                Part::Pivot(pivot, alias) => {
                    w.table(pivot.schema.as_deref(), &pivot.table);
                    alias
                }
                Part::Target(node) => {
                    w.table(node.entity.schema.as_deref(), &node.entity.table);
                    node.alias
                }
            };
            w.push(" as ").alias(alias);
            write_on(w, join.on.iter().copied());
            match join.part {
                // The row before it is seen only if this one is.
                Part::Target(_) if join.required && !join.inner => {}
                Part::Target(node) => {
                    let joined = if join.inner { self.joined_inner(&join.path) } else { Relations::new() };
                    self.write_visible(w, slots, node, &joined, false)?;
                }
                Part::Pivot(..) => {}
            }
        }
        Ok(())
    }

    /// The relations of the entity at that path whose targets are joined so that rows without one are gone.
    pub(crate) fn joined_inner(&self, path: &[u16]) -> Relations {
        let inner = self.joins.iter().filter(|join| join.inner && matches!(join.part, Part::Target(_)));
        inner
            .filter_map(|join| join.path.split_last())
            .filter(|(_, before)| *before == path)
            .map(|(last, _)| *last)
            .collect()
    }
}

/// The alias of the derived table that holds the roots' keys.
pub(crate) const KEYS: &str = "k";

/// The name of a key column in the derived table.
pub(crate) fn key_name(position: usize) -> String {
    format!("k{position}")
}

fn write_on<'c>(w: &mut SqlWriter, pairs: impl Iterator<Item = (Column<'c>, Column<'c>)>) {
    w.push(" on ").list(" and ", pairs, |w, (left, right)| {
        w.column(left.alias, left.name).push(" = ").column(right.alias, right.name);
    });
}

impl<'a> Node<'a> {
    /// One column of this table.
    pub(crate) fn column(self, column: usize) -> Column<'a> {
        let model = &self.entity.columns[column];
        Column::new(self.alias, &model.name, model.column_type())
    }

    /// The key's columns.
    pub(crate) fn key(self) -> impl Iterator<Item = Column<'a>> + use<'a> {
        self.entity.key_columns.iter().map(move |column| self.column(*column))
    }

    /// A property's columns.
    pub(crate) fn columns(self, property: &'a PropertyModel) -> impl Iterator<Item = Column<'a>> + use<'a> {
        property.columns.clone().map(move |column| self.column(column))
    }
}
