//! A database of a MySQL or MariaDB server behind the generator's traits, and what the tests ask of it.

use std::str::FromStr;
use std::sync::{Arc, Mutex};

use orm_core::driver::BoxFuture;
use orm_core::meta::EntityMeta;
use orm_core::{DriverError, DriverErrorKind, Error, Result, Value};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, TypeInfo, ValueRef};

use crate::dialect::Dialect;
use crate::schema::tests::memory::registry;
use crate::schema::{SchemaConnection, SchemaConnections, SchemaGenerator};

/// A database of its own on the server of the tests.
#[derive(Clone)]
pub(in crate::schema::tests) struct Server {
    pub(in crate::schema::tests) database: String,
    pub(in crate::schema::tests) dialect: Dialect,
    options: MySqlConnectOptions,
    /// Every statement that was executed.
    pub(in crate::schema::tests) executed: Arc<Mutex<Vec<String>>>,
}

/// Runs a test in a database of its own, which is gone afterwards.
pub(in crate::schema::tests) async fn on_server<T: Future<Output = ()>>(
    name: &str,
    test: impl FnOnce(Server) -> T,
) {
    let url =
        std::env::var("TEST_MYSQL_URL").unwrap_or_else(|_| "mysql://root@127.0.0.1:3306/mysql".to_owned());
    let database = format!("schema_{}_{name}", std::process::id());
    let options = MySqlConnectOptions::from_str(&url).expect("TEST_MYSQL_URL names a server");
    let mut server =
        Server { database: database.clone(), dialect: Dialect::MySql, options, executed: Arc::default() };
    if server.rows("select version()").await[0].contains("MariaDB") {
        server.dialect = Dialect::MariaDb;
    }
    server.run(&format!("create database `{database}`")).await;
    server.options = server.options.database(&database);
    test(server.clone()).await;
    server.run(&format!("drop database `{database}`")).await;
}

impl Server {
    pub(in crate::schema::tests) fn generator(&self, entities: &[&'static EntityMeta]) -> SchemaGenerator {
        SchemaGenerator::new(registry(entities), Arc::new(self.clone()))
    }

    pub(in crate::schema::tests) async fn connection(&self) -> MySqlConnection {
        self.options.connect().await.unwrap_or_else(|error| {
            panic!("the tests need a MySQL or MariaDB server; name one in TEST_MYSQL_URL: {error}")
        })
    }

    /// Runs statements.
    pub(in crate::schema::tests) async fn run(&self, sql: &str) {
        let mut connection = self.connection().await;
        let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
        result.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// All rows of a query, cells with `|` between.
    pub(in crate::schema::tests) async fn rows(&self, sql: &str) -> Vec<String> {
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
        Box::pin(async { Ok(self.dialect) })
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
    connection: MySqlConnection,
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
            let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await;
            result.map(drop).map_err(|error| driver_error(error, sql))
        })
    }

    fn begin(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("start transaction")
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("commit")
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.execute("rollback")
    }
}

async fn query(
    connection: &mut MySqlConnection,
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

fn cell(row: &MySqlRow, column: usize) -> sqlx::Result<Value> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let type_name = raw.type_info().name().to_owned();
    Ok(match type_name.as_str() {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INT" | "MEDIUMINT" | "BIGINT" => {
            Value::Int(row.try_get_unchecked(column)?)
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" => {
            Value::UInt(row.try_get_unchecked(column)?)
        }
        "DOUBLE" => Value::Float(row.try_get(column)?),
        "FLOAT" => Value::Float(f64::from(row.try_get::<f32, _>(column)?)),
        "DATETIME" => Value::DateTime(row.try_get_unchecked(column)?),
        "DATE" => Value::Date(row.try_get_unchecked(column)?),
        "TIME" => Value::Time(row.try_get_unchecked(column)?),
        "BINARY" | "VARBINARY" | "BLOB" => {
            let bytes: Vec<u8> = row.try_get_unchecked(column)?;
            match String::from_utf8(bytes) {
                Ok(text) => Value::Text(text),
                Err(error) => Value::Bytes(error.into_bytes()),
            }
        }
        _ => Value::Text(row.try_get_unchecked(column)?),
    })
}

fn driver_error(error: sqlx::Error, sql: &str) -> Error {
    let number = error.as_database_error().and_then(|error| {
        error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(|error| error.number())
    });
    let kind = match number {
        Some(1062) => DriverErrorKind::UniqueViolation,
        Some(4025 | 3819) => DriverErrorKind::CheckViolation,
        Some(1451 | 1452) => DriverErrorKind::ForeignKeyViolation,
        Some(1050) => DriverErrorKind::AlreadyExists,
        _ => DriverErrorKind::Other,
    };
    let mut driver = DriverError::new(kind, error);
    driver.sql = Some(sql.to_owned());
    driver.into()
}
