//! Updates: of one row, or of many in one statement.

use orm_core::Result;
use orm_core::meta::{ColumnId, Registry};
use orm_core::query::{Update, UpdateRow};
use orm_core::value::Value;
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Places};
use crate::lower::shape::Shape;
use crate::lower::write::cases::{bind_rows, write_cases, write_rows};
use crate::lower::write::source::{Source, SourceForm, value_name};
use crate::lower::write::{Kind, WriteStatement, bind_columns, name, push_columns, words};
use crate::lower::write::{write_returning, write_row, write_table, write_value};
use crate::render::SqlWriter;

/// The shape of an update's statement; `more` is what else decides the text.
fn shape(kind: Kind, update: &Update, more: [u32; 2]) -> Shape {
    let mut words = words(kind, update.entity.id);
    words.extend(more);
    push_columns(&mut words, &update.columns);
    push_columns(&mut words, &update.guards);
    push_columns(&mut words, &update.returning);
    words.push(update.version.map_or(0, |version| version as u32 + 1));
    Shape(words)
}

/// ` set "a" = …, "version" = "version" + 1`; `value` writes what a column is set to. The table has the name `table`.
fn write_set(w: &mut SqlWriter, update: &Update, table: &str, mut value: impl FnMut(&mut SqlWriter, usize)) {
    let entity = &update.entity;
    let qualified = |w: &mut SqlWriter, column: ColumnId| {
        if !table.is_empty() {
            w.ident(table).push(".");
        }
        w.ident(name(entity, column));
    };
    w.push(" set ").list(", ", update.columns.iter().enumerate(), |w, (position, column)| {
        w.ident(name(entity, *column)).push(" = ");
        value(w, position);
    });
    if let Some(version) = update.version {
        w.push(if update.columns.is_empty() { "" } else { ", " });
        w.ident(name(entity, version)).push(" = ");
        qualified(w, version);
        w.push(" + 1");
    } else if update.columns.is_empty() {
        // Nothing to set, but the guards are to be checked.
        let key = entity.key_columns[0];
        w.ident(name(entity, key)).push(" = ");
        qualified(w, key);
    }
}

/// Updates one row.
pub(crate) struct UpdateOne<'a> {
    pub(crate) update: &'a Update,
    pub(crate) row: &'a UpdateRow,
}

impl WriteStatement for UpdateOne<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        Ok(shape(Kind::UpdateOne, self.update, [0, 0]))
    }

    /// `update "t" set "a" = ?, "version" = "version" + 1 where "id" = ? and "version" is ?`: values, key, guards.
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let Update { entity, columns, guards, returning, .. } = self.update;
        w.push("update ");
        write_table(w, entity);
        write_set(w, self.update, "", |w, position| write_value(w, entity, columns[position]));
        w.push(" where ");
        write_row(w, entity, guards);
        match w.dialect() {
            Dialect::Sqlite | Dialect::Postgres => write_returning(w, entity, returning),
            Dialect::MySql | Dialect::MariaDb => {}
        }
        Ok(())
    }

    fn bind(&self, _: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        let Update { entity, columns, guards, .. } = self.update;
        bind_columns(binder, entity, columns, &self.row.values)?;
        bind_columns(binder, entity, &entity.key_columns, &self.row.key)?;
        bind_columns(binder, entity, guards, &self.row.expected)
    }

    fn rows(&self) -> usize {
        1
    }
}

/// Updates many rows from a table of their values, and tells which by their numbers. For PostgreSQL.
pub(crate) struct UpdateFromSource<'a> {
    update: &'a Update,
    rows: &'a [UpdateRow],
    source: Source<'a>,
}

impl<'a> UpdateFromSource<'a> {
    /// `rows` are of the update.
    pub(crate) fn new(dialect: Dialect, update: &'a Update, rows: &'a [UpdateRow]) -> Self {
        let entity = &update.entity;
        let parts = [&entity.key_columns, &update.guards, &update.columns];
        let columns: SmallVec<[ColumnId; 8]> = parts.into_iter().flatten().copied().collect();
        let form = SourceForm::of(dialect, entity, &columns, rows.len());
        Self { update, rows, source: Source { entity, columns, form } }
    }
}

impl UpdateFromSource<'_> {
    /// Whether any number of rows has the same text.
    pub(crate) fn has_one_text(&self) -> bool {
        self.source.form == SourceForm::Arrays
    }
}

/// The value at a position of the source: key, guards, values.
fn value_at(row: &UpdateRow, position: usize) -> &Value {
    let (keys, guards) = (row.key.len(), row.expected.len());
    if position < keys {
        &row.key[position]
    } else if position < keys + guards {
        &row.expected[position - keys]
    } else {
        &row.values[position - keys - guards]
    }
}

impl WriteStatement for UpdateFromSource<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        Ok(shape(Kind::UpdateFromSource, self.update, [self.source.form.word(), 0]))
    }

    /// `update "t" as "t" set "a" = "v"."v1" from unnest($1, $2) with ordinality as "v" ("v0", "v1", "n") where "t"."id" =
    /// "v"."v0" returning "v"."n"`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let Update { entity, guards, returning, .. } = self.update;
        let (keys, width) = (entity.key_columns.len(), entity.key_columns.len() + guards.len());
        let value = |w: &mut SqlWriter, position: usize| {
            w.push("\"v\".").ident(&value_name(position));
        };
        w.push("update ");
        write_table(w, entity);
        w.push(" as \"t\"");
        write_set(w, self.update, "t", |w, position| value(w, width + position));
        w.push(" from ");
        self.source.write_numbered(w);
        w.push(" where ").list(" and ", 0..width, |w, position| {
            w.push("\"t\".").ident(name(entity, self.source.columns[position]));
            w.push(if position < keys { " = " } else { w.dialect().is_same() });
            value(w, position);
        });
        w.push(" returning \"v\".\"n\"");
        for column in returning {
            w.push(", \"t\".").ident(name(entity, *column));
        }
        Ok(())
    }

    fn bind(&self, _: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        match self.source.form {
            SourceForm::Arrays => self.source.bind_arrays(binder, |position| {
                Box::new(self.rows.iter().map(move |row| value_at(row, position)))
            }),
            SourceForm::Rows(_) => self.rows.iter().try_for_each(|row| {
                let Update { entity, columns, guards, .. } = self.update;
                bind_columns(binder, entity, &entity.key_columns, &row.key)?;
                bind_columns(binder, entity, guards, &row.expected)?;
                bind_columns(binder, entity, columns, &row.values)
            }),
        }
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }
}

/// Updates many rows with a `case` for each column. For MySQL and MariaDB, where a table of values would have types and
/// collations of its own making.
pub(crate) struct UpdateInCases<'a> {
    pub(crate) update: &'a Update,
    pub(crate) rows: &'a [&'a UpdateRow],
    /// Whether the guards are still to be checked.
    pub(crate) is_guarded: bool,
}

impl WriteStatement for UpdateInCases<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        let more = [self.rows.len() as u32, u32::from(self.is_guarded)];
        Ok(shape(Kind::UpdateInCases, self.update, more))
    }

    /// ``update `t` set `a` = case `id` when ? then ? when ? then ? else `a` end where `id` in (?, ?)``
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let Update { entity, columns, guards, .. } = self.update;
        w.push("update ");
        write_table(w, entity);
        write_set(w, self.update, "", |w, position| {
            let column = columns[position];
            write_cases(w, entity, self.rows.len(), |w, _| write_value(w, entity, column));
            w.push(" else ").ident(name(entity, column)).push(" end");
        });
        w.push(" where ");
        let guards: &[ColumnId] = if self.is_guarded { guards } else { &[] };
        write_rows(w, entity, guards, self.rows.len());
        Ok(())
    }

    fn bind(&self, _: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        let Update { entity, columns, guards, .. } = self.update;
        for (position, column) in columns.iter().enumerate() {
            for row in self.rows {
                bind_columns(binder, entity, &entity.key_columns, &row.key)?;
                bind_columns(binder, entity, &[*column], &row.values[position..=position])?;
            }
        }
        let guards: &[ColumnId] = if self.is_guarded { guards } else { &[] };
        bind_rows(binder, entity, guards, self.rows.iter().map(|row| (&*row.key, &*row.expected)))
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }
}
