//! Orders: by columns of the tables, or by what a derived table of keys holds of them.

use orm_core::query::{Direction, Nulls};

use crate::lower::scope::{Column, KEYS};
use crate::render::SqlWriter;

/// An order of rows: a column, or an expression over a derived table's column.
pub(crate) struct Term<'a> {
    pub(crate) column: OrderColumn<'a>,
    pub(crate) direction: Direction,
    pub(crate) nulls: Nulls,
}

pub(crate) enum OrderColumn<'a> {
    Of(Column<'a>),
    /// The column of that number in the derived table of keys.
    Key(usize),
}

impl<'a> Term<'a> {
    pub(crate) fn ascending(column: Column<'a>) -> Self {
        Self { column: OrderColumn::Of(column), direction: Direction::Ascending, nulls: Nulls::Natural }
    }

    /// The one value by which a root with several rows is ordered: the first in the direction of the order.
    pub(crate) fn write_aggregate(&self, w: &mut SqlWriter) {
        w.push(match self.direction {
            Direction::Ascending => "min(",
            Direction::Descending => "max(",
        });
        self.column.write(w);
        w.push(")");
    }
}

impl OrderColumn<'_> {
    pub(crate) fn write(&self, w: &mut SqlWriter) {
        match self {
            OrderColumn::Of(column) => w.column(column.alias, column.name),
            OrderColumn::Key(index) => w.ident(KEYS).push(".").ident(&order_name(*index)),
        };
    }
}

pub(crate) fn order_name(index: usize) -> String {
    format!("o{index}")
}

pub(crate) fn write_order(w: &mut SqlWriter, terms: &[Term<'_>]) {
    if terms.is_empty() {
        return;
    }
    w.push(" order by ").list(", ", terms, |w, term| {
        term.column.write(w);
        w.push(direction(term.direction)).push(nulls(term.nulls));
    });
}

pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "",
        Direction::Descending => " desc",
    }
}

pub(crate) fn nulls(nulls: Nulls) -> &'static str {
    match nulls {
        Nulls::Natural => "",
        Nulls::First => " nulls first",
        Nulls::Last => " nulls last",
    }
}
