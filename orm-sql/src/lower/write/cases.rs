//! Rows told apart within one statement by their keys: `case "id" when ? then … when ? then …`.

use orm_core::Result;
use orm_core::meta::{ColumnId, EntityModel};
use orm_core::value::Value;

use crate::lower::bind::Binder;
use crate::lower::write::{bind_columns, name, write_names, write_row, write_value};
use crate::render::SqlWriter;

/// Writes a `case` with an arm for each of so many rows, without its `end`; `value` writes the value of one.
pub(super) fn write_cases(
    w: &mut SqlWriter,
    entity: &EntityModel,
    rows: usize,
    mut value: impl FnMut(&mut SqlWriter, usize),
) {
    w.push("case");
    if let [key] = *entity.key_columns {
        w.push(" ").ident(name(entity, key));
    }
    for row in 0..rows {
        w.push(" when ");
        match *entity.key_columns {
            [key] => write_value(w, entity, key),
            _ => write_row(w, entity, &[]),
        }
        w.push(" then ");
        value(w, row);
    }
}

/// Writes the condition for so many rows: their keys, and guards if there are any.
pub(super) fn write_rows(w: &mut SqlWriter, entity: &EntityModel, guards: &[ColumnId], rows: usize) {
    if !guards.is_empty() {
        w.list(" or ", 0..rows, |w, _| {
            w.push("(");
            write_row(w, entity, guards);
            w.push(")");
        });
        return;
    }
    let (open, close) = if entity.key_columns.len() == 1 { ("", "") } else { ("(", ")") };
    w.push(open);
    write_names(w, entity, &entity.key_columns);
    w.push(close).push(" in (").list(", ", 0..rows, |w, _| {
        w.push(open).list(", ", &entity.key_columns, |w, column| write_value(w, entity, *column));
        w.push(close);
    });
    w.push(")");
}

/// Hands the values of [`write_rows`] to the binder.
pub(super) fn bind_rows<'v>(
    binder: &mut dyn Binder,
    entity: &EntityModel,
    guards: &[ColumnId],
    rows: impl Iterator<Item = (&'v [Value], &'v [Value])>,
) -> Result<()> {
    for (key, expected) in rows {
        bind_columns(binder, entity, &entity.key_columns, key)?;
        bind_columns(binder, entity, guards, expected)?;
    }
    Ok(())
}
