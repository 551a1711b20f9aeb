//! Comparisons of properties with each other, and of several properties as one.

use orm_core::query::{AnySchema, Comparison, Operand, Path, RowTest};
use orm_core::{Error, Result};

use crate::lower::bind::{Place, TestPlaces};
use crate::lower::condition::{Lower, several_columns};
use crate::lower::in_list::write_list;
use crate::lower::list::List;
use crate::lower::parameter::push_value;
use crate::lower::path::{multiplying_part, place_of};
use crate::lower::scope::{Column, Columns, Scope, Usage};
use crate::lower::shape::unknown_condition;

impl<'a> Lower<'_, '_, 'a> {
    /// `"a0"."updated" > "a0"."created"`.
    pub(super) fn compare(&mut self, path: &Path, comparison: Comparison, operand: &Operand) -> Result<u32> {
        let left = self.scope.resolve(&path.0, Usage::Condition)?;
        let right = match operand {
            Operand::Property(other) => self.scope.resolve(&other.0, Usage::Condition)?,
            Operand::Outer(entity, other) => self.resolve_outer(*entity, other)?,
            _ => return Err(unknown_condition(self.w.dialect())),
        };
        let word = match (comparison, left.len()) {
            (Comparison::NotEqual, _) => " or ",
            (Comparison::Equal, _) | (_, 1) => " and ",
            _ => return Err(unknown_condition(self.w.dialect())),
        };
        let single = left.len() == 1;
        self.w.push(if single { "" } else { "(" });
        self.w.list(word, left.iter().zip(&right), |w, (left, right)| {
            w.column(left.alias, left.name).push(operator(comparison)).column(right.alias, right.name);
        });
        self.w.push(if single { "" } else { ")" });
        Ok(2 + left.len() as u32)
    }

    /// The columns of a path in the nearest query around this one that is about such an entity.
    fn resolve_outer(&mut self, entity: AnySchema, path: &Path) -> Result<Columns<'a>> {
        let is_such = |scope: &&mut Scope<'a>| AnySchema(scope.root.entity.meta) == entity;
        let outer = self.outer.iter_mut().rev().find(is_such).ok_or_else(|| no_outer(entity, path))?;
        if multiplying_part(outer.registry, outer.root.entity, &path.0)? > 0 {
            return Err(Error::Unsupported {
                database: self.w.dialect().name(),
                feature: "compare with the items of a collection of the query around".into(),
                alternative: "ask for an item inside of it: `a.books.some(|b| …)`".into(),
            });
        }
        // Its new joins must not take names that are used in here.
        outer.take_aliases(self.scope);
        let columns = outer.resolve(&path.0, Usage::Condition)?;
        self.scope.take_aliases(outer);
        Ok(columns)
    }

    /// Several properties as one.
    pub(super) fn row(&mut self, paths: &[Path], test: &RowTest) -> Result<u32> {
        let (mut columns, mut places) = (Columns::new(), TestPlaces::new());
        for path in paths {
            let place = place_of(self.scope.registry, self.scope.root.entity, path)?;
            let found = self.scope.resolve(&path.0, Usage::Condition)?;
            let [column] = found.as_slice() else { return Err(several_columns(self.w.dialect(), place)) };
            columns.push(*column);
            places.push(Place { ty: Some(column.ty), ..place });
        }
        self.places.push(places);
        match test {
            RowTest::In(rows) if rows.iter().all(|row| row.len() == columns.len()) => {
                write_list(self.w, &columns, List::of_keys(self.w.dialect(), rows), false);
            }
            RowTest::Compare(comparison, values) if values.len() == columns.len() => {
                self.compare_row(&columns, *comparison);
            }
            RowTest::In(_) | RowTest::Compare(..) => return Err(unknown_condition(self.w.dialect())),
        }
        Ok(3 + 2 * columns.len() as u32)
    }

    fn compare_row(&mut self, columns: &[Column<'_>], comparison: Comparison) {
        let last = columns.len() - 1;
        if self.w.dialect().indexes_rows() {
            self.w.push("(").list(", ", columns, |w, column| {
                w.column(column.alias, column.name);
            });
            self.w
                .push(")")
                .push(operator(comparison))
                .push("(")
                .list(", ", columns, |w, column| push_value(w, column.ty));
            self.w.push(")");
            return;
        }
        // `a >= ? and (a > ? or (b > ?))`: the first column alone is a range of the index.
        let (strict, loose) = match comparison {
            Comparison::Less | Comparison::LessOrEqual => (" < ", " <= "),
            _ => (" > ", " >= "),
        };
        for column in &columns[..last] {
            push_value(self.w.push("(").column(column.alias, column.name).push(loose), column.ty);
            push_value(self.w.push(" and (").column(column.alias, column.name).push(strict), column.ty);
            self.w.push(" or ");
        }
        let column = columns[last];
        push_value(self.w.column(column.alias, column.name).push(operator(comparison)), column.ty);
        self.w.push(&"))".repeat(last));
    }
}

pub(super) fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => " = ",
        Comparison::NotEqual => " != ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
    }
}

fn no_outer(entity: AnySchema, path: &Path) -> Error {
    let property = path.0.first().and_then(|first| entity.0.properties.get(usize::from(*first)));
    Error::NoOuterQuery { entity: entity.0.name, property: property.map_or("", |property| property.name) }
}
