//! Conditions on the items of collections, and conditions apart from others, as subqueries.

use orm_core::query::{Condition, Path};
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::condition::Lower;
use crate::lower::path::relation_of;
use crate::lower::scope::{Columns, Scope, Usage, own_columns};
use crate::lower::select::is_required;
use crate::lower::shape::too_deep;
use crate::render::SqlWriter;

/// What an `exists` adds to the height of its condition.
const EXISTS: u32 = 3;

/// Whose rows a subquery looks for.
#[derive(Clone, Copy, PartialEq)]
enum Rows {
    /// The row itself, which is known to be seen.
    Same,
    Others,
}

impl<'a> Lower<'_, '_, 'a> {
    /// `exists (select 1 from "book" as "b1" where "b1"."author_id" = "a0"."id" and …)`
    ///
    /// Of no owner nothing is said: where that would make a difference, the answer is null.
    pub(super) fn has_item(&mut self, path: &Path, condition: &Condition, depth: u32) -> Result<u32> {
        let owner = self.scope.resolve(path.owner(), Usage::Condition)?;
        if !self.negated || self.has_owner(path.owner())? {
            return self.items(&owner, path, condition, depth);
        }
        self.w.push("case when ");
        self.is_there(&owner);
        self.w.push(" then ");
        let height = self.items(&owner, path, condition, depth)?;
        self.w.push(" end");
        Ok(height + 1)
    }

    /// The opposite, where nothing depends on the difference between false and null.
    pub(super) fn has_no_item(&mut self, path: &Path, condition: &Condition, depth: u32) -> Result<u32> {
        let owner = self.scope.resolve(path.owner(), Usage::Condition)?;
        let has_owner = self.has_owner(path.owner())?;
        if !has_owner {
            self.w.push("(");
            self.is_there(&owner);
            self.w.push(" and ");
        }
        self.w.push("not ");
        let height = self.items(&owner, path, condition, depth)?;
        self.w.push(if has_owner { "" } else { ")" });
        Ok(height + 2)
    }

    /// Whether a row always has what these relations lead to.
    fn has_owner(&self, relations: &[u16]) -> Result<bool> {
        let mut entity = self.scope.root.entity;
        for relation in relations {
            let (property, relation) = relation_of(entity, *relation)?;
            if !is_required(property) {
                return Ok(false);
            }
            entity = self.scope.registry.target(relation);
        }
        Ok(true)
    }

    fn is_there(&mut self, key: &Columns<'_>) {
        self.w.list(" and ", key, |w, column| {
            w.column(column.alias, column.name).push(" is not null");
        });
    }

    fn items(&mut self, owner: &Columns<'a>, path: &Path, condition: &Condition, depth: u32) -> Result<u32> {
        let (mut entity, mut filtering) = (self.scope.root.entity, self.scope.root.filtering);
        for relation in path.owner() {
            let (_, relation) = relation_of(entity, *relation)?;
            (entity, filtering) = (self.scope.registry.target(relation), filtering.behind(relation));
        }
        let Some(last) = path.0.last() else { return Err(no_collection(entity.meta.name)) };
        let (_, relation) = relation_of(entity, *last)?;
        let target = self.scope.registry.target(relation);
        let items = self.scope.subquery(target, relation.pivot.as_deref(), filtering.behind(relation));
        let own = match (items.pivot, relation.inverse) {
            (Some((alias, pivot)), _) => own_columns(alias, pivot).collect(),
            (None, Some(inverse)) => items.root.columns(&target.properties[inverse]).collect(),
            (None, None) => return Err(no_collection(entity.meta.name)),
        };
        self.exists(items, (&own, owner), Rows::Others, condition, depth)
    }

    /// A condition of the same row, through joins of its own.
    pub(super) fn apart(&mut self, condition: &Condition, depth: u32) -> Result<u32> {
        let outer = self.scope.resolve(&[], Usage::Condition)?;
        let root = self.scope.root;
        let again = self.scope.subquery(root.entity, None, root.filtering);
        let own = again.root.key().collect();
        self.exists(again, (&own, &outer), Rows::Same, condition, depth)
    }

    fn exists(
        &mut self,
        scope: Scope<'a>,
        (own, outer): (&Columns<'a>, &Columns<'a>),
        rows: Rows,
        condition: &Condition,
        depth: u32,
    ) -> Result<u32> {
        // The condition decides what is joined, so it is written first.
        let (start, subquery) = (self.w.position(), self.places.enter());
        let (mut scope, height) = self.within(scope, |lower| match condition.is_always() {
            true => Ok(0),
            false => {
                lower.w.push(" and ");
                lower.beside(condition, depth + 1)
            }
        })?;
        let condition = self.w.split_off(start);
        self.w.push("exists (select 1");
        let mut slots = Vec::new();
        scope.write_from(self.w, &mut slots)?;
        self.w.push(" where ").list(" and ", own.iter().zip(outer), |w, (own, outer)| {
            w.column(own.alias, own.name).push(" = ").column(outer.alias, outer.name);
        });
        if rows == Rows::Others {
            let root = scope.root;
            scope.write_visible(self.w, &mut slots, root, &[], false)?;
        }
        self.w.push(&condition);
        end_exists(self.w);
        self.scope.take_aliases(&scope);
        self.places.leave(subquery, slots);
        Ok(height + own.len() as u32 + EXISTS)
    }

    /// Writes something within a subquery; gives back its scope, and how deep the tree of what was written is.
    fn within(
        &mut self,
        scope: Scope<'a>,
        write: impl FnOnce(&mut Self) -> Result<u32>,
    ) -> Result<(Scope<'a>, u32)> {
        if self.outer.len() as u32 >= self.w.dialect().deepest_subquery() {
            return Err(too_deep(self.w.dialect()));
        }
        let outer = std::mem::replace(self.scope, scope);
        self.outer.push(outer);
        let negated = std::mem::replace(&mut self.negated, false);
        let height = write(self);
        self.negated = negated;
        let outer = self.outer.pop().expect("it was pushed above");
        let scope = std::mem::replace(self.scope, outer);
        Ok((scope, height?))
    }
}

/// Ends an `exists (…`. SQLite 3.51 makes a join of one that has no limit, and then an offset counts the joined rows.
pub(super) fn end_exists(w: &mut SqlWriter) {
    w.push(match w.dialect() {
        Dialect::Sqlite => " limit 1)",
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => ")",
    });
}

fn no_collection(entity: &'static str) -> Error {
    Error::Metadata {
        entity,
        property: "",
        problem: "a condition asks for the items of what is no collection".into(),
    }
}
