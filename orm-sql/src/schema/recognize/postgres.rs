//! PostgreSQL prints an expression from its own tree of it, with casts and parentheses that nobody wrote. What it would
//! print for an entity's expression is found by asking: the table is made as a temporary one, read back and forgotten.

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::ddl::postgres::{create_enum, create_index, create_table, text};
use crate::schema::introspect::postgres::read_temporary;
use crate::schema::model::Schema;
use crate::schema::recognize::scratch::{Candidate, adopt, candidates, scratch_name, scratch_table};

pub(super) async fn recognize(
    connection: &mut dyn SchemaConnection,
    from: &Schema,
    target: &mut Schema,
) -> Result<()> {
    let candidates = candidates(Dialect::Postgres, from, target);
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
            adopt(Dialect::Postgres, &mut target.tables[wanted], &from.tables[found], printed);
        }
    }
    Ok(())
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

/// One statement that runs all of them; one that fails is passed over.
fn attempt_all(statements: &[String]) -> String {
    let attempt = |statement: &String| {
        format!("begin execute {}; exception when others then null; end;", text(statement))
    };
    let body: Vec<String> = statements.iter().map(attempt).collect();
    format!("do {}", text(&format!("begin {} end", body.join("\n"))))
}
