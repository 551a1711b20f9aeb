//! A schema of a PostgreSQL server behind the generator's traits, and what the tests ask of it.

use std::str::FromStr;
use std::sync::{Arc, Mutex};

use orm_core::driver::BoxFuture;
use orm_core::meta::EntityMeta;
use orm_core::{DriverError, DriverErrorKind, Error, Result, Value};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, TypeInfo, ValueRef};

use crate::dialect::Dialect;
use crate::schema::tests::memory::registry;
use crate::schema::{SchemaConnection, SchemaConnections, SchemaGenerator};

/// A schema of its own on the server of the tests.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) schema: String,
    options: PgConnectOptions,
    /// Every statement that was executed.
    pub(super) executed: Arc<Mutex<Vec<String>>>,
}

/// Runs a test in a schema of its own, which is gone afterwards.
pub(super) async fn on_server<T: Future<Output = ()>>(name: &str, test: impl FnOnce(Server) -> T) {
    let url = std::env::var("TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let schema = format!("schema_{}_{name}", std::process::id());
    let options = PgConnectOptions::from_str(&url)
        .expect("TEST_POSTGRES_URL names a server")
        .options([("search_path", format!("\"{schema}\"").as_str()), ("client_min_messages", "warning")]);
    let server = Server { schema: schema.clone(), options, executed: Arc::default() };
    server.run(&format!("create schema \"{schema}\"")).await;
    test(server.clone()).await;
    server.run(&format!("drop schema \"{schema}\" cascade")).await;
}

impl Server {
    pub(super) fn generator(&self, entities: &[&'static EntityMeta]) -> SchemaGenerator {
        SchemaGenerator::new(registry(entities), Arc::new(self.clone()))
    }

    pub(super) async fn connection(&self) -> PgConnection {
        self.options.connect().await.unwrap_or_else(|error| {
            panic!("the tests need a PostgreSQL server; name one in TEST_POSTGRES_URL: {error}")
        })
    }

    /// Runs statements.
    pub(super) async fn run(&self, sql: &str) {
        let mut connection = self.connection().await;
        let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
        result.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// All rows of a query, cells with `|` between.
    pub(super) async fn rows(&self, sql: &str) -> Vec<String> {
        let mut connection = self.connection().await;
        let rows = query(&mut connection, sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let row_text = |row: Vec<Value>| {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            cells.join("|")
        };
        rows.into_iter().map(row_text).collect()
    }
}

impl SchemaConnections for Server {
    fn dialect(&self) -> BoxFuture<'_, Result<Dialect>> {
        Box::pin(async { Ok(Dialect::Postgres) })
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn SchemaConnection>>> {
        Box::pin(async move {
            let connection = self.connection().await;
            Ok(Box::new(OneConnection { connection, executed: self.executed.clone() })
                as Box<dyn SchemaConnection>)
        })
    }
}

struct OneConnection {
    connection: PgConnection,
    executed: Arc<Mutex<Vec<String>>>,
}

impl SchemaConnection for OneConnection {
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        parameters: &'a [Value],
    ) -> BoxFuture<'a, Result<Vec<Vec<Value>>>> {
        Box::pin(async move {
            query(&mut self.connection, sql, parameters).await.map_err(|error| driver_error(error, sql))
        })
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.executed.lock().expect("no panic meanwhile").push(sql.to_owned());
            let result =
                sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut self.connection).await;
            result.map(drop).map_err(|error| driver_error(error, sql))
        })
    }

    fn begin(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("begin")
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("commit")
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("rollback")
    }
}

async fn query(
    connection: &mut PgConnection,
    sql: &str,
    parameters: &[Value],
) -> sqlx::Result<Vec<Vec<Value>>> {
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    for parameter in parameters {
        query = match parameter {
            Value::Int(value) => query.bind(*value),
            Value::Text(value) => query.bind(value.clone()),
            other => panic!("no test binds {other:?}"),
        };
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| (0..row.len()).map(|column| cell(row, column)).collect()).collect()
}

fn cell(row: &PgRow, column: usize) -> sqlx::Result<Value> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let type_name = raw.type_info().name().to_owned();
    Ok(match type_name.as_str() {
        "BOOL" => Value::Bool(row.try_get(column)?),
        "INT2" => Value::Int(i64::from(row.try_get::<i16, _>(column)?)),
        "INT4" => Value::Int(i64::from(row.try_get::<i32, _>(column)?)),
        "INT8" => Value::Int(row.try_get(column)?),
        "FLOAT8" => Value::Float(row.try_get(column)?),
        _ => Value::Text(row.try_get_unchecked(column)?),
    })
}

fn driver_error(error: sqlx::Error, sql: &str) -> Error {
    let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    let kind = match code.as_deref() {
        Some("23505") => DriverErrorKind::UniqueViolation,
        Some("23514") => DriverErrorKind::CheckViolation,
        Some("23503") => DriverErrorKind::ForeignKeyViolation,
        Some("42P07") => DriverErrorKind::AlreadyExists,
        _ => DriverErrorKind::Other,
    };
    let mut driver = DriverError::new(kind, error);
    driver.sql = Some(sql.to_owned());
    driver.into()
}
