//! Inserts: as many rows as one statement takes.

use orm_core::Result;
use orm_core::meta::{ColumnId, EntityModel, Registry};
use orm_core::query::Insert;
use orm_core::value::Value;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Places};
use crate::lower::shape::Shape;
use crate::lower::write::source::{Source, SourceForm};
use crate::lower::write::{Kind, WriteStatement, bind_columns, name, push_columns, words};
use crate::lower::write::{write_names, write_returning, write_table, write_value};
use crate::render::SqlWriter;

/// Inserts some of the rows.
pub(crate) struct InsertRows<'a> {
    insert: &'a Insert,
    rows: &'a [Vec<Value>],
    form: SourceForm,
}

impl<'a> InsertRows<'a> {
    /// `rows` are of the insert, or of its kind.
    pub(crate) fn new(dialect: Dialect, insert: &'a Insert, rows: &'a [Vec<Value>]) -> Self {
        let form = match insert.columns.is_empty() {
            true => SourceForm::Rows(rows.len()),
            false => SourceForm::of(dialect, &insert.entity, &insert.columns, rows.len()),
        };
        Self { insert, rows, form }
    }

    /// Whether any number of rows, but one, has the same text.
    pub(crate) fn has_one_text(&self) -> bool {
        self.form == SourceForm::Arrays
    }

    /// `default values`, for each row.
    fn write_defaults(&self, w: &mut SqlWriter) {
        match (w.dialect(), self.rows.len()) {
            (Dialect::Sqlite, _) | (Dialect::Postgres, 1) => {
                w.push(" default values");
            }
            // A column has to be named; any will do, and the key is always there.
            (Dialect::Postgres, rows) => {
                w.push(" (").ident(name(&self.insert.entity, self.insert.entity.key_columns[0]));
                w.push(") values ").list(", ", 0..rows, |w, _| {
                    w.push("(default)");
                });
            }
            (Dialect::MySql | Dialect::MariaDb, rows) => {
                w.push(" () values ").list(", ", 0..rows, |w, _| {
                    w.push("()");
                });
            }
        }
    }
}

impl WriteStatement for InsertRows<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        let mut words = words(Kind::Insert, self.insert.entity.id);
        words.push(self.form.word());
        push_columns(&mut words, &self.insert.columns);
        push_columns(&mut words, &self.insert.returning);
        Ok(Shape(words))
    }

    /// `insert into "t" ("a", "b") values (?, ?), (?, ?) returning "id"`
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        let Insert { entity, columns, rows: _, returning } = self.insert;
        w.push("insert into ");
        write_table(w, entity);
        if columns.is_empty() {
            self.write_defaults(w);
        } else {
            w.push(" (");
            write_names(w, entity, columns);
            w.push(") ");
            match self.form {
                SourceForm::Arrays => {
                    w.push("select * from ");
                    source(entity, columns, self.form).write_arrays(w);
                }
                SourceForm::Rows(rows) => {
                    w.push("values ").list(", ", 0..rows, |w, _| {
                        w.push("(").list(", ", columns, |w, column| write_value(w, entity, *column));
                        w.push(")");
                    });
                }
            }
        }
        match w.dialect() {
            Dialect::Sqlite | Dialect::Postgres | Dialect::MariaDb => write_returning(w, entity, returning),
            // What the database made is asked for later.
            Dialect::MySql => {}
        }
        Ok(())
    }

    fn bind(&self, _: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        let Insert { entity, columns, .. } = self.insert;
        match self.form {
            SourceForm::Arrays => source(entity, columns, self.form)
                .bind_arrays(binder, |column| Box::new(self.rows.iter().map(move |row| &row[column]))),
            SourceForm::Rows(_) => {
                self.rows.iter().try_for_each(|row| bind_columns(binder, entity, columns, row))
            }
        }
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }
}

fn source<'e>(entity: &'e EntityModel, columns: &[ColumnId], form: SourceForm) -> Source<'e> {
    Source { entity, columns: columns.into(), form }
}
