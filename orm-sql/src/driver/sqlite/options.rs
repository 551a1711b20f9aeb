//! How a SQLite database is opened and shared: where it is, what is switched on, how many connections.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use orm_core::log::QueryLogger;
use orm_core::{DriverError, DriverErrorKind, Error, Result};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

/// How SQLite keeps a transaction undoable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum JournalMode {
    /// Readers and one writer at the same time; the default.
    #[default]
    Wal,
    /// A journal beside the database, deleted after each transaction.
    Delete,
    /// A journal beside the database, cut to nothing after each transaction.
    Truncate,
    /// A journal beside the database that stays.
    Persist,
    /// A journal in memory: a crash may damage the file.
    Memory,
    /// Whatever the file has.
    Unchanged,
}

/// When SQLite waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Synchronous {
    /// At checkpoints: nothing is damaged by a power cut, the last transactions may be missing. The default.
    #[default]
    Normal,
    /// At each commit.
    Full,
    /// Never.
    Off,
}

/// How a SQLite database is opened and shared.
///
/// ```
/// # use std::time::Duration;
/// # use orm_sql::driver::sqlite::SqliteOptions;
/// let options = SqliteOptions::new("blog.sqlite").pool_size(8).busy_timeout(Duration::from_secs(1));
/// let read_only: SqliteOptions = "sqlite:blog.sqlite?mode=ro".parse()?;
/// let in_memory = SqliteOptions::memory();
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct SqliteOptions {
    pub(crate) location: Location,
    pub(crate) create_if_missing: bool,
    pub(crate) read_only: bool,
    pub(crate) journal_mode: JournalMode,
    pub(crate) synchronous: Synchronous,
    pub(crate) foreign_keys: bool,
    pub(crate) busy_timeout: Duration,
    pub(crate) pragmas: Vec<(String, String)>,
    pub(crate) pool_size: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) statement_cache: usize,
    pub(crate) inline_point_reads: bool,
    pub(crate) logger: Option<Arc<dyn QueryLogger>>,
}

impl SqliteOptions {
    /// The database in a file; `:memory:` is [`SqliteOptions::memory`].
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let location = match path.as_os_str() == ":memory:" {
            true => Location::Memory,
            false => Location::File(path),
        };
        Self {
            location,
            create_if_missing: true,
            read_only: false,
            journal_mode: JournalMode::default(),
            synchronous: Synchronous::default(),
            foreign_keys: true,
            busy_timeout: Duration::from_secs(5),
            pragmas: Vec::new(),
            pool_size: 5,
            acquire_timeout: Duration::from_secs(30),
            statement_cache: 500,
            inline_point_reads: true,
            logger: None,
        }
    }

    /// A database in memory. It has one connection, which lives until the driver is closed or dropped.
    pub fn memory() -> Self {
        Self::new(":memory:")
    }

    /// Whether a missing file is created; it is, unless told otherwise. The folder must be there.
    #[must_use]
    pub fn create_if_missing(mut self, create: bool) -> Self {
        self.create_if_missing = create;
        self
    }

    /// Opens the file for reading only.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// How a transaction is kept undoable; write-ahead logging unless told otherwise.
    #[must_use]
    pub fn journal_mode(mut self, mode: JournalMode) -> Self {
        self.journal_mode = mode;
        self
    }

    /// When to wait for the disk; at checkpoints unless told otherwise.
    #[must_use]
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// Whether foreign keys are enforced; they are, unless told otherwise.
    #[must_use]
    pub fn foreign_keys(mut self, enforced: bool) -> Self {
        self.foreign_keys = enforced;
        self
    }

    /// How long to wait for another connection's lock; 5 seconds unless told otherwise.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Sets another pragma on each connection: `.pragma("cache_size", "-64000")`. Name and value are words or numbers;
    /// anything else is refused when the driver is made.
    #[must_use]
    pub fn pragma(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.pragmas.push((name.into(), value.into()));
        self
    }

    /// How many connections at the most; 5 unless told otherwise. A database in memory has one.
    #[must_use]
    pub fn pool_size(mut self, size: usize) -> Self {
        self.pool_size = size.max(1);
        self
    }

    /// How long to wait for a connection of the pool; 30 seconds unless told otherwise.
    #[must_use]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// How many prepared statements each connection keeps, and how many texts the driver keeps; 500 unless told
    /// otherwise.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// Whether finds by key run on the caller's thread when the connection is idle, which saves two thread switches.
    /// They do, unless told otherwise; switch it off when the file is on a slow disk and a runtime's thread must never
    /// wait for it.
    #[must_use]
    pub fn inline_point_reads(mut self, inline: bool) -> Self {
        self.inline_point_reads = inline;
        self
    }

    /// Who is told of each statement.
    #[must_use]
    pub fn logger(mut self, logger: Arc<dyn QueryLogger>) -> Self {
        self.logger = Some(logger);
        self
    }

    /// How many connections there can be.
    pub(crate) fn connections(&self) -> usize {
        match self.location {
            Location::Memory => 1,
            Location::File(_) => self.pool_size,
        }
    }

    /// Refuses what must not become SQL.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, value) in &self.pragmas {
            if name.eq_ignore_ascii_case("busy_timeout") {
                return Err(invalid("use `.busy_timeout(…)` instead of the pragma busy_timeout"));
            }
            if !is_word(name) || !is_word(value.strip_prefix('-').unwrap_or(value)) {
                return Err(invalid(format!(
                    "pragma `{name} = {value}`: name and value must be words or numbers"
                )));
            }
        }
        Ok(())
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.'))
}

/// Reads `blog.sqlite`, `:memory:`, `sqlite::memory:`, `sqlite:blog.sqlite?mode=ro` (`ro`, `rw`, `rwc`, `memory`).
impl FromStr for SqliteOptions {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self> {
        let Some(rest) = url.strip_prefix("sqlite:") else { return Ok(Self::new(url)) };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut options = Self::new(path.strip_prefix("//").unwrap_or(path));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            options = match pair {
                "mode=ro" => options.read_only(true),
                "mode=rw" => options.create_if_missing(false),
                "mode=rwc" => options.create_if_missing(true),
                "mode=memory" => Self { location: Location::Memory, ..options },
                pair => {
                    return Err(invalid(format!("`{pair}` in `{url}`; `mode=ro|rw|rwc|memory` is known")));
                }
            };
        }
        Ok(options)
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("location", &self.location)
            .field("read_only", &self.read_only)
            .field("pool_size", &self.connections())
            .finish_non_exhaustive()
    }
}

/// The error for options that make no sense.
fn invalid(problem: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    DriverError::new(DriverErrorKind::Connection, problem).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        let parse = |url: &str| url.parse::<SqliteOptions>().unwrap();
        assert_eq!(parse(":memory:").location, Location::Memory);
        assert_eq!(parse("sqlite::memory:").location, Location::Memory);
        assert_eq!(parse("sqlite:x?mode=memory").location, Location::Memory);
        assert_eq!(parse("a.db").location, Location::File("a.db".into()));
        assert_eq!(parse("sqlite:a.db").location, Location::File("a.db".into()));
        assert_eq!(parse("sqlite:///tmp/a.db").location, Location::File("/tmp/a.db".into()));
        assert!(parse("sqlite:a.db?mode=ro").read_only);
        assert!(!parse("sqlite:a.db?mode=rw").create_if_missing);
        assert!("sqlite:a.db?cache=shared".parse::<SqliteOptions>().is_err());
    }

    #[test]
    fn a_pragma_cannot_smuggle_sql() {
        assert!(SqliteOptions::memory().pragma("cache_size", "-64000").check().is_ok());
        for (name, value) in [("a; drop table x", "1"), ("a", "1; drop table x"), ("", "1"), ("a", "")] {
            assert!(SqliteOptions::memory().pragma(name, value).check().is_err(), "{name} = {value}");
        }
        assert!(SqliteOptions::memory().pragma("busy_timeout", "1").check().is_err());
    }
}
