//! The schema of MySQL and MariaDB: a few queries of the catalog, and for each table the statement that would make it.
//!
//! That statement is the one place where temporary tables are told of too, and where an expression stands in the same
//! words on every version; [`crate::schema::recognize`] lives on that.

mod show_create;

use orm_core::{Result, Value};
use rustc_hash::FxHashMap;

use crate::dialect::Dialect;
use crate::schema::connection::SchemaConnection;
use crate::schema::ddl::qualified;
use crate::schema::introspect::cells::{flag, optional, text};
use crate::schema::model::{Schema, Table, View};

/// The collation that a character set has unless another one is named.
pub(crate) type CharacterSets = FxHashMap<String, String>;

const NAMESPACE: &str = "select schema_name from information_schema.schemata where schema_name = ?";

const TABLES: &str = "select table_name, table_type in ('BASE TABLE', 'SYSTEM VERSIONED') \
    from information_schema.tables where table_schema = ? and table_type <> 'TEMPORARY' order by table_name";

/// Reads what is in the connection's own database and in those that are named.
pub(super) async fn read_schema(
    dialect: Dialect,
    connection: &mut dyn SchemaConnection,
    namespaces: &[String],
) -> Result<Schema> {
    let mut schema = Schema::default();
    let character_sets = character_sets(connection).await?;
    let own = connection.query("select database()", &[]).await?;
    schema.own_namespace = own.first().and_then(|row| optional(row, 0));
    let others = namespaces.iter().filter(|name| schema.own_namespace.as_ref() != Some(name));
    let others: Vec<String> = others.cloned().collect();
    for name in schema.own_namespace.clone().iter().chain(&others) {
        // Of one database at a time: what all of them have is read from as many files.
        let parameters = [Value::Text(name.clone())];
        if connection.query(NAMESPACE, &parameters).await?.is_empty() {
            continue;
        }
        let is_own = schema.own_namespace.as_ref() == Some(name);
        let namespace = Some(name.as_str()).filter(|_| !is_own);
        schema.namespaces.extend(namespace.map(str::to_owned));
        for row in connection.query(TABLES, &parameters).await? {
            let name = text(&row, 0);
            if !flag(&row, 1) {
                schema.views.push(View { name, schema: namespace.map(str::to_owned) });
                continue;
            }
            let table = read_table(dialect, connection, namespace, &name, &character_sets).await?;
            schema.tables.push(table);
        }
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
