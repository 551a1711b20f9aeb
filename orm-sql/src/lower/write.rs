//! Writes as SQL: one statement for all rows of a batch, as they all have the same columns.

use std::sync::Arc;

use orm_core::Result;
use orm_core::meta::{ColumnId, EntityModel, PivotModel, Registry};
use orm_core::query::{Condition, Delete, Insert, NativeDelete, NativeUpdate, PivotInsert, Update};

use crate::dialect::Dialect;
use crate::lower::bind::Places;
use crate::lower::condition::{write_condition, write_list};
use crate::lower::list::List;
use crate::lower::scope::{Column, Columns, Scope};
use crate::render::{Alias, SqlWriter};

/// `insert into "t" ("a", "b") values (?, ?), (?, ?) returning "id"`, for so many rows. Without columns there is one row.
pub(crate) fn lower_insert(dialect: Dialect, insert: &Insert, rows: usize) -> Result<Arc<str>> {
    let mut w = SqlWriter::new(dialect);
    let entity = &insert.entity;
    w.push("insert into ").table(entity.schema.as_deref(), &entity.table);
    match insert.columns.is_empty() {
        true => match dialect {
            Dialect::Sqlite => w.push(" default values"),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => unimplemented!("comes with the servers"),
        },
        false => {
            w.push(" (");
            write_names(&mut w, entity, &insert.columns);
            w.push(") values ").list(", ", 0..rows, |w, _| {
                w.push("(").list(", ", &insert.columns, |w, _| {
                    w.push_param();
                });
                w.push(")");
            })
        }
    };
    write_returning(&mut w, entity, &insert.returning);
    w.finish()
}

/// `update "t" set "a" = ?, "version" = "version" + 1 where "id" = ? and "version" is ?`: values, key, guards.
pub(crate) fn lower_update(dialect: Dialect, update: &Update) -> Result<Arc<str>> {
    let mut w = SqlWriter::new(dialect);
    let entity = &update.entity;
    w.push("update ").table(entity.schema.as_deref(), &entity.table).push(" set ");
    w.list(", ", &update.columns, |w, column| {
        w.ident(name(entity, *column)).push(" = ").push_param();
    });
    if let Some(version) = update.version {
        let version = name(entity, version);
        w.push(if update.columns.is_empty() { "" } else { ", " });
        w.ident(version).push(" = ").ident(version).push(" + 1");
    } else if update.columns.is_empty() {
        // Nothing to set, but the guards are to be checked.
        let key = name(entity, entity.key_columns[0]);
        w.ident(key).push(" = ").ident(key);
    }
    write_key_and_guards(&mut w, entity, &update.guards);
    write_returning(&mut w, entity, &update.returning);
    w.finish()
}

/// `delete from "t" where "id" = ? and "version" is ?`: key, guards.
pub(crate) fn lower_delete_row(dialect: Dialect, delete: &Delete) -> Result<Arc<str>> {
    let mut w = SqlWriter::new(dialect);
    w.push("delete from ").table(delete.entity.schema.as_deref(), &delete.entity.table);
    write_key_and_guards(&mut w, &delete.entity, &delete.guards);
    w.finish()
}

/// An update by condition: the values of `set`, then those of the condition.
pub(crate) fn lower_native_update(
    dialect: Dialect,
    registry: &Registry,
    update: &NativeUpdate,
) -> Result<(Arc<str>, Places)> {
    let NativeUpdate { entity, set, condition } = update;
    let head = |w: &mut SqlWriter| {
        w.push("update ").table(entity.schema.as_deref(), &entity.table).push(" set ");
        w.list(", ", set, |w, (column, _)| {
            w.ident(name(entity, *column)).push(" = ").push_param();
        });
    };
    lower_native(dialect, registry, entity, condition, head)
}

/// A delete by condition.
pub(crate) fn lower_native_delete(
    dialect: Dialect,
    registry: &Registry,
    delete: &NativeDelete,
) -> Result<(Arc<str>, Places)> {
    let NativeDelete { entity, condition } = delete;
    let head = |w: &mut SqlWriter| {
        w.push("delete from ").table(entity.schema.as_deref(), &entity.table);
    };
    lower_native(dialect, registry, entity, condition, head)
}

/// Writes the condition on the table itself, or, where it needs joins, on the keys that a select finds.
fn lower_native(
    dialect: Dialect,
    registry: &Registry,
    entity: &EntityModel,
    condition: &Condition,
    head: impl Fn(&mut SqlWriter),
) -> Result<(Arc<str>, Places)> {
    let mut w = SqlWriter::new(dialect);
    let mut places = Places::default();
    head(&mut w);
    if condition.is_always() {
        return Ok((w.finish()?, places));
    }
    let mut scope = Scope::new(registry, entity, None, 0);
    scope.root.alias = Alias::NONE;
    w.push(" where ");
    write_condition(&mut w, &mut scope, condition, &mut places)?;
    if !scope.needs_alias() {
        return Ok((w.finish()?, places));
    }
    // It does need joins, so all of it is written anew.
    let mut w = SqlWriter::new(dialect);
    let mut scope = Scope::new(registry, entity, None, 0);
    places.clear();
    head(&mut w);
    let head = w.take();
    write_condition(&mut w, &mut scope, condition, &mut places)?;
    let condition = w.take();
    let key = || scope.root.key();
    let single = entity.key_columns.len() == 1;
    w.push(&head).push(if single { " where " } else { " where (" });
    w.list(", ", key(), |w, column| {
        w.ident(column.name);
    });
    w.push(if single { " in (select " } else { ") in (select " });
    w.list(", ", key(), |w, column| {
        w.column(column.alias, column.name);
    });
    scope.write_from(&mut w, &mut Vec::new())?;
    w.push(" where ").push(&condition).push(")");
    Ok((w.finish()?, places))
}

/// `delete from "t" where "id" in (…)`, for rows without guards.
pub(crate) fn lower_delete_list(dialect: Dialect, entity: &EntityModel, list: List) -> Result<Arc<str>> {
    let mut w = SqlWriter::new(dialect);
    let alias = Alias::NONE;
    let key = entity.key_columns.iter().map(|column| {
        let model = &entity.columns[*column];
        Column { alias, name: &model.name, ty: model.column_type() }
    });
    w.push("delete from ").table(entity.schema.as_deref(), &entity.table).push(" where ");
    write_list(&mut w, &key.collect::<Columns<'_>>(), list, false);
    w.finish()
}

/// `insert into "pivot" ("own", "other") values (?, ?) on conflict do nothing`.
pub(crate) fn lower_pivot_insert(dialect: Dialect, insert: &PivotInsert) -> Result<Arc<str>> {
    let mut w = SqlWriter::new(dialect);
    let pivot = &insert.pivot;
    let columns = || pivot.own_columns.iter().chain(&pivot.other_columns);
    w.push("insert into ").table(pivot.schema.as_deref(), &pivot.table).push(" (");
    w.list(", ", columns(), |w, name| {
        w.ident(name);
    });
    w.push(") values (").list(", ", columns(), |w, _| {
        w.push_param();
    });
    w.push(")");
    if insert.ignore_existing {
        match dialect {
            Dialect::Sqlite => w.push(" on conflict do nothing"),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => unimplemented!("comes with the servers"),
        };
    }
    w.finish()
}

/// `delete from "pivot" where "own" = ? and "other" = ?`, with the first `width` of the pivot's columns.
pub(crate) fn lower_pivot_delete(dialect: Dialect, pivot: &PivotModel, width: usize) -> Result<Arc<str>> {
    let mut w = SqlWriter::new(dialect);
    w.push("delete from ").table(pivot.schema.as_deref(), &pivot.table).push(" where ");
    let columns = pivot.own_columns.iter().chain(&pivot.other_columns).take(width);
    w.list(" and ", columns, |w, name| {
        w.ident(name).push(" = ").push_param();
    });
    w.finish()
}

fn write_key_and_guards(w: &mut SqlWriter, entity: &EntityModel, guards: &[ColumnId]) {
    w.push(" where ").list(" and ", &entity.key_columns, |w, column| {
        w.ident(name(entity, *column)).push(" = ").push_param();
    });
    for guard in guards {
        // A guard may have been null, which `=` would not find.
        let is = match w.dialect() {
            Dialect::Sqlite => " is ",
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => unimplemented!("comes with the servers"),
        };
        w.push(" and ").ident(name(entity, *guard)).push(is);
        w.push_param();
    }
}

fn write_returning(w: &mut SqlWriter, entity: &EntityModel, columns: &[ColumnId]) {
    if !columns.is_empty() {
        w.push(" returning ");
        write_names(w, entity, columns);
    }
}

fn write_names(w: &mut SqlWriter, entity: &EntityModel, columns: &[ColumnId]) {
    w.list(", ", columns, |w, column| {
        w.ident(name(entity, *column));
    });
}

fn name(entity: &EntityModel, column: ColumnId) -> &str {
    &entity.columns[column].name
}
