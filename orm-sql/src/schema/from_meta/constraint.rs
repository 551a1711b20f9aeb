//! An entity's foreign keys, indexes and checks, with their names.

use orm_core::meta::{EntityModel, PropertyModel, RelationKind, RelationModel};
use orm_core::types::{ColumnKind, NativeEnum};
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::schema::from_meta::literal;
use crate::schema::model::{Check, Deferral, ForeignKey, Index, Rule, Table};
use crate::schema::names::{Kind, constraint_name, free_name};
use crate::schema::types::has_enum;

use super::index::{add_special_index, is_plain};
use super::{Context, schema_name};

pub(super) fn add_foreign_keys(cx: &Context<'_>, entity: &EntityModel, table: &mut Table) -> Result<()> {
    for property in &entity.properties {
        let Some(relation) = property.owning_relation() else { continue };
        let columns = column_names(entity, property);
        let target = cx.registry.target(relation);
        if target.lacks_schema() {
            // There is no table to point at before a schema is chosen.
            continue;
        }
        let (on_delete, on_update) = rules(entity, property, relation)?;
        check_rules(cx, entity, property, [on_delete, on_update])?;
        table.foreign_keys.push(ForeignKey {
            name: Some(constraint_name(cx.dialect, &table.name, &borrowed(&columns), Kind::Foreign)),
            columns,
            referenced_schema: schema_name(cx, target, target.schema.as_deref())?,
            referenced_table: target.table.clone(),
            referenced_columns: key_columns(target),
            on_delete,
            on_update,
            deferral: Deferral::Never,
        });
    }
    Ok(())
}

/// The rules of a foreign key: those written by hand, else MikroORM 6's.
fn rules(entity: &EntityModel, property: &PropertyModel, relation: &RelationModel) -> Result<(Rule, Rule)> {
    let by_hand = |rule: Option<&'static str>, attribute: &str| {
        match rule {
        None => Ok(None),
        Some(text) => Rule::parse(text).map(Some).ok_or_else(|| Error::Metadata {
            entity: entity.meta.name,
            property: property.meta.name,
            problem: format!(
                "`{text}` is no rule of a foreign key; write `{attribute} = \"cascade\"`, \"set null\", \"set default\", \"restrict\" or \"no action\""
            ),
        }),
    }
    };
    let on_delete = match by_hand(relation.meta.on_delete, "on_delete")? {
        Some(rule) => rule,
        None if relation.meta.cascade_remove || property.meta.primary => Rule::Cascade,
        None if property.meta.nullable => Rule::SetNull,
        None => Rule::NoAction,
    };
    let on_update = match by_hand(relation.meta.on_update, "on_update")? {
        Some(rule) => rule,
        None if relation.meta.cascade_persist => Rule::Cascade,
        None => Rule::NoAction,
    };
    Ok((on_delete, on_update))
}

/// InnoDB takes no `set default`.
fn check_rules(
    cx: &Context<'_>,
    entity: &EntityModel,
    property: &PropertyModel,
    rules: [Rule; 2],
) -> Result<()> {
    match cx.dialect {
        Dialect::MySql | Dialect::MariaDb if rules.contains(&Rule::SetDefault) => Err(Error::Unsupported {
            database: cx.dialect.name(),
            feature: format!(
                "give `{}.{}` its default by a foreign key",
                entity.meta.name, property.meta.name
            ),
            alternative: "write \"set null\" or \"cascade\" instead of \"set default\"".into(),
        }),
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => Ok(()),
    }
}

pub(super) fn add_indexes(cx: &Context<'_>, entity: &EntityModel, table: &mut Table) -> Result<()> {
    for property in &entity.properties {
        let columns = column_names(entity, property);
        let owner = property.owning_relation().map(|relation| relation.kind);
        if property.meta.unique || owner == Some(RelationKind::OneToOneOwner) {
            add_index(cx, table, None, columns, true);
        } else if property.meta.index {
            add_index(cx, table, None, columns, false);
        }
    }
    for index in entity.meta.indexes {
        let columns =
            index.properties.iter().flat_map(|property| column_names(entity, entity.property(*property)));
        let columns: Vec<String> = columns.collect();
        match is_plain(index) {
            true => add_index(cx, table, index.name, columns, index.unique),
            false => add_special_index(cx, table, index, &columns)?,
        }
    }
    for property in entity.properties.iter().filter(|property| property.owning_relation().is_some()) {
        add_foreign_key_index(cx, table, column_names(entity, property));
    }
    Ok(())
}

/// Adds the index that joins and the foreign key's own checks use.
///
/// MikroORM makes it always; where the primary key or another index begins with these columns, that serves already.
pub(super) fn add_foreign_key_index(cx: &Context<'_>, table: &mut Table, columns: Vec<String>) {
    let by_key = table.primary_key.starts_with(&columns);
    let serves =
        |index: &Index| index.plain_columns().is_some_and(|other| other.starts_with(&borrowed(&columns)));
    if !by_key && !table.indexes.iter().any(serves) {
        add_index(cx, table, None, columns, false);
    }
}

fn add_index(cx: &Context<'_>, table: &mut Table, name: Option<&str>, columns: Vec<String>, unique: bool) {
    let by_key = unique && table.primary_key == columns;
    let twice = table.indexes.iter().any(|index| {
        index.unique == unique && index.plain_columns().is_some_and(|other| other == borrowed(&columns))
    });
    if columns.is_empty() || (name.is_none() && (by_key || twice)) {
        return;
    }
    let kind = match unique {
        true => Kind::Unique,
        false => Kind::Index,
    };
    let name = match name {
        Some(name) => name.to_owned(),
        None => {
            let name = constraint_name(cx.dialect, &table.name, &borrowed(&columns), kind);
            free_name(name, |name| table.indexes.iter().any(|index| index.name == name))
        }
    };
    table.indexes.push(Index { unique, ..Index::over(name, &columns) });
}

pub(super) fn add_checks(cx: &Context<'_>, entity: &EntityModel, table: &mut Table) {
    for column in &entity.columns {
        let property = entity.property(column.property);
        if property.relation.is_some() {
            continue;
        }
        if let Some(values) = enum_values(cx, column.kind) {
            let expression = format!("{} in ({values})", cx.dialect.identifier(&column.name));
            add_check(cx, table, None, &[&column.name], expression);
        }
        if let Some(expression) = property.meta.check {
            add_check(cx, table, None, &[&column.name], expression.to_owned());
        }
    }
    for check in entity.meta.checks {
        add_check(cx, table, check.name, &[], check.expression.to_owned());
    }
}

fn add_check(cx: &Context<'_>, table: &mut Table, name: Option<&str>, columns: &[&str], expression: String) {
    let name = match name {
        Some(name) => name.to_owned(),
        None => constraint_name(cx.dialect, &table.name, columns, Kind::Check),
    };
    let name = free_name(name, |name| table.checks.iter().any(|check| check.name.as_deref() == Some(name)));
    table.checks.push(Check { name: Some(name), expression });
}

/// The values of an enum as SQL; none for another kind of column.
fn enum_values(cx: &Context<'_>, kind: ColumnKind) -> Option<String> {
    let values: Vec<String> = match kind {
        // Its type has the values.
        ColumnKind::NativeEnum(native) if has_native_enum(cx.dialect, native) => return None,
        ColumnKind::TextEnum(_) | ColumnKind::NativeEnum(_) => {
            let values = kind.texts().unwrap_or_default();
            values.iter().filter_map(|value| literal::text(cx.dialect, value)).collect()
        }
        ColumnKind::IntEnum(values) => values.iter().map(ToString::to_string).collect(),
        _ => return None,
    };
    (!values.is_empty()).then(|| values.join(", "))
}

fn has_native_enum(dialect: Dialect, native: &NativeEnum) -> bool {
    match dialect {
        Dialect::Postgres => true,
        Dialect::MySql | Dialect::MariaDb => has_enum(native),
        Dialect::Sqlite => false,
    }
}

/// The names of a property's columns.
fn column_names(entity: &EntityModel, property: &PropertyModel) -> Vec<String> {
    entity.columns[property.columns.clone()].iter().map(|column| column.name.clone()).collect()
}

/// The names of an entity's key columns.
pub(super) fn key_columns(entity: &EntityModel) -> Vec<String> {
    entity.key_columns.iter().map(|column| entity.columns[*column].name.clone()).collect()
}

pub(super) fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
