//! The driver against a real server, whose url is in `TEST_MYSQL_URL`.

use std::sync::atomic::{AtomicU32, Ordering};

use orm_core::driver::{Connection, Driver, TransactionOptions};
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Error, Result};

use crate::driver::mysql::{MySqlConnection, MySqlDriver, MySqlOptions};
use crate::lower::library::text;

mod options;
mod plain;
mod values;

/// The server of the tests.
pub(crate) fn server() -> MySqlOptions {
    let url = std::env::var("TEST_MYSQL_URL");
    let url = url.unwrap_or_else(|_| "mysql://root@127.0.0.1:3306/mysql".into());
    url.parse().unwrap()
}

/// A database of the test's own, made anew.
pub(crate) async fn database() -> MySqlOptions {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("orm_driver_{}_{number}", std::process::id() % 1000);
    let driver = MySqlDriver::new(server().pool_size(1)).unwrap();
    let mut connection = driver.acquire().await.expect("a MySQL or MariaDB server; set TEST_MYSQL_URL");
    let sql = format!("drop database if exists {name}; create database {name}");
    connection.execute_script(&sql).await.unwrap();
    driver.close().await;
    server().database(&name)
}

/// A connection to a database of the test's own.
async fn connection() -> MySqlConnection {
    MySqlDriver::new(database().await).unwrap().acquire().await.unwrap()
}

fn kind<T>(result: Result<T>) -> DriverErrorKind {
    let error = result.err().expect("it must fail");
    error.driver_kind().unwrap_or_else(|| panic!("{error} is no driver error"))
}
