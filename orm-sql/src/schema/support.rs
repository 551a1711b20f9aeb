//! What a server is too old for, asked before anything changes.

use orm_core::{Error, Result, Value};

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::model::Schema;

/// Refuses a schema that the server cannot make.
///
/// # Errors
/// [`Error::Unsupported`] with what to write instead.
pub(crate) async fn check_supported(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    target: &Schema,
) -> Result<()> {
    match dialect {
        Dialect::Postgres => check_virtual_columns(connection, target).await,
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => Ok(()),
    }
}

/// PostgreSQL computes columns when they are read from version 18 on.
async fn check_virtual_columns(connection: &mut dyn SchemaConnection, target: &Schema) -> Result<()> {
    let found = target.tables.iter().find_map(|table| {
        let is_virtual = |column: &&crate::schema::model::Column| {
            column.generated.as_ref().is_some_and(|generated| !generated.stored)
        };
        table.columns.iter().find(is_virtual).map(|column| format!("{}.{}", table.name, column.name))
    });
    let Some(column) = found else { return Ok(()) };
    let rows = connection.query("select current_setting('server_version_num')::int8", &[]).await?;
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Int(version)) if *version < 180_000 => Err(Error::Unsupported {
            database: Dialect::Postgres.name(),
            feature: format!("compute the column `{column}` when it is read, before version 18"),
            alternative: "have it stored: `generated_stored`".into(),
        }),
        _ => Ok(()),
    }
}
