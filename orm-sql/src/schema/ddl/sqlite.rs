//! SQLite's statements: all constraints stand in `create table`, since none can be added later.

use crate::dialect::Dialect;
use crate::schema::ddl::{
    check_definition, constraint, foreign_key_definition, index_parts, names, table_name,
};
use crate::schema::model::{Column, Index, Schema, Table};
use crate::schema::sql_text::parenthesized;

const SQLITE: Dialect = Dialect::Sqlite;

pub(super) fn create_statements(schema: &Schema) -> Vec<String> {
    let mut statements = Vec::new();
    for table in &schema.tables {
        statements.push(create_table(table));
        statements.extend(create_indexes(table));
    }
    statements
}

pub(super) fn drop_statements(schema: &Schema) -> Vec<String> {
    let drop = |table| format!("drop table if exists {}", table_name(SQLITE, table));
    schema.tables.iter().rev().map(drop).collect()
}

pub(super) fn clear_statements(schema: &Schema) -> Vec<String> {
    let delete = |table| format!("delete from {}", table_name(SQLITE, table));
    let mut statements: Vec<String> = schema.tables.iter().rev().map(delete).collect();
    let counted = |table: &&Table| table.columns.iter().any(|column| column.auto_increment);
    statements.extend(schema.tables.iter().filter(counted).map(|table| {
        format!("delete from sqlite_sequence where name = '{}'", table.name.replace('\'', "''"))
    }));
    statements
}

/// The statement that makes a table, with all that SQLite cannot add later.
pub(crate) fn create_table(table: &Table) -> String {
    let counted = table.columns.iter().find(|column| column.auto_increment);
    let mut lines: Vec<String> = table.columns.iter().map(column_definition).collect();
    if counted.is_none() && !table.primary_key.is_empty() {
        lines.push(format!("primary key ({})", names(SQLITE, &table.primary_key)));
    }
    for index in table.indexes.iter().filter(|index| index.constraint) {
        let name = Some(&index.name).filter(|name| !name.is_empty());
        lines.push(format!("{}unique ({})", constraint(SQLITE, name), index_parts(SQLITE, &index.parts)));
    }
    lines.extend(table.foreign_keys.iter().map(|foreign_key| foreign_key_definition(SQLITE, foreign_key)));
    lines.extend(table.checks.iter().map(|check| check_definition(SQLITE, check)));
    let options = table.options.as_ref().map_or_else(String::new, |options| format!(" {options}"));
    format!("create table {} (\n  {}\n){options}", table_name(SQLITE, table), lines.join(",\n  "))
}

/// The statements that make a table's indexes.
pub(crate) fn create_indexes(table: &Table) -> impl Iterator<Item = String> {
    let indexes = table.indexes.iter().filter(|index| !index.constraint);
    indexes.map(move |index| create_index(table, index))
}

/// SQLite has one kind of index, and keeps no other columns in it.
pub(crate) fn create_index(table: &Table, index: &Index) -> String {
    let Index { name, parts, unique, method: _, condition, include: _, constraint: _, custom } = index;
    if let Some(sql) = custom {
        return sql.clone();
    }
    let unique = if *unique { "unique " } else { "" };
    let (name, table) = (SQLITE.identifier(name), table_name(SQLITE, table));
    let condition = condition.as_ref().map_or_else(String::new, |sql| format!(" where {sql}"));
    format!("create {unique}index {name} on {table} ({}){condition}", index_parts(SQLITE, parts))
}

pub(crate) fn drop_index(name: &str) -> String {
    format!("drop index {}", SQLITE.identifier(name))
}

/// A column as it stands in `create table` and in `alter table … add column`.
pub(crate) fn column_definition(column: &Column) -> String {
    let Column { name, type_name, nullable, default, generated, auto_increment, collation, comment: _ } =
        column;
    let mut text = format!("{} {type_name}", SQLITE.identifier(name));
    if let Some(collation) = collation {
        text.push_str(" collate ");
        SQLITE.push_identifier(&mut text, collation);
    }
    if let Some(generated) = generated {
        let kind = if generated.stored { "stored" } else { "virtual" };
        let expression = parenthesized(SQLITE, &generated.expression);
        text.push_str(&format!(" generated always as {expression} {kind}"));
    }
    if !nullable {
        text.push_str(" not null");
    }
    if let Some(default) = default {
        text.push_str(&format!(" default {default}"));
    }
    if *auto_increment {
        text.push_str(" primary key autoincrement");
    }
    text
}
