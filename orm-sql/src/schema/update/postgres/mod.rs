//! How PostgreSQL changes tables: what is in the way goes, columns change, and what belongs there comes (back).

mod cast;
mod column;

use crate::dialect::Dialect;
use crate::schema::ddl::postgres::{
    add_foreign_key, comment_on_column, comment_on_table, comments, create_enum, create_index,
    create_indexes, create_namespace, create_table, drop_index, enum_name, text, unique_definition,
};
use crate::schema::ddl::{check_definition, names, qualified, table_name};
use crate::schema::diff::{Change, TableChange, is_of, same_index};
use crate::schema::model::{Check, Column, EnumType, Index, Table};
use crate::schema::update::Plan;
use crate::schema::update::required::require_values;
use crate::schema::update::touched::Touched;

const POSTGRES: Dialect = Dialect::Postgres;

pub(super) fn plan(changes: &[Change]) -> Plan {
    let mut plan = Plan::default();
    let mut steps = Steps::default();
    for change in changes {
        match change {
            Change::CreateNamespace(name) => steps.types.push(create_namespace(name)),
            Change::CreateEnum(item) => steps.types.push(create_enum(item)),
            Change::AlterEnum { from, to, rebuild } => steps.alter_enum(from, to, *rebuild),
            Change::DropEnum(item) => steps.end.push(format!("drop type {}", enum_name(item))),
            Change::RenameColumn { schema, table, from, to, obstacles: _ } => steps.renames.push(format!(
                "alter table {} rename column {} to {}",
                qualified(POSTGRES, schema.as_deref(), table),
                quoted(from),
                quoted(to)
            )),
            Change::CreateTable(table) => steps.create_table(table),
            Change::DropTable(table) => steps.dropped_tables.push(table_name(POSTGRES, table)),
            Change::AlterTable(_) => {}
        }
    }
    for change in changes {
        if let Change::AlterTable(change) = change {
            require_values(POSTGRES, &mut plan, change);
            steps.alter_table(change);
        }
    }
    plan.statements = steps.in_order();
    plan
}

/// The statements by what they do, in the order of their running.
#[derive(Default)]
struct Steps {
    renames: Vec<String>,
    dropped_foreign_keys: Vec<String>,
    dropped_tables: Vec<String>,
    /// Indexes, checks, keys and columns that go, some of them for a while.
    dropped: Vec<String>,
    /// Schemas and enumerations.
    types: Vec<String>,
    columns: Vec<String>,
    created_tables: Vec<String>,
    /// Keys, checks and indexes of tables that were there.
    constraints: Vec<String>,
    foreign_keys: Vec<String>,
    comments: Vec<String>,
    end: Vec<String>,
    /// The types that are made anew.
    rebuilt_types: Vec<String>,
}

impl Steps {
    fn in_order(self) -> Vec<String> {
        let mut statements = self.renames;
        statements.extend(self.dropped_foreign_keys);
        if !self.dropped_tables.is_empty() {
            // In one statement, since they may point at each other.
            statements.push(format!("drop table {}", self.dropped_tables.join(", ")));
        }
        statements.extend(self.dropped);
        statements.extend(self.types);
        statements.extend(self.columns);
        statements.extend(self.created_tables);
        statements.extend(self.constraints);
        statements.extend(self.foreign_keys);
        statements.extend(self.comments);
        statements.extend(self.end);
        statements
    }

    fn alter_enum(&mut self, from: &EnumType, to: &EnumType, rebuild: bool) {
        let name = enum_name(from);
        if !rebuild {
            self.types.extend(added_values(&name, from, to));
            return;
        }
        let old = EnumType { name: format!("__old_{}", from.name), ..from.clone() };
        self.types.push(format!("alter type {name} rename to {}", quoted(&old.name)));
        self.types.push(create_enum(to));
        self.end.push(format!("drop type {}", enum_name(&old)));
        self.rebuilt_types.push(name);
    }

    fn create_table(&mut self, table: &Table) {
        self.created_tables.push(create_table(table));
        self.created_tables.extend(create_indexes(table));
        self.created_tables.extend(comments(table));
        self.foreign_keys.extend(table.foreign_keys.iter().map(|key| add_foreign_key(table, key)));
    }

    fn alter_table(&mut self, change: &TableChange) {
        let TableChange {
            from,
            to,
            added_columns,
            dropped_columns,
            changed_columns,
            primary_key_changed,
            added_foreign_keys,
            dropped_foreign_keys,
            rebuilt_foreign_keys,
            added_checks,
            dropped_checks,
            added_indexes: _,
            dropped_indexes: _,
            comment_changed,
        } = change;
        let is_rebuilt = |column: &Column| self.rebuilt_types.iter().any(|name| is_of(column, name));
        let touched = Touched::new(POSTGRES, change, column::must_be_remade, |from, to| {
            is_rebuilt(from) || column::is_retyped(from, to)
        });
        let table = table_name(POSTGRES, from);
        let alter = |action: String| format!("alter table {table} {action}");

        for foreign_key in dropped_foreign_keys.iter().chain(rebuilt_foreign_keys) {
            let name = foreign_key.name.as_deref().unwrap_or_default();
            self.dropped_foreign_keys.push(alter(format!("drop constraint {}", quoted(name))));
        }
        let added = added_foreign_keys.iter().chain(rebuilt_foreign_keys);
        self.foreign_keys.extend(added.map(|foreign_key| add_foreign_key(to, foreign_key)));

        let stay = |check: &&Check| !dropped_checks.contains(check);
        let rebuilt_checks: Vec<&Check> = from
            .checks
            .iter()
            .filter(stay)
            .filter(|check| touched.is_mentioned_by(&check.expression))
            .collect();
        for check in dropped_checks.iter().chain(rebuilt_checks.iter().copied()) {
            let name = check.name.as_deref().unwrap_or_default();
            self.dropped.push(alter(format!("drop constraint {}", quoted(name))));
        }
        for check in rebuilt_checks.into_iter().chain(added_checks) {
            self.constraints.push(alter(format!("add {}", check_definition(POSTGRES, check))));
        }

        self.indexes(change, &touched);
        if *primary_key_changed {
            if let Some(name) = &from.primary_key_name {
                self.dropped.push(alter(format!("drop constraint {}", quoted(name))));
            }
            if !to.primary_key.is_empty() {
                let columns = names(POSTGRES, &to.primary_key);
                self.constraints.insert(0, alter(format!("add primary key ({columns})")));
            }
        }

        // A generated column goes before those that it is made of.
        let gone = dropped_columns.iter().chain(&touched.remade);
        let (generated, plain): (Vec<&Column>, Vec<&Column>) =
            gone.partition(|column| column.generated.is_some());
        for column in generated.into_iter().chain(plain) {
            self.dropped.push(alter(format!("drop column {}", quoted(&column.name))));
        }
        let remade = touched.remade.iter().filter_map(|column| to.column(&column.name));
        let (generated, plain): (Vec<&Column>, Vec<&Column>) =
            added_columns.iter().chain(remade).partition(|column| column.generated.is_some());
        self.columns.extend(plain.into_iter().map(|column| column::add(from, column)));
        for (from_column, to_column) in changed_columns {
            if !touched.is_remade(from_column) {
                let is_rebuilt = self.rebuilt_types.iter().any(|name| is_of(from_column, name));
                column::change(&mut self.columns, to, from_column, to_column, is_rebuilt);
            }
            if from_column.comment != to_column.comment && !touched.is_remade(from_column) {
                self.comments.push(comment_on_column(to, to_column));
            }
        }
        self.columns.extend(generated.into_iter().map(|column| column::add(from, column)));
        let new =
            added_columns.iter().chain(touched.remade.iter().filter_map(|column| to.column(&column.name)));
        let commented = new.filter(|column| column.comment.is_some());
        self.comments.extend(commented.map(|column| comment_on_column(to, column)));
        if *comment_changed {
            self.comments.push(comment_on_table(to));
        }
    }

    fn indexes(&mut self, change: &TableChange, touched: &Touched) {
        let TableChange { from, to, added_indexes, dropped_indexes, .. } = change;
        let mut added: Vec<&Index> = added_indexes.iter().collect();
        for index in dropped_indexes {
            let is_same = |other: &&Index| same_index(POSTGRES, index, other) && !index.constraint;
            let renamed = added.iter().position(is_same).filter(|_| !touched.is_part_of(index));
            match renamed {
                Some(position) => {
                    let new = added.remove(position);
                    let old = qualified(POSTGRES, from.schema.as_deref(), &index.name);
                    self.dropped.push(format!("alter index {old} rename to {}", quoted(&new.name)));
                }
                None => self.dropped.push(drop_any_index(from, index)),
            }
        }
        let stays = |index: &&Index| !dropped_indexes.contains(index);
        let rebuilt: Vec<&Index> =
            from.indexes.iter().filter(stays).filter(|index| touched.is_part_of(index)).collect();
        self.dropped.extend(rebuilt.iter().map(|index| drop_any_index(from, index)));
        self.constraints.extend(rebuilt.into_iter().chain(added).map(|index| match index.constraint {
            true => {
                let definition = unique_definition(index);
                format!("alter table {} add {definition}", table_name(POSTGRES, to))
            }
            false => create_index(to, index),
        }));
    }
}

fn drop_any_index(table: &Table, index: &Index) -> String {
    match index.constraint {
        true => {
            format!("alter table {} drop constraint {}", table_name(POSTGRES, table), quoted(&index.name))
        }
        false => drop_index(table, index),
    }
}

/// The statements that add values in their places.
fn added_values(name: &str, from: &EnumType, to: &EnumType) -> Vec<String> {
    let mut statements = Vec::new();
    for (place, value) in to.values.iter().enumerate() {
        if from.values.contains(value) {
            continue;
        }
        let place = match place.checked_sub(1).and_then(|before| to.values.get(before)) {
            Some(before) => format!(" after {}", text(before)),
            None => from.values.first().map_or_else(String::new, |first| format!(" before {}", text(first))),
        };
        statements.push(format!("alter type {name} add value {}{place}", text(value)));
    }
    statements
}

fn quoted(name: &str) -> String {
    POSTGRES.identifier(name)
}
