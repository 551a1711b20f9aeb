//! Which rows must have a value that no default gives them.

use crate::dialect::Dialect;
use crate::schema::ddl::table_name;
use crate::schema::diff::TableChange;
use crate::schema::model::Column;
use crate::schema::update::{Plan, Requirement};

/// Notes what must be true of the rows before the table can change.
pub(super) fn require_values(dialect: Dialect, plan: &mut Plan, change: &TableChange) {
    let table = table_name(dialect, &change.from);
    let mut require = |column: &Column, condition: String| {
        plan.requirements.push(Requirement {
            schema: change.from.schema.clone(),
            table: change.from.name.clone(),
            column: column.name.clone(),
            query: format!("select 1 from {table}{condition} limit 1"),
        });
    };
    for column in change.added_columns.iter().filter(|column| needs_value(column)) {
        require(column, String::new());
    }
    for (from, to) in &change.changed_columns {
        if from.nullable && needs_value(to) {
            require(to, format!(" where {} is null", dialect.identifier(&from.name)));
        } else if loses_values(dialect, from, to) && needs_value(to) {
            require(to, String::new());
        }
    }
}

fn needs_value(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none() && !column.auto_increment
}

/// Whether the column was computed when it was read, and is not any more. SQLite copies such values.
fn loses_values(dialect: Dialect, from: &Column, to: &Column) -> bool {
    let is_virtual = from.generated.as_ref().is_some_and(|generated| !generated.stored);
    match dialect {
        Dialect::Sqlite => false,
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => is_virtual && to.generated.is_none(),
    }
}
