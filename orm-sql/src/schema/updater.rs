//! `orm.schema().update()`: reads the database, compares, and runs what is missing.

use std::pin::Pin;

use orm_core::meta::{EntityModel, PropertyMeta};
use orm_core::{Error, Result, Value};

use crate::dialect::Dialect;
use crate::schema::connection::{ForeignKeys, SchemaConnection, Transaction};
use crate::schema::diff::{Change, DiffOptions, diff};
use crate::schema::generator::{SchemaGenerator, script, without_foreign_keys};
use crate::schema::introspect::read_schema;
use crate::schema::model::{Schema, Table};
use crate::schema::recognize::recognize;
use crate::schema::support::check_supported;
use crate::schema::update::{Plan, Requirement, plan};

/// An update of the schema; await it to run it.
///
/// Rows are kept. On MySQL and MariaDB, which commit each statement at once, an update that fails may leave some of its
/// changes made; it can be repeated. Columns that no property has any more are dropped, unless it is [`safe`](Self::safe); tables that no
/// entity has stay, unless [`drop_tables`](Self::drop_tables) is asked for.
#[derive(Debug, Clone)]
#[must_use = "an update does nothing until it is awaited"]
pub struct SchemaUpdate {
    generator: SchemaGenerator,
    options: DiffOptions,
}

impl SchemaUpdate {
    pub(crate) fn new(generator: SchemaGenerator) -> Self {
        Self { generator, options: DiffOptions::default() }
    }

    /// Drops no column and no table, and takes no column for a renamed one.
    ///
    /// What stays may be in the way: a column that is required and has no default refuses rows without it.
    pub fn safe(mut self, safe: bool) -> Self {
        self.options.safe = safe;
        self
    }

    /// Drops the tables that no entity has, with their rows.
    pub fn drop_tables(mut self, drop: bool) -> Self {
        self.options.drop_tables = drop;
        self
    }

    /// Leaves a table alone, whatever entities say of it.
    pub fn skip_table(mut self, name: impl Into<String>) -> Self {
        self.options.skip_tables.push(name.into());
        self
    }

    /// What would change, for those who want to look first.
    pub async fn changes(&self) -> Result<Vec<Change>> {
        self.changes_on(self.generator.dialect().await?).await
    }

    async fn changes_on(&self, dialect: Dialect) -> Result<Vec<Change>> {
        let target = self.generator.target_on(dialect)?;
        let mut connection = self.generator.connect().await?;
        self.look(dialect, &mut *connection, &target).await
    }

    /// The statements that would run; empty if the schema is as it should be.
    pub async fn sql(&self) -> Result<String> {
        let dialect = self.generator.dialect().await?;
        let plan = plan(dialect, &self.changes_on(dialect).await?);
        Ok(match plan.drops_tables {
            true => script(&without_foreign_keys(dialect, plan.statements)),
            false => script(&plan.statements),
        })
    }

    async fn run(self) -> Result<()> {
        let dialect = self.generator.dialect().await?;
        let target = self.generator.target_on(dialect)?;
        let mut connection = self.generator.connect().await?;
        // Most of the time nothing is to be done, and no lock is needed to see that.
        if self.look(dialect, &mut *connection, &target).await?.is_empty() {
            return Ok(());
        }
        let foreign_keys = match dialect {
            Dialect::Sqlite => ForeignKeys::Off,
            // Their statements run in an order in which no key is in the way, and keys that come are checked.
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => ForeignKeys::Kept,
        };
        let mut transaction = Transaction::begin(dialect, &mut *connection, foreign_keys).await?;
        let outcome = self.run_inside(dialect, &mut transaction, &target).await;
        transaction.end(outcome).await
    }

    /// Reads the schema again, now that nobody else can change it, and changes it.
    async fn run_inside(
        &self,
        dialect: Dialect,
        transaction: &mut Transaction<'_>,
        target: &Schema,
    ) -> Result<()> {
        let mut changes = self.compare(dialect, transaction.connection(), target).await?;
        let is_rename = |change: &Change| matches!(change, Change::RenameColumn { .. });
        if changes.iter().any(is_rename) {
            // The database knows best what else a new name changes: triggers, checks, other tables.
            changes.retain(is_rename);
            self.apply(dialect, transaction, &changes).await?;
            changes = self.compare(dialect, transaction.connection(), target).await?;
        }
        self.apply(dialect, transaction, &changes).await?;
        match dialect {
            Dialect::Sqlite => {
                for table in pointing_at_changed(&changes, target) {
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
        dialect: Dialect,
        transaction: &mut Transaction<'_>,
        changes: &[Change],
    ) -> Result<()> {
        let Plan { requirements, statements, drops_tables: _, unchecked_tables } = plan(dialect, changes);
        for requirement in &requirements {
            if !transaction.connection().query(&requirement.query, &[]).await?.is_empty() {
                return Err(self.required_column(requirement));
            }
        }
        transaction.run(&statements).await?;
        for table in &unchecked_tables {
            check_foreign_keys(transaction.connection(), table).await?;
        }
        Ok(())
    }

    /// Compares while nothing is changed.
    async fn look(
        &self,
        dialect: Dialect,
        connection: &mut dyn SchemaConnection,
        target: &Schema,
    ) -> Result<Vec<Change>> {
        match dialect {
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => {
                self.compare(dialect, connection, target).await
            }
            // What it makes in order to compare must go again.
            Dialect::Postgres => {
                connection.begin().await?;
                let changes = self.compare(dialect, connection, target).await;
                let ended = connection.rollback().await;
                let changes = changes?;
                ended.map(|()| changes)
            }
        }
    }

    async fn compare(
        &self,
        dialect: Dialect,
        connection: &mut dyn SchemaConnection,
        target: &Schema,
    ) -> Result<Vec<Change>> {
        let from = read_schema(dialect, connection, &target.namespaces).await?;
        check_supported(dialect, connection, target).await?;
        let mut target = target.clone();
        target.localize(from.own_namespace.as_deref());
        recognize(dialect, connection, &from, &mut target).await?;
        Ok(diff(dialect, &from, &target, &self.options))
    }

    fn required_column(&self, requirement: &Requirement) -> Error {
        let Requirement { schema: _, table, column, query: _ } = requirement;
        let found = self
            .generator
            .registry()
            .entities()
            .find_map(|entity| Some((entity.meta.name, property_of(entity, table, column)?.name)));
        let (entity, property) = found.unwrap_or(("a pivot table", "its column"));
        Error::RequiredColumn { entity, property, table: table.clone(), column: column.clone() }
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

/// The property that a table's column comes from, or the relation that the pivot table comes from.
fn property_of(entity: &EntityModel, table: &str, column: &str) -> Option<&'static PropertyMeta> {
    if entity.table.eq_ignore_ascii_case(table) {
        let column = entity.columns.iter().find(|model| model.name.eq_ignore_ascii_case(column))?;
        return Some(entity.property(column.property).meta);
    }
    let is_pivot = |property: &&orm_core::meta::PropertyModel| {
        let pivot = property.relation.as_ref().and_then(|relation| relation.pivot.as_ref());
        pivot.is_some_and(|pivot| pivot.table.eq_ignore_ascii_case(table))
    };
    entity.properties.iter().find(is_pivot).map(|property| property.meta)
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

impl IntoFuture for SchemaUpdate {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
