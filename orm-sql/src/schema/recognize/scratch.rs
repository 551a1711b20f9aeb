//! Tables that seem to differ are made once more, under other names, to see how the database prints what they say.

use crate::dialect::Dialect;
use crate::schema::diff::{differs, same_index, same_table};
use crate::schema::model::{Check, Column, Index, Schema, Table};

/// A table that seems to differ, by its places in both schemas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) wanted: usize,
    pub(super) found: usize,
}

pub(super) fn candidates(dialect: Dialect, from: &Schema, target: &Schema) -> Vec<Candidate> {
    let tables = target.tables.iter().enumerate();
    let candidate = |(wanted, table): (usize, &Table)| {
        let found = from.tables.iter().position(|other| same_table(dialect, other, table))?;
        differs(dialect, &from.tables[found], table).then_some(Candidate { wanted, found })
    };
    tables.filter_map(candidate).collect()
}

/// The name of the table that is made for the candidate at that place.
pub(super) fn scratch_name(place: usize) -> String {
    format!("__orm_{place}")
}

/// The table with names that tell its parts by their places, and nothing that concerns other tables.
pub(super) fn scratch_table(table: &Table, place: usize) -> Table {
    let name = scratch_name(place);
    let columns = table.columns.iter().map(|column| Column { auto_increment: false, ..column.clone() });
    let checks = table.checks.iter().enumerate().map(|(place, check)| Check {
        name: Some(part_name(&name, place)),
        expression: check.expression.clone(),
    });
    let indexes = table.indexes.iter().enumerate().filter(|(_, index)| index.custom.is_none());
    let indexes = indexes.map(|(index_place, index)| Index {
        name: part_name(&name, index_place),
        constraint: false,
        ..index.clone()
    });
    Table {
        columns: columns.collect(),
        checks: checks.collect(),
        indexes: indexes.collect(),
        name,
        ..Table::default()
    }
}

/// Where the table prints an expression as the database has it already, the database's text is taken.
pub(super) fn adopt(dialect: Dialect, wanted: &mut Table, found: &Table, printed: &Table) {
    for column in &mut wanted.columns {
        if let (Some(found), Some(printed)) = (found.column(&column.name), printed.column(&column.name)) {
            adopt_column(column, found, printed);
        }
    }
    for (place, check) in wanted.checks.iter_mut().enumerate() {
        let name = part_name(&printed.name, place);
        let printed = printed.checks.iter().find(|check| check.name.as_ref() == Some(&name));
        let is_same = |found: &&Check| printed.is_some_and(|printed| printed.expression == found.expression);
        if let Some(same) = found.checks.iter().find(is_same) {
            check.expression.clone_from(&same.expression);
        }
    }
    for (place, index) in wanted.indexes.iter_mut().enumerate() {
        let name = part_name(&printed.name, place);
        let Some(printed) = printed.indexes.iter().find(|index| index.name == name) else { continue };
        if found.indexes.iter().any(|found| same_index(dialect, found, printed)) {
            index.parts.clone_from(&printed.parts);
            index.condition.clone_from(&printed.condition);
        }
    }
}

fn part_name(table: &str, place: usize) -> String {
    format!("{table}_{place}")
}

fn adopt_column(wanted: &mut Column, found: &Column, printed: &Column) {
    if printed.type_name == found.type_name {
        wanted.type_name.clone_from(&found.type_name);
    }
    if printed.default == found.default {
        wanted.default.clone_from(&found.default);
    }
    if printed.generated == found.generated {
        wanted.generated.clone_from(&found.generated);
    }
}
