//! Deletes: of one row, of rows with guards, or by a list of keys.

use orm_core::Result;
use orm_core::meta::{EntityModel, Registry};
use orm_core::query::Delete;
use orm_core::value::Value;
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Places, bind_keys};
use crate::lower::in_list::write_list;
use crate::lower::list::List;
use crate::lower::shape::Shape;
use crate::lower::write::cases::{bind_rows, write_cases, write_rows};
use crate::lower::write::source::{Source, SourceForm, value_name};
use crate::lower::write::{Kind, WriteStatement, bind_columns, columns_of, key_places, name};
use crate::lower::write::{push_columns, words, write_row, write_table};
use crate::render::{Alias, SqlWriter};

/// A key and the guards' values.
pub(crate) type DeletedRow = (Vec<Value>, Vec<Value>);

/// Deletes one row.
pub(crate) struct DeleteRow<'a> {
    pub(crate) delete: &'a Delete,
    pub(crate) row: &'a DeletedRow,
}

impl WriteStatement for DeleteRow<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        let mut words = words(Kind::DeleteRow, self.delete.entity.id);
        push_columns(&mut words, &self.delete.guards);
        Ok(Shape(words))
    }

    /// `delete from "t" where "id" = ? and "version" is ?`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        w.push("delete from ");
        write_table(w, &self.delete.entity);
        w.push(" where ");
        write_row(w, &self.delete.entity, &self.delete.guards);
        Ok(())
    }

    fn bind(&self, _: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        let Delete { entity, guards, .. } = self.delete;
        bind_columns(binder, entity, &entity.key_columns, &self.row.0)?;
        bind_columns(binder, entity, guards, &self.row.1)
    }

    fn rows(&self) -> usize {
        1
    }
}

/// Deletes the rows that are as they should be, and tells which. PostgreSQL numbers them from one on, MariaDB from zero.
pub(crate) struct DeleteMatching<'a> {
    delete: &'a Delete,
    rows: &'a [DeletedRow],
    source: Source<'a>,
}

impl<'a> DeleteMatching<'a> {
    /// `rows` are of the delete.
    pub(crate) fn new(dialect: Dialect, delete: &'a Delete, rows: &'a [DeletedRow]) -> Self {
        let entity = &delete.entity;
        let columns: SmallVec<_> = entity.key_columns.iter().chain(&delete.guards).copied().collect();
        let form = SourceForm::of(dialect, entity, &columns, rows.len());
        Self { delete, rows, source: Source { entity, columns, form } }
    }
}

impl DeleteMatching<'_> {
    /// Whether any number of rows has the same text.
    pub(crate) fn has_one_text(&self) -> bool {
        self.source.form == SourceForm::Arrays
    }
}

impl WriteStatement for DeleteMatching<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        let mut words = words(Kind::DeleteMatching, self.delete.entity.id);
        words.push(self.source.form.word());
        push_columns(&mut words, &self.delete.guards);
        Ok(Shape(words))
    }

    /// `delete from "t" as "t" using unnest($1, $2) with ordinality as "v" ("v0", "v1", "n") where "t"."id" = "v"."v0" and
    /// "t"."version" is not distinct from "v"."v1" returning "v"."n"`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let Delete { entity, guards, .. } = self.delete;
        w.push("delete from ");
        write_table(w, entity);
        if w.dialect() != Dialect::Postgres {
            w.push(" where ");
            write_rows(w, entity, guards, self.rows.len());
            w.push(" returning ");
            write_cases(w, entity, self.rows.len(), |w, row| {
                w.number(row as u64);
            });
            w.push(" end");
            return Ok(());
        }
        let keys = entity.key_columns.len();
        w.push(" as \"t\" using ");
        self.source.write_numbered(w);
        w.push(" where ").list(" and ", 0..keys + guards.len(), |w, position| {
            w.push("\"t\".").ident(name(entity, self.source.columns[position]));
            w.push(if position < keys { " = " } else { w.dialect().is_same() });
            w.push("\"v\".").ident(&value_name(position));
        });
        w.push(" returning \"v\".\"n\"");
        Ok(())
    }

    fn bind(&self, dialect: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        let Delete { entity, guards, .. } = self.delete;
        let keys = entity.key_columns.len();
        if self.source.form == SourceForm::Arrays {
            return self.source.bind_arrays(binder, |position| match position.checked_sub(keys) {
                None => Box::new(self.rows.iter().map(move |(key, _)| &key[position])),
                Some(guard) => Box::new(self.rows.iter().map(move |(_, expected)| &expected[guard])),
            });
        }
        let rows = self.rows.iter().map(|(key, expected)| (&**key, &**expected));
        bind_rows(binder, entity, guards, rows)?;
        match dialect {
            Dialect::Postgres => Ok(()),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => {
                let keys = self.rows.iter().map(|(key, _)| (&**key, &[][..]));
                bind_rows(binder, entity, &[], keys)
            }
        }
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }
}

/// Deletes rows by their keys.
pub(crate) struct DeleteKeys<'a> {
    pub(crate) entity: &'a EntityModel,
    pub(crate) keys: &'a [Vec<Value>],
}

impl WriteStatement for DeleteKeys<'_> {
    fn shape(&self, dialect: Dialect) -> Result<Shape> {
        let mut words = words(Kind::DeleteKeys, self.entity.id);
        words.extend(List::of_keys(dialect, self.keys).encode());
        Ok(Shape(words))
    }

    /// `delete from "t" where "id" in (…)`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let list = List::of_keys(w.dialect(), self.keys);
        w.push("delete from ");
        write_table(w, self.entity);
        w.push(" where ");
        write_list(w, &columns_of(self.entity, Alias::NONE, &self.entity.key_columns), list, false);
        Ok(())
    }

    fn bind(&self, dialect: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        bind_keys(dialect, self.keys, binder, &key_places(self.entity))
    }

    fn rows(&self) -> usize {
        self.keys.len()
    }
}
