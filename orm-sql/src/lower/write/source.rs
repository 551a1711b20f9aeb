//! Rows of values as a table of their own: what a statement about many rows joins. Only PostgreSQL needs it.

use orm_core::Result;
use orm_core::meta::{ColumnId, EntityModel};
use orm_core::types::ColumnKind;
use orm_core::value::Value;
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place};
use crate::lower::list::ListForm;
use crate::lower::parameter::push_array;
use crate::lower::write::write_value;
use crate::render::SqlWriter;

/// How rows become parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceForm {
    /// An array for each column: one text for any number of rows.
    Arrays,
    /// A parameter for each value of so many rows.
    Rows(usize),
}

impl SourceForm {
    /// The form for so many rows with these columns.
    pub(crate) fn of(dialect: Dialect, entity: &EntityModel, columns: &[ColumnId], rows: usize) -> Self {
        let is_array = |column: &ColumnId| matches!(entity.columns[*column].kind, ColumnKind::Array(_));
        match dialect {
            // Arrays of arrays would have to be of one length.
            Dialect::Postgres if rows > 1 && !columns.iter().any(is_array) => SourceForm::Arrays,
            Dialect::Postgres | Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => SourceForm::Rows(rows),
        }
    }

    /// What decides the text.
    pub(super) fn word(self) -> u32 {
        match self {
            SourceForm::Arrays => 0,
            SourceForm::Rows(rows) => rows as u32,
        }
    }
}

/// Rows of values for columns of an entity.
pub(super) struct Source<'e> {
    pub(super) entity: &'e EntityModel,
    pub(super) columns: SmallVec<[ColumnId; 8]>,
    pub(super) form: SourceForm,
}

/// Gives the values of one of the columns, row by row.
pub(super) type Values<'v> = Box<dyn Iterator<Item = &'v Value> + 'v>;

impl Source<'_> {
    /// `unnest($1, $2)`
    pub(super) fn write_arrays(&self, w: &mut SqlWriter) {
        w.push("unnest(").list(", ", &self.columns, |w, column| {
            push_array(w, self.entity.columns[*column].column_type());
        });
        w.push(")");
    }

    /// `unnest($1, $2) with ordinality as "v" ("v0", "v1", "n")`: the rows with their numbers, from one on.
    pub(super) fn write_numbered(&self, w: &mut SqlWriter) {
        match self.form {
            SourceForm::Arrays => {
                self.write_arrays(w);
                w.push(" with ordinality");
            }
            SourceForm::Rows(rows) => {
                w.push("(values ").list(", ", 1..=rows, |w, number| {
                    w.push("(");
                    for column in &self.columns {
                        write_value(w, self.entity, *column);
                        w.push(", ");
                    }
                    w.number(number as u64).push(")");
                });
                w.push(")");
            }
        }
        w.push(" as \"v\" (");
        for number in 0..self.columns.len() {
            w.ident(&value_name(number)).push(", ");
        }
        w.push("\"n\")");
    }

    /// Hands the rows to the binder; `column` gives the values of the column at that position.
    pub(super) fn bind_arrays<'v>(
        &self,
        binder: &mut dyn Binder,
        column: impl Fn(usize) -> Values<'v>,
    ) -> Result<()> {
        for (position, id) in self.columns.iter().enumerate() {
            let place = Place::of_column(self.entity, *id);
            binder.list(&mut column(position), ListForm::Array, place)?;
        }
        Ok(())
    }
}

/// The name of a column of the source.
pub(super) fn value_name(position: usize) -> String {
    format!("v{position}")
}
