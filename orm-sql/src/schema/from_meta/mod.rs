//! What the entities want the database to look like. Knows the registry and no connection.

mod column;
mod constraint;
mod enums;
mod index;
mod literal;
mod mysql;
mod pivot;

use orm_core::meta::{EntityModel, Registry};
use orm_core::{Error, Result};
use rustc_hash::FxHashMap;

use crate::dialect::Dialect;
use crate::schema::model::{Schema, Table};

/// The schema of all entities of a registry, pivot tables after the entities' own.
///
/// # Errors
/// [`Error::Metadata`] when entities do not fit together: two want one table or one index name, or a foreign key's rule
/// is none. [`Error::Unsupported`] when the database has no schemas.
pub fn from_registry(dialect: Dialect, registry: &Registry) -> Result<Schema> {
    from_registry_in(dialect, registry, None)
}

/// The same for a schema that is chosen at run time: of the entities that do not say theirs. Without one, entities
/// that need one are left out.
///
/// # Errors
/// As [`from_registry`].
pub fn from_registry_in(dialect: Dialect, registry: &Registry, chosen: Option<&str>) -> Result<Schema> {
    let cx = Context { dialect, registry };
    let entities = registry.entities_in(chosen)?;
    let mut schema = Schema::default();
    for entity in &entities {
        schema.tables.push(entity_table(&cx, entity)?);
    }
    for entity in entities {
        pivot::add_tables(&cx, entity, &mut schema.tables)?;
    }
    check_index_names(&cx, &schema)?;
    schema.enums = enums::enums(&cx)?;
    let schemas = schema.tables.iter().map(|table| &table.schema);
    for name in schemas.chain(schema.enums.iter().map(|item| &item.schema)).flatten() {
        if !schema.namespaces.contains(name) {
            schema.namespaces.push(name.clone());
        }
    }
    Ok(schema)
}

/// What every step needs.
pub(super) struct Context<'a> {
    dialect: Dialect,
    registry: &'a Registry,
}

fn entity_table(cx: &Context<'_>, entity: &EntityModel) -> Result<Table> {
    let columns = (0..entity.columns.len()).map(|column| column::column(cx, entity, column)).collect();
    let mut table = Table {
        name: entity.table.clone(),
        schema: schema_name(cx, entity, entity.schema.as_deref())?,
        columns,
        primary_key: entity.key_columns.iter().map(|column| entity.columns[*column].name.clone()).collect(),
        comment: comment(cx, entity.meta.comment),
        ..Table::default()
    };
    constraint::add_foreign_keys(cx, entity, &mut table)?;
    constraint::add_indexes(cx, entity, &mut table)?;
    mysql::shorten_index_parts(cx, &mut table);
    constraint::add_checks(cx, entity, &mut table);
    Ok(table)
}

/// The schema that a table is in, where the database has schemas.
fn schema_name(cx: &Context<'_>, entity: &EntityModel, schema: Option<&str>) -> Result<Option<String>> {
    match cx.dialect {
        Dialect::Sqlite => match schema {
            None | Some("main") => Ok(None),
            Some(schema) => Err(Error::Unsupported {
                database: cx.dialect.name(),
                feature: format!("make the table of {} in the schema `{schema}`", entity.meta.name),
                alternative: "leave `schema` out, or make the tables of an attached database by hand".into(),
            }),
        },
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => Ok(schema.map(str::to_owned)),
    }
}

/// A comment, where the database keeps them.
fn comment(cx: &Context<'_>, text: Option<&str>) -> Option<String> {
    match cx.dialect {
        // SQLite has nowhere to keep one.
        Dialect::Sqlite => text.and(None),
        // An empty one is none.
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        }
    }
}

/// Indexes share one space of names with each other and with the tables of their schema; on MySQL and MariaDB, with the
/// indexes of their table only.
fn check_index_names(cx: &Context<'_>, schema: &Schema) -> Result<()> {
    let key = |table: &Table, name: &str| {
        let schema = table.schema.clone();
        match cx.dialect {
            Dialect::Sqlite => (schema, None, name.to_ascii_lowercase()),
            Dialect::Postgres => (schema, None, name.to_owned()),
            Dialect::MySql | Dialect::MariaDb => {
                (schema, Some(table.name.clone()), name.to_ascii_lowercase())
            }
        }
    };
    let mut taken: FxHashMap<_, &str> = FxHashMap::default();
    match cx.dialect {
        Dialect::Sqlite | Dialect::Postgres => {
            taken.extend(schema.tables.iter().map(|table| (key(table, &table.name), table.name.as_str())));
        }
        Dialect::MySql | Dialect::MariaDb => {}
    }
    for table in &schema.tables {
        for index in &table.indexes {
            if let Some(other) = taken.insert(key(table, &index.name), &table.name) {
                let problem =
                    format!("the index name `{}` is taken by `{other}`; write another one", index.name);
                return Err(table_problem(cx, &table.name, problem));
            }
        }
    }
    Ok(())
}

/// An error at the first property of the entity that has the table.
fn table_problem(cx: &Context<'_>, table: &str, problem: String) -> Error {
    let meta = cx.registry.entities().find(|entity| entity.table == table).map(|entity| entity.meta);
    let property = meta.and_then(|meta| meta.properties.first());
    Error::Metadata {
        entity: meta.map_or("a pivot table", |meta| meta.name),
        property: property.map_or("", |property| property.name),
        problem,
    }
}
