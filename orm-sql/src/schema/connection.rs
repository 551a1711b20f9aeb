//! What the schema generator asks of a connection, and how it changes a schema: alone, and in one transaction where the
//! database can.

use orm_core::driver::BoxFuture;
use orm_core::{DriverError, DriverErrorKind, Error, Result, Value};

use crate::dialect::Dialect;

/// One connection, as the schema generator uses it. Nobody else uses it meanwhile.
///
/// The generator switches SQLite's `foreign_keys` off while it works and on again, `legacy_alter_table` the other way
/// round; on MySQL and MariaDB `foreign_key_checks`, and it holds a lock of the session (`get_lock`) and temporary tables.
/// When a connection is dropped half-way, the implementor MUST roll back what is open and MUST restore and release them
/// before anyone else gets the connection.
pub trait SchemaConnection: Send {
    /// Runs a query and gives back all of its rows.
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        parameters: &'a [Value],
    ) -> BoxFuture<'a, Result<Vec<Vec<Value>>>>;

    /// Runs a statement.
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Begins a transaction. Nobody else MUST be able to write from its first statement on, where one writer at a time
    /// is all that the database allows.
    fn begin(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Commits it.
    fn commit(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Rolls it back.
    fn rollback(&mut self) -> BoxFuture<'_, Result<()>>;
}

/// Where the schema generator gets its connections.
pub trait SchemaConnections: Send + Sync {
    /// How the database speaks. Connects if that is not known yet.
    fn dialect(&self) -> BoxFuture<'_, Result<Dialect>>;

    /// A connection, for one call of the generator.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn SchemaConnection>>>;
}

/// Whether foreign keys are enforced while a schema changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForeignKeys {
    /// As the connection has it.
    Kept,
    /// Not at all: tables with rows are dropped, and some made anew.
    Off,
}

/// What stands before the statements where foreign keys are not enforced, if they can be switched off.
pub(crate) fn foreign_keys_off(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => Some("pragma foreign_keys = off"),
        // Its statements run in an order in which no key is in the way.
        Dialect::Postgres => None,
        Dialect::MySql | Dialect::MariaDb => Some("set foreign_key_checks = 0"),
    }
}

/// What stands after them.
pub(crate) fn foreign_keys_on(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => Some("pragma foreign_keys = on"),
        Dialect::Postgres => None,
        Dialect::MySql | Dialect::MariaDb => Some("set foreign_key_checks = 1"),
    }
}

/// A transaction that changes the schema, while no other does. MySQL and MariaDB commit each statement that changes a
/// schema at once, so there it is no more than the lock.
pub(crate) struct Transaction<'a> {
    dialect: Dialect,
    connection: &'a mut dyn SchemaConnection,
    restore_foreign_keys: bool,
}

impl<'a> Transaction<'a> {
    /// Begins it. SQLite does not hear of foreign keys inside of a transaction, so they are switched off before.
    pub(crate) async fn begin(
        dialect: Dialect,
        connection: &'a mut dyn SchemaConnection,
        foreign_keys: ForeignKeys,
    ) -> Result<Self> {
        let restore_foreign_keys =
            foreign_keys == ForeignKeys::Off && foreign_keys_enforced(dialect, connection).await?;
        if let Some(statement) = foreign_keys_off(dialect).filter(|_| restore_foreign_keys) {
            connection.execute(statement).await?;
        }
        let mut transaction = Self { dialect, connection, restore_foreign_keys };
        match transaction.open().await {
            Ok(()) => Ok(transaction),
            Err(error) => {
                let _ = transaction.restore().await;
                Err(error)
            }
        }
    }

    async fn open(&mut self) -> Result<()> {
        match self.dialect {
            Dialect::Sqlite => self.connection.begin().await,
            Dialect::Postgres => {
                self.connection.begin().await?;
                self.connection.query(POSTGRES_LOCK, &[]).await.map(drop)
            }
            Dialect::MySql | Dialect::MariaDb => {
                let rows = self.connection.query(MYSQL_LOCK, &[]).await?;
                match is_one(&rows) {
                    true => Ok(()),
                    false => {
                        let problem = "another update of the schema has not ended within 30 seconds";
                        Err(DriverError::new(DriverErrorKind::LockTimeout, problem).into())
                    }
                }
            }
        }
    }

    /// The connection, inside of the transaction.
    pub(crate) fn connection(&mut self) -> &mut dyn SchemaConnection {
        &mut *self.connection
    }

    /// Runs statements, one after the other.
    pub(crate) async fn run(&mut self, statements: &[String]) -> Result<()> {
        for statement in statements {
            self.connection.execute(statement).await?;
        }
        Ok(())
    }

    /// Commits if all went well, rolls back if not, and gives back what was the outcome.
    pub(crate) async fn end<T, E: From<Error>>(mut self, outcome: Result<T, E>) -> Result<T, E> {
        let outcome = match (outcome, self.dialect) {
            (Ok(value), Dialect::Sqlite | Dialect::Postgres) => {
                self.connection.commit().await.map(|()| value).map_err(E::from)
            }
            (outcome, _) => outcome,
        };
        // The first error is the one to tell; a transaction that the database ended already cannot be rolled back.
        match self.dialect {
            Dialect::Sqlite | Dialect::Postgres if outcome.is_err() => {
                let _ = self.connection.rollback().await;
                self.clean_up().await;
            }
            Dialect::Sqlite | Dialect::Postgres => {}
            Dialect::MySql | Dialect::MariaDb => _ = self.connection.query(MYSQL_UNLOCK, &[]).await,
        }
        let restored = self.restore().await;
        outcome.and_then(|value| restored.map(|()| value).map_err(E::from))
    }

    async fn restore(&mut self) -> Result<()> {
        match foreign_keys_on(self.dialect).filter(|_| self.restore_foreign_keys) {
            Some(statement) => self.connection.execute(statement).await,
            None => Ok(()),
        }
    }

    /// Puts back what a statement that failed may have left switched.
    async fn clean_up(&mut self) {
        match self.dialect {
            Dialect::Sqlite => {
                let _ = self.connection.execute("pragma legacy_alter_table = off").await;
            }
            // A rollback puts everything back, where there is one.
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {}
        }
    }
}

/// The lock of those who change the connection's own schema; it ends with the transaction.
const POSTGRES_LOCK: &str =
    "select pg_advisory_xact_lock(1869771109, hashtext(coalesce(current_schema(), '')))";

/// The lock of those who change the connection's own database; it ends with the session, if not before.
const MYSQL_LOCK: &str = "select get_lock(concat('orm_', md5(coalesce(database(), ''))), 30)";

const MYSQL_UNLOCK: &str = "select release_lock(concat('orm_', md5(coalesce(database(), ''))))";

async fn foreign_keys_enforced(dialect: Dialect, connection: &mut dyn SchemaConnection) -> Result<bool> {
    let rows = match dialect {
        Dialect::Sqlite => connection.query("pragma foreign_keys", &[]).await?,
        Dialect::Postgres => return Ok(false),
        Dialect::MySql | Dialect::MariaDb => connection.query("select @@foreign_key_checks", &[]).await?,
    };
    Ok(is_one(&rows))
}

fn is_one(rows: &[Vec<Value>]) -> bool {
    let first = rows.first().map(Vec::as_slice);
    matches!(first, Some([Value::Int(1) | Value::UInt(1) | Value::Bool(true), ..]))
}
