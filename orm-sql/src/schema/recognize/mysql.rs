//! MySQL and MariaDB print an expression from their own tree of it. What they would print for an entity's expression is
//! found by asking: the table is made as a temporary one, read back and dropped. That commits nothing.

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::ddl::mysql::create_table;
use crate::schema::introspect::mysql::{CharacterSets, character_sets, read_table};
use crate::schema::model::{Schema, Table};
use crate::schema::recognize::scratch::{Candidate, adopt, candidates, scratch_name, scratch_table};

pub(super) async fn recognize(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    from: &Schema,
    target: &mut Schema,
) -> Result<()> {
    follow_collations(from, target);
    let candidates = candidates(dialect, from, target);
    if candidates.is_empty() {
        return Ok(());
    }
    let sets = character_sets(connection).await?;
    for (place, candidate) in candidates.into_iter().enumerate() {
        let Candidate { wanted, found } = candidate;
        if let Some(printed) = printed(dialect, connection, &target.tables[wanted], place, &sets).await? {
            adopt(dialect, &mut target.tables[wanted], &from.tables[found], &printed);
        }
    }
    Ok(())
}

/// What the database makes of the table; none if it does not make it, so that there is only the text to go by.
async fn printed(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    table: &Table,
    place: usize,
    character_sets: &CharacterSets,
) -> Result<Option<Table>> {
    let mut scratch = scratch_table(table, place);
    // Only of expressions it is a question how they are printed, and not every index is possible here.
    scratch.indexes.retain(|index| index.parts.iter().any(|part| part.column().is_none()));
    let create = create_table(dialect, &scratch).replacen("create ", "create temporary ", 1);
    if connection.execute(&create).await.is_err() {
        return Ok(None);
    }
    let printed = read_table(dialect, connection, None, &scratch.name, character_sets).await;
    let name = dialect.identifier(&scratch_name(place));
    connection.execute(&format!("drop temporary table {name}")).await?;
    printed.map(Some)
}

/// Has new columns that point at text compare it as what they point at does: otherwise they could not.
fn follow_collations(from: &Schema, target: &mut Schema) {
    for table in &mut target.tables {
        let known = from.tables.iter().find(|other| other.name == table.name && other.schema == table.schema);
        for key in &table.foreign_keys {
            let is_it =
                |other: &&Table| other.name == key.referenced_table && other.schema == key.referenced_schema;
            let Some(pointed) = from.tables.iter().find(is_it) else { continue };
            for (name, pointed_name) in key.columns.iter().zip(&key.referenced_columns) {
                let is_new = known.is_none_or(|known| known.column(name).is_none());
                let pointed = pointed.column(pointed_name).and_then(|column| column.collation.clone());
                let own = table.columns.iter_mut().find(|column| column.name == *name);
                if let (true, Some(own)) = (is_new, own) {
                    own.collation = pointed;
                }
            }
        }
    }
}
