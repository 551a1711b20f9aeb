//! How a MySQL or MariaDB server is reached and shared.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use orm_core::{DriverErrorKind, Error, Result};
use sqlx::ConnectOptions as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use crate::dialect::Dialect;
use crate::driver::mysql::MySqlServer;
use crate::driver::server::{Server as _, Settings, TlsMode, driver_error, failure, settings_methods};

/// What a value is that does not fit is an error, days that are none are refused, `||` puts texts together, and a key
/// of 0 is 0: as on other databases.
const SQL_MODE: &str = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
    NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY,PIPES_AS_CONCAT,NO_AUTO_VALUE_ON_ZERO";

/// What a url may say behind its question mark.
const KNOWN: [&str; 10] = [
    "sslmode",
    "ssl-mode",
    "sslca",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "collation",
    "socket",
];

/// How a MySQL or MariaDB server is reached and shared.
///
/// Connections speak `utf8mb4`, and their time zone is UTC.
///
/// ```
/// # use std::time::Duration;
/// # use orm_sql::driver::mysql::MySqlOptions;
/// let by_url: MySqlOptions = "mysql://blog:secret@db.example/blog?ssl-mode=REQUIRED".parse()?;
/// let by_hand = MySqlOptions::new("db.example", "blog").user("blog").password("secret").pool_size(20);
/// let careful = by_hand.collation("utf8mb4_bin").lock_timeout(Duration::from_secs(2)).replica(by_url);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct MySqlOptions {
    connect: MySqlConnectOptions,
    tls: TlsMode,
    sql_mode: String,
    statement_timeout: Option<Duration>,
    parameters: Vec<(String, String)>,
    pub(crate) settings: Settings<MySqlOptions>,
}

impl MySqlOptions {
    /// A database on a host. A host that begins with a slash is the path of a Unix socket.
    pub fn new(host: &str, database: &str) -> Self {
        let connect = MySqlConnectOptions::new().database(database);
        let connect = match host.starts_with('/') {
            true => connect.socket(host),
            false => connect.host(host),
        };
        Self::of(connect)
    }

    fn of(connect: MySqlConnectOptions) -> Self {
        let tls = match connect.get_ssl_mode() {
            MySqlSslMode::Disabled => TlsMode::Disable,
            MySqlSslMode::Preferred => TlsMode::Prefer,
            MySqlSslMode::Required => TlsMode::Require,
            MySqlSslMode::VerifyCa => TlsMode::VerifyCa,
            MySqlSslMode::VerifyIdentity => TlsMode::VerifyFull,
        };
        Self {
            connect,
            tls,
            sql_mode: SQL_MODE.into(),
            statement_timeout: None,
            parameters: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// The port; 3306 unless told otherwise.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.connect = self.connect.port(port);
        self
    }

    /// The name to log in with; `root` unless told otherwise.
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
            TlsMode::Disable => MySqlSslMode::Disabled,
            TlsMode::Prefer => MySqlSslMode::Preferred,
            TlsMode::Require => MySqlSslMode::Required,
            TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
            TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
        });
        self
    }

    /// The file with the certificates that the server's own must come from, instead of the system's.
    #[must_use]
    pub fn tls_root_certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.connect = self.connect.ssl_ca(path.into());
        self
    }

    /// How texts that are no column's are compared; the server's choice for `utf8mb4` unless told otherwise.
    #[must_use]
    pub fn collation(mut self, collation: &str) -> Self {
        self.connect = self.connect.collation(collation);
        self
    }

    /// The server's `sql_mode`, instead of a strict one that behaves as other databases do.
    #[must_use]
    pub fn sql_mode(mut self, modes: &str) -> Self {
        self.sql_mode = modes.into();
        self
    }

    /// Statements that take longer are given up with [`Interrupted`](DriverErrorKind::Interrupted); on MySQL, only those
    /// that read.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = Some(timeout);
        self
    }

    /// Statements that wait longer for a lock are given up with [`LockTimeout`](DriverErrorKind::LockTimeout). The
    /// server counts whole seconds; a part of one is another second.
    #[must_use]
    pub fn lock_timeout(self, timeout: Duration) -> Self {
        let seconds = timeout.as_millis().div_ceil(1_000).max(1).to_string();
        self.parameter("innodb_lock_wait_timeout", &seconds).parameter("lock_wait_timeout", &seconds)
    }

    /// Sets another variable of the server's for each connection.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a server that only reads, and from which reads outside of transactions may come.
    #[must_use]
    pub fn replica(mut self, replica: MySqlOptions) -> Self {
        self.settings.replicas.push(replica);
        self
    }

    settings_methods!();

    /// What sqlx is told.
    pub(crate) fn connect_options(&self) -> MySqlConnectOptions {
        // A cache of none would prepare each statement twice.
        let kept = self.settings.statement_cache.max(16);
        // What sqlx would set with a message of its own is part of ours.
        let connect = self.connect.clone().statement_cache_capacity(kept).timezone(None).set_names(false);
        connect.pipes_as_concat(false).no_engine_substitution(false).disable_statement_logging()
    }

    /// What each new connection is told: one message, so that a connection costs one round trip more and no number of
    /// them.
    pub(crate) fn set_up_sql(&self) -> String {
        let mut sql =
            format!("set sql_mode = {}, time_zone = '+00:00', names utf8mb4", literal(&self.sql_mode));
        if let Some(collation) = self.connect.get_collation() {
            sql.push_str(&format!(" collate {}", literal(collation)));
        }
        // MariaDB 10.11 gives wrong texts for the least one of a group, where it reads a derived table group by group.
        sql.push_str(" /*M!100312 , optimizer_switch = 'split_materialized=off' */");
        if let Some(timeout) = self.statement_timeout {
            let (seconds, milliseconds) = (timeout.as_secs_f64(), timeout.as_millis());
            // Each server reads its own comment.
            sql.push_str(&format!(
                " /*M!100108 , max_statement_time = {seconds:.6} */ /*!80000 , max_execution_time = {milliseconds} */"
            ));
        }
        for (name, value) in &self.parameters {
            let value = match value.parse::<f64>() {
                Ok(_) => value.clone(),
                Err(_) => literal(value),
            };
            sql.push_str(&format!(", session {} = {value}", Dialect::MySql.identifier(name)));
        }
        for statement in &self.settings.set_up {
            sql.push_str(";\n");
            // The server takes an empty statement for a mistake.
            sql.push_str(statement.trim_end_matches(|char: char| char == ';' || char.is_whitespace()));
        }
        sql.push_str("\n;\nselect connection_id(), version(), @@auto_increment_increment");
        sql
    }

    /// `host:port/database`.
    pub(crate) fn address(&self) -> String {
        let database = self.connect.get_database().unwrap_or_default();
        match self.connect.get_socket() {
            Some(socket) => format!("{}/{database}", socket.display()),
            None => format!("{}:{}/{database}", self.connect.get_host(), self.connect.get_port()),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.tls.check(MySqlServer::NAME)?;
        self.settings.replicas.iter().try_for_each(Self::check)
    }
}

/// Text in a statement, where backslashes escape.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Reads `mysql://user:password@host:port/database?ssl-mode=…&ssl-ca=…&collation=…&socket=…`; `mariadb://` is the same.
impl FromStr for MySqlOptions {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self> {
        if !url.starts_with("mysql://") && !url.starts_with("mariadb://") {
            let problem = "a url of MySQL begins with `mysql://` or `mariadb://`";
            return Err(failure(DriverErrorKind::Connection, problem));
        }
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let mut keys = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
        if let Some(key) = keys.find(|key| !key.is_empty() && !KNOWN.contains(key)) {
            let problem = format!("a url of MySQL has no `{key}`; it may have {}", KNOWN.join(", "));
            return Err(failure(DriverErrorKind::Connection, problem));
        }
        let connect = url.parse().map_err(|error| driver_error::<MySqlServer>(error, ""))?;
        Ok(Self::of(connect))
    }
}

impl fmt::Debug for MySqlOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("MySqlOptions");
        output.field("address", &self.address()).field("user", &self.connect.get_username());
        output.field("tls", &self.tls);
        self.settings.describe(&mut output);
        output.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn urls_are_read_and_passwords_are_not_shown() {
        let options: MySqlOptions =
            "mariadb://ann:geheim@db.example:3307/blog?ssl-mode=DISABLED&collation=utf8mb4_bin"
                .parse()
                .unwrap();
        assert_eq!(options.address(), "db.example:3307/blog");
        let options = options.replica("mysql://ann:geheim@other/blog".parse().unwrap());
        let shown = format!("{options:?}");
        assert!(shown.contains("ann") && shown.contains("other:") && !shown.contains("geheim"), "{shown}");
        let error = "postgres://ann:geheim@db/blog".parse::<MySqlOptions>().unwrap_err().to_string();
        assert!(error.contains("mysql://") && !error.contains("geheim"), "{error}");
        let error = "mysql://ann:geheim@db:port/blog".parse::<MySqlOptions>().unwrap_err().to_string();
        assert!(!error.contains("geheim"), "{error}");
        let error =
            "mysql://ann:geheim@db/blog?charset=latin1".parse::<MySqlOptions>().unwrap_err().to_string();
        assert!(error.contains("no `charset`") && !error.contains("geheim"), "{error}");
    }

    #[test]
    fn a_socket_is_named_by_its_path() {
        assert_eq!(MySqlOptions::new("/run/mysqld.sock", "blog").address(), "/run/mysqld.sock/blog");
        let by_url: MySqlOptions = "mysql:///blog?socket=/run/mysqld.sock".parse().unwrap();
        assert_eq!(by_url.address(), "/run/mysqld.sock/blog");
    }

    #[test]
    fn a_connection_is_set_up_by_one_message() {
        let options = MySqlOptions::new("db.example", "blog")
            .sql_mode("ANSI")
            .collation("utf8mb4_bin")
            .statement_timeout(Duration::from_millis(1500))
            .lock_timeout(Duration::from_millis(1500))
            .parameter("tx`_isolation", r"it's \ x")
            .set_up("set @a = 1; -- one\n;  ");
        expect![[r#"
            set sql_mode = 'ANSI', time_zone = '+00:00', names utf8mb4 collate 'utf8mb4_bin' /*M!100312 , optimizer_switch = 'split_materialized=off' */ /*M!100108 , max_statement_time = 1.500000 */ /*!80000 , max_execution_time = 1500 */, session `innodb_lock_wait_timeout` = 2, session `lock_wait_timeout` = 2, session `tx``_isolation` = 'it''s \\ x';
            set @a = 1; -- one
            ;
            select connection_id(), version(), @@auto_increment_increment"#]].assert_eq(&options.set_up_sql());
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn encryption_needs_its_feature() {
        let options = MySqlOptions::new("db.example", "blog").tls(TlsMode::Require);
        let error = options.check().unwrap_err().to_string();
        assert!(error.contains("feature `tls`"), "{error}");
    }
}
