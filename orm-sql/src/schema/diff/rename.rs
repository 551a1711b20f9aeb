//! Columns that got another name, and what that changes elsewhere.

use crate::dialect::Dialect;
use crate::schema::diff::Obstacles;
use crate::schema::diff::compare::{has_name, same_column, same_foreign_key, same_name, same_table};
use crate::schema::model::{Check, Column, ForeignKey, Index, IndexValue, Schema, Table};
use crate::schema::sql_text::{mentions, replace_name};

/// A column that got another name.
pub(super) struct Rename {
    pub(super) schema: Option<String>,
    pub(super) table: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// MikroORM's rule: one column went and one that is like it in all but the name came, and no other fits either.
pub(super) fn renamed_columns(dialect: Dialect, from: &Schema, to: &Schema) -> Vec<Rename> {
    let mut renames = Vec::new();
    for table in &to.tables {
        let Some(old) = from.tables.iter().find(|old| same_table(dialect, old, table)) else {
            continue;
        };
        let gone = missing(dialect, old, table);
        let new = missing(dialect, table, old);
        for column in &new {
            let fits = |other: &&&Column| is_like(dialect, (old, other), (table, column));
            let candidates: Vec<&&Column> = gone.iter().filter(fits).collect();
            let [only] = candidates.as_slice() else { continue };
            let rivals = new.iter().filter(|rival| is_like(dialect, (old, only), (table, rival)));
            if rivals.count() == 1 {
                let (from, to) = (only.name.clone(), column.name.clone());
                renames.push(Rename { schema: old.schema.clone(), table: old.name.clone(), from, to });
            }
        }
    }
    renames
}

/// The columns of `table` that `other` has not.
fn missing<'a>(dialect: Dialect, table: &'a Table, other: &Table) -> Vec<&'a Column> {
    let known =
        |column: &&Column| !other.columns.iter().any(|known| same_name(dialect, &known.name, &column.name));
    table.columns.iter().filter(known).collect()
}

/// Whether two columns differ in nothing but their names, foreign keys and the primary key included.
fn is_like(dialect: Dialect, (old, from): (&Table, &Column), (new, to): (&Table, &Column)) -> bool {
    let in_key = |table: &Table, column: &Column| has_name(dialect, &table.primary_key, &column.name);
    let target = |table: &Table, column: &Column| {
        let of = |foreign_key: &&ForeignKey| has_name(dialect, &foreign_key.columns, &column.name);
        let mut foreign_key = table.foreign_keys.iter().find(of)?.clone();
        for name in &mut foreign_key.columns {
            if same_name(dialect, name, &column.name) {
                name.clear();
            }
        }
        Some(foreign_key)
    };
    let same_target = match (target(old, from), target(new, to)) {
        (Some(one), Some(other)) => same_foreign_key(dialect, &one, &other),
        (None, None) => true,
        _ => false,
    };
    same_column(dialect, from, to) && in_key(old, from) == in_key(new, to) && same_target
}

/// Takes out of the schema what must go before the column gets its new name.
pub(super) fn take_obstacles(dialect: Dialect, schema: &mut Schema, rename: &Rename) -> Obstacles {
    match dialect {
        // They give it the new name there too.
        Dialect::Sqlite | Dialect::Postgres | Dialect::MariaDb => return Obstacles::default(),
        Dialect::MySql => {}
    }
    let is_own =
        |table: &&mut Table| same_name(dialect, &table.name, &rename.table) && table.schema == rename.schema;
    let Some(table) = schema.tables.iter_mut().find(is_own) else { return Obstacles::default() };
    let speaks = |sql: &String| mentions(dialect, sql, &rename.from);
    let (columns, others) = std::mem::take(&mut table.columns)
        .into_iter()
        .partition(|column| column.generated.as_ref().is_some_and(|generated| speaks(&generated.expression)));
    table.columns = others;
    let (checks, others) = std::mem::take(&mut table.checks)
        .into_iter()
        .partition(|check: &Check| check.name.is_some() && speaks(&check.expression));
    table.checks = others;
    let goes = |index: &Index| {
        let generated = |name: &str| columns.iter().any(|column: &Column| column.name == name);
        index.columns().any(generated)
            || index.parts.iter().any(|part| match &part.value {
                IndexValue::Expression(sql) => speaks(sql),
                IndexValue::Column(_) => false,
            })
    };
    let (indexes, others) = std::mem::take(&mut table.indexes).into_iter().partition(goes);
    table.indexes = others;
    Obstacles { checks, indexes, columns }
}

/// Gives the column its new name, wherever the schema says the old one.
pub(super) fn apply(dialect: Dialect, schema: &mut Schema, rename: &Rename) {
    let Rename { schema: renamed_schema, table: renamed, from, to } = rename;
    let in_list = |names: &mut Vec<String>| {
        for name in names.iter_mut().filter(|name| same_name(dialect, name, from)) {
            name.clone_from(to);
        }
    };
    for table in &mut schema.tables {
        let is_own = same_name(dialect, &table.name, renamed) && table.schema == *renamed_schema;
        for foreign_key in &mut table.foreign_keys {
            if is_own {
                in_list(&mut foreign_key.columns);
            }
            if same_name(dialect, &foreign_key.referenced_table, renamed)
                && foreign_key.referenced_schema == *renamed_schema
            {
                in_list(&mut foreign_key.referenced_columns);
            }
        }
        if !is_own {
            continue;
        }
        in_list(&mut table.primary_key);
        let quoted = dialect.identifier(to);
        let in_sql = |sql: &mut String| *sql = replace_name(dialect, sql, from, &quoted);
        for column in &mut table.columns {
            if same_name(dialect, &column.name, from) {
                column.name.clone_from(to);
            }
            if let Some(generated) = &mut column.generated {
                in_sql(&mut generated.expression);
            }
        }
        for index in &mut table.indexes {
            in_list(&mut index.include);
            for part in &mut index.parts {
                match &mut part.value {
                    IndexValue::Column(name) if same_name(dialect, name, from) => name.clone_from(to),
                    IndexValue::Column(_) => {}
                    IndexValue::Expression(sql) => in_sql(sql),
                }
            }
            index.condition.iter_mut().for_each(in_sql);
            if let Some(sql) = &mut index.custom {
                in_sql(sql);
            }
        }
        table.checks.iter_mut().for_each(|check| in_sql(&mut check.expression));
        table.triggers.iter_mut().for_each(|trigger| in_sql(&mut trigger.sql));
    }
}
