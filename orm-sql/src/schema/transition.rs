//! From the schema that a database has to one that it should have. Knows no entities.

use orm_core::{Error, Result, Value};

use crate::dialect::Dialect;
use crate::schema::connection::{ForeignKeys, SchemaConnection, Transaction};
use crate::schema::diff::{Change, DiffOptions, applied, diff};
use crate::schema::introspect::read_schema;
use crate::schema::model::{Schema, Table};
use crate::schema::recognize::recognize;
use crate::schema::support::check_supported;
use crate::schema::update::{Plan, Requirement, plan};

/// What a database should become.
pub(crate) struct Transition<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) target: &'a Schema,
    pub(crate) options: &'a DiffOptions,
}

/// What would change, and from what.
pub(crate) struct Changes {
    pub(crate) from: Schema,
    pub(crate) up: Vec<Change>,
}

/// Why it does not become that.
pub(crate) enum Failure {
    /// Rows have no value for a column that must have one.
    Required(Requirement),
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

impl Transition<'_> {
    /// What would change, while nothing does.
    pub(crate) async fn look(&self, connection: &mut dyn SchemaConnection) -> Result<Changes> {
        match self.dialect {
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => self.compare(connection).await,
            // What it makes in order to compare must go again.
            Dialect::Postgres => {
                connection.begin().await?;
                let changes = self.compare(connection).await;
                let ended = connection.rollback().await;
                let changes = changes?;
                ended.map(|()| changes)
            }
        }
    }

    /// Makes the changes.
    pub(crate) async fn run(&self, connection: &mut dyn SchemaConnection) -> Result<(), Failure> {
        // Most of the time nothing is to be done, and no lock is needed to see that.
        if self.look(connection).await?.up.is_empty() {
            return Ok(());
        }
        let foreign_keys = match self.dialect {
            Dialect::Sqlite => ForeignKeys::Off,
            // Their statements run in an order in which no key is in the way, and keys that come are checked.
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => ForeignKeys::Kept,
        };
        let mut transaction = Transaction::begin(self.dialect, connection, foreign_keys).await?;
        let outcome = self.run_inside(&mut transaction).await;
        transaction.end(outcome).await
    }

    /// Reads the schema again, now that nobody else can change it, and changes it.
    async fn run_inside(&self, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
        let Changes { from, up: mut changes } = self.compare(transaction.connection()).await?;
        let own = from.own_namespace;
        let is_rename = |change: &Change| matches!(change, Change::RenameColumn { .. });
        if changes.iter().any(is_rename) {
            // The database knows best what else a new name changes: triggers, checks, other tables.
            changes.retain(is_rename);
            self.apply(transaction, own.as_deref(), &changes).await?;
            changes = self.compare(transaction.connection()).await?.up;
        }
        self.apply(transaction, own.as_deref(), &changes).await?;
        match self.dialect {
            Dialect::Sqlite => {
                for table in pointing_at_changed(&changes, self.target) {
                    check_foreign_keys(transaction.connection(), table).await?;
                }
            }
            // They check a foreign key when it is added.
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {}
        }
        Ok(())
    }

    async fn apply(
        &self,
        transaction: &mut Transaction<'_>,
        own_namespace: Option<&str>,
        changes: &[Change],
    ) -> Result<(), Failure> {
        let Plan { requirements, statements, drops_tables: _, unchecked_tables } =
            plan(self.dialect, own_namespace, changes);
        for requirement in requirements {
            if !transaction.connection().query(&requirement.query, &[]).await?.is_empty() {
                return Err(Failure::Required(requirement));
            }
        }
        transaction.run(&statements).await?;
        for table in &unchecked_tables {
            check_foreign_keys(transaction.connection(), table).await?;
        }
        Ok(())
    }

    async fn compare(&self, connection: &mut dyn SchemaConnection) -> Result<Changes> {
        let from = read_schema(self.dialect, connection, &self.target.namespaces).await?;
        check_supported(self.dialect, connection, self.target).await?;
        let mut target = self.target.clone();
        target.localize(from.own_namespace.as_deref());
        recognize(self.dialect, connection, &from, &mut target).await?;
        let up = diff(self.dialect, &from, &target, self.options);
        Ok(Changes { from, up })
    }
}

impl Changes {
    /// The statements that make the changes.
    pub(crate) fn up_plan(&self, dialect: Dialect) -> Plan {
        plan(dialect, self.from.own_namespace.as_deref(), &self.up)
    }

    /// The statements that lead back, once these have run.
    pub(crate) fn down_plan(&self, dialect: Dialect) -> Plan {
        plan(dialect, self.from.own_namespace.as_deref(), &self.down(dialect))
    }

    /// The changes that lead back, once these are made.
    pub(crate) fn down(&self, dialect: Dialect) -> Vec<Change> {
        let after = applied(dialect, &self.from, &self.up);
        diff(dialect, &after, &self.from, &DiffOptions { drop_tables: true, ..DiffOptions::default() })
    }
}

/// Tables that point at a table of which columns changed: a key that is stored in another way may not be found by them.
fn pointing_at_changed<'a>(changes: &[Change], target: &'a Schema) -> Vec<&'a str> {
    let changed = |name: &str| {
        changes.iter().any(|change| match change {
            Change::AlterTable(change) => {
                let keys_changed = change.primary_key_changed || !change.changed_columns.is_empty();
                keys_changed && change.to.name.eq_ignore_ascii_case(name)
            }
            _ => false,
        })
    };
    let points = |table: &&Table| table.foreign_keys.iter().any(|key| changed(&key.referenced_table));
    target.tables.iter().filter(points).map(|table| table.name.as_str()).collect()
}

/// Fails if a row of a table that was made anew points at no row.
async fn check_foreign_keys(connection: &mut dyn SchemaConnection, table: &str) -> Result<()> {
    let query = "select \"table\", parent, count(*) from pragma_foreign_key_check(?) group by 1, 2";
    let rows = connection.query(query, &[Value::Text(table.to_owned())]).await?;
    let Some([Value::Text(table), Value::Text(parent), count]) = rows.first().map(Vec::as_slice) else {
        return Ok(());
    };
    let rows = match count {
        Value::Int(count) => *count,
        _ => 1,
    };
    Err(Error::DanglingRows { table: table.clone(), target: parent.clone(), rows })
}
