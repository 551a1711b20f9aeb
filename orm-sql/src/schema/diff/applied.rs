//! The schema that changes lead to: the way back begins there.

use crate::dialect::Dialect;
use crate::schema::diff::Change;
use crate::schema::diff::compare::same_table;
use crate::schema::diff::rename::{self, Rename};
use crate::schema::model::{EnumType, Schema, Table};

/// What `from` becomes when the changes are made. The way back is the difference between that and `from`.
pub fn applied(dialect: Dialect, from: &Schema, changes: &[Change]) -> Schema {
    let mut schema = from.clone();
    for change in changes {
        match change {
            Change::CreateNamespace(name) => schema.namespaces.push(name.clone()),
            Change::CreateEnum(item) => schema.enums.push(item.clone()),
            Change::AlterEnum { from, to, rebuild: _ } => {
                schema.enums.iter_mut().filter(|item| *item == from).for_each(|item| item.clone_from(to));
            }
            Change::DropEnum(gone) => schema.enums.retain(|item: &EnumType| item != gone),
            Change::CreateTable(table) => schema.tables.push(table.clone()),
            Change::RenameColumn { schema: renamed_schema, table, from, to, obstacles: _ } => {
                let rename = Rename {
                    schema: renamed_schema.clone(),
                    table: table.clone(),
                    from: from.clone(),
                    to: to.clone(),
                };
                rename::take_obstacles(dialect, &mut schema, &rename);
                rename::apply(dialect, &mut schema, &rename);
            }
            Change::AlterTable(change) => {
                let is_it = |table: &&mut Table| same_table(dialect, table, &change.from);
                schema.tables.iter_mut().filter(is_it).for_each(|table| table.clone_from(&change.to));
            }
            Change::DropTable(gone) => schema.tables.retain(|table| !same_table(dialect, table, gone)),
        }
    }
    schema
}
