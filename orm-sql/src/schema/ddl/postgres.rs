//! PostgreSQL's statements: foreign keys come after all tables, since rows may point in circles.

use crate::dialect::Dialect;
use crate::schema::ddl::{
    check_definition, constraint, foreign_key_definition, index_parts, names, qualified, table_name,
};
use crate::schema::model::{Column, EnumType, ForeignKey, Index, Schema, Table};
use crate::schema::sql_text::parenthesized;

const POSTGRES: Dialect = Dialect::Postgres;

pub(super) fn create_statements(schema: &Schema) -> Vec<String> {
    let mut statements: Vec<String> = schema.namespaces.iter().map(|name| create_namespace(name)).collect();
    statements.extend(schema.enums.iter().map(create_enum));
    for table in &schema.tables {
        statements.push(create_table(table));
        statements.extend(create_indexes(table));
        statements.extend(comments(table));
    }
    for table in &schema.tables {
        statements.extend(table.foreign_keys.iter().map(|key| add_foreign_key(table, key)));
    }
    statements
}

/// All tables go in one statement: then it is no matter which of them point at each other.
pub(super) fn drop_statements(schema: &Schema) -> Vec<String> {
    let mut statements = Vec::new();
    if !schema.tables.is_empty() {
        statements.push(format!("drop table if exists {}", tables(schema)));
    }
    let drop_enum = |item: &EnumType| format!("drop type if exists {}", enum_name(item));
    statements.extend(schema.enums.iter().map(drop_enum));
    statements
}

pub(super) fn clear_statements(schema: &Schema) -> Vec<String> {
    match schema.tables.is_empty() {
        true => Vec::new(),
        false => vec![format!("truncate table {} restart identity", tables(schema))],
    }
}

fn tables(schema: &Schema) -> String {
    let names: Vec<String> = schema.tables.iter().rev().map(|table| table_name(POSTGRES, table)).collect();
    names.join(", ")
}

pub(crate) fn create_namespace(name: &str) -> String {
    format!("create schema if not exists {}", POSTGRES.identifier(name))
}

pub(crate) fn enum_name(item: &EnumType) -> String {
    qualified(POSTGRES, item.schema.as_deref(), &item.name)
}

pub(crate) fn create_enum(item: &EnumType) -> String {
    let values: Vec<String> = item.values.iter().map(|value| text(value)).collect();
    format!("create type {} as enum ({})", enum_name(item), values.join(", "))
}

/// The statement that makes a table without its indexes, foreign keys and comments.
pub(crate) fn create_table(table: &Table) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(column_definition).collect();
    if !table.primary_key.is_empty() {
        lines.push(format!("primary key ({})", names(POSTGRES, &table.primary_key)));
    }
    let uniques = table.indexes.iter().filter(|index| index.constraint);
    lines.extend(uniques.map(unique_definition));
    lines.extend(table.checks.iter().map(|check| check_definition(POSTGRES, check)));
    let name = table_name(POSTGRES, table);
    match lines.is_empty() {
        true => format!("create table {name} ()"),
        false => format!("create table {name} (\n  {}\n)", lines.join(",\n  ")),
    }
}

/// A unique constraint as it stands in `create table` and behind `alter table … add`.
pub(crate) fn unique_definition(index: &Index) -> String {
    let name = Some(&index.name).filter(|name| !name.is_empty());
    format!(
        "{}unique ({}){}",
        constraint(POSTGRES, name),
        index_parts(POSTGRES, &index.parts),
        included(index)
    )
}

/// The statements that make a table's indexes.
pub(crate) fn create_indexes(table: &Table) -> impl Iterator<Item = String> {
    let indexes = table.indexes.iter().filter(|index| !index.constraint);
    indexes.map(move |index| create_index(table, index))
}

pub(crate) fn create_index(table: &Table, index: &Index) -> String {
    let Index { name, parts, unique, method, condition, include: _, constraint: _, custom } = index;
    if let Some(sql) = custom {
        return sql.clone();
    }
    let unique = if *unique { "unique " } else { "" };
    let (name, table) = (POSTGRES.identifier(name), table_name(POSTGRES, table));
    let method = method.as_ref().map_or_else(String::new, |method| format!(" using {method}"));
    let condition =
        condition.as_ref().map_or_else(String::new, |sql| format!(" where {}", parenthesized(POSTGRES, sql)));
    let parts = index_parts(POSTGRES, parts);
    format!("create {unique}index {name} on {table}{method} ({parts}){}{condition}", included(index))
}

fn included(index: &Index) -> String {
    match index.include.is_empty() {
        true => String::new(),
        false => format!(" include ({})", names(POSTGRES, &index.include)),
    }
}

pub(crate) fn drop_index(table: &Table, index: &Index) -> String {
    format!("drop index {}", qualified(POSTGRES, table.schema.as_deref(), &index.name))
}

pub(crate) fn add_foreign_key(table: &Table, foreign_key: &ForeignKey) -> String {
    let definition = foreign_key_definition(POSTGRES, foreign_key);
    format!("alter table {} add {definition}", table_name(POSTGRES, table))
}

/// The comments on a table and its columns.
pub(crate) fn comments(table: &Table) -> Vec<String> {
    let mut statements = Vec::new();
    if table.comment.is_some() {
        statements.push(comment_on_table(table));
    }
    let commented = table.columns.iter().filter(|column| column.comment.is_some());
    statements.extend(commented.map(|column| comment_on_column(table, column)));
    statements
}

/// The statement that gives a table the comment that it should have, or none.
pub(crate) fn comment_on_table(table: &Table) -> String {
    format!("comment on table {} is {}", table_name(POSTGRES, table), comment(table.comment.as_deref()))
}

/// The statement that gives a column the comment that it should have, or none.
pub(crate) fn comment_on_column(table: &Table, column: &Column) -> String {
    let name = POSTGRES.identifier(&column.name);
    let text = comment(column.comment.as_deref());
    format!("comment on column {}.{name} is {text}", table_name(POSTGRES, table))
}

fn comment(comment: Option<&str>) -> String {
    comment.map_or_else(|| "null".to_owned(), text)
}

/// Text as a literal that reads the same whatever the server makes of backslashes.
pub(crate) fn text(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    match value.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

/// A column as it stands in `create table` and in `alter table … add column`.
pub(crate) fn column_definition(column: &Column) -> String {
    let Column { name, type_name, nullable, default, generated, auto_increment, collation, comment: _ } =
        column;
    let mut sql = format!("{} {type_name}", POSTGRES.identifier(name));
    if let Some(collation) = collation {
        sql.push_str(" collate ");
        POSTGRES.push_identifier(&mut sql, collation);
    }
    if let Some(generated) = generated {
        let kind = if generated.stored { "stored" } else { "virtual" };
        let expression = parenthesized(POSTGRES, &generated.expression);
        sql.push_str(&format!(" generated always as {expression} {kind}"));
    }
    if *auto_increment {
        sql.push_str(" generated by default as identity");
    }
    if !nullable {
        sql.push_str(" not null");
    }
    if let Some(default) = default.as_ref().filter(|_| !auto_increment) {
        sql.push_str(&format!(" default {default}"));
    }
    sql
}
