//! What hangs on columns that change: it must go before, and come back after.

use crate::dialect::Dialect;
use crate::schema::diff::TableChange;
use crate::schema::model::{Column, Index, IndexValue};
use crate::schema::sql_text::mentions;

/// The columns of a table that checks and indexes cannot keep speaking of while they change.
pub(super) struct Touched {
    dialect: Dialect,
    /// Columns that get another type.
    retyped: Vec<String>,
    /// Columns that are dropped and made again, as they are: how they are computed changes, or of what.
    pub(super) remade: Vec<Column>,
}

impl Touched {
    /// What the change touches: which columns it must drop and make again, and which get another type.
    pub(super) fn new(
        dialect: Dialect,
        change: &TableChange,
        must_be_remade: impl Fn(&Column, &Column) -> bool,
        is_retyped: impl Fn(&Column, &Column) -> bool,
    ) -> Self {
        let mut touched = Self { dialect, retyped: Vec::new(), remade: Vec::new() };
        for (from, to) in &change.changed_columns {
            if must_be_remade(from, to) {
                touched.remade.push(from.clone());
            } else if is_retyped(from, to) {
                touched.retyped.push(from.name.clone());
            }
        }
        for column in &change.from.columns {
            let Some(generated) = &column.generated else { continue };
            let stays = change.to.column(&column.name).is_some() && !touched.is_remade(column);
            let changes = |name: &String| mentions(dialect, &generated.expression, name);
            let of_retyped = touched.retyped.iter().any(changes);
            let of_remade = touched.remade.iter().any(|remade| changes(&remade.name));
            if stays && (of_retyped || of_remade) {
                touched.remade.push(column.clone());
            }
        }
        touched
    }

    pub(super) fn is_remade(&self, column: &Column) -> bool {
        self.remade.iter().any(|remade| remade.name == column.name)
    }

    /// Whether an expression speaks of what is touched.
    pub(super) fn is_mentioned_by(&self, sql: &str) -> bool {
        let remade = self.remade.iter().map(|column| &column.name);
        self.retyped.iter().chain(remade).any(|name| mentions(self.dialect, sql, name))
    }

    /// Whether an index must be made anew: one over a column that is only retyped follows by itself.
    pub(super) fn is_part_of(&self, index: &Index) -> bool {
        let expressions = index.parts.iter().filter_map(|part| match &part.value {
            IndexValue::Expression(sql) => Some(sql),
            IndexValue::Column(_) => None,
        });
        let columns = || index.columns().chain(index.include.iter().map(String::as_str));
        let needs_class = |name: &str| {
            index.parts.iter().any(|part| part.operator_class.is_some() && part.column() == Some(name))
        };
        self.remade.iter().any(|column| columns().any(|name| name == column.name))
            || self.retyped.iter().any(|name| needs_class(name))
            || expressions.chain(&index.condition).chain(&index.custom).any(|sql| self.is_mentioned_by(sql))
    }
}
