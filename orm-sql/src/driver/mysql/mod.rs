//! MySQL and MariaDB on sqlx: values and rows in their binary form, lists as JSON.

mod decode;
mod encoder;
mod error;
mod kind;
mod options;
mod plain;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use orm_core::driver::BoxFuture;
use orm_core::value::{Cell, Value};
use orm_core::{Error, Result};
use sqlx::error::DatabaseError;
use sqlx::mysql::{MySql, MySqlConnection as RawConnection, MySqlQueryResult, MySqlRow};
use sqlx::{AssertSqlSafe, Column, Connection as _, Decode, Executor, Row as _, SqlSafeStr};

use crate::dialect::Dialect;
use crate::driver::server::{
    Answers, Effect, Facts, Failed, Opened, Ready, Scratch, Server, ServerConnection, ServerDriver, Settings,
    Verbs, driver_error,
};

pub use crate::driver::server::TlsMode;
pub use options::MySqlOptions;

use encoder::Encoder;
use kind::Kind;

/// A MySQL or MariaDB server.
pub type MySqlDriver = ServerDriver<MySqlServer>;

/// A connection to a MySQL or MariaDB server.
pub type MySqlConnection = ServerConnection<MySqlServer>;

/// What MySQL and MariaDB do in their own way.
#[derive(Debug)]
pub struct MySqlServer;

impl Server for MySqlServer {
    type Database = MySql;
    type Options = MySqlOptions;
    type Encoder = Encoder;
    type Columns = Vec<Kind>;

    const NAME: &'static str = "mysql";
    const FAILURE_ENDS_TRANSACTION: bool = false;

    fn settings(options: &MySqlOptions) -> &Settings<MySqlOptions> {
        &options.settings
    }

    fn address(options: &MySqlOptions) -> String {
        options.address()
    }

    fn check(options: &MySqlOptions) -> Result<()> {
        options.check()
    }

    fn open(options: &MySqlOptions) -> BoxFuture<'_, Result<Opened<Self>>> {
        Box::pin(async move {
            let connected = RawConnection::connect_with(&options.connect_options()).await;
            let mut raw = connected.map_err(|error| match &error {
                sqlx::Error::Configuration(problem) if problem.to_string().contains("RSA") => open_password(),
                _ => driver_error::<Self>(error, ""),
            })?;
            let sql = options.set_up_sql();
            let rows = raw.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await;
            let rows = rows.map_err(|error| driver_error::<Self>(error, &sql))?;
            let id = rows.last().and_then(|row| row.try_get(0).ok());
            let version: Option<String> = rows.last().and_then(|row| row.try_get(1).ok());
            let dialect = match version.is_some_and(|version| version.contains("MariaDB")) {
                true => Dialect::MariaDb,
                false => Dialect::MySql,
            };
            let mut opened = Opened::new(raw, id.unwrap_or_default(), dialect);
            opened.key_step = rows.last().and_then(|row| row.try_get(2).ok()).unwrap_or(1);
            Ok(opened)
        })
    }

    fn encoder(_dialect: Dialect) -> Encoder {
        Encoder::default()
    }

    fn prepare<'c>(
        raw: &'c mut RawConnection,
        sql: &'c str,
        params: &'c [Value],
    ) -> BoxFuture<'c, Result<Option<Ready<Self>>, Failed>> {
        Box::pin(plain::prepare(raw, sql, params))
    }

    fn prepare_apart<'c>(
        raw: &'c mut RawConnection,
        ready: &'c Ready<Self>,
    ) -> Option<BoxFuture<'c, Result<(), sqlx::Error>>> {
        let sql = AssertSqlSafe(Arc::clone(&ready.sql)).into_sql_str();
        Some(Box::pin(async move { raw.prepare(sql).await.map(drop) }))
    }

    fn run(raw: &mut RawConnection, ready: Ready<Self>) -> Answers<'_, Self> {
        raw.fetch_many(sqlx::query_with(AssertSqlSafe(ready.sql), ready.arguments))
    }

    fn run_script(raw: &mut RawConnection, sql: Arc<str>) -> Answers<'_, Self> {
        raw.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql)))
    }

    fn summary(result: &MySqlQueryResult) -> (u64, u64) {
        // Of the rows that an update found, also those that were as they should be.
        (result.rows_affected(), result.last_insert_id())
    }

    fn columns(row: &MySqlRow) -> Vec<Kind> {
        row.columns().iter().map(|column| Kind::of_info(column.type_info())).collect()
    }

    fn width(columns: &Vec<Kind>) -> usize {
        columns.len()
    }

    fn cell<'r>(row: &'r MySqlRow, columns: &'r Vec<Kind>, index: usize, scratch: &'r Scratch) -> Cell<'r> {
        // sqlx takes a date of zeros for null, and we do not: so it is asked for the bytes.
        match row.try_get_raw(index).map(<&[u8] as Decode<MySql>>::decode) {
            Ok(Ok(bytes)) => decode::cell(columns[index], bytes, scratch),
            Ok(Err(_)) | Err(_) => Cell::Null,
        }
    }

    fn classify(error: &dyn DatabaseError) -> Facts {
        error::classify(error)
    }

    fn is_outdated(error: &dyn DatabaseError) -> bool {
        error::is_outdated(error)
    }

    fn forget_statements(raw: &mut RawConnection) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // What cannot be forgotten fails again, and is told then.
            let _ = raw.clear_cached_statements().await;
        })
    }

    fn settle(raw: &mut RawConnection) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        Box::pin(async move {
            loop {
                match raw.ping().await {
                    // The answer to what was interrupted.
                    Err(sqlx::Error::Database(error)) if !error::classify(&*error).is_broken => {}
                    result => return result,
                }
            }
        })
    }

    fn cancel(options: Arc<MySqlOptions>, id: u64) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let Ok(mut raw) = RawConnection::connect_with(&options.connect_options()).await else { return };
            let sql = format!("kill query {id}");
            // What is not interrupted is waited for, and closed when that takes too long.
            let _ = raw.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
            let _ = raw.close().await;
        })
    }

    fn effect(sql: &str) -> Effect {
        Effect::of(Dialect::MySql, sql, &VERBS)
    }
}

/// The server wants the password, and not by a connection that others can read.
fn open_password() -> Error {
    Error::Unsupported {
        database: MySqlServer::NAME,
        feature: "send the password, which the server asks for, by a connection that is not encrypted".into(),
        alternative: "switch on the feature `tls` of orm, or let the user log in by `mysql_native_password`"
            .into(),
    }
}

const VERBS: Verbs = Verbs {
    ends_transaction: &["commit", "rollback"],
    // <https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html>
    commits_first: &[
        "alter",
        "analyze",
        "cache",
        "check",
        "create",
        "drop",
        "flush",
        "grant",
        "install",
        "load",
        "optimize",
        "rename",
        "repair",
        "reset",
        "revoke",
        "truncate",
        "uninstall",
    ],
    changes_session: &[
        "begin",
        "start",
        "set",
        "use",
        "lock",
        "unlock",
        "prepare",
        "execute",
        "deallocate",
        "handler",
        "xa",
    ],
    // Temporary tables, locks that outlive transactions, variables.
    holds_on: &["create temporary", "drop temporary", "get_lock", ":=", "into @"],
};
