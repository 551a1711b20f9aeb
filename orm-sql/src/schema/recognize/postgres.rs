//! PostgreSQL prints an expression from its own tree of it, with casts and parentheses that nobody wrote. What it would
//! print for an entity's expression is found by asking: the table is made as a temporary one, read back and forgotten.

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::ddl::postgres::{create_enum, create_index, create_table, text};
use crate::schema::diff::{differs, same_index};
use crate::schema::introspect::postgres::read_temporary;
use crate::schema::model::{Check, Column, Index, Schema, Table};

pub(super) async fn recognize(
    connection: &mut dyn SchemaConnection,
    from: &Schema,
    target: &mut Schema,
) -> Result<()> {
    let candidates = candidates(from, target);
    if candidates.is_empty() {
        return Ok(());
    }
    connection.execute("savepoint orm_recognize").await?;
    let printed = printed(connection, from, target, &candidates).await;
    connection.execute("rollback to savepoint orm_recognize").await?;
    connection.execute("release savepoint orm_recognize").await?;
    // Without temporary tables there is only the text to go by.
    let Ok(printed) = printed else { return Ok(()) };
    for (place, candidate) in candidates.iter().enumerate() {
        let Candidate { wanted, found } = *candidate;
        if let Some(printed) = printed.table(&scratch_name(place)) {
            adopt(&mut target.tables[wanted], &from.tables[found], printed);
        }
    }
    Ok(())
}

/// A table that seems to differ, by its places in both schemas.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    wanted: usize,
    found: usize,
}

fn candidates(from: &Schema, target: &Schema) -> Vec<Candidate> {
    let tables = target.tables.iter().enumerate();
    let candidate = |(wanted, table): (usize, &Table)| {
        let is_same = |other: &Table| other.name == table.name && other.schema == table.schema;
        let found = from.tables.iter().position(is_same)?;
        differs(Dialect::Postgres, &from.tables[found], table).then_some(Candidate { wanted, found })
    };
    tables.filter_map(candidate).collect()
}

/// What the database makes of the candidates, as far as it can make them.
async fn printed(
    connection: &mut dyn SchemaConnection,
    from: &Schema,
    target: &Schema,
    candidates: &[Candidate],
) -> Result<Schema> {
    let is_there = |name: &str, schema: &Option<String>| {
        from.enums.iter().any(|item| item.name == name && item.schema == *schema)
    };
    let missing = target.enums.iter().filter(|item| !is_there(&item.name, &item.schema));
    let mut statements: Vec<String> = missing.map(create_enum).collect();
    for (place, candidate) in candidates.iter().enumerate() {
        let table = scratch_table(&target.tables[candidate.wanted], place);
        let create = create_table(&table);
        // `create temporary table …`
        statements.push(create.replacen("create ", "create temporary ", 1));
        statements.extend(table.indexes.iter().map(|index| create_index(&table, index)));
    }
    connection.execute(&attempt_all(&statements)).await?;
    read_temporary(connection, from.own_namespace.as_ref()).await
}

fn scratch_name(place: usize) -> String {
    format!("__orm_{place}")
}

/// The table with names that tell its parts by their places, and nothing that concerns other tables.
fn scratch_table(table: &Table, place: usize) -> Table {
    let columns = table.columns.iter().map(|column| Column { auto_increment: false, ..column.clone() });
    let checks = table.checks.iter().enumerate().map(|(place, check)| Check {
        name: Some(format!("c{place}")),
        expression: check.expression.clone(),
    });
    let indexes = table.indexes.iter().enumerate().filter(|(_, index)| index.custom.is_none());
    let indexes = indexes.map(|(index_place, index)| Index {
        name: index_name(&scratch_name(place), index_place),
        constraint: false,
        ..index.clone()
    });
    Table {
        name: scratch_name(place),
        columns: columns.collect(),
        checks: checks.collect(),
        indexes: indexes.collect(),
        ..Table::default()
    }
}

/// One statement that runs all of them; one that fails is passed over.
fn attempt_all(statements: &[String]) -> String {
    let attempt = |statement: &String| {
        format!("begin execute {}; exception when others then null; end;", text(statement))
    };
    let body: Vec<String> = statements.iter().map(attempt).collect();
    format!("do {}", text(&format!("begin {} end", body.join("\n"))))
}

/// Where the table prints an expression as the database has it already, the database's text is taken.
fn adopt(wanted: &mut Table, found: &Table, printed: &Table) {
    for column in &mut wanted.columns {
        if let (Some(found), Some(printed)) = (found.column(&column.name), printed.column(&column.name)) {
            adopt_column(column, found, printed);
        }
    }
    for (place, check) in wanted.checks.iter_mut().enumerate() {
        let name = format!("c{place}");
        let printed = printed.checks.iter().find(|check| check.name.as_ref() == Some(&name));
        let is_same = |found: &&Check| printed.is_some_and(|printed| printed.expression == found.expression);
        if let Some(same) = found.checks.iter().find(is_same) {
            check.expression.clone_from(&same.expression);
        }
    }
    for (place, index) in wanted.indexes.iter_mut().enumerate() {
        let name = index_name(&printed.name, place);
        let Some(printed) = printed.indexes.iter().find(|index| index.name == name) else { continue };
        if found.indexes.iter().any(|found| same_index(Dialect::Postgres, found, printed)) {
            index.parts.clone_from(&printed.parts);
            index.condition.clone_from(&printed.condition);
        }
    }
}

fn index_name(table: &str, place: usize) -> String {
    format!("{table}_{place}")
}

fn adopt_column(wanted: &mut Column, found: &Column, printed: &Column) {
    if printed.type_name == found.type_name {
        wanted.type_name.clone_from(&found.type_name);
    }
    if printed.default == found.default {
        wanted.default.clone_from(&found.default);
    }
    if printed.generated == found.generated {
        wanted.generated.clone_from(&found.generated);
    }
}
