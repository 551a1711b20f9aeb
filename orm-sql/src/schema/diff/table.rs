//! What must change for one table to become another.

use crate::dialect::Dialect;
use crate::schema::diff::compare::{
    has_name, same_check, same_column, same_foreign_key, same_index, same_name, same_names,
};
use crate::schema::diff::{Check, Column, DiffOptions, ForeignKey, Index, Table};
use crate::schema::model::IndexValue;
use crate::schema::sql_text::mentions;
use crate::schema::types::{same_type, strict_type_name};

/// A table that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChange {
    /// The table as it is.
    pub from: Table,
    /// The table as it will be: what the schema wants, and what is kept of the old one.
    pub to: Table,
    /// Columns that come.
    pub added_columns: Vec<Column>,
    /// Columns that go.
    pub dropped_columns: Vec<Column>,
    /// Columns that change, as they are and as they will be.
    pub changed_columns: Vec<(Column, Column)>,
    /// Whether the primary key has other columns.
    pub primary_key_changed: bool,
    /// Foreign keys that come.
    pub added_foreign_keys: Vec<ForeignKey>,
    /// Foreign keys that go.
    pub dropped_foreign_keys: Vec<ForeignKey>,
    /// Foreign keys that stay, and that columns or keys which change are part of.
    pub rebuilt_foreign_keys: Vec<ForeignKey>,
    /// Checks that come.
    pub added_checks: Vec<Check>,
    /// Checks that go.
    pub dropped_checks: Vec<Check>,
    /// Indexes that come, or get another name.
    pub added_indexes: Vec<Index>,
    /// Indexes that go, or had another name.
    pub dropped_indexes: Vec<Index>,
    /// Whether the table's comment is another one.
    pub comment_changed: bool,
}

/// The changes from one table to another of the same name; none if it is as it should be.
pub(super) fn compare(
    dialect: Dialect,
    from: &Table,
    to: &Table,
    options: &DiffOptions,
) -> Option<TableChange> {
    Some(all_changes(dialect, from, to, options)).filter(TableChange::is_any)
}

/// The changes, even if there are none.
pub(super) fn all_changes(dialect: Dialect, from: &Table, to: &Table, options: &DiffOptions) -> TableChange {
    let Table {
        name: _,
        schema: _,
        columns,
        primary_key,
        primary_key_name: _,
        foreign_keys: _,
        indexes: _,
        checks: _,
        comment,
        options: _,
        triggers: _,
    } = from;
    let mut change = TableChange {
        from: from.clone(),
        to: merged(dialect, from, to),
        added_columns: Vec::new(),
        dropped_columns: Vec::new(),
        changed_columns: Vec::new(),
        primary_key_changed: !same_names(dialect, primary_key, &to.primary_key),
        added_foreign_keys: Vec::new(),
        dropped_foreign_keys: Vec::new(),
        rebuilt_foreign_keys: Vec::new(),
        added_checks: Vec::new(),
        dropped_checks: Vec::new(),
        added_indexes: Vec::new(),
        dropped_indexes: Vec::new(),
        comment_changed: *comment != to.comment,
    };
    for column in &change.to.columns {
        match columns.iter().find(|other| same_name(dialect, &other.name, &column.name)) {
            Some(other) if same_column(dialect, other, column) => {}
            Some(other) => change.changed_columns.push((other.clone(), column.clone())),
            None => change.added_columns.push(column.clone()),
        }
    }
    let unknown = columns.iter().filter(|column| find(dialect, &to.columns, &column.name).is_none()).cloned();
    let unknown: Vec<Column> = unknown.collect();
    let kept = Kept { dialect, columns: if options.safe { unknown.as_slice() } else { &[] } };
    compare_foreign_keys(&kept, &mut change, to);
    compare_checks(&kept, &mut change, to);
    match options.safe {
        true => change.to.columns.extend(unknown.iter().cloned()),
        false => change.dropped_columns.clone_from(&unknown),
    }
    compare_indexes(&kept, &mut change, to);
    change
}

/// Columns that nobody asks for and that stay, with all that hangs on them.
struct Kept<'a> {
    dialect: Dialect,
    columns: &'a [Column],
}

impl Kept<'_> {
    fn holds(&self, names: &[String]) -> bool {
        self.columns.iter().any(|column| has_name(self.dialect, names, &column.name))
    }

    fn is_held_by(&self, index: &Index) -> bool {
        let columns: Vec<String> = index.columns().map(str::to_owned).chain(index.include.clone()).collect();
        let expressions = index.parts.iter().filter_map(|part| match &part.value {
            IndexValue::Expression(sql) => Some(sql),
            IndexValue::Column(_) => None,
        });
        self.holds(&columns) || expressions.chain(&index.condition).any(|sql| self.is_mentioned_by(sql))
    }

    fn is_mentioned_by(&self, sql: &str) -> bool {
        self.columns.iter().any(|column| mentions(self.dialect, sql, &column.name))
    }
}

/// The table as the schema wants it, with what no entity speaks of taken from the database.
fn merged(dialect: Dialect, from: &Table, to: &Table) -> Table {
    let Table {
        name: _,
        schema: _,
        columns,
        primary_key,
        primary_key_name: _,
        foreign_keys,
        indexes: _,
        checks,
        comment,
        options: _,
        triggers: _,
    } = to;
    let is_strict = from.options.as_deref().is_some_and(|options| mentions(dialect, options, "strict"));
    let columns = columns.iter().map(|column| {
        let mut column = column.clone();
        if is_strict {
            column.type_name = strict_type_name(dialect, &column.type_name);
        }
        let Some(other) = find(dialect, &from.columns, &column.name) else { return column };
        let is_other_word = same_type(dialect, &other.type_name, &column.type_name)
            && !other.type_name.eq_ignore_ascii_case(&column.type_name);
        Column {
            type_name: match is_other_word && !column.auto_increment {
                true => other.type_name.clone(),
                false => column.type_name.clone(),
            },
            collation: column.collation.clone().or_else(|| other.collation.clone()),
            ..column
        }
    });
    Table {
        name: to.name.clone(),
        schema: to.schema.clone(),
        columns: columns.collect(),
        primary_key: primary_key.clone(),
        primary_key_name: from.primary_key_name.clone(),
        foreign_keys: foreign_keys.clone(),
        indexes: Vec::new(),
        checks: checks.clone(),
        comment: comment.clone(),
        options: from.options.clone(),
        triggers: from.triggers.clone(),
    }
}

fn compare_foreign_keys(kept: &Kept<'_>, change: &mut TableChange, to: &Table) {
    let mut remaining: Vec<&ForeignKey> = change.from.foreign_keys.iter().collect();
    for foreign_key in &to.foreign_keys {
        match remaining.iter().position(|other| same_foreign_key(kept.dialect, other, foreign_key)) {
            Some(position) => {
                remaining.remove(position);
            }
            None => change.added_foreign_keys.push(foreign_key.clone()),
        }
    }
    for foreign_key in remaining {
        match kept.holds(&foreign_key.columns) {
            true => change.to.foreign_keys.push(foreign_key.clone()),
            false => change.dropped_foreign_keys.push(foreign_key.clone()),
        }
    }
}

fn compare_checks(kept: &Kept<'_>, change: &mut TableChange, to: &Table) {
    let mut remaining: Vec<&Check> = change.from.checks.iter().collect();
    for check in &to.checks {
        match remaining.iter().position(|other| same_check(kept.dialect, other, check)) {
            Some(position) => {
                remaining.remove(position);
            }
            None => change.added_checks.push(check.clone()),
        }
    }
    for check in remaining {
        match kept.is_mentioned_by(&check.expression) {
            true => change.to.checks.push(check.clone()),
            false => change.dropped_checks.push(check.clone()),
        }
    }
}

fn compare_indexes(kept: &Kept<'_>, change: &mut TableChange, to: &Table) {
    let mut remaining: Vec<&Index> = change.from.indexes.iter().collect();
    for index in &to.indexes {
        let is_named = |other: &&Index| same_name(kept.dialect, &other.name, &index.name);
        // An index of that name that someone made better by hand is taken for it.
        let by_hand = |other: &&Index| is_named(other) && other.custom.is_some();
        let same = |other: &&Index| same_index(kept.dialect, other, index);
        let found = (remaining.iter().position(|other| by_hand(other) || (is_named(other) && same(other))))
            .or_else(|| remaining.iter().position(|other| same(other) && other.constraint))
            .or_else(|| remaining.iter().position(same));
        let Some(position) = found else {
            change.added_indexes.push(index.clone());
            change.to.indexes.push(index.clone());
            continue;
        };
        let other = remaining.remove(position);
        if !is_named(&other) && !other.constraint {
            change.dropped_indexes.push(other.clone());
            change.added_indexes.push(index.clone());
        }
        change.to.indexes.push(if other.custom.is_some() { other.clone() } else { index.clone() });
    }
    for index in remaining {
        let stays = match &index.custom {
            Some(sql) => {
                !change.dropped_columns.iter().any(|column| mentions(kept.dialect, sql, &column.name))
            }
            None => kept.is_held_by(index),
        };
        match stays {
            true => change.to.indexes.push(index.clone()),
            false => change.dropped_indexes.push(index.clone()),
        }
    }
}

fn find<'a>(dialect: Dialect, columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| same_name(dialect, &column.name, name))
}

impl TableChange {
    fn is_any(&self) -> bool {
        let Self {
            from: _,
            to: _,
            added_columns,
            dropped_columns,
            changed_columns,
            primary_key_changed,
            added_foreign_keys,
            dropped_foreign_keys,
            rebuilt_foreign_keys,
            added_checks,
            dropped_checks,
            added_indexes,
            dropped_indexes,
            comment_changed,
        } = self;
        let columns = !added_columns.is_empty() || !dropped_columns.is_empty() || !changed_columns.is_empty();
        let foreign_keys = !added_foreign_keys.is_empty()
            || !dropped_foreign_keys.is_empty()
            || !rebuilt_foreign_keys.is_empty();
        let checks = !added_checks.is_empty() || !dropped_checks.is_empty();
        let indexes = !added_indexes.is_empty() || !dropped_indexes.is_empty();
        columns || *primary_key_changed || foreign_keys || checks || indexes || *comment_changed
    }
}
