//! A schema as statements that make it, and that take it away. Knows no registry and no connection.

pub(crate) mod mysql;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::dialect::Dialect;
use crate::schema::model::{Check, Deferral, ForeignKey, IndexPart, IndexValue, Rule, Schema, Table};
use crate::schema::sql_text::parenthesized;

/// The statements that make all tables and their indexes, and what stands around them.
pub fn create_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => sqlite::create_statements(schema),
        Dialect::Postgres => postgres::create_statements(schema),
        Dialect::MySql | Dialect::MariaDb => mysql::create_statements(dialect, schema),
    }
}

/// The statements that drop all tables that are there, the last made first.
///
/// Rows point at each other in circles, so foreign keys must not be enforced while these run, where they can be
/// switched off.
pub fn drop_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => sqlite::drop_statements(schema),
        Dialect::Postgres => postgres::drop_statements(schema),
        Dialect::MySql | Dialect::MariaDb => mysql::drop_statements(dialect, schema),
    }
}

/// The statements that delete all rows of all tables, and have counted keys begin at one again.
///
/// Foreign keys must not be enforced while these run, where they can be switched off.
pub(crate) fn clear_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => sqlite::clear_statements(schema),
        Dialect::Postgres => postgres::clear_statements(schema),
        Dialect::MySql | Dialect::MariaDb => mysql::clear_statements(dialect, schema),
    }
}

/// A foreign key as it stands in `create table` and behind `alter table … add`.
pub(crate) fn foreign_key_definition(dialect: Dialect, foreign_key: &ForeignKey) -> String {
    let columns = names(dialect, &foreign_key.columns);
    let name = constraint(dialect, foreign_key.name.as_ref());
    format!("{name}foreign key ({columns}) {}", references(dialect, foreign_key))
}

/// What a foreign key points at, and its rules.
pub(crate) fn references(dialect: Dialect, foreign_key: &ForeignKey) -> String {
    let ForeignKey {
        name: _,
        columns: _,
        referenced_schema,
        referenced_table,
        referenced_columns,
        on_delete,
        on_update,
        deferral,
    } = foreign_key;
    let mut text =
        format!("references {}", qualified(dialect, referenced_schema.as_deref(), referenced_table));
    if !referenced_columns.is_empty() {
        text.push_str(&format!(" ({})", names(dialect, referenced_columns)));
    }
    for (event, rule) in [("update", on_update), ("delete", on_delete)] {
        if *rule != Rule::NoAction {
            text.push_str(&format!(" on {event} {}", rule.sql()));
        }
    }
    match deferral {
        Deferral::Never => {}
        Deferral::Possible => text.push_str(" deferrable initially immediate"),
        Deferral::Always => text.push_str(" deferrable initially deferred"),
    }
    text
}

/// A check as it stands in `create table` and behind `alter table … add`.
pub(crate) fn check_definition(dialect: Dialect, check: &Check) -> String {
    let Check { name, expression } = check;
    format!("{}check {}", constraint(dialect, name.as_ref()), parenthesized(dialect, expression))
}

/// The parts of an index with commas between.
pub(crate) fn index_parts(dialect: Dialect, parts: &[IndexPart]) -> String {
    let part = |part: &IndexPart| {
        let IndexPart { value, descending, length, operator_class } = part;
        let mut text = match value {
            IndexValue::Column(name) => dialect.identifier(name),
            IndexValue::Expression(sql) => parenthesized(dialect, sql),
        };
        if let Some(length) = length {
            text.push_str(&format!("({length})"));
        }
        if let Some(operator_class) = operator_class {
            text.push_str(&format!(" {operator_class}"));
        }
        if *descending {
            text.push_str(" desc");
        }
        text
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(", ")
}

/// `constraint "name" `, or nothing for a constraint without a name.
pub(crate) fn constraint(dialect: Dialect, name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("constraint {} ", dialect.identifier(name)))
}

pub(crate) fn table_name(dialect: Dialect, table: &Table) -> String {
    qualified(dialect, table.schema.as_deref(), &table.name)
}

/// A name in quotes, with its schema if it is in another one than the connection's own.
pub(crate) fn qualified(dialect: Dialect, schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", dialect.identifier(schema), dialect.identifier(name)),
        None => dialect.identifier(name),
    }
}

/// Names in quotes with commas between.
pub(crate) fn names<S: AsRef<str>>(dialect: Dialect, names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| dialect.identifier(name.as_ref())).collect();
    quoted.join(", ")
}
