//! The statements of MySQL and MariaDB: foreign keys come after all tables, since rows may point in circles.
//!
//! Text compares by its characters, as everywhere else: letter case and blanks at the end count. So the tables that are
//! made here have a binary collation without padding ([`collation`]).

use crate::dialect::Dialect;
use crate::schema::ddl::{check_definition, foreign_key_definition, index_parts, names, table_name};
use crate::schema::model::{Column, ForeignKey, Index, Schema, Table};
use crate::schema::sql_text::parenthesized;
use crate::schema::types::{is_long_mysql, is_text_mysql};

/// How text compares in the tables that are made here. MySQL has it from version 8.0.17 on.
pub(crate) const fn collation(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::MariaDb => "utf8mb4_nopad_bin",
        Dialect::MySql | Dialect::Sqlite | Dialect::Postgres => "utf8mb4_0900_bin",
    }
}

pub(super) fn create_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let mut statements: Vec<String> =
        schema.namespaces.iter().map(|name| create_namespace(dialect, name)).collect();
    statements.extend(schema.tables.iter().map(|table| create_table(dialect, table)));
    for table in &schema.tables {
        let own = schema.own_namespace.as_deref();
        statements.extend(add_foreign_keys(dialect, own, table, &table.foreign_keys));
    }
    statements
}

pub(super) fn drop_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    match schema.tables.is_empty() {
        true => Vec::new(),
        false => vec![format!("drop table if exists {}", tables(dialect, schema))],
    }
}

/// `truncate` would commit, and refuses tables that others point at; so rows are deleted, and keys counted anew.
pub(super) fn clear_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let delete = |table| format!("delete from {}", table_name(dialect, table));
    let mut statements: Vec<String> = schema.tables.iter().rev().map(delete).collect();
    let counted = |table: &&Table| table.columns.iter().any(|column| column.auto_increment);
    let count_anew = |table| format!("alter table {} auto_increment = 1", table_name(dialect, table));
    statements.extend(schema.tables.iter().filter(counted).map(count_anew));
    statements
}

fn tables(dialect: Dialect, schema: &Schema) -> String {
    let names: Vec<String> = schema.tables.iter().rev().map(|table| table_name(dialect, table)).collect();
    names.join(", ")
}

pub(crate) fn create_namespace(dialect: Dialect, name: &str) -> String {
    format!("create database if not exists {}", dialect.identifier(name))
}

/// The statement that makes a table with its indexes, checks and comments, and without its foreign keys.
pub(crate) fn create_table(dialect: Dialect, table: &Table) -> String {
    let mut lines: Vec<String> =
        table.columns.iter().map(|column| column_definition(dialect, table, column)).collect();
    if !table.primary_key.is_empty() {
        lines.push(format!("primary key ({})", names(dialect, &table.primary_key)));
    }
    lines.extend(table.indexes.iter().map(|index| index_definition(dialect, index)));
    lines.extend(table.checks.iter().map(|check| check_definition(dialect, check)));
    let options = match &table.options {
        Some(options) => options.clone(),
        None => format!("engine = InnoDB collate {}", collation(dialect)),
    };
    let comment =
        table.comment.as_ref().map_or_else(String::new, |comment| format!(" comment {}", text(comment)));
    format!("create table {} (\n  {}\n) {options}{comment}", table_name(dialect, table), lines.join(",\n  "))
}

/// The statement that adds foreign keys to a table, if there are any.
///
/// What they point at is looked for in the table's own database unless they say another one.
pub(crate) fn add_foreign_keys(
    dialect: Dialect,
    own_namespace: Option<&str>,
    table: &Table,
    keys: &[ForeignKey],
) -> Option<String> {
    let add = |key: &ForeignKey| {
        let mut key = key.clone();
        if table.schema.is_some() && key.referenced_schema.is_none() {
            key.referenced_schema = own_namespace.map(str::to_owned);
        }
        format!("add {}", foreign_key_definition(dialect, &key))
    };
    let actions: Vec<String> = keys.iter().map(add).collect();
    (!actions.is_empty())
        .then(|| format!("alter table {} {}", table_name(dialect, table), actions.join(", ")))
}

/// An index as it stands in `create table` and behind `alter table … add`.
pub(crate) fn index_definition(dialect: Dialect, index: &Index) -> String {
    let Index { name, parts, unique, method, condition: _, include: _, constraint: _, custom } = index;
    if let Some(sql) = custom {
        return sql.clone();
    }
    let (name, parts) = (dialect.identifier(name), index_parts(dialect, parts));
    match method.as_deref() {
        Some(kind @ ("fulltext" | "spatial")) => format!("{kind} index {name} ({parts})"),
        method => {
            let unique = if *unique { "unique " } else { "" };
            let method = method.map_or_else(String::new, |method| format!(" using {method}"));
            format!("{unique}index {name}{method} ({parts})")
        }
    }
}

/// A column as it stands in `create table` and behind `alter table … add` or `modify`.
pub(crate) fn column_definition(dialect: Dialect, table: &Table, column: &Column) -> String {
    let Column { name, type_name, nullable, default, generated, auto_increment, collation: _, comment } =
        column;
    let mut sql = format!("{} {type_name}", dialect.identifier(name));
    if let Some(collation) = written_collation(dialect, table, column) {
        sql.push_str(&format!(" collate {collation}"));
    }
    if let Some(generated) = generated {
        let kind = if generated.stored { "stored" } else { "virtual" };
        let expression = parenthesized(dialect, &generated.expression);
        sql.push_str(&format!(" generated always as {expression} {kind}"));
    }
    match (nullable, dialect) {
        // MariaDB takes no such word behind a generated column, and `null` is what a timestamp needs to be so.
        (false, _) => sql.push_str(" not null"),
        (true, _) if generated.is_none() && type_name.starts_with("timestamp") => sql.push_str(" null"),
        (true, _) => {}
    }
    if let Some(default) = default {
        // A long text takes an expression only.
        match is_long_mysql(type_name) && !default.starts_with('(') {
            true => sql.push_str(&format!(" default ({default})")),
            false => sql.push_str(&format!(" default {default}")),
        }
    }
    if *auto_increment {
        sql.push_str(" auto_increment");
    }
    if let Some(comment) = comment {
        sql.push_str(&format!(" comment {}", text(comment)));
    }
    sql
}

/// The collation to write, where the table's own is not the one that is meant.
fn written_collation<'a>(dialect: Dialect, table: &Table, column: &'a Column) -> Option<&'a str> {
    let own = || match is_text_mysql(&column.type_name) && table.options.is_some() {
        true => Some(collation(dialect)),
        false => None,
    };
    column.collation.as_deref().or_else(own)
}

/// Text as a literal. A backslash escapes, as it does unless a session says `no_backslash_escapes`; ours never do.
pub(crate) fn text(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('\'');
    for character in value.chars() {
        match character {
            '\'' => quoted.push_str("''"),
            '\\' => quoted.push_str("\\\\"),
            _ => quoted.push(character),
        }
    }
    quoted.push('\'');
    quoted
}

/// The text that a literal stands for.
pub(crate) fn text_value(literal: &str) -> String {
    let quote = literal.chars().next().unwrap_or('\'');
    let inner = literal.strip_prefix(quote).unwrap_or_default();
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let mut value = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|escaped| match escaped {
                '0' => '\0',
                'b' => '\u{8}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'Z' => '\u{1a}',
                other => other,
            })),
            _ if character == quote => {
                characters.next_if_eq(&quote);
                value.push(quote);
            }
            _ => value.push(character),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_from_its_literal() {
        for value in ["", "a", "it's", r"\", r"a\'b", "''", "\u{1F600}\n\t", "\"x\""] {
            assert_eq!(text_value(&text(value)), value);
        }
        assert_eq!(text_value(r"'a\'b\n\\'"), "a'b\n\\");
        assert_eq!(text_value(r#""a""b""#), "a\"b");
        for odd in ["", "'", "'\\", "'a"] {
            let _ = text_value(odd);
        }
    }
}
