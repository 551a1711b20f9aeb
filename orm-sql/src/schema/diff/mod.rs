//! What must change for one schema to become another: two values in, a list of changes out. Knows no connection.

mod compare;
mod rename;
mod table;

use crate::dialect::Dialect;
use crate::schema::model::{Check, Column, ForeignKey, Index, Schema, Table};

pub use table::TableChange;

use compare::same_name;

/// One change.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A table that the schema has and the database has not.
    CreateTable(Table),
    /// A column that seems to have got another name: the only one that went and the only one that came with its type.
    RenameColumn {
        /// The table.
        table: String,
        /// The column's name until now.
        from: String,
        /// Its new name.
        to: String,
    },
    /// A table that both have, and that differs.
    AlterTable(Box<TableChange>),
    /// A table that the database has and the schema has not.
    DropTable(Table),
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
    let Schema { tables: to_tables, views: _ } = to;
    let mut from = from.clone();
    let mut changes = Vec::new();
    let skipped =
        |table: &Table| options.skip_tables.iter().any(|name| same_name(dialect, name, &table.name));

    if options.drop_tables && !options.safe {
        let known =
            |table: &Table| to_tables.iter().any(|other| same_name(dialect, &other.name, &table.name));
        let unknown = from.tables.iter().filter(|table| !known(table) && !skipped(table));
        changes.extend(unknown.cloned().map(Change::DropTable));
    }
    if !options.safe {
        for rename in rename::renamed_columns(dialect, &from, to) {
            if options.skip_tables.iter().any(|name| same_name(dialect, name, &rename.table)) {
                continue;
            }
            rename::apply(dialect, &mut from, &rename);
            changes.push(Change::RenameColumn { table: rename.table, from: rename.from, to: rename.to });
        }
    }
    let mut created = Vec::new();
    for table in to_tables.iter().filter(|table| !skipped(table)) {
        match from.tables.iter().find(|other| same_name(dialect, &other.name, &table.name)) {
            Some(other) => {
                let change = table::compare(dialect, other, table, options);
                changes.extend(change.map(|change| Change::AlterTable(Box::new(change))));
            }
            // An entity that is mapped to a view has its table already.
            None if from.views.iter().any(|view| same_name(dialect, view, &table.name)) => {}
            None => created.push(Change::CreateTable(table.clone())),
        }
    }
    changes.extend(created);
    changes
}
