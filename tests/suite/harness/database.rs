//! The databases that the suite runs on, and the place that a test gets on one of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use orm::log::QueryLogger;
use orm::prelude::*;
use orm::sqlite::SqliteOptions;
use orm::{OrmBuilder, Result};

use crate::harness::server::Server;

/// What a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
    /// MySQL, or MariaDB: whichever there is.
    MySql,
}

impl Database {
    /// Plain SQL with names in double quotes, as this database quotes them.
    pub(crate) fn quoted(self, sql: &str) -> String {
        match self {
            Database::Sqlite | Database::Postgres => sql.to_owned(),
            Database::MySql => sql.replace('"', "`"),
        }
    }
}

/// Enough for what one test does at a time; a server has connections for many tests.
pub(crate) const POOL_SIZE: usize = 4;

/// A database of one test's own, which goes when this is dropped.
pub(super) enum Place {
    Memory,
    File(Folder),
    Server(Server),
}

impl Place {
    /// The cheapest one.
    pub(super) async fn new(on: Database) -> Self {
        match on {
            Database::Sqlite => Place::Memory,
            Database::Postgres | Database::MySql => Place::Server(Server::new(on).await),
        }
    }

    /// One for several connections.
    pub(super) async fn shared(on: Database) -> Self {
        match on {
            Database::Sqlite => Place::File(Folder::new()),
            Database::Postgres | Database::MySql => Place::Server(Server::new(on).await),
        }
    }

    /// Lets an `Orm` use it.
    pub(super) fn choose(&self, builder: OrmBuilder, logger: Arc<dyn QueryLogger>) -> Result<OrmBuilder> {
        match self {
            Place::Memory => builder.sqlite(SqliteOptions::memory().logger(logger)),
            Place::File(folder) => {
                let options = SqliteOptions::new(folder.0.join("db.sqlite"));
                builder.sqlite(options.pool_size(POOL_SIZE).logger(logger))
            }
            Place::Server(server) => server.choose(builder, logger),
        }
    }
}

/// A folder for temporary files.
pub(super) struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("orm-suite-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("temporary files can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What a crashed run left behind costs space only.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
