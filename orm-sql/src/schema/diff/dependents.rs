//! Foreign keys that stay, and that must go for a while because what they hang on changes.

use crate::dialect::Dialect;
use crate::schema::diff::compare::{has_name, same_foreign_key, same_name, same_table};
use crate::schema::diff::table::{TableChange, all_changes};
use crate::schema::diff::{Change, DiffOptions};
use crate::schema::model::{ForeignKey, Schema, Table};
use crate::schema::types::same_type;

/// Adds the foreign keys that columns or primary keys which change are part of.
pub(super) fn add(
    dialect: Dialect,
    from: &Schema,
    to: &Schema,
    skipped: &dyn Fn(&Table) -> bool,
    changes: &mut Vec<Change>,
) {
    let changing: Vec<TableChange> = changes.iter().filter_map(alteration).cloned().collect();
    for table in from.tables.iter().filter(|table| !skipped(table)) {
        let Some(wanted) = to.tables.iter().find(|wanted| same_table(dialect, wanted, table)) else {
            continue;
        };
        for foreign_key in &table.foreign_keys {
            let stays = wanted.foreign_keys.iter().any(|other| same_foreign_key(dialect, foreign_key, other));
            if stays && changing.iter().any(|change| concerns(dialect, change, table, foreign_key)) {
                change_of(dialect, changes, table, wanted).rebuilt_foreign_keys.push(foreign_key.clone());
            }
        }
    }
}

fn alteration(change: &Change) -> Option<&TableChange> {
    match change {
        Change::AlterTable(change) => Some(change),
        _ => None,
    }
}

/// Whether the change is of columns or of the key that the foreign key hangs on.
fn concerns(dialect: Dialect, change: &TableChange, table: &Table, foreign_key: &ForeignKey) -> bool {
    let retyped = |names: &[String]| {
        change.changed_columns.iter().any(|(from, to)| {
            let is_other = !same_type(dialect, &from.type_name, &to.type_name)
                || from.generated != to.generated
                || counting_matters(dialect) && from.auto_increment != to.auto_increment
                || from == to;
            is_other && has_name(dialect, names, &from.name)
        })
    };
    let is_own = same_table(dialect, &change.from, table);
    let is_target = same_name(dialect, &change.from.name, &foreign_key.referenced_table)
        && change.from.schema == foreign_key.referenced_schema;
    (is_own && retyped(&foreign_key.columns))
        || (is_target && (change.primary_key_changed || retyped(&foreign_key.referenced_columns)))
}

/// Whether a key that is counted up is another type to those who point at it.
fn counting_matters(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres | Dialect::MariaDb => false,
        Dialect::MySql => true,
    }
}

/// The table's change, which may have to be begun.
pub(super) fn change_of<'a>(
    dialect: Dialect,
    changes: &'a mut Vec<Change>,
    from: &Table,
    to: &Table,
) -> &'a mut TableChange {
    let is_it = |change: &Change| matches!(change, Change::AlterTable(change) if same_table(dialect, &change.from, from));
    let position = changes.iter().position(is_it).unwrap_or_else(|| {
        // The table is as it should be, so nothing else comes of the comparison.
        let options = DiffOptions { safe: true, ..DiffOptions::default() };
        let change = all_changes(dialect, from, to, &options);
        changes.push(Change::AlterTable(Box::new(change)));
        changes.len() - 1
    });
    match &mut changes[position] {
        Change::AlterTable(change) => change,
        _ => unreachable!("the position is that of an altered table"),
    }
}
