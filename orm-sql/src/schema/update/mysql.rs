//! How MySQL and MariaDB change a table.

use crate::dialect::Dialect;
use crate::schema::diff::Change;
use crate::schema::update::Plan;

pub(super) fn plan(_dialect: Dialect, _changes: &[Change]) -> Plan {
    unimplemented!("comes with the servers")
}
