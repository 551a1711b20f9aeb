//! SQLite's way to change a table: add what it can add, else make the table anew and keep its rows.

use crate::dialect::Dialect;
use crate::schema::ddl::sqlite::{column_definition, create_index, create_indexes, create_table, drop_index};
use crate::schema::ddl::{check_definition, constraint, names, references};
use crate::schema::diff::{Change, TableChange};
use crate::schema::model::{Check, Column, ForeignKey, Table};
use crate::schema::sql_text::{is_constant, mentions};
use crate::schema::update::Plan;
use crate::schema::update::required::require_values;

const SQLITE: Dialect = Dialect::Sqlite;

pub(super) fn plan(changes: &[Change]) -> Plan {
    let mut plan = Plan::default();
    for change in changes {
        match change {
            Change::CreateTable(table) => {
                plan.statements.push(create_table(table));
                plan.statements.extend(create_indexes(table));
            }
            Change::DropTable(table) => {
                plan.statements.push(format!("drop table {}", quoted(&table.name)));
                plan.drops_tables = true;
            }
            Change::RenameColumn { schema: _, table, from, to, obstacles: _ } => plan.statements.push(
                format!("alter table {} rename column {} to {}", quoted(table), quoted(from), quoted(to)),
            ),
            // It has no schemas and no types of its own.
            Change::CreateNamespace(_)
            | Change::CreateEnum(_)
            | Change::AlterEnum { .. }
            | Change::DropEnum(_) => {}
            Change::AlterTable(change) => {
                require_values(SQLITE, &mut plan, change);
                match added_definitions(change) {
                    Some(definitions) => alter(&mut plan, change, &definitions),
                    None => rebuild(&mut plan, change),
                }
            }
        }
    }
    plan
}

/// The definitions of the added columns, with their constraints, if adding them and changing indexes is all there is to
/// do and SQLite can do it.
fn added_definitions(change: &TableChange) -> Option<Vec<String>> {
    let TableChange {
        from: _,
        to: _,
        added_columns,
        dropped_columns,
        changed_columns,
        primary_key_changed,
        added_foreign_keys,
        dropped_foreign_keys,
        // SQLite makes such a table anew.
        rebuilt_foreign_keys: _,
        added_checks,
        dropped_checks,
        added_indexes: _,
        dropped_indexes,
        comment_changed: _,
    } = change;
    let only_adds = dropped_columns.is_empty()
        && changed_columns.is_empty()
        && !primary_key_changed
        && dropped_foreign_keys.is_empty()
        && dropped_checks.is_empty()
        && !dropped_indexes.iter().any(|index| index.constraint);
    if !only_adds {
        return None;
    }
    let mut foreign_keys: Vec<&ForeignKey> = added_foreign_keys.iter().collect();
    let mut checks: Vec<&Check> = added_checks.iter().collect();
    let mut definitions = Vec::new();
    // A check goes with the last of the columns that it speaks of: then all of them are there.
    for column in added_columns.iter().rev() {
        let own_checks = take(&mut checks, |check| mentions(SQLITE, &check.expression, &column.name));
        let own_keys = take(&mut foreign_keys, |foreign_key| foreign_key.columns == [column.name.as_str()]);
        if !can_add(column, !own_keys.is_empty()) {
            return None;
        }
        let mut definition = column_definition(column);
        for foreign_key in own_keys {
            let name = constraint(SQLITE, foreign_key.name.as_ref());
            definition.push_str(&format!(" {name}{}", references(SQLITE, foreign_key)));
        }
        for check in own_checks {
            definition.push_str(&format!(" {}", check_definition(SQLITE, check)));
        }
        definitions.push(definition);
    }
    definitions.reverse();
    (foreign_keys.is_empty() && checks.is_empty()).then_some(definitions)
}

fn take<'a, T>(all: &mut Vec<&'a T>, belongs: impl Fn(&T) -> bool) -> Vec<&'a T> {
    let (taken, rest) = all.iter().partition(|item| belongs(item));
    *all = rest;
    taken
}

/// What `alter table … add column` allows: <https://www.sqlite.org/lang_altertable.html>.
fn can_add(column: &Column, has_foreign_key: bool) -> bool {
    let default_is_constant = column.default.as_deref().is_none_or(|default| {
        is_constant(SQLITE, default) && !default.to_ascii_lowercase().starts_with("current_")
    });
    let computed = column.generated.as_ref();
    default_is_constant
        && !column.auto_increment
        && computed.is_none_or(|generated| !generated.stored)
        && (column.nullable || column.default.is_some() || computed.is_some())
        && !(has_foreign_key && column.default.is_some())
}

fn alter(plan: &mut Plan, change: &TableChange, definitions: &[String]) {
    let table = quoted(&change.from.name);
    plan.statements.extend(change.dropped_indexes.iter().map(|index| drop_index(&index.name)));
    let add = |definition| format!("alter table {table} add column {definition}");
    plan.statements.extend(definitions.iter().map(add));
    plan.statements.extend(change.added_indexes.iter().map(|index| create_index(&change.to, index)));
}

/// The procedure of <https://www.sqlite.org/lang_altertable.html#otheralter>; foreign keys must be off.
fn rebuild(plan: &mut Plan, change: &TableChange) {
    let (from, to) = (&change.from, &change.to);
    let new = Table { name: format!("__new_{}", to.name), ..to.clone() };
    let (old_name, new_name) = (quoted(&from.name), quoted(&new.name));
    plan.statements.push(create_table(&new));
    let (columns, values) = copied_columns(change);
    if !columns.is_empty() {
        let columns = names(SQLITE, &columns);
        let values = values.join(", ");
        plan.statements.push(format!("insert into {new_name} ({columns}) select {values} from {old_name}"));
    }
    if to.columns.iter().any(|column| column.auto_increment) {
        plan.statements.extend(keep_counter(&from.name, &new.name));
    }
    plan.statements.push(format!("drop table {old_name}"));
    // Otherwise SQLite refuses to rename while a view or another table's trigger speaks of the table that is gone.
    plan.statements.push("pragma legacy_alter_table = on".to_owned());
    plan.statements.push(format!("alter table {new_name} rename to {}", quoted(&to.name)));
    plan.statements.push("pragma legacy_alter_table = off".to_owned());
    plan.statements.extend(create_indexes(to));
    plan.statements.extend(to.triggers.iter().map(|trigger| trigger.sql.clone()));
    plan.unchecked_tables.push(to.name.clone());
    plan.drops_tables = true;
}

/// The columns to copy, and what to copy into them.
fn copied_columns(change: &TableChange) -> (Vec<String>, Vec<String>) {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for to in change.to.columns.iter().filter(|column| column.generated.is_none()) {
        let Some(from) = change.from.columns.iter().find(|from| from.name.eq_ignore_ascii_case(&to.name))
        else {
            continue;
        };
        let name = quoted(&from.name);
        columns.push(to.name.clone());
        values.push(match &to.default {
            Some(default) if from.nullable && !to.nullable => format!("coalesce({name}, {default})"),
            _ => name,
        });
    }
    (columns, values)
}

/// Numbers that were given once are not given again, even if their rows are gone.
fn keep_counter(old: &str, new: &str) -> [String; 2] {
    let (old, new) = (text(old), text(new));
    [
        format!(
            "delete from sqlite_sequence where name = {new} and exists (select 1 from sqlite_sequence where name = {old})"
        ),
        format!(
            "insert into sqlite_sequence (name, seq) select {new}, seq from sqlite_sequence where name = {old}"
        ),
    ]
}

fn quoted(name: &str) -> String {
    SQLITE.identifier(name)
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
