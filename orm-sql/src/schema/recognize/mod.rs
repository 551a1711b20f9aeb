//! Tells an expression that the database prints in its own words for the one that an entity gave.

mod mysql;
mod postgres;
mod scratch;

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::model::Schema;

/// Puts the database's words for those of the target, where both mean the same: defaults, checks, types, the expressions
/// of generated columns and of indexes. What is left differs.
///
/// Leaves the database as it was; on PostgreSQL it must run in a transaction.
pub(crate) async fn recognize(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    from: &Schema,
    target: &mut Schema,
) -> Result<()> {
    match dialect {
        // It keeps the text that it was given.
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => postgres::recognize(connection, from, target).await,
        Dialect::MySql | Dialect::MariaDb => mysql::recognize(dialect, connection, from, target).await,
    }
}
