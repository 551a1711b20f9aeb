//! What must change for one schema to become another: two values in, a list of changes out. Knows no connection.

mod applied;
mod compare;
mod dependents;
mod enums;
mod rename;
mod table;

use crate::dialect::Dialect;
use crate::schema::model::{Check, Column, EnumType, ForeignKey, Index, Schema, Table, View};

pub use applied::applied;
pub use table::TableChange;

pub(crate) use compare::{same_default, same_generated, same_index, same_table};
pub(crate) use enums::is_of;

use compare::{is_called, same_name};

/// One change.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A schema that is wanted and not there.
    CreateNamespace(String),
    /// An enumeration that is wanted and not there.
    CreateEnum(EnumType),
    /// An enumeration that both have, with other values.
    AlterEnum {
        /// As it is.
        from: EnumType,
        /// As it will be.
        to: EnumType,
        /// Whether its type must be made anew: a value goes, moves, or is used at once.
        rebuild: bool,
    },
    /// An enumeration that no column has any more.
    DropEnum(EnumType),
    /// A table that the schema has and the database has not.
    CreateTable(Table),
    /// A column that seems to have got another name: the only one that went and the only one that came with its type.
    RenameColumn {
        /// The schema that the table is in, if not the connection's own.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The column's name until now.
        from: String,
        /// Its new name.
        to: String,
        /// What must go before, and comes back afterwards.
        obstacles: Box<Obstacles>,
    },
    /// A table that both have, and that differs.
    AlterTable(Box<TableChange>),
    /// A table that the database has and the schema has not.
    DropTable(Table),
}

/// What speaks of a column that gets another name, where the database does not follow it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Obstacles {
    /// Checks.
    pub checks: Vec<Check>,
    /// Indexes over expressions, or over the generated columns.
    pub indexes: Vec<Index>,
    /// Generated columns.
    pub columns: Vec<Column>,
}

/// What a change may do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DiffOptions {
    /// Drop no table and no column, and take no column for a renamed one.
    pub safe: bool,
    /// Drop the tables that the schema does not have.
    pub drop_tables: bool,
    /// Tables to leave alone.
    pub skip_tables: Vec<String>,
}

/// The changes that make `from` into `to`, in the order of their doing.
pub fn diff(dialect: Dialect, from: &Schema, to: &Schema, options: &DiffOptions) -> Vec<Change> {
    let Schema { own_namespace: _, namespaces, enums: _, tables: to_tables, views: _ } = to;
    let mut from = from.clone();
    let skipped = |table: &Table| options.skip_tables.iter().any(|name| is_called(dialect, table, name));
    let missing = namespaces.iter().filter(|name| !from.namespaces.contains(name));
    let mut changes: Vec<Change> = missing.cloned().map(Change::CreateNamespace).collect();

    if options.drop_tables && !options.safe {
        let known = |table: &Table| to_tables.iter().any(|other| same_table(dialect, other, table));
        let unknown = from.tables.iter().filter(|table| !known(table) && !skipped(table));
        changes.extend(unknown.cloned().map(Change::DropTable));
    }
    if !options.safe {
        for rename in rename::renamed_columns(dialect, &from, to) {
            let is_skipped = |table: &Table| {
                skipped(table)
                    && same_name(dialect, &table.name, &rename.table)
                    && table.schema == rename.schema
            };
            if to_tables.iter().any(is_skipped) {
                continue;
            }
            let obstacles = Box::new(rename::take_obstacles(dialect, &mut from, &rename));
            rename::apply(dialect, &mut from, &rename);
            let rename::Rename { schema, table, from, to } = rename;
            changes.push(Change::RenameColumn { schema, table, from, to, obstacles });
        }
    }
    changes.extend(enums::changed(&from, to));
    let mut created = Vec::new();
    for table in to_tables.iter().filter(|table| !skipped(table)) {
        match from.tables.iter().find(|other| same_table(dialect, other, table)) {
            Some(other) => {
                let change = table::compare(dialect, other, table, options);
                changes.extend(change.map(|change| Change::AlterTable(Box::new(change))));
            }
            // An entity that is mapped to a view has its table already.
            None if from.views.iter().any(|view| is_view(dialect, view, table)) => {}
            None => created.push(Change::CreateTable(table.clone())),
        }
    }
    enums::touch(dialect, &from, &mut changes);
    match dialect {
        // It makes tables anew, and foreign keys are not enforced meanwhile.
        Dialect::Sqlite => {}
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {
            dependents::add(dialect, &from, to, &skipped, &mut changes);
        }
    }
    changes.extend(created);
    if !options.safe {
        changes.extend(enums::unused(&from, to, options));
    }
    changes
}

/// Whether the table is a view in the database.
pub(crate) fn is_view(dialect: Dialect, view: &View, table: &Table) -> bool {
    same_name(dialect, &view.name, &table.name) && view.schema == table.schema
}

/// Whether columns, checks or indexes of two tables of one name differ.
pub(crate) fn differs(dialect: Dialect, from: &Table, to: &Table) -> bool {
    table::compare(dialect, from, to, &DiffOptions::default()).is_some()
}
