//! What a database has, read back as a schema.

mod cells;
mod create_index;
mod create_table;
pub(super) mod mysql;
pub(super) mod postgres;
mod sqlite;

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::model::Schema;

/// Reads the schema of a database, with a few queries however many tables there are: what is in the connection's own
/// schema and in those that are named here.
///
/// # Errors
/// When a query fails; a table that is written in an odd way is read as far as it is understood.
pub async fn read_schema(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    namespaces: &[String],
) -> Result<Schema> {
    match dialect {
        Dialect::Sqlite => sqlite::read_schema(connection).await,
        Dialect::Postgres => postgres::read_schema(connection, namespaces).await,
        Dialect::MySql | Dialect::MariaDb => mysql::read_schema(dialect, connection, namespaces).await,
    }
}
