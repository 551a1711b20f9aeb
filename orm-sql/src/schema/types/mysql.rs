//! The types of MySQL and MariaDB.

use crate::dialect::Dialect;
use crate::schema::types::TypeSpec;

pub(super) fn type_name(_dialect: Dialect, _spec: TypeSpec) -> String {
    unimplemented!("comes with the servers")
}

pub(super) fn same_type(_dialect: Dialect, _one: &str, _other: &str) -> bool {
    unimplemented!("comes with the servers")
}
