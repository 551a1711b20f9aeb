//! A row of a server as a row of the contract.

use std::cell::OnceCell;

use orm_core::driver::Row;
use orm_core::value::{Cell, Value};

use crate::driver::server::{RawRow, Server};

/// The row that was just received.
pub(crate) struct ServerRow<'r, S: Server> {
    row: &'r RawRow<S>,
    columns: &'r S::Columns,
    scratch: Scratch,
}

impl<'r, S: Server> ServerRow<'r, S> {
    pub(crate) fn new(row: &'r RawRow<S>, columns: &'r S::Columns) -> Self {
        Self { row, columns, scratch: Scratch::default() }
    }

    /// All cells, owned.
    pub(crate) fn values(&self) -> Vec<Value> {
        (0..S::width(self.columns)).map(|index| self.cell(index).to_value()).collect()
    }
}

impl<S: Server> Row for ServerRow<'_, S> {
    fn cell(&self, index: usize) -> Cell<'_> {
        // Beyond the last column there is nothing; lowering and decoding agree on the layout.
        match index < S::width(self.columns) {
            true => S::cell(self.row, self.columns, index, &self.scratch),
            false => Cell::Null,
        }
    }
}

/// Keeps what a row does not hold in the form that a cell has.
#[derive(Debug, Default)]
pub struct Scratch {
    first: OnceCell<Box<Kept>>,
}

#[derive(Debug)]
struct Kept {
    value: Value,
    rest: Scratch,
}

impl Scratch {
    /// Keeps a value as long as the row.
    pub(crate) fn keep(&self, value: Value) -> &Value {
        let mut at = self;
        while let Some(kept) = at.first.get() {
            at = &kept.rest;
        }
        &at.first.get_or_init(|| Box::new(Kept { value, rest: Scratch::default() })).value
    }

    /// Keeps text as long as the row, as a cell.
    pub(crate) fn text(&self, text: String) -> Cell<'_> {
        self.keep(Value::Text(text)).as_cell()
    }
}
