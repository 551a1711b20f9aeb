//! The driver against a real server, whose url is in `TEST_POSTGRES_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use orm_core::driver::{Connection, Driver, TransactionOptions};
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Error, Result};

use crate::driver::postgres::{PostgresConnection, PostgresDriver, PostgresOptions};
use crate::lower::library::text;

mod options;
mod plain;
mod values;

/// The server of the tests.
pub(crate) fn server() -> PostgresOptions {
    let url = std::env::var("TEST_POSTGRES_URL");
    let url = url.unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".into());
    url.parse().unwrap()
}

/// A schema of the test's own, made anew.
pub(crate) async fn schema() -> PostgresOptions {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("orm_driver_{}_{number}", std::process::id() % 1000);
    let driver = PostgresDriver::new(server().pool_size(1)).unwrap();
    let mut connection = driver.acquire().await.expect("a PostgreSQL server; set TEST_POSTGRES_URL");
    let sql = format!(
        "set client_min_messages = error; drop schema if exists {name} cascade; create schema {name}"
    );
    connection.execute_script(&sql).await.unwrap();
    driver.close().await;
    server().search_path(&name)
}

/// A connection to a schema of the test's own.
async fn connection() -> PostgresConnection {
    PostgresDriver::new(schema().await).unwrap().acquire().await.unwrap()
}

fn kind<T>(result: Result<T>) -> DriverErrorKind {
    let error = result.err().expect("it must fail");
    error.driver_kind().unwrap_or_else(|| panic!("{error} is no driver error"))
}
