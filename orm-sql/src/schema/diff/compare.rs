//! Whether two columns or constraints are the same. Everything is taken apart in full, so that a new field is thought of.

use crate::dialect::Dialect;
use crate::schema::model::{Check, Column, ForeignKey, Generated, Index, IndexPart, IndexValue, Rule, Table};
use crate::schema::sql_text::normalized;
use crate::schema::types::same_type;

/// Whether two names are one.
pub(super) fn same_name(dialect: Dialect, one: &str, other: &str) -> bool {
    match dialect {
        Dialect::Sqlite => one.eq_ignore_ascii_case(other),
        Dialect::Postgres => one == other,
        // Columns and indexes ignore case; tables do where the server's files do, and two of them that differ in
        // nothing else are no good idea anywhere.
        Dialect::MySql | Dialect::MariaDb => one.eq_ignore_ascii_case(other),
    }
}

/// Whether two tables are one, to go by their names.
pub(crate) fn same_table(dialect: Dialect, one: &Table, other: &Table) -> bool {
    same_name(dialect, &one.name, &other.name) && one.schema == other.schema
}

/// Whether the name, with its schema or without, is the table's.
pub(super) fn is_called(dialect: Dialect, table: &Table, name: &str) -> bool {
    same_name(dialect, &table.name, name)
        || table
            .schema
            .as_ref()
            .is_some_and(|schema| same_name(dialect, &format!("{schema}.{}", table.name), name))
}

pub(super) fn same_names(dialect: Dialect, one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_name(dialect, one, other))
}

pub(super) fn has_name(dialect: Dialect, names: &[String], name: &str) -> bool {
    names.iter().any(|other| same_name(dialect, other, name))
}

/// Whether a column is as it should be; its name has been compared.
pub(super) fn same_column(dialect: Dialect, from: &Column, to: &Column) -> bool {
    let Column { name: _, type_name, nullable, default, generated, auto_increment, collation: _, comment } =
        from;
    let counts = match dialect {
        // A counted key that is not asked for is no harm: SQLite counts every integer key.
        Dialect::Sqlite => *auto_increment || !to.auto_increment,
        Dialect::Postgres => *auto_increment == to.auto_increment,
        Dialect::MySql | Dialect::MariaDb => *auto_increment == to.auto_increment,
    };
    // What counts a column up may look like a default: `nextval(…)`.
    let counted = *auto_increment && to.auto_increment;
    counts
        && same_type(dialect, type_name, &to.type_name)
        && *nullable == to.nullable
        && (counted || same_default(dialect, default.as_deref(), to.default.as_deref()))
        && same_generated(dialect, generated.as_ref(), to.generated.as_ref())
        && *comment == to.comment
}

pub(crate) fn same_default(dialect: Dialect, one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |sql: &str| {
        let text = normalized(dialect, sql);
        match (dialect, text.as_str()) {
            (Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb, "true") => "1".to_owned(),
            (Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb, "false") => "0".to_owned(),
            _ => text,
        }
    };
    one.map(plain) == other.map(plain)
}

pub(crate) fn same_generated(dialect: Dialect, one: Option<&Generated>, other: Option<&Generated>) -> bool {
    match (one, other) {
        (Some(Generated { expression, stored }), Some(other)) => {
            same_expression(dialect, expression, &other.expression) && *stored == other.stored
        }
        (None, None) => true,
        _ => false,
    }
}

fn same_expression(dialect: Dialect, one: &str, other: &str) -> bool {
    normalized(dialect, one) == normalized(dialect, other)
}

/// Whether a foreign key is as it should be; SQLite never says its name.
///
/// Where the database has no columns to point at it means the primary key, as every entity does.
pub(super) fn same_foreign_key(dialect: Dialect, from: &ForeignKey, to: &ForeignKey) -> bool {
    let ForeignKey {
        name: _,
        columns,
        referenced_schema,
        referenced_table,
        referenced_columns,
        on_delete,
        on_update,
        deferral,
    } = from;
    same_names(dialect, columns, &to.columns)
        && *referenced_schema == to.referenced_schema
        && same_name(dialect, referenced_table, &to.referenced_table)
        && (referenced_columns.is_empty() || same_names(dialect, referenced_columns, &to.referenced_columns))
        && same_rule(dialect, *on_delete, to.on_delete)
        && same_rule(dialect, *on_update, to.on_update)
        && *deferral == to.deferral
}

fn same_rule(dialect: Dialect, one: Rule, other: Rule) -> bool {
    let meant = |rule: Rule| match (dialect, rule) {
        // They refuse at once either way, and do not always tell which of the two was written.
        (Dialect::MySql | Dialect::MariaDb, Rule::Restrict) => Rule::NoAction,
        (Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb, rule) => rule,
    };
    meant(one) == meant(other)
}

/// Whether an index covers the same values in the same way; its name has been compared.
pub(crate) fn same_index(dialect: Dialect, from: &Index, to: &Index) -> bool {
    let Index { name: _, parts, unique, method, condition, include, constraint: _, custom } = from;
    let same_condition = match (condition, &to.condition) {
        (Some(one), Some(other)) => same_expression(dialect, one, other),
        (None, None) => true,
        _ => false,
    };
    custom.is_none()
        && parts.len() == to.parts.len()
        && parts.iter().zip(&to.parts).all(|(one, other)| same_part(dialect, one, other))
        && *unique == to.unique
        && *method == to.method
        && same_condition
        && same_names(dialect, include, &to.include)
}

fn same_part(dialect: Dialect, from: &IndexPart, to: &IndexPart) -> bool {
    let IndexPart { value, descending, length, operator_class } = from;
    let same_value = match (value, &to.value) {
        (IndexValue::Column(one), IndexValue::Column(other)) => same_name(dialect, one, other),
        (IndexValue::Expression(one), IndexValue::Expression(other)) => same_expression(dialect, one, other),
        _ => false,
    };
    same_value && *descending == to.descending && *length == to.length && *operator_class == to.operator_class
}

pub(super) fn same_check(dialect: Dialect, from: &Check, to: &Check) -> bool {
    let Check { name: _, expression } = from;
    same_expression(dialect, expression, &to.expression)
}
