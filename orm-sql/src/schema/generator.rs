//! Brings a database's schema in line with the entities.

use std::sync::Arc;

use orm_core::Result;
use orm_core::driver::BoxFuture;
use orm_core::meta::Registry;

use crate::dialect::Dialect;
use crate::schema::connection::{
    ForeignKeys, SchemaConnection, SchemaConnections, Transaction, foreign_keys_off, foreign_keys_on,
};
use crate::schema::ddl::{clear_statements, create_statements, drop_statements};
use crate::schema::diff::{is_view, same_table};
use crate::schema::from_meta::from_registry_in;
use crate::schema::introspect::read_schema;
use crate::schema::model::{Schema, Table};
use crate::schema::support::check_supported;
use crate::schema::updater::SchemaUpdate;

/// Makes, drops and updates the tables of the entities.
///
/// Every call changes the database in one transaction: all of it happens, or nothing. MySQL and MariaDB cannot do that:
/// they commit each statement at once.
#[derive(Clone)]
pub struct SchemaGenerator {
    registry: Arc<Registry>,
    connections: Arc<dyn SchemaConnections>,
    schema: Option<Arc<str>>,
}

impl SchemaGenerator {
    /// A generator for the entities of a registry, on connections from there.
    pub fn new(registry: Arc<Registry>, connections: Arc<dyn SchemaConnections>) -> Self {
        Self { registry, connections, schema: None }
    }

    /// A generator for a schema that is chosen at run time: of the tables of those entities that do not say theirs.
    pub fn in_schema(&self, schema: impl Into<Arc<str>>) -> Self {
        Self { schema: Some(schema.into()), ..self.clone() }
    }

    /// The schema that the entities want on this database. Connects if it is not known yet which one it is.
    ///
    /// # Errors
    /// [`Error::Metadata`](orm_core::Error::Metadata) when they do not fit together.
    pub async fn target(&self) -> Result<Schema> {
        self.target_on(self.dialect().await?)
    }

    /// Makes all tables, indexes and constraints. Where a view has a table's name, that is the entity's table.
    ///
    /// # Errors
    /// When one of the tables is there already; `update()` makes only what is missing.
    pub async fn create(&self) -> Result<()> {
        self.run(ForeignKeys::Kept, |dialect, target| create_statements(dialect, &target)).await
    }

    /// The statements of [`create`](Self::create) in an empty database.
    pub async fn create_sql(&self) -> Result<String> {
        let dialect = self.dialect().await?;
        Ok(script(&create_statements(dialect, &self.target_on(dialect)?)))
    }

    /// Drops the tables of all entities and their pivot tables, with their rows. Other tables stay, and so do views.
    pub async fn drop(&self) -> Result<()> {
        self.run(ForeignKeys::Off, |dialect, target| drop_statements(dialect, &target)).await
    }

    /// The statements of [`drop`](Self::drop).
    pub async fn drop_sql(&self) -> Result<String> {
        let dialect = self.dialect().await?;
        let statements = drop_statements(dialect, &self.target_on(dialect)?);
        Ok(script(&without_foreign_keys(dialect, statements)))
    }

    /// Drops all tables of the entities and makes them again, empty.
    pub async fn refresh(&self) -> Result<()> {
        let statements = |dialect, target: Schema| {
            let mut statements = drop_statements(dialect, &target);
            statements.extend(create_statements(dialect, &target));
            statements
        };
        self.run(ForeignKeys::Off, statements).await
    }

    /// Deletes all rows of the entities' tables and has their keys begin at one again: for tests, mostly.
    ///
    /// # Errors
    /// When a table is missing.
    pub async fn clear(&self) -> Result<()> {
        self.run(ForeignKeys::Off, |dialect, target| clear_statements(dialect, &target)).await
    }

    /// Brings the tables of the entities up to date and keeps their rows.
    pub fn update(&self) -> SchemaUpdate {
        SchemaUpdate::new(self.clone())
    }

    /// The statements of [`update`](Self::update) as it is without options.
    pub async fn update_sql(&self) -> Result<String> {
        self.update().sql().await
    }

    /// How the database speaks.
    pub(super) fn dialect(&self) -> BoxFuture<'_, Result<Dialect>> {
        self.connections.dialect()
    }

    pub(super) fn target_on(&self, dialect: Dialect) -> Result<Schema> {
        from_registry_in(dialect, &self.registry, self.schema.as_deref())
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(super) fn connect(&self) -> BoxFuture<'_, Result<Box<dyn SchemaConnection>>> {
        self.connections.connect()
    }

    /// Runs the statements that the target asks for, of which what is a view in the database is no part.
    async fn run(
        &self,
        foreign_keys: ForeignKeys,
        statements: impl FnOnce(Dialect, Schema) -> Vec<String>,
    ) -> Result<()> {
        let dialect = self.dialect().await?;
        let target = self.target_on(dialect)?;
        let mut connection = self.connect().await?;
        let mut transaction = Transaction::begin(dialect, &mut *connection, foreign_keys).await?;
        let outcome = match read(dialect, transaction.connection(), &target).await {
            Ok(schema) => transaction.run(&statements(dialect, own(dialect, target, &schema))).await,
            Err(error) => Err(error),
        };
        transaction.end(outcome).await
    }
}

/// The schema that the database has, if it can have the target.
async fn read(dialect: Dialect, connection: &mut dyn SchemaConnection, target: &Schema) -> Result<Schema> {
    check_supported(dialect, connection, target).await?;
    read_schema(dialect, connection, &target.namespaces).await
}

/// Statements that run while foreign keys are not enforced.
pub(super) fn without_foreign_keys(dialect: Dialect, statements: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = foreign_keys_off(dialect).map(str::to_owned).into_iter().collect();
    all.extend(statements);
    all.extend(foreign_keys_on(dialect).map(str::to_owned));
    all
}

/// The target without what is a view in the database.
fn own(dialect: Dialect, mut target: Schema, schema: &Schema) -> Schema {
    target.localize(schema.own_namespace.as_deref());
    target.tables.retain(|table| !schema.views.iter().any(|view| is_view(dialect, view, table)));
    let is_there = |table: &Table| schema.tables.iter().any(|other| same_table(dialect, other, table));
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => {}
        // They commit each statement at once, so the one that finds a table in its way goes first.
        Dialect::MySql | Dialect::MariaDb => target.tables.sort_by_key(|table| !is_there(table)),
    }
    target
}

/// Statements as the text of a file.
pub(super) fn script(statements: &[String]) -> String {
    statements.iter().map(|statement| format!("{statement};\n")).collect()
}

impl std::fmt::Debug for SchemaGenerator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchemaGenerator").field("schema", &self.schema).finish_non_exhaustive()
    }
}
