//! Orders: by columns of the tables, or by what a derived table of keys holds of them.

use orm_core::query::{Direction, Nulls};
use orm_core::types::ColumnKind;

use crate::dialect::Dialect;
use crate::lower::bind::{Place, Slot};
use crate::lower::scope::{Column, KEYS};
use crate::render::SqlWriter;

/// An order of rows: a column, or an expression over a derived table's column.
pub(crate) struct Term<'a> {
    pub(crate) column: OrderColumn<'a>,
    pub(crate) direction: Direction,
    pub(crate) nulls: Nulls,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderColumn<'a> {
    Of(Column<'a>),
    /// What the order of that number sorts by, inside of a JSON column of the property.
    Inside(Column<'a>, usize, Place),
    /// The column of that number in the derived table of keys.
    Key(usize),
    /// What the select gives a name with that number.
    Selected(usize),
}

impl<'a> Term<'a> {
    pub(crate) fn ascending(column: Column<'a>) -> Self {
        Self { column: OrderColumn::Of(column), direction: Direction::Ascending, nulls: Nulls::Natural }
    }

    /// The one value by which a root with several rows is ordered: the first in the direction of the order.
    pub(crate) fn write_aggregate(&self, w: &mut SqlWriter, slots: &mut Vec<Slot>) {
        if w.dialect() == Dialect::Postgres && self.has_no_least() {
            w.push("(array_agg(");
            self.column.write(w, slots);
            w.push(" order by ");
            self.column.write(w, slots);
            w.push(direction(self.direction)).push(") filter (where ");
            self.column.write(w, slots);
            w.push(" is not null))[1]");
            return;
        }
        w.push(match self.direction {
            Direction::Ascending => "min(",
            Direction::Descending => "max(",
        });
        self.column.write(w, slots);
        w.push(")");
    }

    /// Whether it is of a type of which PostgreSQL can order the values, but not take the least.
    fn has_no_least(&self) -> bool {
        match &self.column {
            OrderColumn::Of(column) | OrderColumn::Inside(column, ..) => matches!(
                column.ty.kind,
                ColumnKind::Bool | ColumnKind::Uuid | ColumnKind::Bytes | ColumnKind::Json
            ),
            OrderColumn::Key(_) | OrderColumn::Selected(_) => false,
        }
    }

    /// Writes the term; `value` writes what is ordered by.
    pub(crate) fn write(&self, w: &mut SqlWriter, mut value: impl FnMut(&mut SqlWriter)) {
        let clause = match (w.dialect(), self.nulls, self.direction) {
            (_, Nulls::Natural, _) => "",
            (Dialect::Sqlite | Dialect::Postgres, Nulls::First, _) => " nulls first",
            (Dialect::Sqlite | Dialect::Postgres, Nulls::Last, _) => " nulls last",
            // MySQL has no words for it, but takes null for the least value.
            (Dialect::MySql | Dialect::MariaDb, Nulls::First, Direction::Ascending)
            | (Dialect::MySql | Dialect::MariaDb, Nulls::Last, Direction::Descending) => "",
            (Dialect::MySql | Dialect::MariaDb, Nulls::First, Direction::Descending) => {
                value(w);
                w.push(" is not null, ");
                ""
            }
            (Dialect::MySql | Dialect::MariaDb, Nulls::Last, Direction::Ascending) => {
                value(w);
                w.push(" is null, ");
                ""
            }
        };
        value(w);
        w.push(direction(self.direction)).push(clause);
    }
}

impl OrderColumn<'_> {
    /// Writes it, and tells what it binds.
    pub(crate) fn write(&self, w: &mut SqlWriter, slots: &mut Vec<Slot>) {
        match self {
            OrderColumn::Of(column) => column.write(w),
            OrderColumn::Inside(column, number, place) => {
                slots.push(Slot::Order(*number, *place));
                column.write(w)
            }
            OrderColumn::Key(index) => w.ident(KEYS).push(".").ident(&order_name(*index)),
            OrderColumn::Selected(index) => w.ident(&order_name(*index)),
        };
    }
}

pub(crate) fn order_name(index: usize) -> String {
    format!("o{index}")
}

pub(crate) fn write_order(w: &mut SqlWriter, slots: &mut Vec<Slot>, terms: &[Term<'_>]) {
    if terms.is_empty() {
        return;
    }
    w.push(" order by ").list(", ", terms, |w, term| {
        term.write(w, |w| term.column.write(w, slots));
    });
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "",
        Direction::Descending => " desc",
    }
}
