//! How a PostgreSQL server is reached and shared.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use orm_core::{DriverErrorKind, Error, Result};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::driver::postgres::PostgresServer;
use crate::driver::server::{Server as _, Settings, TlsMode, driver_error, failure, settings_methods};

/// How a PostgreSQL server is reached and shared.
///
/// ```
/// # use std::time::Duration;
/// # use orm_sql::driver::postgres::PostgresOptions;
/// let by_url: PostgresOptions = "postgres://blog:secret@db.example/blog?sslmode=require".parse()?;
/// let by_hand = PostgresOptions::new("db.example", "blog").user("blog").password("secret").pool_size(20);
/// let careful = by_hand.search_path("blog, public").lock_timeout(Duration::from_secs(2)).replica(by_url);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct PostgresOptions {
    connect: PgConnectOptions,
    tls: TlsMode,
    pub(crate) settings: Settings<PostgresOptions>,
}

impl PostgresOptions {
    /// A database on a host. A host that begins with a slash is the folder of a Unix socket.
    ///
    /// What is not said here comes from the environment (`PGUSER`, `PGPASSWORD`, `PGPORT` and so on) or is PostgreSQL's
    /// usual value.
    pub fn new(host: &str, database: &str) -> Self {
        let connect = PgConnectOptions::new_without_pgpass().database(database);
        let connect = match host.starts_with('/') {
            true => connect.socket(host),
            false => connect.host(host),
        };
        Self::of(connect)
    }

    fn of(connect: PgConnectOptions) -> Self {
        let tls = match connect.get_ssl_mode() {
            PgSslMode::Disable | PgSslMode::Allow => TlsMode::Disable,
            PgSslMode::Prefer => TlsMode::Prefer,
            PgSslMode::Require => TlsMode::Require,
            PgSslMode::VerifyCa => TlsMode::VerifyCa,
            PgSslMode::VerifyFull => TlsMode::VerifyFull,
        };
        Self { connect, tls, settings: Settings::default() }
    }

    /// The port; 5432 unless told otherwise.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.connect = self.connect.port(port);
        self
    }

    /// The name to log in with.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        self.connect = self.connect.username(user);
        self
    }

    /// The password. It is never printed.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.connect = self.connect.password(password);
        self
    }

    /// The database.
    #[must_use]
    pub fn database(mut self, database: &str) -> Self {
        self.connect = self.connect.database(database);
        self
    }

    /// Whether the connection is encrypted: where the server can, unless told otherwise. Needs the feature `tls`.
    #[must_use]
    pub fn tls(mut self, mode: TlsMode) -> Self {
        self.tls = mode;
        self.connect = self.connect.ssl_mode(match mode {
            TlsMode::Disable => PgSslMode::Disable,
            TlsMode::Prefer => PgSslMode::Prefer,
            TlsMode::Require => PgSslMode::Require,
            TlsMode::VerifyCa => PgSslMode::VerifyCa,
            TlsMode::VerifyFull => PgSslMode::VerifyFull,
        });
        self
    }

    /// The file with the certificates that the server's own must come from, instead of the system's.
    #[must_use]
    pub fn tls_root_certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.connect = self.connect.ssl_root_cert(path.into());
        self
    }

    /// The name under which the server lists the connections.
    #[must_use]
    pub fn application_name(mut self, name: &str) -> Self {
        self.connect = self.connect.application_name(name);
        self
    }

    /// The schemas in which tables are looked for, with commas between them; new tables go into the first.
    #[must_use]
    pub fn search_path(self, schemas: &str) -> Self {
        self.parameter("search_path", schemas)
    }

    /// Statements that take longer are given up with [`Interrupted`](DriverErrorKind::Interrupted).
    #[must_use]
    pub fn statement_timeout(self, timeout: Duration) -> Self {
        self.parameter("statement_timeout", &timeout.as_millis().to_string())
    }

    /// Statements that wait longer for a lock are given up with [`LockTimeout`](DriverErrorKind::LockTimeout).
    #[must_use]
    pub fn lock_timeout(self, timeout: Duration) -> Self {
        self.parameter("lock_timeout", &timeout.as_millis().to_string())
    }

    /// Sets another parameter of the server's configuration for each connection.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.connect = self.connect.options([(name, value)]);
        self
    }

    /// Adds a server that only reads, and from which reads outside of transactions may come.
    #[must_use]
    pub fn replica(mut self, replica: PostgresOptions) -> Self {
        self.settings.replicas.push(replica);
        self
    }

    settings_methods!();

    /// What sqlx is told.
    pub(crate) fn connect_options(&self) -> PgConnectOptions {
        // A cache of none would make the server keep what nobody finds again.
        let kept = self.settings.statement_cache.max(16);
        self.connect.clone().statement_cache_capacity(kept).disable_statement_logging()
    }

    /// `host:port/database`.
    pub(crate) fn address(&self) -> String {
        let database = self.connect.get_database().unwrap_or(self.connect.get_username());
        match self.connect.get_socket() {
            Some(socket) => format!("{}/{database}", socket.display()),
            None => format!("{}:{}/{database}", self.connect.get_host(), self.connect.get_port()),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.tls.check(PostgresServer::NAME)?;
        self.settings.replicas.iter().try_for_each(Self::check)
    }
}

/// Reads `postgres://user:password@host:port/database?sslmode=…&application_name=…&options=…`.
impl FromStr for PostgresOptions {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            let problem = "a url of PostgreSQL begins with `postgres://`";
            return Err(failure(DriverErrorKind::Connection, problem));
        }
        let connect = url.parse().map_err(|error| driver_error::<PostgresServer>(error, ""))?;
        Ok(Self::of(connect))
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("PostgresOptions");
        output.field("address", &self.address()).field("user", &self.connect.get_username());
        output.field("tls", &self.tls);
        self.settings.describe(&mut output);
        output.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_passwords_are_not_shown() {
        let options: PostgresOptions =
            "postgres://ann:geheim@db.example:5433/blog?sslmode=disable&application_name=x".parse().unwrap();
        assert_eq!(options.address(), "db.example:5433/blog");
        let options = options.replica("postgres://ann:geheim@other/blog".parse().unwrap());
        let shown = format!("{options:?}");
        assert!(shown.contains("ann") && shown.contains("other:") && !shown.contains("geheim"), "{shown}");
        let error = "mysql://ann:geheim@db/blog".parse::<PostgresOptions>().unwrap_err().to_string();
        assert!(error.contains("postgres://") && !error.contains("geheim"), "{error}");
        let error = "postgres://ann:geheim@db:port/blog".parse::<PostgresOptions>().unwrap_err().to_string();
        assert!(!error.contains("geheim"), "{error}");
    }

    #[test]
    fn a_socket_is_named_by_its_folder() {
        assert_eq!(PostgresOptions::new("/run/postgresql", "blog").address(), "/run/postgresql/blog");
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn encryption_needs_its_feature() {
        let options = PostgresOptions::new("db.example", "blog").tls(TlsMode::Require);
        let error = options.check().unwrap_err().to_string();
        assert!(error.contains("feature `tls`"), "{error}");
    }
}
