//! What a database has, read back as a schema.

mod create_table;
mod sqlite;

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::model::Schema;

/// Reads the schema of a database, with a few queries however many tables there are.
///
/// # Errors
/// When a query fails; a table that is written in an odd way is read as far as it is understood.
pub async fn read_schema(dialect: Dialect, connection: &mut dyn SchemaConnection) -> Result<Schema> {
    match dialect {
        Dialect::Sqlite => sqlite::read_schema(connection).await,
    }
}
