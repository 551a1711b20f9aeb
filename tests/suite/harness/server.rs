//! Schemas of tests' own on a server: made when a test begins, and dropped when it is over, however it ended.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};

use orm::log::QueryLogger;
use orm::mysql::{MySqlDriver, MySqlOptions};
use orm::postgres::{PostgresDriver, PostgresOptions};
use orm::prelude::*;
use orm::schema::Dialect;
use orm::{OrmBuilder, Result, Value};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::harness::{Database, POOL_SIZE};

/// How many tests use a server at a time: each opens a few connections, and a server has about a hundred.
const TESTS_AT_A_TIME: usize = 16;

static PERMITS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(TESTS_AT_A_TIME)));

/// Here schemas are made and dropped: a test's own runtime does not run any more when the test is over.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can be made")
});

static POSTGRES: LazyLock<PostgresDriver> = LazyLock::new(|| {
    let options = postgres().application_name("orm suite").pool_size(4);
    PostgresDriver::new(options).expect("the options make sense")
});

static MYSQL: LazyLock<MySqlDriver> =
    LazyLock::new(|| MySqlDriver::new(mysql().pool_size(4)).expect("the options make sense"));

/// What one test has on a server.
pub(super) struct Server {
    /// Where its tables are.
    own: Schema,
    others: Mutex<Vec<Schema>>,
    /// After the schemas, which are dropped while it is this test's turn.
    _turn: OwnedSemaphorePermit,
}

impl Server {
    /// An empty schema of its own.
    pub(super) async fn new(on: Database) -> Self {
        let turn = Arc::clone(&PERMITS).acquire_owned().await.expect("nobody closes it");
        Self { own: Schema::new(on).await, others: Mutex::default(), _turn: turn }
    }

    /// Another schema, which goes with this.
    pub(super) async fn another_schema(&self) -> String {
        let schema = Schema::new(self.own.on).await;
        let name = schema.name.clone();
        self.others.lock().unwrap_or_else(PoisonError::into_inner).push(schema);
        name
    }

    /// Lets an `Orm` use it.
    pub(super) fn choose(&self, builder: OrmBuilder, logger: Arc<dyn QueryLogger>) -> Result<OrmBuilder> {
        let name = self.own.name.as_str();
        match self.own.on {
            Database::Sqlite => unreachable!("SQLite has no server"),
            Database::Postgres => {
                let options = postgres().application_name(name).search_path(name);
                builder.postgres(options.pool_size(POOL_SIZE).logger(logger))
            }
            Database::MySql => builder.mysql(mysql().database(name).pool_size(POOL_SIZE).logger(logger)),
        }
    }
}

fn postgres() -> PostgresOptions {
    let url = url("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres");
    url.parse().unwrap_or_else(|error| panic!("TEST_POSTGRES_URL: {error}"))
}

fn mysql() -> MySqlOptions {
    let url = url("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/mysql");
    url.parse().unwrap_or_else(|error| panic!("TEST_MYSQL_URL: {error}"))
}

fn url(variable: &str, usual: &str) -> String {
    std::env::var(variable).ok().filter(|url| !url.is_empty()).unwrap_or_else(|| usual.to_owned())
}

/// A schema of a PostgreSQL database; to MySQL and MariaDB a database is the same.
struct Schema {
    on: Database,
    name: String,
}

impl Schema {
    async fn new(on: Database) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("orm_suite_{}_{number}", std::process::id());
        let create = format!("create schema {name}");
        let made = RUNTIME.spawn(async move { run(on, &create).await }).await;
        match made.expect("nothing panics there") {
            Ok(_) => Self { on, name },
            Err(error) => panic!("{}", advice(on, &error)),
        }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (on, name) = (self.on, self.name.clone());
        let (sender, receiver) = mpsc::channel();
        RUNTIME.spawn(async move {
            let dropped = async {
                // A test that failed may have left a transaction open, for which the drop would wait.
                close_connections(on, &name).await?;
                let cascade = if on == Database::Postgres { "cascade" } else { "" };
                run(on, &format!("drop schema {name} {cascade}")).await.map(drop)
            };
            sender.send(dropped.await)
        });
        match receiver.recv() {
            Ok(Ok(())) => {}
            // What is left behind is in nobody's way.
            failed => eprintln!("{} was not dropped: {failed:?}", self.name),
        }
    }
}

/// Whether it is MySQL and not MariaDB that there is, once it was asked something.
pub(super) fn is_mysql() -> bool {
    MYSQL.dialect() == Some(Dialect::MySql)
}

/// Ends the connections of a test, on the server's side.
async fn close_connections(on: Database, name: &str) -> Result<()> {
    match on {
        Database::Sqlite => unreachable!("SQLite has no server"),
        Database::Postgres => {
            let of_test = format!("from pg_stat_activity where application_name = '{name}'");
            run(on, &format!("select pg_terminate_backend(pid) {of_test}")).await?;
        }
        Database::MySql => {
            let of_test = format!("select id from information_schema.processlist where db = '{name}'");
            for row in run(on, &of_test).await? {
                // It may have ended meanwhile.
                let _ = run(on, &format!("kill {}", row[0])).await;
            }
        }
    }
    Ok(())
}

/// Runs a statement on a server, in nobody's schema.
async fn run(on: Database, sql: &str) -> Result<Vec<Vec<Value>>> {
    match on {
        Database::Sqlite => unreachable!("SQLite has no server"),
        Database::Postgres => POSTGRES.acquire().await?.query(sql, Vec::new()).await,
        Database::MySql => MYSQL.acquire().await?.query(sql, Vec::new()).await,
    }
}

/// What to do when a server cannot be used.
fn advice(on: Database, error: &orm::Error) -> String {
    let (server, variable) = match on {
        Database::Sqlite => unreachable!("SQLite has no server"),
        Database::Postgres => ("PostgreSQL", "TEST_POSTGRES_URL"),
        Database::MySql => ("MySQL or MariaDB", "TEST_MYSQL_URL"),
    };
    format!(
        "this test needs a {server} server: {error}\n\
         - `cargo xtask test` finds one, or starts one of its own;\n\
         - or start one: `docker compose -f tests/compose.yaml up --detach --wait`;\n\
         - or name one in {variable};\n\
         - or leave its tests out: `cargo test --workspace -- --skip postgres:: --skip mysql::`"
    )
}
