//! The database's schema: made from the entities, made in the database, read back, compared and brought up to date.

pub mod model;

mod connection;
mod ddl;
pub mod diff;
mod from_meta;
mod generator;
mod introspect;
mod names;
mod recognize;
pub(crate) mod sql_text;
mod support;
mod transition;
mod types;
pub mod update;
mod updater;

#[cfg(test)]
mod tests;

pub use connection::{SchemaConnection, SchemaConnections};
pub use ddl::{create_statements, drop_statements};
pub use from_meta::{from_registry, from_registry_in};
pub use generator::SchemaGenerator;
pub use introspect::read_schema;
pub(crate) use types::{TypeSpec, canonical_postgres, type_name};
pub use updater::SchemaUpdate;
