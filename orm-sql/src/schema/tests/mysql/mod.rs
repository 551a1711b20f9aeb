//! The schema from entities to a MySQL or MariaDB server and back; each test has a database of its own.

mod create;
mod entities;
mod namespaces;
mod random;
mod server;
mod update;
