//! Plain SQL: the server says how many parameters it has, and the values are sent as what they are.

use std::sync::Arc;

use orm_core::value::Value;
use sqlx::error::DatabaseError;
use sqlx::mysql::{MySqlConnection, MySqlDatabaseError};
use sqlx::{AssertSqlSafe, Either, Executor, SqlSafeStr, Statement as _};

use crate::driver::mysql::MySqlServer;
use crate::driver::mysql::encoder::Encoder;
use crate::driver::server::{Encode as _, Failed, Ready, wrong_count};
use crate::lower::bind::Place;

/// Prepares plain SQL and encodes its parameters; none for what the server takes unprepared only.
pub(crate) async fn prepare(
    raw: &mut MySqlConnection,
    sql: &str,
    params: &[Value],
) -> Result<Option<Ready<MySqlServer>>, Failed> {
    let text: Arc<str> = sql.into();
    let statement = match raw.prepare(AssertSqlSafe(Arc::clone(&text)).into_sql_str()).await {
        Ok(statement) => statement,
        Err(sqlx::Error::Database(error)) if params.is_empty() && is_never_prepared(&*error) => {
            return Ok(None);
        }
        Err(error) => return Err(Failed::of_statement::<MySqlServer>(error, sql)),
    };
    let expected = match statement.parameters() {
        Some(Either::Right(count)) => count,
        Some(Either::Left(types)) => types.len(),
        None => 0,
    };
    if expected != params.len() {
        return Err(wrong_count(expected, params.len()).into());
    }
    let mut encoder = Encoder::default();
    for value in params {
        encoder.add(value, Place::outside("sql", "parameter"))?;
    }
    Ok(Some(encoder.finish(&text)))
}

/// `This command is not supported in the prepared statement protocol yet`.
fn is_never_prepared(error: &dyn DatabaseError) -> bool {
    error.try_downcast_ref::<MySqlDatabaseError>().is_some_and(|error| error.number() == 1295)
}
