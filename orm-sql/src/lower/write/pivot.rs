//! Rows of pivot tables: pairs that come, and pairs or whole owners that go.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use orm_core::Result;
use orm_core::meta::{PivotModel, Registry};
use orm_core::query::PivotInsert;
use orm_core::value::Value;
use rustc_hash::FxHasher;
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place, Places, bind_keys};
use crate::lower::in_list::write_list;
use crate::lower::list::{List, ListForm};
use crate::lower::parameter::{push_array, push_value};
use crate::lower::scope::{Columns, other_columns, own_columns};
use crate::lower::shape::Shape;
use crate::lower::write::{Kind, WriteStatement};
use crate::render::{Alias, SqlWriter};

/// Inserts pairs.
pub(crate) struct InsertPairs<'a> {
    pub(crate) insert: &'a PivotInsert,
    pub(crate) rows: &'a [Vec<Value>],
}

/// Deletes pairs, or all pairs of owners: rows of as many columns as `width` says.
pub(crate) struct DeletePairs<'a> {
    pub(crate) pivot: &'a Arc<PivotModel>,
    pub(crate) width: usize,
    pub(crate) rows: &'a [Vec<Value>],
}

/// The pivot's first columns, own ones before others.
fn columns(pivot: &PivotModel, width: usize) -> Columns<'_> {
    own_columns(Alias::NONE, pivot).chain(other_columns(Alias::NONE, pivot)).take(width).collect()
}

fn places(columns: &Columns<'_>) -> SmallVec<[Place; 2]> {
    let place = Place::outside("pivot table", "key");
    columns.iter().map(|column| Place { ty: Some(column.ty), ..place }).collect()
}

/// The table has no number, so it is known by a hash; the statement that is found is compared with it.
fn words(kind: Kind, pivot: &PivotModel) -> SmallVec<[u32; 32]> {
    let mut hasher = FxHasher::default();
    (&pivot.schema, &pivot.table, &pivot.own_columns).hash(&mut hasher);
    let hash = hasher.finish();
    [kind as u32, hash as u32, (hash >> 32) as u32].into_iter().collect()
}

fn width(pivot: &PivotModel) -> usize {
    pivot.own_columns.len() + pivot.other_columns.len()
}

impl InsertPairs<'_> {
    /// Whether an array for each column is one text for any number of rows.
    fn in_arrays(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Postgres && self.rows.len() > 1
    }
}

impl WriteStatement for InsertPairs<'_> {
    fn shape(&self, dialect: Dialect) -> Result<Shape> {
        let mut words = words(Kind::InsertPairs, &self.insert.pivot);
        words.push(if self.in_arrays(dialect) { 0 } else { self.rows.len() as u32 });
        words.push(u32::from(self.insert.ignore_existing));
        Ok(Shape(words))
    }

    /// `insert into "pivot" ("own", "other") values (?, ?) on conflict do nothing`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let pivot = &*self.insert.pivot;
        let columns = columns(pivot, width(pivot));
        w.push("insert into ").table(pivot.schema.as_deref(), &pivot.table).push(" (");
        w.list(", ", &columns, |w, column| {
            w.ident(column.name);
        });
        w.push(") ");
        if self.in_arrays(w.dialect()) {
            w.push("select * from unnest(").list(", ", &columns, |w, column| push_array(w, column.ty));
            w.push(")");
        } else {
            w.push("values ").list(", ", 0..self.rows.len(), |w, _| {
                w.push("(").list(", ", &columns, |w, column| push_value(w, column.ty));
                w.push(")");
            });
        }
        if self.insert.ignore_existing {
            match w.dialect() {
                Dialect::Sqlite | Dialect::Postgres => {
                    w.push(" on conflict do nothing");
                }
                // `insert ignore` would ignore more than that.
                Dialect::MySql | Dialect::MariaDb => {
                    let first = columns[0].name;
                    w.push(" on duplicate key update ").ident(first).push(" = ").ident(first);
                }
            }
        }
        Ok(())
    }

    fn bind(&self, dialect: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        let pivot = &*self.insert.pivot;
        let places = places(&columns(pivot, width(pivot)));
        if self.in_arrays(dialect) {
            for (part, place) in places.iter().enumerate() {
                let mut values = self.rows.iter().filter_map(|row| row.get(part));
                binder.list(&mut values, ListForm::Array, *place)?;
            }
            return Ok(());
        }
        let mut values = self.rows.iter().flat_map(|row| row.iter().zip(&places));
        values.try_for_each(|(value, place)| binder.value(value, *place))
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn pivot(&self) -> Option<&Arc<PivotModel>> {
        Some(&self.insert.pivot)
    }
}

impl WriteStatement for DeletePairs<'_> {
    fn shape(&self, dialect: Dialect) -> Result<Shape> {
        let mut words = words(Kind::DeletePairs, self.pivot);
        words.push(self.width as u32);
        words.extend(List::of_keys(dialect, self.rows).encode());
        Ok(Shape(words))
    }

    /// `delete from "pivot" where ("own", "other") in (…)`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let list = List::of_keys(w.dialect(), self.rows);
        w.push("delete from ").table(self.pivot.schema.as_deref(), &self.pivot.table).push(" where ");
        let columns = columns(self.pivot, self.width);
        match list.form {
            ListForm::One => {
                w.list(" and ", &columns, |w, column| {
                    push_value(w.ident(column.name).push(" = "), column.ty)
                });
            }
            _ => write_list(w, &columns, list, false),
        }
        Ok(())
    }

    fn bind(&self, dialect: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        bind_keys(dialect, self.rows, binder, &places(&columns(self.pivot, self.width)))
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn pivot(&self) -> Option<&Arc<PivotModel>> {
        Some(self.pivot)
    }
}
