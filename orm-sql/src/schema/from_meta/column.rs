//! A column from a property: its type, and what fills it.

use orm_core::meta::{ColumnId, DefaultMeta, EntityModel, PropertyMeta};
use orm_core::types::ColumnKind;

use crate::dialect::Dialect;
use crate::schema::model::{Column, Generated};
use crate::schema::sql_text::default_expression;
use crate::schema::types::{TypeSpec, type_name};

use super::{Context, comment, literal, mysql};

/// The column at that position of the entity's table.
pub(super) fn column(cx: &Context<'_>, entity: &EntityModel, id: ColumnId) -> Column {
    let model = &entity.columns[id];
    let meta = entity.property(model.property).meta;
    let auto_increment = meta.auto_increment && entity.key_columns == [id];
    let type_name = match auto_increment {
        true => counted_type_name(cx, entity, id),
        false => column_type_name(cx, entity, id),
    };
    Column {
        name: model.name.clone(),
        nullable: (model.nullable && !entity.key_columns.contains(&id)) || must_be_nullable(cx, meta),
        default: default(cx, meta, model.kind, &type_name),
        type_name,
        generated: meta
            .generated
            .map(|(expression, stored)| Generated { expression: expression.to_owned(), stored }),
        auto_increment,
        collation: None,
        comment: comment(cx, meta.comment),
    }
}

/// The type of a column; that of a foreign key is the type of the key that it points at.
pub(super) fn column_type_name(cx: &Context<'_>, entity: &EntityModel, id: ColumnId) -> String {
    let model = &entity.columns[id];
    let property = entity.property(model.property);
    if let Some(name) = property.meta.column_type {
        return name.to_owned();
    }
    match property.owning_relation() {
        // The registry refuses keys that lead back to themselves, so this ends.
        Some(relation) => {
            let target = cx.registry.target(relation);
            column_type_name(cx, target, target.key_columns[id - property.columns.start])
        }
        None => {
            let PropertyMeta { length, precision, .. } = *property.meta;
            let spec = TypeSpec { kind: model.kind, length, precision };
            type_name(cx.dialect, mysql::with_key_length(cx, entity, id, spec))
        }
    }
}

/// The type of a column that the database counts up.
fn counted_type_name(cx: &Context<'_>, entity: &EntityModel, id: ColumnId) -> String {
    match cx.dialect {
        // SQLite counts only where the type has exactly this name.
        Dialect::Sqlite => type_name(cx.dialect, TypeSpec::of(entity.columns[id].kind)),
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => column_type_name(cx, entity, id),
    }
}

/// MariaDB takes no `not null` behind a generated column.
fn must_be_nullable(cx: &Context<'_>, meta: &PropertyMeta) -> bool {
    match cx.dialect {
        Dialect::MariaDb => meta.generated.is_some(),
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql => false,
    }
}

fn default(cx: &Context<'_>, meta: &PropertyMeta, kind: ColumnKind, type_name: &str) -> Option<String> {
    let expression = |sql: &str| match cx.dialect {
        Dialect::Sqlite | Dialect::Postgres => default_expression(cx.dialect, sql),
        Dialect::MySql | Dialect::MariaDb => {
            mysql::current_time_default(sql, type_name).unwrap_or_else(|| default_expression(cx.dialect, sql))
        }
    };
    if meta.generated.is_some() || meta.auto_increment || meta.as_relation().is_some() {
        return None;
    }
    match meta.default {
        Some(DefaultMeta::Sql(sql)) => Some(expression(sql)),
        Some(DefaultMeta::Value(value)) => literal::constant(cx.dialect, value),
        None if meta.version && kind.is_integer() => Some("1".to_owned()),
        None if meta.version => Some(expression("current_timestamp")),
        None => None,
    }
}
