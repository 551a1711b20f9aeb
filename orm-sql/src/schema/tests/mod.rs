//! The schema from entities to a database and back, on SQLite in memory.

mod blog;
mod create;
mod memory;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod random;
mod refused;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod shop;
mod update;
