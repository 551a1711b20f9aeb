//! `orm.schema().update()`: reads the database, compares, and runs what is missing.

use std::pin::Pin;

use orm_core::meta::{EntityModel, PropertyMeta};
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::schema::diff::{Change, DiffOptions};
use crate::schema::generator::{SchemaGenerator, script, without_foreign_keys};
use crate::schema::transition::{Changes, Failure, Transition};
use crate::schema::update::{Plan, Requirement};

/// An update of the schema; await it to run it.
///
/// Rows are kept. Columns that no property has any more are dropped, unless it is [`safe`](Self::safe); tables that no
/// entity has stay, unless [`drop_tables`](Self::drop_tables) is asked for.
///
/// MySQL and MariaDB commit each statement at once, so there an update that fails may leave some of its changes made. It
/// can be repeated.
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
        Ok(self.look(self.generator.dialect().await?).await?.up)
    }

    /// The statements that would run; empty if the schema is as it should be.
    pub async fn sql(&self) -> Result<String> {
        let dialect = self.generator.dialect().await?;
        Ok(text(dialect, self.look(dialect).await?.up_plan(dialect)))
    }

    /// The statements that would take the update back once it has run: a migration's way down.
    ///
    /// Rows that went with a table or a column are gone all the same, and a schema that was made stays.
    pub async fn down_sql(&self) -> Result<String> {
        let dialect = self.generator.dialect().await?;
        Ok(text(dialect, self.look(dialect).await?.down_plan(dialect)))
    }

    async fn look(&self, dialect: Dialect) -> Result<Changes> {
        let target = self.generator.target_on(dialect)?;
        let transition = Transition { dialect, target: &target, options: &self.options };
        transition.look(&mut *self.generator.connect().await?).await
    }

    async fn run(self) -> Result<()> {
        let dialect = self.generator.dialect().await?;
        let target = self.generator.target_on(dialect)?;
        let transition = Transition { dialect, target: &target, options: &self.options };
        let mut connection = self.generator.connect().await?;
        transition.run(&mut *connection).await.map_err(|failure| match failure {
            Failure::Required(requirement) => self.required_column(&requirement),
            Failure::Error(error) => error,
        })
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

fn text(dialect: Dialect, plan: Plan) -> String {
    match plan.drops_tables {
        true => script(&without_foreign_keys(dialect, plan.statements)),
        false => script(&plan.statements),
    }
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

impl IntoFuture for SchemaUpdate {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
