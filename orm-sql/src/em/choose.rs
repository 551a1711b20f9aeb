//! Choosing a SQL database for an `Orm`: by a url, or by options.

#[cfg(feature = "sqlite")]
use std::path::{Path, PathBuf};

#[cfg(any(feature = "sqlite", feature = "_server"))]
use orm_core::orm::OrmBuilder;
use orm_core::{Error, Result};

#[cfg(feature = "mysql")]
use crate::driver::mysql::{MySqlDriver, MySqlOptions};
#[cfg(feature = "postgres")]
use crate::driver::postgres::{PostgresDriver, PostgresOptions};
#[cfg(feature = "sqlite")]
use crate::driver::sqlite::{SqliteDriver, SqliteOptions};

/// Choosing SQLite.
#[cfg(feature = "sqlite")]
pub trait SqliteBuilder: Sized {
    /// Chooses a SQLite database: a path, `:memory:`, a url (`sqlite:blog.sqlite?mode=ro`), or [`SqliteOptions`].
    ///
    /// # Errors
    /// When the url or an option makes no sense. Nothing is opened yet.
    fn sqlite(self, options: impl IntoOptions<SqliteOptions>) -> Result<OrmBuilder>;
}

#[cfg(feature = "sqlite")]
impl SqliteBuilder for OrmBuilder {
    fn sqlite(self, options: impl IntoOptions<SqliteOptions>) -> Result<OrmBuilder> {
        Ok(self.driver(SqliteDriver::new(options.into_options()?)?))
    }
}

/// Choosing PostgreSQL.
#[cfg(feature = "postgres")]
pub trait PostgresBuilder: Sized {
    /// Chooses a PostgreSQL server: a url (`postgres://ann:secret@db.example/blog`), or [`PostgresOptions`].
    ///
    /// # Errors
    /// When the url or an option makes no sense. Nothing is opened yet.
    fn postgres(self, options: impl IntoOptions<PostgresOptions>) -> Result<OrmBuilder>;
}

#[cfg(feature = "postgres")]
impl PostgresBuilder for OrmBuilder {
    fn postgres(self, options: impl IntoOptions<PostgresOptions>) -> Result<OrmBuilder> {
        Ok(self.driver(PostgresDriver::new(options.into_options()?)?))
    }
}

/// Choosing MySQL or MariaDB.
#[cfg(feature = "mysql")]
pub trait MySqlBuilder: Sized {
    /// Chooses a MySQL or MariaDB server: a url (`mysql://ann:secret@db.example/blog`), or [`MySqlOptions`]. Which of the
    /// two it is, it says itself when the first connection is opened.
    ///
    /// # Errors
    /// When the url or an option makes no sense. Nothing is opened yet.
    fn mysql(self, options: impl IntoOptions<MySqlOptions>) -> Result<OrmBuilder>;
}

#[cfg(feature = "mysql")]
impl MySqlBuilder for OrmBuilder {
    fn mysql(self, options: impl IntoOptions<MySqlOptions>) -> Result<OrmBuilder> {
        Ok(self.driver(MySqlDriver::new(options.into_options()?)?))
    }
}

/// What names a database: a url as text, or the options `O` themselves. For SQLite, a path too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no database",
    label = "pass a url, or `{O}`",
    note = "a url is `&str` or `String`; a SQLite database is named by a path too"
)]
pub trait IntoOptions<O> {
    /// The options.
    ///
    /// # Errors
    /// When a url makes no sense.
    fn into_options(self) -> Result<O>;
}

impl<O: std::str::FromStr<Err = Error>> IntoOptions<O> for &str {
    fn into_options(self) -> Result<O> {
        self.parse()
    }
}

impl<O: std::str::FromStr<Err = Error>> IntoOptions<O> for String {
    fn into_options(self) -> Result<O> {
        self.parse()
    }
}

impl<O: std::str::FromStr<Err = Error>> IntoOptions<O> for &String {
    fn into_options(self) -> Result<O> {
        self.parse()
    }
}

#[cfg(feature = "postgres")]
impl IntoOptions<PostgresOptions> for PostgresOptions {
    fn into_options(self) -> Result<PostgresOptions> {
        Ok(self)
    }
}

#[cfg(feature = "mysql")]
impl IntoOptions<MySqlOptions> for MySqlOptions {
    fn into_options(self) -> Result<MySqlOptions> {
        Ok(self)
    }
}

#[cfg(feature = "sqlite")]
impl IntoOptions<SqliteOptions> for SqliteOptions {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(self)
    }
}

#[cfg(feature = "sqlite")]
impl IntoOptions<SqliteOptions> for &Path {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(SqliteOptions::new(self))
    }
}

#[cfg(feature = "sqlite")]
impl IntoOptions<SqliteOptions> for PathBuf {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(SqliteOptions::new(self))
    }
}

#[cfg(feature = "sqlite")]
impl IntoOptions<SqliteOptions> for &PathBuf {
    fn into_options(self) -> Result<SqliteOptions> {
        Ok(SqliteOptions::new(self))
    }
}
