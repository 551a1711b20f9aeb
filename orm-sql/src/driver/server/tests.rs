//! What the drivers of servers have in common, against a real server of each kind.

use std::time::{Duration, Instant};

use orm_core::driver::{Connection, Driver, TransactionOptions};
use orm_core::value::Value;
use orm_core::{DriverErrorKind, Error, Result};

use crate::driver::server::{Server, ServerConnection, ServerDriver, Settings};
use crate::lower::library::{Query, registry};

mod door;
mod dropped;
mod lost;
mod pool;
mod replicas;
mod transactions;

/// Makes a test of each function for each kind of server.
macro_rules! on_every_server {
    ($($name:ident),* $(,)?) => {
        #[cfg(feature = "mysql")]
        mod mysql {
            use crate::driver::mysql::MySqlServer;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name::<MySqlServer>().await;
                }
            )*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            use crate::driver::postgres::PostgresServer;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name::<PostgresServer>().await;
                }
            )*
        }
    };
}
use on_every_server;

/// What tests ask in each server's words.
pub(crate) trait Tested: Server {
    /// Waits for as many seconds as is bound.
    const SLEEP: &'static str;
    /// The number of the connection.
    const ID: &'static str;
    /// The numbers of all connections.
    const IDS: &'static str;
    /// How long a statement waits for a lock.
    const LOCK_TIMEOUT: Duration;

    /// A schema or database of the test's own, made anew.
    fn fresh() -> impl Future<Output = Self::Options> + Send;

    /// How its connections are kept.
    fn settings_mut(options: &mut Self::Options) -> &mut Settings<Self::Options>;

    /// Gives up waiting for a lock after a while.
    fn with_lock_timeout(options: Self::Options) -> Self::Options;

    /// Another server.
    fn at(host: &str, port: u16) -> Self::Options;

    /// The same server by another door.
    fn through(options: Self::Options, port: u16) -> Self::Options;

    /// Ends the connection with that number, as an administrator would.
    fn end(id: i64) -> String;
}

#[cfg(feature = "postgres")]
impl Tested for crate::driver::postgres::PostgresServer {
    const SLEEP: &'static str = "select pg_sleep($1::float8)::text";
    const ID: &'static str = "select pg_backend_pid()";
    const IDS: &'static str = "select pid from pg_stat_activity";
    const LOCK_TIMEOUT: Duration = Duration::from_millis(100);

    fn fresh() -> impl Future<Output = Self::Options> + Send {
        crate::driver::postgres::tests::schema()
    }

    fn settings_mut(options: &mut Self::Options) -> &mut Settings<Self::Options> {
        &mut options.settings
    }

    fn with_lock_timeout(options: Self::Options) -> Self::Options {
        options.lock_timeout(Self::LOCK_TIMEOUT)
    }

    fn at(host: &str, port: u16) -> Self::Options {
        crate::driver::postgres::PostgresOptions::new(host, "nothing").port(port)
    }

    fn through(options: Self::Options, port: u16) -> Self::Options {
        options.port(port)
    }

    fn end(id: i64) -> String {
        format!("select pg_terminate_backend({id})::text")
    }
}

#[cfg(feature = "mysql")]
impl Tested for crate::driver::mysql::MySqlServer {
    const SLEEP: &'static str = "select sleep(?)";
    const ID: &'static str = "select connection_id()";
    const IDS: &'static str = "select id from information_schema.processlist";
    const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

    fn fresh() -> impl Future<Output = Self::Options> + Send {
        crate::driver::mysql::tests::database()
    }

    fn settings_mut(options: &mut Self::Options) -> &mut Settings<Self::Options> {
        &mut options.settings
    }

    fn with_lock_timeout(options: Self::Options) -> Self::Options {
        options.lock_timeout(Self::LOCK_TIMEOUT)
    }

    fn at(host: &str, port: u16) -> Self::Options {
        crate::driver::mysql::MySqlOptions::new(host, "nothing").port(port)
    }

    fn through(options: Self::Options, port: u16) -> Self::Options {
        options.port(port)
    }

    fn end(id: i64) -> String {
        format!("kill {id}")
    }
}

/// A driver on a schema of its own, with a table of accounts that are found by an index.
async fn accounts<S: Tested>(change: impl FnOnce(&mut Settings<S::Options>)) -> ServerDriver<S> {
    let mut options = S::fresh().await;
    change(S::settings_mut(&mut options));
    accounts_at(options).await
}

async fn accounts_at<S: Tested>(options: S::Options) -> ServerDriver<S> {
    let driver = ServerDriver::new(options).unwrap();
    driver.attach(registry());
    let sql = "create table account (id int primary key, balance int not null)";
    let mut connection = driver.acquire().await.unwrap();
    connection.execute(sql, vec![]).await.unwrap();
    connection.execute("insert into account values (1, 10), (2, 20)", vec![]).await.unwrap();
    driver
}

/// Changes the balance of an account.
async fn pay<S: Server>(connection: &mut ServerConnection<S>, id: i64, amount: i64) -> Result<u64> {
    connection
        .execute(&format!("update account set balance = balance + {amount} where id = {id}"), vec![])
        .await
}

/// The balances of all accounts.
async fn balances<S: Server>(connection: &mut ServerConnection<S>) -> Result<Vec<Value>> {
    let rows = connection.query("select balance from account order by id", vec![]).await?;
    Ok(rows.into_iter().flatten().collect())
}

/// The number of the connection.
async fn id<S: Tested>(connection: &mut ServerConnection<S>) -> i64 {
    match connection.query(S::ID, vec![]).await.unwrap()[0][0] {
        Value::Int(id) => id,
        ref other => panic!("{other} is no number"),
    }
}

/// Runs something that takes many seconds, and gives it up soon.
async fn begin_to_sleep<S: Tested>(connection: &mut ServerConnection<S>) {
    let sleeping = connection.query(S::SLEEP, vec![Value::Float(20.0)]);
    assert!(tokio::time::timeout(Duration::from_millis(50), sleeping).await.is_err(), "it slept well");
}

fn kind<T>(result: Result<T>) -> DriverErrorKind {
    let error = result.err().expect("it must fail");
    error.driver_kind().unwrap_or_else(|| panic!("{error} is no driver error"))
}

fn is_about_transactions<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Transaction { .. }))
}
