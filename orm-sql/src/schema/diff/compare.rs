//! Whether two columns or constraints are the same. Everything is taken apart in full, so that a new field is thought of.

use crate::dialect::Dialect;
use crate::schema::model::{Check, Column, ForeignKey, Generated, Index};
use crate::schema::sql_text::normalized;
use crate::schema::types::same_type;

/// Whether two names are one.
pub(super) fn same_name(dialect: Dialect, one: &str, other: &str) -> bool {
    match dialect {
        Dialect::Sqlite => one.eq_ignore_ascii_case(other),
    }
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
    };
    counts
        && same_type(dialect, type_name, &to.type_name)
        && *nullable == to.nullable
        && same_default(default.as_deref(), to.default.as_deref())
        && same_generated(generated.as_ref(), to.generated.as_ref())
        && *comment == to.comment
}

fn same_default(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |sql: &str| match normalized(sql).as_str() {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        text => text.to_owned(),
    };
    one.map(plain) == other.map(plain)
}

fn same_generated(one: Option<&Generated>, other: Option<&Generated>) -> bool {
    match (one, other) {
        (Some(Generated { expression, stored }), Some(other)) => {
            normalized(expression) == normalized(&other.expression) && *stored == other.stored
        }
        (None, None) => true,
        _ => false,
    }
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
        deferred,
    } = from;
    same_names(dialect, columns, &to.columns)
        && *referenced_schema == to.referenced_schema
        && same_name(dialect, referenced_table, &to.referenced_table)
        && (referenced_columns.is_empty() || same_names(dialect, referenced_columns, &to.referenced_columns))
        && *on_delete == to.on_delete
        && *on_update == to.on_update
        && *deferred == to.deferred
}

/// Whether an index covers the same columns in the same way.
pub(super) fn same_index(dialect: Dialect, from: &Index, to: &Index) -> bool {
    let Index { name: _, columns, unique, constraint: _, custom } = from;
    custom.is_none() && same_names(dialect, columns, &to.columns) && *unique == to.unique
}

pub(super) fn same_check(from: &Check, to: &Check) -> bool {
    let Check { name: _, expression } = from;
    normalized(expression) == normalized(&to.expression)
}
