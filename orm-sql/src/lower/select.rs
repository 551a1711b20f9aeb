//! A select plan as SQL: what is read at which position, from which joins, in which order.

use std::sync::Arc;

use orm_core::meta::{EntityModel, PivotModel, PropertyModel, Registry, RelationKind};
use orm_core::query::{Branch, Direction, Nulls, Order, RootFilter, Select, Selection};
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::bind::{BindPlan, Place, Places, Slot, TestPlaces};
use crate::lower::condition::write_condition;
use crate::lower::in_list::write_list;
use crate::lower::json::inside;
use crate::lower::list::List;
use crate::lower::lock::write_lock;
use crate::lower::order::{OrderColumn, Term, order_name, write_order};
use crate::lower::path::{multiplying_part, place_of, property_of, relation_of};
use crate::lower::reach::{any_path, has_shared, joins_many, loads};
use crate::lower::scope::{Column, Columns, KEYS, Node, Role, Scope, Usage, key_name, own_columns};
use crate::lower::visible::Filtering;
use crate::render::SqlWriter;

/// A select as text, with what its placeholders stand for.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) sql: Arc<str>,
    pub(crate) binds: BindPlan,
    /// What was selected, for telling apart selections with the same hash.
    pub(crate) selection: Arc<Selection>,
}

/// Lowers a select.
pub(crate) fn lower_select(dialect: Dialect, registry: &Registry, select: &Select) -> Result<Compiled> {
    let lower = Lower::new(dialect, registry, select)?;
    lower.rows()
}

/// Lowers the count of a select's roots.
pub(crate) fn lower_count(dialect: Dialect, registry: &Registry, select: &Select) -> Result<Compiled> {
    let lower = Lower::new(dialect, registry, select)?;
    lower.count()
}

struct Lower<'a> {
    registry: &'a Registry,
    select: &'a Select,
    root: &'a EntityModel,
    pivot: Option<Pivot<'a>>,
    w: SqlWriter,
    binds: BindPlan,
}

/// What stands behind the columns.
struct Body {
    from: String,
    condition: Option<String>,
}

#[derive(Clone, Copy)]
struct Pivot<'a> {
    model: &'a PivotModel,
    /// Whether the items' order is the collection's: it is the owner's side that keeps it.
    is_ordered: bool,
}

impl<'a> Lower<'a> {
    fn new(dialect: Dialect, registry: &'a Registry, select: &'a Select) -> Result<Self> {
        let root = registry.entity(select.selection.entity);
        let mut owner = TestPlaces::new();
        let mut pivot = None;
        if let Some(source) = &select.pivot {
            let entity = registry.entity(source.owner);
            let (property, relation) = relation_of(entity, source.property as u16)?;
            let place = Place::outside(entity.meta.name, property.meta.name);
            let model = relation.pivot.as_deref().ok_or_else(|| Error::Metadata {
                entity: place.entity,
                property: place.property,
                problem: "it has no pivot table to select from".into(),
            })?;
            owner = model.own_types.iter().map(|ty| Place { ty: Some(*ty), ..place }).collect();
            pivot = Some(Pivot { model, is_ordered: relation.kind == RelationKind::ManyToManyOwner });
        }
        let binds = BindPlan { slots: Vec::new(), places: Places::default(), owner };
        Ok(Self { registry, select, root, pivot, w: SqlWriter::new(dialect), binds })
    }

    fn scope(&self, first_alias: u32) -> Scope<'a> {
        let mut scope =
            Scope::new(self.registry, self.root, self.pivot.map(|pivot| pivot.model), first_alias);
        scope.filters = self.select.filters.as_deref();
        if scope.filters.is_some() {
            scope.root.filtering = match self.select.root_filter {
                RootFilter::Seen | RootFilter::Known => Filtering::On,
                RootFilter::SeenFrom(relation) => Filtering::OnBut(relation as u16),
            };
        }
        scope
    }

    /// Whether roots that are not seen are left out.
    fn hides_roots(&self) -> bool {
        self.select.filters.is_some() && self.select.root_filter != RootFilter::Known
    }

    fn finish(self) -> Result<Compiled> {
        let selection = Arc::clone(&self.select.selection);
        Ok(Compiled { sql: self.w.finish()?, binds: self.binds, selection })
    }

    fn rows(mut self) -> Result<Compiled> {
        let mut scope = self.scope(0);
        let mut columns: Vec<Column<'a>> = Vec::with_capacity(self.select.selection.width());
        let mut collections = Vec::new();
        if let Some((alias, pivot)) = scope.pivot {
            columns.extend(own_columns(alias, pivot));
        }
        let root = scope.root;
        populate(
            &mut scope,
            &self.select.selection,
            &mut Populating { node: root, path: &mut Vec::new(), required: true, shared: true },
            &mut columns,
            &mut collections,
        )?;

        let mut terms = Vec::new();
        let by_keys = self.needs_keys()?;
        let keys = match by_keys {
            true => Some(self.keys(&scope, &mut terms)?),
            false => None,
        };
        // Shared joins load only what the condition found, so the condition stands beside them once more.
        let is_asked = !by_keys || has_shared(&self.select.selection);
        let order = (!by_keys).then_some((&mut terms, Usage::Order));
        let Body { from, condition } = self.body(&mut scope, keys.as_deref(), is_asked, order)?;
        // Items come in their collection's order; roots that the plan orders alike are kept together by their key.
        if !collections.is_empty() {
            terms.extend(scope.source_key().into_iter().map(Term::ascending));
            terms.extend(collections);
        }

        // A condition that stands here again may use joins that repeat rows and load nothing.
        let repeats = by_keys && condition.is_some() && !self.shares_all()?;
        let is_distinct = self.select.distinct || repeats;
        self.w.push(if is_distinct { "select distinct " } else { "select " });
        self.w.list(", ", &columns, |w, column| {
            w.column(column.alias, column.name);
        });
        if is_distinct && self.dialect().distinct_orders_by_its_columns() {
            // Behind the columns that are read, where nobody looks.
            let is_selected = |column| columns.iter().any(|selected| OrderColumn::Of(*selected) == column);
            let mut slots = Vec::new();
            for (index, term) in terms.iter_mut().enumerate().filter(|(_, term)| !is_selected(term.column)) {
                self.w.push(", ");
                term.column.write(&mut self.w, &mut slots);
                // What binds values would not be the same when it is written again.
                if let OrderColumn::Inside(..) = term.column {
                    self.w.push(" as ").ident(&order_name(index));
                    term.column = OrderColumn::Selected(index);
                }
            }
            // They stand before all that was written so far.
            self.binds.slots.splice(0..0, slots);
        }
        self.w.push(&from);
        if let Some(condition) = condition {
            self.w.push(" where ").push(&condition);
        }
        write_order(&mut self.w, &mut self.binds.slots, &terms);
        if keys.is_none() {
            self.limit();
        }
        if let Some(lock) = self.select.lock {
            let has_joins = by_keys || scope.pivot.is_some() || scope.has_joins();
            write_lock(&mut self.w, lock, root.alias, has_joins, is_distinct)?;
        }
        self.finish()
    }

    /// The tables and what is asked of them. It is the condition and the order that know which joins there are, but what
    /// the joins bind stands before what the condition binds.
    fn body(
        &mut self,
        scope: &mut Scope<'a>,
        keys: Option<&str>,
        is_asked: bool,
        order: Option<(&mut Vec<Term<'a>>, Usage)>,
    ) -> Result<Body> {
        let finds_roots = keys.is_none();
        if finds_roots && self.hides_roots() {
            scope.join_required();
        }
        let before = std::mem::take(&mut self.binds.slots);
        let condition = match is_asked {
            true => self.condition(scope, finds_roots)?,
            false => None,
        };
        let behind = std::mem::replace(&mut self.binds.slots, before);
        if let Some((terms, usage)) = order {
            self.terms(scope, terms, usage)?;
        }
        match keys {
            None => scope.write_from(&mut self.w, &mut self.binds.slots)?,
            Some(keys) => scope.write_from_keys(&mut self.w, &mut self.binds.slots, keys)?,
        }
        let from = self.w.take();
        self.binds.slots.extend(behind);
        Ok(Body { from, condition })
    }

    /// Whether the roots must be found by themselves first, as a join could repeat them.
    fn needs_keys(&self) -> Result<bool> {
        let is_limited = self.select.limit.is_some() || self.select.offset.is_some();
        if is_limited && joins_many(self.registry, self.root, &self.select.selection)? {
            return Ok(true);
        }
        if (is_limited && self.repeats(false)?) || !self.shares_all()? {
            return Ok(true);
        }
        for order in &self.select.order {
            let part = self.multiplying_part(&order.path.0)?;
            let is_loaded = loads(&self.select.selection, &order.path.0[..part], false);
            if part > 0 && (is_limited || !is_loaded) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether all relations to many in the condition are loaded by the joins that the condition uses.
    fn shares_all(&self) -> Result<bool> {
        let misses = any_path(&self.select.condition, |path| {
            let part = self.multiplying_part(path)?;
            Ok(part > 0 && !loads(&self.select.selection, &path[..part], true))
        })?;
        Ok(!misses)
    }

    /// Whether the condition's or the order's own joins can repeat a root.
    fn repeats(&self, with_order: bool) -> Result<bool> {
        let multiplies = |path: &[u16]| Ok(self.multiplying_part(path)? > 0);
        if any_path(&self.select.condition, multiplies)? {
            return Ok(true);
        }
        for order in self.select.order.iter().filter(|_| with_order) {
            if multiplies(&order.path.0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn multiplying_part(&self, path: &[u16]) -> Result<usize> {
        multiplying_part(self.registry, self.root, path)
    }

    /// The roots' keys as a select of their own, with condition, order and limit; and the order by its columns.
    fn keys(&mut self, outer: &Scope<'a>, terms: &mut Vec<Term<'a>>) -> Result<String> {
        let mut scope = self.scope(outer.next_alias());
        let key = scope.source_key();
        let mut inner = Vec::new();
        let order = Some((&mut inner, Usage::Condition));
        let Body { from, condition } = self.body(&mut scope, None, true, order)?;
        let repeats = self.repeats(true)?;
        let (w, mut slots) = (&mut self.w, Vec::new());
        w.push("select ").list(", ", key.iter().enumerate(), |w, (index, column)| {
            w.column(column.alias, column.name).push(" as ").ident(&key_name(index));
        });
        for (index, term) in inner.iter().enumerate() {
            w.push(", ");
            match repeats {
                true => term.write_aggregate(w, &mut slots),
                false => term.column.write(w, &mut slots),
            }
            w.push(" as ").ident(&order_name(index));
            terms.push(Term { column: OrderColumn::Key(index), ..*term });
        }
        // They stand before what the body binds.
        self.binds.slots.splice(0..0, slots);
        let slots = &mut self.binds.slots;
        w.push(&from);
        if let Some(condition) = condition {
            w.push(" where ").push(&condition);
        }
        if repeats {
            w.push(" group by ").list(", ", &key, |w, column| {
                w.column(column.alias, column.name);
            });
        }
        let is_limited = self.select.limit.is_some() || self.select.offset.is_some();
        if is_limited && !inner.is_empty() {
            w.push(" order by ").list(", ", inner.iter().enumerate(), |w, (index, term)| {
                term.write(w, |w| match w.dialect() {
                    // Within an expression, MySQL takes no name for an aggregate.
                    Dialect::MySql | Dialect::MariaDb if term.nulls != Nulls::Natural => match repeats {
                        true => term.write_aggregate(w, slots),
                        false => term.column.write(w, slots),
                    },
                    Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {
                        w.ident(&order_name(index));
                    }
                });
            });
        }
        self.limit();
        Ok(self.w.take())
    }

    fn count(mut self) -> Result<Compiled> {
        let mut scope = self.scope(0);
        let repeats = self.repeats(false)?;
        let Body { from, condition } = self.body(&mut scope, None, true, None)?;
        let key = scope.source_key();
        match (repeats, key.as_slice()) {
            (false, _) => self.w.push("select count(*)"),
            (true, [column]) => {
                self.w.push("select count(distinct ").column(column.alias, column.name).push(")")
            }
            (true, key) => {
                self.w.push("select count(*) from (select distinct ").list(", ", key, |w, column| {
                    w.column(column.alias, column.name);
                })
            }
        };
        self.w.push(&from);
        if let Some(condition) = condition {
            self.w.push(" where ").push(&condition);
        }
        if repeats && key.len() > 1 {
            self.w.push(") as ").ident(KEYS);
        }
        self.finish()
    }

    /// The condition on the roots; `finds_roots`: here, so that it says which owners' items they are, and
    /// that they are seen.
    fn condition(&mut self, scope: &mut Scope<'a>, finds_roots: bool) -> Result<Option<String>> {
        let mut is_empty = true;
        if let (true, Some(source), Some((alias, pivot))) = (finds_roots, &self.select.pivot, scope.pivot) {
            let own: Columns<'_> = own_columns(alias, pivot).collect();
            if source.owner_keys.first().is_some_and(|key| key.len() != own.len()) {
                return Err(crate::lower::bind::uneven_keys(self.binds.owner[0]));
            }
            let list = List::of_keys(self.dialect(), &source.owner_keys);
            write_list(&mut self.w, &own, list, false);
            self.binds.slots.push(Slot::OwnerKeys);
            is_empty = false;
        }
        if finds_roots && self.hides_roots() {
            let joined = scope.joined_inner(&[]);
            let (root, slots) = (scope.root, &mut self.binds.slots);
            is_empty &= !scope.write_visible(&mut self.w, slots, root, &joined, is_empty)?;
        }
        if !self.select.condition.is_always() {
            if !is_empty {
                self.w.push(" and (");
            }
            // The walk is the same each time, so the places are noted once.
            let mut places = Places::default();
            write_condition(&mut self.w, scope, &self.select.condition, &mut places)?;
            self.binds.places = places;
            self.binds.slots.push(Slot::Condition);
            if !is_empty {
                self.w.push(")");
            }
            is_empty = false;
        }
        let text = self.w.take();
        Ok((!is_empty).then_some(text))
    }

    /// The order that the plan asks for.
    fn terms(&self, scope: &mut Scope<'a>, terms: &mut Vec<Term<'a>>, usage: Usage) -> Result<()> {
        if let (Some(pivot), Some((alias, _))) = (self.pivot, scope.pivot)
            && let (true, Some(name)) = (pivot.is_ordered, &pivot.model.order_column)
        {
            terms.push(Term::ascending(Column::of_order(alias, name)));
        }
        for (number, Order { path, json, direction, nulls }) in self.select.order.iter().enumerate() {
            let place = place_of(self.registry, self.root, path)?;
            let columns = scope.resolve(&path.0, usage)?;
            terms.extend(columns.into_iter().map(|column| Term {
                column: match json {
                    None => OrderColumn::Of(column),
                    Some(json) => OrderColumn::Inside(inside(column, json), number, place),
                },
                direction: *direction,
                nulls: *nulls,
            }));
        }
        Ok(())
    }

    fn limit(&mut self) {
        if self.select.limit.is_some() {
            self.w.push(" limit ").push_param();
            self.binds.slots.push(Slot::Limit);
        }
        if self.select.offset.is_some() {
            if self.select.limit.is_none() {
                let no_limit = self.dialect().no_limit();
                self.w.push(no_limit);
            }
            self.w.push(" offset ").push_param();
            self.binds.slots.push(Slot::Offset);
        }
    }

    fn dialect(&self) -> Dialect {
        self.w.dialect()
    }
}

/// Where populating stands.
struct Populating<'a, 'p> {
    node: Node<'a>,
    path: &'p mut Vec<u16>,
    /// Whether every relation from the root to here must point somewhere.
    required: bool,
    /// Whether every relation from the root to here is shared with the condition.
    shared: bool,
}

/// Joins the branches of a selection, depth first; gathers columns in the order of the row, and collections' orders.
fn populate<'a>(
    scope: &mut Scope<'a>,
    selection: &'a Selection,
    at: &mut Populating<'a, '_>,
    columns: &mut Vec<Column<'a>>,
    collections: &mut Vec<Term<'a>>,
) -> Result<()> {
    for column in &selection.columns {
        let column = match hidden_behind(scope, at, *column)? {
            Some(key) => key,
            None => at.node.column(*column),
        };
        columns.push(column);
    }
    for Branch { property, selection, shares_condition_join } in &selection.branches {
        let (model, relation) = relation_of(at.node.entity, *property as u16)?;
        at.path.push(*property as u16);
        let shared = at.shared && *shares_condition_join;
        let role = if shared { Role::Shared } else { Role::Populate };
        let required = at.required && is_required(model);
        let node = scope.join(at.node, at.path, relation, role, required && !shared);
        if relation.kind == RelationKind::ManyToManyOwner
            && let Some(pivot) = &relation.pivot
            && let Some(name) = &pivot.order_column
        {
            let alias = scope.join_pivot(at.node, at.path, pivot, role, false);
            collections.push(Term::ascending(Column::of_order(alias, name)));
        }
        if let Some((name, descending)) = relation.meta.order_by {
            let target = node.entity;
            let index = target.meta.property_index(name).ok_or_else(|| Error::UnknownProperty {
                entity: target.meta.name,
                property: name.to_owned(),
            })?;
            let direction = if descending { Direction::Descending } else { Direction::Ascending };
            collections.extend(node.columns(property_of(target, index as u16)?).map(|column| Term {
                column: OrderColumn::Of(column),
                direction,
                nulls: Nulls::Natural,
            }));
        }
        let mut below = Populating { node, path: at.path, required, shared };
        populate(scope, selection, &mut below, columns, collections)?;
        at.path.pop();
    }
    Ok(())
}

/// For the column of an optional relation to what a filter may hide: the target's own key, which is null when it is not
/// seen.
fn hidden_behind<'a>(
    scope: &mut Scope<'a>,
    at: &mut Populating<'a, '_>,
    column: usize,
) -> Result<Option<Column<'a>>> {
    let entity = at.node.entity;
    let property = entity.columns[column].property;
    let model = property_of(entity, property as u16)?;
    let Some(relation) = model.owning_relation().filter(|_| model.meta.nullable) else { return Ok(None) };
    if !scope.may_hide(at.node, property as u16, relation) {
        return Ok(None);
    }
    at.path.push(property as u16);
    let target = scope.join_populated(at.node, at.path, relation, false);
    at.path.pop();
    let key = target.entity.key_columns[column - model.columns.start];
    Ok(Some(target.column(key)))
}

/// Whether a row always has its target, so that an inner join takes nothing away.
pub(crate) fn is_required(property: &PropertyModel) -> bool {
    property.owning_relation().is_some() && !property.meta.nullable
}
