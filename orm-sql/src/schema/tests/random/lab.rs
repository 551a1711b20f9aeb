//! A database to try schemas on, and what is asked of it.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::schema::connection::{ForeignKeys, SchemaConnection, SchemaConnections, Transaction};
use crate::schema::ddl::create_statements;
use crate::schema::diff::{Change, DiffOptions};
use crate::schema::introspect::read_schema;
use crate::schema::model::{Column, ForeignKey, Index, IndexPart, IndexValue, Rule, Schema};
use crate::schema::sql_text::normalized;
use crate::schema::transition::{Changes, Failure, Transition};
use crate::schema::types::{canonical_mysql, canonical_postgres};
use crate::schema::update::plan;

pub(in crate::schema::tests) struct Lab {
    pub(super) dialect: Dialect,
    connection: Box<dyn SchemaConnection>,
}

impl Lab {
    pub(in crate::schema::tests) async fn new(connections: &dyn SchemaConnections) -> Self {
        Self {
            dialect: connections.dialect().await.expect("the database is known"),
            connection: connections.connect().await.expect("the database is there"),
        }
    }

    pub(super) async fn run(&mut self, sql: &str) {
        self.connection.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(super) async fn create(&mut self, schema: &Schema) {
        for statement in create_statements(self.dialect, schema) {
            self.run(&statement).await;
        }
    }

    async fn rows(&mut self, sql: &str) -> Vec<String> {
        let rows = self.connection.query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| format!("{row:?}")).collect()
    }

    pub(super) async fn read(&mut self) -> Schema {
        read_schema(self.dialect, &mut *self.connection, &[]).await.expect("the schema can be read")
    }

    pub(super) async fn look(&mut self, target: &Schema, options: &DiffOptions) -> Changes {
        let transition = Transition { dialect: self.dialect, target, options };
        transition.look(&mut *self.connection).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(super) async fn update(&mut self, target: &Schema, options: &DiffOptions, step: &str) {
        let transition = Transition { dialect: self.dialect, target, options };
        match transition.run(&mut *self.connection).await {
            Ok(()) => {}
            Err(Failure::Required(requirement)) => panic!("{step}: {requirement:?}"),
            Err(Failure::Error(error)) => {
                let changes = self.look(target, options).await.up;
                panic!("{step}: {error}: {:#?}", plan(self.dialect, None, &changes).statements);
            }
        }
    }

    /// Makes changes that were found before.
    pub(super) async fn apply(&mut self, changes: &[Change], step: &str) {
        let statements = plan(self.dialect, None, changes).statements;
        let foreign_keys = match self.dialect {
            Dialect::Sqlite => ForeignKeys::Off,
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => ForeignKeys::Kept,
        };
        let mut transaction = Transaction::begin(self.dialect, &mut *self.connection, foreign_keys)
            .await
            .expect("nobody else is here");
        let outcome = transaction.run(&statements).await;
        transaction.end(outcome).await.unwrap_or_else(|error| panic!("{step}: {error}: {statements:#?}"));
    }

    /// Two rows in each table that has none.
    pub(super) async fn fill(&mut self, schema: &Schema) {
        for table in &schema.tables {
            let name = self.dialect.identifier(&table.name);
            if self.rows(&format!("select id from {name}")).await.is_empty() {
                self.run(&format!("insert into {name} (id) values (1), (7)")).await;
            }
        }
    }

    /// The values of all columns that both schemas have and that no change may touch.
    pub(super) async fn kept_values(&mut self, before: &Schema, next: &Schema) -> Vec<String> {
        let mut values = Vec::new();
        for table in &before.tables {
            let Some(other) = next.table(&table.name) else { continue };
            let is_kept = |column: &&Column| {
                other.column(&column.name).is_some_and(|other| {
                    let is_plain = column.generated.is_none() && other.generated.is_none();
                    let same_type = self.type_name(&other.type_name) == self.type_name(&column.type_name);
                    is_plain && same_type && other.nullable == column.nullable
                })
            };
            let written = |name: &String| match self.dialect {
                // Whatever it is, it is text then.
                Dialect::Postgres => format!("{}::text", self.dialect.identifier(name)),
                Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => self.dialect.identifier(name),
            };
            let columns: Vec<String> =
                table.columns.iter().filter(is_kept).map(|column| written(&column.name)).collect();
            let key: Vec<String> = table.primary_key.iter().map(written).collect();
            let (columns, key) = (columns.join(", "), key.join(", "));
            let name = self.dialect.identifier(&table.name);
            if !columns.is_empty() && !key.is_empty() {
                let rows = self.rows(&format!("select {columns} from {name} order by {key}")).await;
                values.push(format!("{name}: {columns}: {rows:?}"));
            }
        }
        values
    }

    fn type_name(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => name.to_ascii_lowercase(),
            Dialect::Postgres => canonical_postgres(name),
            Dialect::MySql | Dialect::MariaDb => canonical_mysql(name),
        }
    }

    /// What two schemas must agree in, found without the comparison that is tested here. What an expression says is
    /// compared on SQLite only: the others print it in words of their own.
    pub(super) fn essence(&self, schema: &Schema) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        let expression = |sql: &String| match self.dialect {
            Dialect::Sqlite => normalized(self.dialect, sql),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => String::new(),
        };
        for item in &schema.enums {
            lines.insert(format!("{item:?}"));
        }
        for table in &schema.tables {
            let mut line = |text: String| lines.insert(format!("{}: {text}", table.name));
            line(format!("primary key {:?}, {:?}", table.primary_key, table.comment));
            line(format!("{} checks", table.checks.len()));
            table.checks.iter().for_each(|check| _ = line(expression(&check.expression)));
            for column in &table.columns {
                let Column { name, type_name, nullable, default, generated, auto_increment, .. } = column;
                let default = default.as_ref().filter(|_| !auto_increment).map(expression);
                let generated = generated.as_ref().map(|it| (it.stored, expression(&it.expression)));
                line(format!("column {name} {nullable} {default:?} {generated:?} {:?}", column.comment));
                if self.dialect != Dialect::Sqlite {
                    line(format!("column {name} {} {auto_increment}", self.type_name(type_name)));
                }
            }
            for key in &table.foreign_keys {
                let rule = |rule: Rule| match (self.dialect, rule) {
                    (Dialect::MySql | Dialect::MariaDb, Rule::Restrict) => Rule::NoAction,
                    (_, rule) => rule,
                };
                let (on_delete, on_update) = (rule(key.on_delete), rule(key.on_update));
                line(format!("{:?}", ForeignKey { name: None, on_delete, on_update, ..key.clone() }));
            }
            for index in &table.indexes {
                let Index { name, parts, unique, method, condition, .. } = index;
                let part = |part: &IndexPart| {
                    let value = match &part.value {
                        IndexValue::Column(name) => name.clone(),
                        IndexValue::Expression(sql) => expression(sql),
                    };
                    format!("{value} {} {:?}", part.descending, part.length)
                };
                let parts: Vec<String> = parts.iter().map(part).collect();
                let condition = condition.as_ref().map(expression);
                line(format!("index {name} {parts:?} {unique} {method:?} {condition:?}"));
            }
        }
        lines
    }
}
