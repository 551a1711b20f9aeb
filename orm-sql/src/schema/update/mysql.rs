//! How MySQL and MariaDB change tables. They commit each statement at once, so whatever fails in the middle must leave
//! no row behind that was there before:
//! foreign keys go first, each table changes in one statement, which happens or does not, foreign keys come (back), and
//! tables go last. A second update does what the first could not.

use crate::dialect::Dialect;
use crate::schema::ddl::mysql::{
    add_foreign_keys, column_definition, create_namespace, create_table, index_definition, text,
};
use crate::schema::ddl::{check_definition, names, qualified, table_name};
use crate::schema::diff::{Change, Obstacles, TableChange, same_index};
use crate::schema::model::{Check, Column, ForeignKey, Index, Table};
use crate::schema::sql_text::{first_mentioned, mentions};
use crate::schema::types::same_type;
use crate::schema::update::Plan;
use crate::schema::update::required::require_values;
use crate::schema::update::touched::Touched;

pub(super) fn plan(dialect: Dialect, own_namespace: Option<&str>, changes: &[Change]) -> Plan {
    let mut plan = Plan::default();
    let mut steps = Steps::new(dialect, own_namespace);
    for change in changes {
        match change {
            Change::CreateNamespace(name) => steps.first.push(create_namespace(dialect, name)),
            Change::RenameColumn { schema, table, from, to, obstacles } => {
                let table = qualified(dialect, schema.as_deref(), table);
                steps.rename_column(&table, from, to, obstacles);
            }
            Change::CreateTable(table) => {
                steps.tables.push(create_table(dialect, table));
                steps.foreign_keys.extend(add_foreign_keys(
                    dialect,
                    own_namespace,
                    table,
                    &table.foreign_keys,
                ));
            }
            Change::DropTable(table) => steps.drop_table(table),
            Change::AlterTable(change) => {
                require_values(dialect, &mut plan, change);
                steps.alter_table(change);
            }
            // Their values stand in the type of a column.
            Change::CreateEnum(_) | Change::AlterEnum { .. } | Change::DropEnum(_) => {}
        }
    }
    plan.statements = steps.in_order();
    plan
}

/// The statements by what they do, in the order of their running.
struct Steps<'a> {
    dialect: Dialect,
    own_namespace: Option<&'a str>,
    /// Databases, and other names of columns.
    first: Vec<String>,
    dropped_foreign_keys: Vec<String>,
    tables: Vec<String>,
    foreign_keys: Vec<String>,
    dropped_tables: Vec<String>,
}

impl<'a> Steps<'a> {
    fn new(dialect: Dialect, own_namespace: Option<&'a str>) -> Self {
        Self {
            dialect,
            own_namespace,
            first: Vec::new(),
            dropped_foreign_keys: Vec::new(),
            tables: Vec::new(),
            foreign_keys: Vec::new(),
            dropped_tables: Vec::new(),
        }
    }

    fn in_order(self) -> Vec<String> {
        let mut statements = self.first;
        statements.extend(self.dropped_foreign_keys);
        statements.extend(self.tables);
        statements.extend(self.foreign_keys);
        if !self.dropped_tables.is_empty() {
            statements.push(format!("drop table {}", self.dropped_tables.join(", ")));
        }
        statements
    }

    fn rename_column(&mut self, table: &str, from: &str, to: &str, obstacles: &Obstacles) {
        let mut actions: Vec<String> =
            obstacles.checks.iter().filter_map(|check| self.drop_check(check)).collect();
        actions.extend(obstacles.indexes.iter().map(|index| self.drop_index(index)));
        actions.extend(obstacles.columns.iter().map(|column| self.drop_column(column)));
        self.first.extend(alter(table, &actions));
        let (from, to) = (self.dialect.identifier(from), self.dialect.identifier(to));
        self.first.push(format!("alter table {table} rename column {from} to {to}"));
    }

    /// A table goes last, and nothing that it points at may be kept by it until then.
    fn drop_table(&mut self, table: &Table) {
        let name = table_name(self.dialect, table);
        let keys: Vec<String> =
            table.foreign_keys.iter().map(|key| self.drop_foreign_key(key.name.as_deref())).collect();
        self.dropped_foreign_keys.extend(alter(&name, &keys));
        self.dropped_tables.push(name);
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
        let dialect = self.dialect;
        let touched = Touched::new(dialect, change, must_be_remade, |_, _| false);
        let table = table_name(dialect, from);

        let gone = dropped_foreign_keys.iter().chain(rebuilt_foreign_keys);
        let gone: Vec<String> = gone.map(|key| self.drop_foreign_key(key.name.as_deref())).collect();
        self.dropped_foreign_keys.extend(alter(&table, &gone));
        let added: Vec<_> = added_foreign_keys.iter().chain(rebuilt_foreign_keys).cloned().collect();
        self.foreign_keys.extend(add_foreign_keys(dialect, self.own_namespace, to, &added));

        let before = self.fill_nulls(change);
        let mut actions = Vec::new();
        let rebuilt_checks: Vec<&Check> = from
            .checks
            .iter()
            .filter(|check| !dropped_checks.contains(check) && touched.is_mentioned_by(&check.expression))
            .collect();
        let gone = dropped_checks.iter().filter(|check| !before.checks.contains(check));
        let gone = gone.chain(rebuilt_checks.iter().copied());
        actions.extend(gone.filter_map(|check| self.drop_check(check)));
        let mut added_indexes = Vec::new();
        self.indexes(change, &touched, &before, &mut actions, &mut added_indexes);
        if *primary_key_changed && !from.primary_key.is_empty() {
            actions.push("drop primary key".to_owned());
        }
        // A generated column goes before those that it is made of, and comes after them.
        let (generated, plain): (Vec<&Column>, Vec<&Column>) =
            dropped_columns.iter().chain(&touched.remade).partition(|column| column.generated.is_some());
        actions.extend(generated.into_iter().chain(plain).map(|column| self.drop_column(column)));
        let mut modified: Vec<&Column> = Vec::new();
        let changed = changed_columns.iter().filter(|(from, _)| !touched.is_remade(from));
        modified.extend(changed.map(|(_, column)| column));
        modified.extend(self.losing_a_check(change, &modified));
        let remade = touched.remade.iter().filter_map(|column| to.column(&column.name));
        let (mut generated, plain): (Vec<&Column>, Vec<&Column>) =
            added_columns.iter().chain(remade).partition(|column| column.generated.is_some());
        // One may speak of those before it.
        generated.sort_by_key(|column| to.columns.iter().position(|other| other.name == column.name));
        let add = |column: &&Column| format!("add column {}", column_definition(dialect, to, column));
        actions.extend(plain.iter().map(add));
        actions.extend(modified.into_iter().map(|column| {
            let definition = column_definition(dialect, to, column);
            format!("modify column {definition}{}", self.kept_check(change, column))
        }));
        actions.extend(generated.iter().map(add));
        if *primary_key_changed && !to.primary_key.is_empty() {
            actions.push(format!("add primary key ({})", names(dialect, &to.primary_key)));
        }
        actions.extend(added_indexes);
        let added = rebuilt_checks.into_iter().chain(added_checks);
        actions.extend(added.map(|check| format!("add {}", check_definition(dialect, check))));
        if *comment_changed {
            actions.push(format!("comment = {}", text(to.comment.as_deref().unwrap_or_default())));
        }
        self.tables.extend(alter(&table, &actions));
    }

    /// Gives rows their default where a column must have a value from now on; gives back the indexes and checks that
    /// had to go for that. A column that gets another type gets it before: the default is one of that.
    fn fill_nulls(&mut self, change: &TableChange) -> Gone {
        let (dialect, table) = (self.dialect, table_name(self.dialect, &change.from));
        let is_filled = |(from, to): &&(Column, Column)| {
            from.nullable && !to.nullable && to.default.is_some() && !must_be_remade(from, to)
        };
        let filled: Vec<&(Column, Column)> = change.changed_columns.iter().filter(is_filled).collect();
        let is_in_way = |index: &&Index| {
            let has = |name: &str| filled.iter().any(|(from, _)| from.name == name);
            // A foreign key may need it until another one is there.
            let serves = |key: &ForeignKey| key.columns.first().map(String::as_str) == index.columns().next();
            index.columns().any(has) && !change.to.foreign_keys.iter().any(serves)
        };
        let speaks =
            |check: &&Check| filled.iter().any(|(from, _)| mentions(dialect, &check.expression, &from.name));
        let gone = Gone {
            indexes: change.dropped_indexes.iter().filter(is_in_way).cloned().collect(),
            checks: change.dropped_checks.iter().filter(speaks).cloned().collect(),
        };
        let (mut actions, mut updates) = (Vec::new(), Vec::new());
        for (from, to) in filled {
            if !same_type(dialect, &from.type_name, &to.type_name) {
                let nullable = Column { nullable: true, default: None, ..to.clone() };
                let definition = column_definition(dialect, &change.to, &nullable);
                actions.push(format!("modify column {definition}"));
            }
            let name = dialect.identifier(&to.name);
            let default = to.default.as_deref().and_then(|default| default.split(" on update ").next());
            let default = default.unwrap_or("null");
            updates.push(format!("update {table} set {name} = {default} where {name} is null"));
        }
        let dropped = gone.checks.iter().filter_map(|check| self.drop_check(check));
        let dropped: Vec<String> =
            dropped.chain(gone.indexes.iter().map(|index| self.drop_index(index))).chain(actions).collect();
        self.tables.extend(alter(&table, &dropped));
        self.tables.extend(updates);
        gone
    }

    fn indexes(
        &self,
        change: &TableChange,
        touched: &Touched,
        before: &Gone,
        dropped: &mut Vec<String>,
        added: &mut Vec<String>,
    ) {
        let dialect = self.dialect;
        let mut new: Vec<&Index> = change.added_indexes.iter().collect();
        for index in change.dropped_indexes.iter().filter(|index| !before.indexes.contains(index)) {
            let is_same = |other: &&Index| same_index(dialect, index, other);
            match new.iter().position(is_same).filter(|_| !touched.is_part_of(index)) {
                Some(position) => {
                    let (from, to) = (dialect.identifier(&index.name), new.remove(position));
                    dropped.push(format!("rename index {from} to {}", dialect.identifier(&to.name)));
                }
                None => dropped.push(self.drop_index(index)),
            }
        }
        let stays = |index: &&Index| !change.dropped_indexes.contains(index) && touched.is_part_of(index);
        let rebuilt: Vec<&Index> = change.from.indexes.iter().filter(stays).collect();
        dropped.extend(rebuilt.iter().map(|index| self.drop_index(index)));
        let all = rebuilt.into_iter().chain(new);
        added.extend(all.map(|index| format!("add {}", index_definition(dialect, index))));
    }

    fn drop_foreign_key(&self, name: Option<&str>) -> String {
        format!("drop foreign key {}", self.dialect.identifier(name.unwrap_or_default()))
    }

    fn drop_index(&self, index: &Index) -> String {
        format!("drop index {}", self.dialect.identifier(&index.name))
    }

    fn drop_column(&self, column: &Column) -> String {
        format!("drop column {}", self.dialect.identifier(&column.name))
    }

    /// None for a check without a name: it is part of a column (see [`Self::losing_a_check`]).
    fn drop_check(&self, check: &Check) -> Option<String> {
        let name = self.dialect.identifier(check.name.as_deref()?);
        Some(match self.dialect {
            Dialect::MySql | Dialect::Sqlite | Dialect::Postgres => format!("drop check {name}"),
            Dialect::MariaDb => format!("drop constraint {name}"),
        })
    }

    /// Columns that are defined anew for no other reason than that a check in their definition goes.
    fn losing_a_check<'b>(&self, change: &'b TableChange, modified: &[&Column]) -> Vec<&'b Column> {
        let unnamed = change.dropped_checks.iter().filter(|check| check.name.is_none());
        let names = unnamed.filter_map(|check| self.owner(change, check));
        let columns = names.filter_map(|name| change.to.column(&name));
        columns.filter(|column| !modified.iter().any(|other| other.name == column.name)).collect()
    }

    /// The checks in a column's definition that stay.
    fn kept_check(&self, change: &TableChange, column: &Column) -> String {
        let stays = |check: &&Check| check.name.is_none() && !change.dropped_checks.contains(check);
        let own = |check: &&Check| self.owner(change, check).as_ref() == Some(&column.name);
        let kept = change.from.checks.iter().filter(stays).filter(own);
        kept.map(|check| format!(" {}", check_definition(self.dialect, check))).collect()
    }

    /// The column whose definition has the check: it is the first that the check speaks of.
    fn owner(&self, change: &TableChange, check: &Check) -> Option<String> {
        let columns = change.from.columns.iter().map(|column| column.name.as_str());
        first_mentioned(self.dialect, &check.expression, columns).map(str::to_owned)
    }
}

/// What of a table has gone before the statement that changes it.
#[derive(Default)]
struct Gone {
    indexes: Vec<Index>,
    checks: Vec<Check>,
}

/// One statement that takes these actions, if there are any.
fn alter(table: &str, actions: &[String]) -> Option<String> {
    (!actions.is_empty()).then(|| format!("alter table {table} {}", actions.join(", ")))
}

/// Whether the column must be dropped and made again. The expression can change, and a stored value stays as a plain one.
fn must_be_remade(from: &Column, to: &Column) -> bool {
    match (&from.generated, &to.generated) {
        (None, None) => false,
        (Some(generated), None) => !generated.stored,
        (Some(from_generated), Some(to_generated)) => from_generated.stored != to_generated.stored,
        (None, Some(_)) => true,
    }
}
