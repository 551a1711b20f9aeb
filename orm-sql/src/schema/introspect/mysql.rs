//! The schema of MySQL and MariaDB.

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::model::Schema;

pub(super) async fn read_schema(
    _dialect: Dialect,
    _connection: &mut dyn SchemaConnection,
    _namespaces: &[String],
) -> Result<Schema> {
    unimplemented!("comes with the servers")
}
