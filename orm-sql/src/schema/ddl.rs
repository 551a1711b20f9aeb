//! A schema as statements that make it, and that take it away. Knows no registry and no connection.

use crate::dialect::Dialect;
use crate::schema::model::{Check, Column, ForeignKey, Index, Rule, Schema, Table};
use crate::schema::sql_text::parenthesized;

/// The statements that make all tables and their indexes.
pub fn create_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let mut statements = Vec::new();
    for table in &schema.tables {
        statements.push(create_table(dialect, table));
        statements.extend(create_indexes(dialect, table));
    }
    statements
}

/// The statements that drop all tables that are there, the last made first.
///
/// Rows point at each other in circles, so foreign keys must not be enforced while these run.
pub fn drop_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let drop = |table| format!("drop table if exists {}", table_name(dialect, table));
    schema.tables.iter().rev().map(drop).collect()
}

/// The statements that delete all rows of all tables, and have counted keys begin at one again.
///
/// Foreign keys must not be enforced while these run.
pub(crate) fn clear_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let delete = |table| format!("delete from {}", table_name(dialect, table));
    let mut statements: Vec<String> = schema.tables.iter().rev().map(delete).collect();
    let counted = |table: &&Table| table.columns.iter().any(|column| column.auto_increment);
    statements.extend(schema.tables.iter().filter(counted).map(|table| match dialect {
        Dialect::Sqlite => {
            format!("delete from sqlite_sequence where name = '{}'", table.name.replace('\'', "''"))
        }
    }));
    statements
}

/// The statement that makes a table, with all that SQLite cannot add later.
pub(crate) fn create_table(dialect: Dialect, table: &Table) -> String {
    let counted = table.columns.iter().find(|column| column.auto_increment);
    let mut lines: Vec<String> =
        table.columns.iter().map(|column| column_definition(dialect, column)).collect();
    if counted.is_none() && !table.primary_key.is_empty() {
        lines.push(format!("primary key ({})", names(dialect, &table.primary_key)));
    }
    for index in table.indexes.iter().filter(|index| index.constraint) {
        let Index { name, columns, unique: _, constraint: _, custom: _ } = index;
        let name = Some(name).filter(|name| !name.is_empty());
        lines.push(format!("{}unique ({})", constraint(dialect, name), names(dialect, columns)));
    }
    lines.extend(table.foreign_keys.iter().map(|foreign_key| {
        let columns = names(dialect, &foreign_key.columns);
        let name = constraint(dialect, foreign_key.name.as_ref());
        format!("{name}foreign key ({columns}) {}", references(dialect, foreign_key))
    }));
    lines.extend(table.checks.iter().map(|check| check_definition(dialect, check)));
    let options = table.options.as_ref().map_or_else(String::new, |options| format!(" {options}"));
    format!("create table {} (\n  {}\n){options}", table_name(dialect, table), lines.join(",\n  "))
}

/// The statements that make a table's indexes.
pub(crate) fn create_indexes(dialect: Dialect, table: &Table) -> impl Iterator<Item = String> {
    let indexes = table.indexes.iter().filter(|index| !index.constraint);
    indexes.map(move |index| create_index(dialect, table, index))
}

pub(crate) fn create_index(dialect: Dialect, table: &Table, index: &Index) -> String {
    let Index { name, columns, unique, constraint: _, custom } = index;
    if let Some(sql) = custom {
        return sql.clone();
    }
    let unique = if *unique { "unique " } else { "" };
    format!(
        "create {unique}index {} on {} ({})",
        dialect.identifier(name),
        table_name(dialect, table),
        names(dialect, columns)
    )
}

pub(crate) fn drop_index(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("drop index {}", dialect.identifier(name)),
    }
}

/// A column as it stands in `create table` and in `alter table … add column`.
pub(crate) fn column_definition(dialect: Dialect, column: &Column) -> String {
    let Column { name, type_name, nullable, default, generated, auto_increment, collation, comment: _ } =
        column;
    let mut text = format!("{} {type_name}", dialect.identifier(name));
    if let Some(collation) = collation {
        text.push_str(" collate ");
        dialect.push_identifier(&mut text, collation);
    }
    if let Some(generated) = generated {
        let kind = if generated.stored { "stored" } else { "virtual" };
        text.push_str(&format!(" generated always as {} {kind}", parenthesized(&generated.expression)));
    }
    if !nullable {
        text.push_str(" not null");
    }
    if let Some(default) = default {
        text.push_str(&format!(" default {default}"));
    }
    if *auto_increment {
        match dialect {
            Dialect::Sqlite => text.push_str(" primary key autoincrement"),
        }
    }
    text
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
        deferred,
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
    if *deferred {
        text.push_str(" deferrable initially deferred");
    }
    text
}

pub(crate) fn check_definition(dialect: Dialect, check: &Check) -> String {
    let Check { name, expression } = check;
    format!("{}check {}", constraint(dialect, name.as_ref()), parenthesized(expression))
}

/// `constraint "name" `, or nothing for a constraint without a name.
pub(crate) fn constraint(dialect: Dialect, name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("constraint {} ", dialect.identifier(name)))
}

pub(crate) fn table_name(dialect: Dialect, table: &Table) -> String {
    qualified(dialect, table.schema.as_deref(), &table.name)
}

fn qualified(dialect: Dialect, schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", dialect.identifier(schema), dialect.identifier(name)),
        None => dialect.identifier(name),
    }
}

/// Names in quotes with commas between.
pub(crate) fn names(dialect: Dialect, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| dialect.identifier(name)).collect();
    quoted.join(", ")
}
