//! Changes as statements, and what must be true of the rows before they run. Knows no connection.

mod mysql;
mod postgres;
mod required;
mod sqlite;
mod touched;

use crate::dialect::Dialect;
use crate::schema::diff::Change;

/// Statements that change a schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Plan {
    /// What must be true before the first statement.
    pub requirements: Vec<Requirement>,
    /// The statements, to run one after the other in one transaction.
    pub statements: Vec<String>,
    /// Whether foreign keys must not be enforced meanwhile: a table is dropped, if only to be made anew.
    pub drops_tables: bool,
    /// Tables whose foreign keys must be checked after the last statement.
    pub unchecked_tables: Vec<String>,
}

/// A column that rows must have a value for, and cannot get one by the change itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The schema that the table is in, if not the connection's own.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// A query that finds a row where the value is missing.
    pub query: String,
}

/// The statements for some changes. What says no schema is in `own_namespace`, the connection's own, where that has a
/// name ([`Schema::own_namespace`](crate::schema::model::Schema::own_namespace)).
pub fn plan(dialect: Dialect, own_namespace: Option<&str>, changes: &[Change]) -> Plan {
    match dialect {
        Dialect::Sqlite => sqlite::plan(changes),
        Dialect::Postgres => postgres::plan(changes),
        Dialect::MySql | Dialect::MariaDb => mysql::plan(dialect, own_namespace, changes),
    }
}
