//! How MySQL and MariaDB print what they were given.

use orm_core::Result;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::model::Schema;

pub(super) async fn recognize(
    _dialect: Dialect,
    _connection: &mut dyn SchemaConnection,
    _from: &Schema,
    _target: &mut Schema,
) -> Result<()> {
    unimplemented!("comes with the servers")
}
