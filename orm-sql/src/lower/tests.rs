//! What plans become: text and binds, beside each other.

use std::sync::Arc;

use expect_test::{Expect, expect};
use orm_core::query::{Condition, Nulls, Path, PivotSource, Test};
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place};
use crate::lower::library::{Query, SCHEMA, entity, text};
use crate::lower::list::ListForm;
use crate::lower::select::{Compiled, lower_count, lower_select};
use crate::lower::shape::{Purpose, Shape};

mod compare;
mod conditions;
mod filters;
mod items;
mod joins;
mod json;
mod limits;
mod locks;
mod servers;
mod writes;

/// Writes down what is bound.
struct Recorder {
    dialect: Dialect,
    bound: Vec<String>,
}

impl Binder for Recorder {
    fn value(&mut self, value: &Value, _: Place) -> Result<()> {
        self.bound.push(value.to_string());
        Ok(())
    }
    fn number(&mut self, number: u64) -> Result<()> {
        self.bound.push(number.to_string());
        Ok(())
    }
    fn text(&mut self, text: &str, _: Place) -> Result<()> {
        self.bound.push(format!("'{text}'"));
        Ok(())
    }
    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, form: ListForm, _: Place) -> Result<()> {
        self.bound.push(format!("{form:?} list of {}", values.count()));
        Ok(())
    }
    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, places: &[Place]) -> Result<()> {
        let list = format!("keys of {}", keys.count());
        match self.dialect {
            Dialect::Postgres => self.bound.extend(places.iter().map(|_| list.clone())),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => self.bound.push(list),
        }
        Ok(())
    }
}

/// The values that a compiled select binds.
fn bound(dialect: Dialect, query: &Query, compiled: &Compiled) -> Vec<String> {
    let mut recorder = Recorder { dialect, bound: Vec::new() };
    compiled.binds.bind(dialect, &query.select, &mut recorder).unwrap();
    recorder.bound
}

/// A statement with a line for each of its parts.
fn in_lines(sql: &str) -> String {
    let lines = [" from ", " left join ", " inner join ", " where ", " group by ", " order by ", " limit "];
    lines.iter().fold(sql.to_owned(), |sql, word| sql.replace(word, &format!("\n{}", &word[1..])))
}

fn shown(query: &Query, compiled: &Compiled) -> String {
    let params = bound(Dialect::Sqlite, query, compiled);
    let sql = in_lines(&compiled.sql);
    // What is lowered is also understood.
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    let statement = connection.prepare(&compiled.sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    assert_eq!(statement.parameter_count(), params.len(), "{sql}\n{params:?}");
    if params.is_empty() { sql } else { format!("{sql}\n[{}]", params.join(", ")) }
}

fn check(query: Query, expected: Expect) {
    let compiled = lower_select(Dialect::Sqlite, &query.registry, &query.select).unwrap();
    expected.assert_eq(&shown(&query, &compiled));
}

fn check_count(query: Query, expected: Expect) {
    let compiled = lower_count(Dialect::Sqlite, &query.registry, &query.select).unwrap();
    expected.assert_eq(&shown(&query, &compiled));
}

fn check_where(root: &str, path: &str, test: Test, expected: Expect) {
    let query = Query::new(root).columns(&[0]).filter(path, test);
    check(query, expected);
}

fn ints(values: std::ops::Range<i64>) -> Vec<Value> {
    values.map(Value::Int).collect()
}

fn keys(values: std::ops::Range<i64>) -> Vec<Vec<Value>> {
    values.map(|value| vec![Value::Int(value)]).collect()
}
