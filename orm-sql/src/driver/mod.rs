//! The drivers: connections, statements, rows, errors. One folder a database.

#[cfg(feature = "sqlite")]
pub mod sqlite;
