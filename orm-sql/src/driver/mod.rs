//! The drivers: connections, statements, rows, errors. One folder a database.

#[cfg(any(feature = "sqlite", feature = "_server"))]
mod begin;
mod log;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "_server")]
pub mod server;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod statements;
#[cfg(all(test, feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod tests;
