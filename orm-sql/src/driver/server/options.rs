//! How a server is shared: what is the same for all kinds of servers.

use std::sync::Arc;
use std::time::Duration;

use orm_core::log::QueryLogger;
use orm_core::{Error, Result};

/// How the connections to a server are kept. Set by the methods of `PostgresOptions` and `MySqlOptions`.
#[derive(Clone)]
pub struct Settings<O> {
    pub(crate) pool_size: usize,
    pub(crate) min_connections: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_lifetime: Option<Duration>,
    pub(crate) check_after: Duration,
    pub(crate) statement_cache: usize,
    pub(crate) set_up: Vec<String>,
    pub(crate) logger: Option<Arc<dyn QueryLogger>>,
    pub(crate) replicas: Vec<O>,
}

impl<O> Default for Settings<O> {
    fn default() -> Self {
        Self {
            pool_size: 10,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            check_after: Duration::from_secs(30),
            statement_cache: 500,
            set_up: Vec::new(),
            logger: None,
            replicas: Vec::new(),
        }
    }
}

impl<O: std::fmt::Debug> Settings<O> {
    /// Adds what may be shown to the options' own output.
    pub(crate) fn describe(&self, output: &mut std::fmt::DebugStruct<'_, '_>) {
        output
            .field("pool_size", &self.pool_size)
            .field("min_connections", &self.min_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("max_lifetime", &self.max_lifetime)
            .field("statement_cache", &self.statement_cache)
            .field("replicas", &self.replicas);
    }
}

/// Whether and how a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server can; nobody checks who the server is. The default.
    #[default]
    Prefer,
    /// Always; nobody checks who the server is.
    Require,
    /// Always, with a server whose certificate comes from a known authority.
    VerifyCa,
    /// Always, with a server whose certificate comes from a known authority and is for its host.
    VerifyFull,
}

impl TlsMode {
    /// Refuses what was not compiled in.
    pub(crate) fn check(self, database: &'static str) -> Result<()> {
        match self {
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull if !cfg!(feature = "tls") => {
                Err(Error::Unsupported {
                    database,
                    feature: "encrypt its connections in this build".into(),
                    alternative: "switch on the feature `tls` of orm, or use `TlsMode::Prefer`".into(),
                })
            }
            _ => Ok(()),
        }
    }
}

/// The builder methods that the options of all servers have; they are kept in a field `settings`.
macro_rules! settings_methods {
    () => {
        /// How many connections at the most; 10 unless told otherwise.
        #[must_use]
        pub fn pool_size(mut self, size: usize) -> Self {
            self.settings.pool_size = size.max(1);
            self
        }

        /// How many connections stay open when nobody needs them; none unless told otherwise.
        #[must_use]
        pub fn min_connections(mut self, connections: usize) -> Self {
            self.settings.min_connections = connections;
            self
        }

        /// How long to wait until a connection of the pool is free; 30 seconds unless told otherwise.
        #[must_use]
        pub fn acquire_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.acquire_timeout = timeout;
            self
        }

        /// How long connecting may take; 10 seconds unless told otherwise.
        #[must_use]
        pub fn connect_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.connect_timeout = timeout;
            self
        }

        /// After how long a connection is closed that nobody needed; 10 minutes unless told otherwise, `None` for never.
        #[must_use]
        pub fn idle_timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
            self.settings.idle_timeout = timeout.into();
            self
        }

        /// After how long a connection is closed in any case; 30 minutes unless told otherwise, `None` for never.
        #[must_use]
        pub fn max_lifetime(mut self, lifetime: impl Into<Option<std::time::Duration>>) -> Self {
            self.settings.max_lifetime = lifetime.into();
            self
        }

        /// A connection that nobody used for so long is asked whether it still lives before it is handed out; 30
        /// seconds unless told otherwise.
        #[must_use]
        pub fn check_after(mut self, idle: std::time::Duration) -> Self {
            self.settings.check_after = idle;
            self
        }

        /// How many prepared statements each connection keeps, and how many texts the driver keeps; 500 unless told
        /// otherwise.
        #[must_use]
        pub fn statement_cache(mut self, statements: usize) -> Self {
            self.settings.statement_cache = statements;
            self
        }

        /// Adds SQL that each new connection runs before anything else. No input of users may be part of it.
        #[must_use]
        pub fn set_up(mut self, sql: impl Into<String>) -> Self {
            self.settings.set_up.push(sql.into());
            self
        }

        /// Tells a logger of each statement that was sent.
        #[must_use]
        pub fn logger(mut self, logger: std::sync::Arc<dyn orm_core::log::QueryLogger>) -> Self {
            self.settings.logger = Some(logger);
            self
        }
    };
}

pub(crate) use settings_methods;
