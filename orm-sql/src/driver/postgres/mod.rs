//! PostgreSQL on sqlx: values and rows in their binary form, lists as arrays.

mod decode;
mod encode;
mod encoder;
mod error;
mod kind;
mod numeric;
mod options;
mod plain;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use orm_core::Result;
use orm_core::driver::BoxFuture;
use orm_core::value::{Cell, Value};
use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnection, PgQueryResult, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Column, Connection as _, Executor, Row as _, ValueRef as _};

use crate::dialect::Dialect;
use crate::driver::server::{
    Answers, Effect, Facts, Failed, Opened, Ready, Scratch, Server, ServerConnection, ServerDriver, Settings,
    Verbs, driver_error,
};

pub use crate::driver::server::TlsMode;
pub use options::PostgresOptions;

use encoder::Encoder;
use kind::PgType;

/// A PostgreSQL server.
pub type PostgresDriver = ServerDriver<PostgresServer>;

/// A connection to a PostgreSQL server.
pub type PostgresConnection = ServerConnection<PostgresServer>;

/// What PostgreSQL does in its own way.
#[derive(Debug)]
pub struct PostgresServer;

impl Server for PostgresServer {
    type Database = Postgres;
    type Options = PostgresOptions;
    type Encoder = Encoder;
    type Columns = Vec<PgType>;

    const NAME: &'static str = "postgres";
    const NULLS_ARE_SMALLEST: bool = false;
    const FAILURE_ENDS_TRANSACTION: bool = true;

    fn settings(options: &PostgresOptions) -> &Settings<PostgresOptions> {
        &options.settings
    }

    fn address(options: &PostgresOptions) -> String {
        options.address()
    }

    fn check(options: &PostgresOptions) -> Result<()> {
        options.check()
    }

    fn open(options: &PostgresOptions) -> BoxFuture<'_, Result<Opened<Self>>> {
        Box::pin(async move {
            let connected = PgConnection::connect_with(&options.connect_options()).await;
            let mut raw = connected.map_err(|error| driver_error::<Self>(error, ""))?;
            // One message for all, so that a connection costs one round trip more and no number of them.
            let mut sql = options.settings.set_up.join(";\n");
            sql.push_str(";\nselect pg_backend_pid()");
            let rows = raw.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await;
            let rows = rows.map_err(|error| driver_error::<Self>(error, &sql))?;
            let id = rows.last().and_then(|row| row.try_get_raw(0).ok()?.as_str().ok()?.parse().ok());
            Ok(Opened::new(raw, id.unwrap_or_default(), Dialect::Postgres))
        })
    }

    fn encoder(_dialect: Dialect) -> Encoder {
        Encoder::default()
    }

    fn prepare<'c>(
        raw: &'c mut PgConnection,
        sql: &'c str,
        params: &'c [Value],
    ) -> BoxFuture<'c, Result<Option<Ready<Self>>, Failed>> {
        Box::pin(async move { plain::prepare(raw, sql, params).await.map(Some) })
    }

    fn prepare_apart<'c>(
        _raw: &'c mut PgConnection,
        _ready: &'c Ready<Self>,
    ) -> Option<BoxFuture<'c, Result<(), sqlx::Error>>> {
        // What is left unread ends with `ReadyForQuery`.
        None
    }

    fn run(raw: &mut PgConnection, ready: Ready<Self>) -> Answers<'_, Self> {
        raw.fetch_many(sqlx::query_with(AssertSqlSafe(ready.sql), ready.arguments))
    }

    fn run_script(raw: &mut PgConnection, sql: Arc<str>) -> Answers<'_, Self> {
        raw.fetch_many(sqlx::raw_sql(AssertSqlSafe(sql)))
    }

    fn summary(result: &PgQueryResult) -> (u64, u64) {
        (result.rows_affected(), 0)
    }

    fn columns(row: &PgRow) -> Vec<PgType> {
        row.columns().iter().map(|column| PgType::of_info(column.type_info())).collect()
    }

    fn width(columns: &Vec<PgType>) -> usize {
        columns.len()
    }

    fn cell<'r>(row: &'r PgRow, columns: &'r Vec<PgType>, index: usize, scratch: &'r Scratch) -> Cell<'r> {
        match row.try_get_raw(index) {
            Ok(value) if !value.is_null() => match value.as_bytes() {
                Ok(bytes) => decode::cell(columns[index], bytes, scratch),
                Err(_) => Cell::Null,
            },
            Ok(_) | Err(_) => Cell::Null,
        }
    }

    fn classify(error: &dyn DatabaseError) -> Facts {
        error::classify(error)
    }

    fn is_outdated(error: &dyn DatabaseError) -> bool {
        error::is_outdated(error)
    }

    fn forget_statements(raw: &mut PgConnection) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // What cannot be forgotten fails again, and is told then.
            let _ = raw.clear_cached_statements().await;
        })
    }

    fn settle(raw: &mut PgConnection) -> BoxFuture<'_, Result<(), sqlx::Error>> {
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

    fn cancel(options: Arc<PostgresOptions>, id: u64) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let Ok(mut raw) = PgConnection::connect_with(&options.connect_options()).await else { return };
            let sql = format!("select pg_cancel_backend({id})");
            // What is not interrupted is waited for, and closed when that takes too long.
            let _ = raw.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
            let _ = raw.close().await;
        })
    }

    fn effect(sql: &str) -> Effect {
        Effect::of(Dialect::Postgres, sql, &VERBS)
    }
}

const VERBS: Verbs = Verbs {
    ends_transaction: &["commit", "end", "rollback", "abort"],
    commits_first: &[],
    changes_session: &[
        "begin",
        "start",
        "set",
        "reset",
        "discard",
        "listen",
        "unlisten",
        "prepare",
        "deallocate",
    ],
    // Temporary tables, locks that outlive transactions, settings.
    holds_on: &["create temp", "into temp", "advisory_lock", "set_config"],
};
