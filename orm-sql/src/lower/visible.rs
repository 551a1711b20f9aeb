//! Named filters as SQL: what a row of a table must pass to be seen.

use orm_core::Result;
use orm_core::meta::{EntityId, EntityModel, PropertyModel, RelationModel};
use orm_core::query::{Condition, Filters};
use smallvec::SmallVec;

use crate::lower::bind::{Places, Slot};
use crate::lower::condition::write_condition;
use crate::lower::exists::end_exists;
use crate::lower::scope::{Column, Columns, Node, Scope};
use crate::render::SqlWriter;

/// How filters hold for the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filtering {
    /// They do not.
    Off,
    On,
    /// They do, but a row is not hidden by this relation of it: it leads to where the row was reached from.
    OnBut(u16),
}

/// Relations that were followed, so that a circle of required relations comes to an end.
type Followed = SmallVec<[(EntityId, u16); 4]>;

impl Filtering {
    /// How they hold for what a relation of such a row leads to.
    pub(crate) fn behind(self, relation: &RelationModel) -> Self {
        match (self, relation.inverse) {
            (Filtering::Off, _) => Filtering::Off,
            _ if !relation.meta.filters => Filtering::Off,
            (_, Some(inverse)) if !relation.kind.holds_foreign_key() && !relation.kind.is_many_to_many() => {
                Filtering::OnBut(inverse as u16)
            }
            _ => Filtering::On,
        }
    }
}

impl<'a> Scope<'a> {
    /// Whether a filter could hide what this relation of a row leads to.
    pub(crate) fn may_hide(&self, node: Node<'a>, property: u16, relation: &RelationModel) -> bool {
        let is_on = match node.filtering {
            Filtering::Off => false,
            Filtering::On => true,
            Filtering::OnBut(from) => from != property,
        };
        is_on && relation.meta.filters && self.is_filtered(relation.target)
    }

    /// Whether a filter could hide rows of an entity: one of its own, or of what it cannot do without.
    pub(crate) fn is_filtered(&self, entity: EntityId) -> bool {
        self.is_filtered_past(entity, &mut Followed::new())
    }

    fn is_filtered_past(&self, entity: EntityId, followed: &mut Followed) -> bool {
        let Some(filters) = self.filters else { return false };
        if filters.of(entity).is_some() {
            return true;
        }
        let model: &'a EntityModel = self.registry.entity(entity);
        model.properties.iter().enumerate().any(|(index, property)| {
            let Some(relation) = property.owning_relation().filter(|relation| relation.meta.filters) else {
                return false;
            };
            let edge = (entity, index as u16);
            if followed.contains(&edge) || (property.meta.nullable && !is_strict(filters, relation)) {
                return false;
            }
            followed.push(edge);
            self.is_filtered_past(relation.target, followed)
        })
    }

    /// Joins the targets of required relations that a filter could hide, so that roots without a target that is seen go.
    pub(crate) fn join_required(&mut self) {
        self.join_required_of(self.root, &mut Vec::new(), &mut Followed::new());
    }

    fn join_required_of(&mut self, node: Node<'a>, path: &mut Vec<u16>, followed: &mut Followed) {
        let entity = node.entity;
        for (index, property) in entity.properties.iter().enumerate() {
            let Some(relation) = property.owning_relation().filter(|_| !property.meta.nullable) else {
                continue;
            };
            let edge = (entity.id, index as u16);
            if followed.contains(&edge) || !self.may_hide(node, edge.1, relation) {
                continue;
            }
            path.push(edge.1);
            followed.push(edge);
            let target = self.join_populated(node, path, relation, true);
            self.join_required_of(target, path, followed);
            followed.pop();
            path.pop();
        }
    }

    /// Writes what a row must pass to be seen, as terms of an `and`; whether there was any. `joined` are relations whose
    /// targets are joined so that a row without one is gone anyway.
    pub(crate) fn write_visible(
        &mut self,
        w: &mut SqlWriter,
        slots: &mut Vec<Slot>,
        node: Node<'a>,
        joined: &[u16],
        is_first: bool,
    ) -> Result<bool> {
        let mut terms = Terms { w, slots, is_first, followed: Followed::new() };
        self.visible(&mut terms, node, joined)?;
        Ok(terms.is_first != is_first)
    }

    fn visible(&mut self, terms: &mut Terms<'_>, node: Node<'a>, joined: &[u16]) -> Result<()> {
        let Some(filters) = self.filters.filter(|_| node.filtering != Filtering::Off) else { return Ok(()) };
        if let Some(filter) = filters.of(node.entity.id) {
            terms.start();
            self.own_filter(terms, node, filter.condition()?)?;
        }
        for (index, property) in node.entity.properties.iter().enumerate() {
            let edge = (node.entity.id, index as u16);
            let Some(relation) = property.owning_relation() else { continue };
            if joined.contains(&edge.1)
                || terms.followed.contains(&edge)
                || (property.meta.nullable && !is_strict(filters, relation))
                || !self.may_hide(node, edge.1, relation)
            {
                continue;
            }
            terms.start();
            terms.followed.push(edge);
            self.target_is_seen(terms, node, property, relation)?;
            terms.followed.pop();
        }
        Ok(())
    }

    /// `exists (select 1 from "author" as "a1" where "a1"."id" = "b0"."author_id" and …)`.
    fn target_is_seen(
        &mut self,
        terms: &mut Terms<'_>,
        node: Node<'a>,
        property: &'a PropertyModel,
        relation: &'a RelationModel,
    ) -> Result<()> {
        let foreign_key: Columns<'a> = node.columns(property).collect();
        if property.meta.nullable {
            terms.w.push("(").column(foreign_key[0].alias, foreign_key[0].name).push(" is null or ");
        }
        let entity: &'a EntityModel = self.registry.target(relation);
        let alias = self.new_alias(&entity.table);
        let target = Node { alias, entity, filtering: node.filtering.behind(relation) };
        terms.w.push("exists (select 1 from ").table(entity.schema.as_deref(), &entity.table);
        terms.w.push(" as ").alias(alias).push(" where ");
        write_pairs(terms.w, target.key().zip(foreign_key));
        self.visible(terms, target, &[])?;
        end_exists(terms.w);
        terms.w.push(if property.meta.nullable { ")" } else { "" });
        Ok(())
    }

    /// An entity's own filter on a row. What it reaches through relations it sees whole: filters do not hold there.
    fn own_filter(&mut self, terms: &mut Terms<'_>, node: Node<'a>, condition: &Condition) -> Result<()> {
        let mut places = Places::default();
        let mut scope = self.beside(node);
        let mut draft = SqlWriter::new(terms.w.dialect());
        write_condition(&mut draft, &mut scope, condition, &mut places)?;
        places.clear();
        if !scope.has_joins() {
            let is_one = !matches!(condition, Condition::All(_) | Condition::Any(_));
            terms.w.push(if is_one { "" } else { "(" });
            write_condition(terms.w, &mut scope, condition, &mut places)?;
            terms.w.push(if is_one { "" } else { ")" });
        } else {
            // Relations of the filter must not repeat rows, nor take part in what the query asks.
            let alias = self.new_alias(&node.entity.table);
            let copy = Node { alias, ..node };
            scope = self.beside(copy);
            write_condition(&mut draft, &mut scope, condition, &mut places)?;
            places.clear();
            terms.w.push("exists (select 1");
            scope.write_from(terms.w, &mut Vec::new())?;
            terms.w.push(" where ");
            write_pairs(terms.w, copy.key().zip(node.key()));
            terms.w.push(" and (");
            write_condition(terms.w, &mut scope, condition, &mut places)?;
            terms.w.push(")");
            end_exists(terms.w);
        }
        self.take_aliases(&scope);
        terms.slots.push(Slot::Filter(node.entity.id, places));
        Ok(())
    }
}

fn is_strict(filters: &Filters, relation: &RelationModel) -> bool {
    filters.of(relation.target).is_some_and(|filter| filter.is_strict)
}

fn write_pairs<'c>(w: &mut SqlWriter, pairs: impl Iterator<Item = (Column<'c>, Column<'c>)>) {
    w.list(" and ", pairs, |w, (left, right)| {
        w.column(left.alias, left.name).push(" = ").column(right.alias, right.name);
    });
}

/// The terms of an `and` as they are written.
struct Terms<'w> {
    w: &'w mut SqlWriter,
    slots: &'w mut Vec<Slot>,
    is_first: bool,
    followed: Followed,
}

impl Terms<'_> {
    fn start(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.w.push(" and ");
        }
    }
}
