//! The statements of MySQL and MariaDB.

use crate::dialect::Dialect;
use crate::schema::model::Schema;

pub(super) fn create_statements(_dialect: Dialect, _schema: &Schema) -> Vec<String> {
    unimplemented!("comes with the servers")
}

pub(super) fn drop_statements(_dialect: Dialect, _schema: &Schema) -> Vec<String> {
    unimplemented!("comes with the servers")
}

pub(super) fn clear_statements(_dialect: Dialect, _schema: &Schema) -> Vec<String> {
    unimplemented!("comes with the servers")
}

/// Text as a literal, whether or not the server takes backslashes for escapes.
pub(crate) fn text(_value: &str) -> String {
    unimplemented!("comes with the servers")
}
