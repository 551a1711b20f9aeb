//! The schema of MySQL and MariaDB: three queries of the catalog, and for each table the statement that would make it.
//!
//! That statement is the one place where temporary tables are told of too, and where an expression stands in the same
//! words on every version; [`crate::schema::recognize`] lives on that.

mod show_create;

use orm_core::{Result, Value};
use rustc_hash::FxHashMap;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::ddl::qualified;
use crate::schema::introspect::cells::{flag, text};
use crate::schema::model::{Schema, Table, View};

/// The collation that a character set has unless another one is named.
pub(crate) type CharacterSets = FxHashMap<String, String>;

/// Reads what is in the connection's own database and in those that are named.
pub(super) async fn read_schema(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    namespaces: &[String],
) -> Result<Schema> {
    let mut schema = Schema::default();
    let parameters: Vec<Value> = namespaces.iter().cloned().map(Value::Text).collect();
    let named = match parameters.len() {
        0 => String::new(),
        count => format!(" or s.schema_name in (?{})", ", ?".repeat(count - 1)),
    };
    let databases = format!(
        "select s.schema_name, coalesce(s.schema_name = database(), 0) from information_schema.schemata s \
         where s.schema_name = database(){named} order by s.schema_name"
    );
    for row in connection.query(&databases, &parameters).await? {
        match flag(&row, 1) {
            true => schema.own_namespace = Some(text(&row, 0)),
            false => schema.namespaces.push(text(&row, 0)),
        }
    }
    let tables = format!(
        "select s.schema_name, t.table_name, t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED') \
         from information_schema.schemata s join information_schema.tables t on t.table_schema = s.schema_name \
         where (s.schema_name = database(){named}) and t.table_type <> 'TEMPORARY' order by 1, 2"
    );
    let character_sets = character_sets(connection).await?;
    for row in connection.query(&tables, &parameters).await? {
        let namespace = Some(text(&row, 0)).filter(|name| schema.own_namespace.as_ref() != Some(name));
        let name = text(&row, 1);
        if !flag(&row, 2) {
            schema.views.push(View { name, schema: namespace });
            continue;
        }
        let found = read_table(dialect, connection, namespace.as_deref(), &name, &character_sets).await?;
        schema.tables.push(found);
    }
    let own = schema.own_namespace.clone();
    schema.localize(own.as_deref());
    Ok(schema)
}

/// What the character sets of the server compare by.
pub(crate) async fn character_sets(connection: &mut dyn SchemaConnection) -> Result<CharacterSets> {
    let query = "select character_set_name, default_collate_name from information_schema.character_sets";
    let rows = connection.query(query, &[]).await?;
    Ok(rows.iter().map(|row| (text(row, 0), text(row, 1))).collect())
}

/// Reads one table, which may be a temporary one.
pub(crate) async fn read_table(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    schema: Option<&str>,
    name: &str,
    character_sets: &CharacterSets,
) -> Result<Table> {
    let query = format!("show create table {}", qualified(dialect, schema, name));
    let rows = connection.query(&query, &[]).await?;
    let sql = rows.first().map(|row| text(row, 1)).unwrap_or_default();
    let mut table = show_create::parse(dialect, &sql, character_sets);
    for key in &mut table.foreign_keys {
        // A table that is named without its database is in the same one.
        key.referenced_schema = key.referenced_schema.take().or_else(|| schema.map(str::to_owned));
    }
    Ok(Table { name: name.to_owned(), schema: schema.map(str::to_owned), ..table })
}
