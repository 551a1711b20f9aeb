//! Plain SQL: the server says what its parameters are, and the values are sent as that.

use std::sync::Arc;

use orm_core::Error;
use orm_core::types::Type as _;
use orm_core::value::{Cell, Value};
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgTypeInfo};
use sqlx::{AssertSqlSafe, Either, Executor, SqlSafeStr, Statement as _};
use uuid::Uuid;

use crate::driver::postgres::PostgresServer;
use crate::driver::postgres::encode::Misfit;
use crate::driver::postgres::encoder::{Encoder, Sent};
use crate::driver::postgres::kind::{Kind, PgType};
use crate::driver::server::{Failed, Ready, wrong_count};

/// Prepares plain SQL and encodes its parameters.
pub(crate) async fn prepare(
    raw: &mut PgConnection,
    sql: &str,
    params: &[Value],
) -> Result<Ready<PostgresServer>, Failed> {
    let text: Arc<str> = sql.into();
    match prepare_as(raw, &text, params).await? {
        Ok(ready) => Ok(ready),
        // The text was prepared before, for values of other types: a comment makes it another one.
        Err(_) => {
            let kinds: Vec<String> = params.iter().map(|value| format!("{:?}", hint(value))).collect();
            let text = format!("{sql}\n/* {} */", kinds.join(", ")).into();
            prepare_as(raw, &text, params).await?.map_err(|error| Failed::from(*error))
        }
    }
}

type Encoded = Result<Ready<PostgresServer>, Box<Error>>;

async fn prepare_as(raw: &mut PgConnection, text: &Arc<str>, params: &[Value]) -> Result<Encoded, Failed> {
    let hints: Vec<PgTypeInfo> = params.iter().map(hint_info).collect();
    let safe = AssertSqlSafe(Arc::clone(text)).into_sql_str();
    let statement = raw.prepare_with(safe, &hints).await;
    let statement = statement.map_err(|error| Failed::of_statement::<PostgresServer>(error, text))?;
    let types = match statement.parameters() {
        Some(Either::Left(types)) => types,
        Some(Either::Right(_)) | None => &[],
    };
    if types.len() != params.len() {
        return Err(wrong_count(types.len(), params.len()).into());
    }
    let mut encoder = Encoder::default();
    for (index, (value, info)) in params.iter().zip(types).enumerate() {
        let ty = PgType::of_info(info);
        let fitting = fit(value, ty);
        if let Err(misfit) = encoder.add(Sent::Value(fitting.as_ref().unwrap_or(value)), ty) {
            return Ok(Err(Box::new(refused(misfit, index, value, info))));
        }
    }
    Ok(Ok(Ready { sql: Arc::clone(text), arguments: encoder.into_arguments() }))
}

/// The type that the server is told. It finds out by itself what a text or a null is to be.
fn hint(value: &Value) -> Option<PgType> {
    match value {
        Value::Text(_) | Value::Null => None,
        Value::Array(items) => {
            let kind = items.iter().find_map(Kind::of_value).filter(|kind| *kind != Kind::Text)?;
            Some(PgType::array_of(kind))
        }
        value => Kind::of_value(value).map(PgType::one),
    }
}

fn hint_info(value: &Value) -> PgTypeInfo {
    hint(value).map_or(PgTypeInfo::with_oid(Oid(0)), PgType::info)
}

/// Text for what is no text, as the server would read it; a whole number for a text.
fn fit(value: &Value, ty: PgType) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    let cell = Cell::Text(text);
    match ty.kind {
        _ if ty.is_array => None,
        Kind::Bool => match text.as_str() {
            "t" | "true" => Some(Value::Bool(true)),
            "f" | "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid => text.parse().ok().map(Value::Int),
        Kind::Float4 | Kind::Float8 => text.parse().ok().map(Value::Float),
        Kind::Numeric => rust_decimal::Decimal::from_cell(cell).ok().map(Value::Decimal),
        Kind::Uuid => Uuid::parse_str(text).ok().map(Value::Uuid),
        Kind::Date => chrono::NaiveDate::from_cell(cell).ok().map(Value::Date),
        Kind::Time => chrono::NaiveTime::from_cell(cell).ok().map(Value::Time),
        Kind::Timestamp => chrono::NaiveDateTime::from_cell(cell).ok().map(Value::DateTime),
        Kind::TimestampTz => chrono::DateTime::<chrono::Utc>::from_cell(cell).ok().map(Value::Timestamp),
        Kind::Json | Kind::Jsonb => serde_json::from_str(text).ok().map(Value::Json),
        Kind::Text | Kind::Bytea | Kind::TimeTz | Kind::Interval | Kind::Inet | Kind::Void | Kind::Other => {
            None
        }
    }
}

fn refused(misfit: Misfit, index: usize, value: &Value, info: &PgTypeInfo) -> Error {
    let number = index + 1;
    let problem = match misfit {
        Misfit::Type => format!(
            "parameter ${number} is {}, and the statement expects {}; give such a value, or cast it: `${number}::text::{}`",
            value.as_cell().kind_name(),
            info.to_string().to_lowercase(),
            info.to_string().to_lowercase()
        ),
        Misfit::Value(problem) => format!("parameter ${number}: {problem}"),
    };
    Error::Encode { entity: "sql", property: "parameter", problem }
}
