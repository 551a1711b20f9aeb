//! Which of the rows of a write are there, and what is in them. For databases that do not tell with the write itself.

use orm_core::Result;
use orm_core::meta::{ColumnId, EntityModel, Registry};
use orm_core::value::Value;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Places};
use crate::lower::shape::Shape;
use crate::lower::write::cases::{bind_rows, write_cases, write_rows};
use crate::lower::write::{Kind, WriteStatement, bind_columns, name, push_columns, words, write_table};
use crate::render::SqlWriter;

/// Selects the position of each row that is there, and columns of it.
pub(crate) struct Positions<'a> {
    pub(crate) entity: &'a EntityModel,
    /// The columns that must hold what the rows expect.
    pub(crate) guards: &'a [ColumnId],
    /// A key and the guards' values for each row.
    pub(crate) rows: &'a [(&'a [Value], &'a [Value])],
    pub(crate) columns: &'a [ColumnId],
    /// Whether nobody else may change the rows until the transaction ends.
    pub(crate) locks: bool,
}

impl WriteStatement for Positions<'_> {
    fn shape(&self, _: Dialect) -> Result<Shape> {
        let mut words = words(Kind::Positions, self.entity.id);
        words.extend([self.rows.len() as u32, u32::from(self.locks)]);
        push_columns(&mut words, self.guards);
        push_columns(&mut words, self.columns);
        Ok(Shape(words))
    }

    /// ``select case `id` when ? then 0 when ? then 1 end, `a` from `t` where `id` in (?, ?) for update``
    fn lower(&self, w: &mut SqlWriter, _: &Registry, _: &mut Places) -> Result<()> {
        w.push("select ");
        write_cases(w, self.entity, self.rows.len(), |w, row| {
            w.number(row as u64);
        });
        w.push(" end");
        for column in self.columns {
            w.push(", ").ident(name(self.entity, *column));
        }
        w.push(" from ");
        write_table(w, self.entity);
        w.push(" where ");
        write_rows(w, self.entity, self.guards, self.rows.len());
        w.push(if self.locks { " for update" } else { "" });
        Ok(())
    }

    fn bind(&self, _: Dialect, _: &Places, binder: &mut dyn Binder) -> Result<()> {
        for (key, _) in self.rows {
            bind_columns(binder, self.entity, &self.entity.key_columns, key)?;
        }
        bind_rows(binder, self.entity, self.guards, self.rows.iter().copied())
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }
}
