//! Enumerations that are types of the database: which come, change and go.

use crate::dialect::Dialect;
use crate::schema::ddl::qualified;
use crate::schema::diff::compare::{same_name, same_table};
use crate::schema::diff::dependents::change_of;
use crate::schema::diff::{Change, DiffOptions};
use crate::schema::model::{Column, EnumType, IndexValue, Schema, Table};

/// The enumerations that come or get other values.
pub(super) fn changed(from: &Schema, to: &Schema) -> Vec<Change> {
    let change = |wanted: &EnumType| match from.enums.iter().find(|item| same_enum(item, wanted)) {
        None => Some(Change::CreateEnum(wanted.clone())),
        Some(found) if found.values == wanted.values => None,
        Some(found) => {
            let rebuild = !only_adds(found, wanted) || uses_new_value(found, wanted, to);
            Some(Change::AlterEnum { from: found.clone(), to: wanted.clone(), rebuild })
        }
    };
    to.enums.iter().filter_map(change).collect()
}

/// Whether all values stay, in their order.
fn only_adds(from: &EnumType, to: &EnumType) -> bool {
    let mut stay = to.values.iter().filter(|value| from.values.contains(value));
    from.values.iter().all(|value| stay.next() == Some(value))
}

/// Whether a default or another expression names a value that comes: the database knows it only after the transaction.
fn uses_new_value(from: &EnumType, to: &EnumType, target: &Schema) -> bool {
    let new = to.values.iter().filter(|value| !from.values.contains(value));
    let new: Vec<String> = new.map(|value| value.replace('\'', "''")).collect();
    let uses = |sql: &String| new.iter().any(|value| sql.contains(value.as_str()));
    let table_uses = |table: &Table| {
        table.columns.iter().any(|column| {
            let generated = column.generated.as_ref().map(|generated| &generated.expression);
            column.default.iter().chain(generated).any(uses)
        }) || table.checks.iter().any(|check| uses(&check.expression))
            || table.indexes.iter().any(|index| {
                let expressions = index.parts.iter().filter_map(|part| match &part.value {
                    IndexValue::Expression(sql) => Some(sql),
                    IndexValue::Column(_) => None,
                });
                expressions.chain(&index.condition).any(uses)
            })
    };
    target.tables.iter().any(table_uses)
}

/// Has every column of an enumeration that is made anew change with it, tables that no entity has included.
pub(super) fn touch(dialect: Dialect, from: &Schema, changes: &mut Vec<Change>) {
    let rebuilt = changes.iter().filter_map(|change| match change {
        Change::AlterEnum { from, rebuild: true, .. } => Some(type_name(from)),
        _ => None,
    });
    let rebuilt: Vec<String> = rebuilt.collect();
    for table in from.tables.iter().filter(|_| !rebuilt.is_empty()) {
        let of_it = |column: &&Column| rebuilt.iter().any(|name| is_of(column, name));
        let columns: Vec<&Column> = table.columns.iter().filter(of_it).collect();
        let is_dropped = |change: &Change| matches!(change, Change::DropTable(dropped) if same_table(dialect, dropped, table));
        if columns.is_empty() || changes.iter().any(is_dropped) {
            continue;
        }
        let change = change_of(dialect, changes, table, table);
        for column in columns {
            let is_same = |other: &&Column| same_name(dialect, &other.name, &column.name);
            let known = change.changed_columns.iter().any(|(from, _)| is_same(&from));
            // A column that goes is of no concern.
            if let Some(wanted) = change.to.columns.iter().find(is_same).filter(|_| !known) {
                change.changed_columns.push((column.clone(), wanted.clone()));
            }
        }
    }
}

/// Whether a column is of the enumeration, or an array of its values.
pub(crate) fn is_of(column: &Column, type_name: &str) -> bool {
    column.type_name.strip_suffix("[]").unwrap_or(&column.type_name) == type_name
}

/// The enumerations that a column had until now and that no column has any more.
///
/// One that no column had is someone else's.
pub(super) fn unused(from: &Schema, to: &Schema, options: &DiffOptions) -> Vec<Change> {
    let has =
        |table: &Table, item: &EnumType| table.columns.iter().any(|column| is_of(column, &type_name(item)));
    let goes = |item: &&EnumType| {
        let is_wanted = to.enums.iter().any(|wanted| same_enum(item, wanted));
        let was_used = from.tables.iter().any(|table| has(table, item));
        let stays = |table: &&Table| {
            let wanted =
                to.tables.iter().any(|other| other.name == table.name && other.schema == table.schema);
            !wanted && !options.drop_tables || options.skip_tables.contains(&table.name)
        };
        let is_used = from.tables.iter().filter(stays).any(|table| has(table, item));
        !is_wanted && was_used && !is_used
    };
    from.enums.iter().filter(goes).cloned().map(Change::DropEnum).collect()
}

fn same_enum(one: &EnumType, other: &EnumType) -> bool {
    one.name == other.name && one.schema == other.schema
}

/// The type's name as a column says it.
pub(crate) fn type_name(item: &EnumType) -> String {
    qualified(Dialect::Postgres, item.schema.as_deref(), &item.name)
}
