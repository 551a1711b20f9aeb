//! The schema from entities to a PostgreSQL server and back; each test has a schema of its own.

mod create;
mod entities;
mod namespaces;
mod random;
mod server;
mod update;
