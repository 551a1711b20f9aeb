//! What entities say beside what plain SQL says. Everything is compared as text, row by row.

use std::process::ExitCode;

use orm::prelude::*;
use orm::{Value, em::EntityManager};

use crate::words::Words;

/// What was compared.
#[derive(Default)]
pub struct Checks {
    pub words: Words,
    agreed: usize,
    differences: Vec<String>,
}

impl Checks {
    /// What is compared on one kind of database.
    pub fn new(words: Words) -> Self {
        Self { words, ..Self::default() }
    }

    /// The rows of a statement as text, cells between bars.
    pub async fn rows(&self, em: &EntityManager, sql: &str, params: Vec<Value>) -> orm::Result<Vec<String>> {
        let rows = em.query(&self.words.translate(sql), params).await?;
        Ok(rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect())
    }

    /// Compares an answer with what it must be, on every database.
    pub fn is(&mut self, what: &str, rows: &[String], expected: &[&str]) {
        match rows == expected {
            true => self.agreed += rows.len(),
            false => self.differences.push(format!("{what}: {rows:?}, but it must be {expected:?}")),
        }
    }

    /// Compares rows with those that a statement gives, in any order.
    pub async fn same_set(
        &mut self,
        em: &EntityManager,
        what: &str,
        mut rows: Vec<String>,
        sql: &str,
    ) -> orm::Result<()> {
        let mut expected = self.rows(em, sql, vec![]).await?;
        rows.sort_unstable();
        expected.sort_unstable();
        self.compare(what, &rows, &expected, sql);
        Ok(())
    }

    /// Compares rows with those that a statement gives.
    pub async fn same(
        &mut self,
        em: &EntityManager,
        what: &str,
        rows: &[String],
        sql: &str,
        params: Vec<Value>,
    ) -> orm::Result<()> {
        let expected = self.rows(em, sql, params).await?;
        self.compare(what, rows, &expected, sql);
        Ok(())
    }

    fn compare(&mut self, what: &str, rows: &[String], expected: &[String], sql: &str) {
        let first = rows.iter().zip(expected).position(|(ours, theirs)| ours != theirs);
        if first.is_none() && rows.len() == expected.len() {
            self.agreed += rows.len();
            return;
        }
        let index = first.unwrap_or_else(|| rows.len().min(expected.len()));
        let row = |rows: &[String]| rows.get(index).cloned().unwrap_or_else(|| "nothing".to_owned());
        self.differences.push(format!(
            "{what}: {} rows through entities, {} by SQL; row {} is\n    {}\n  by SQL\n    {}\n  of {sql}",
            rows.len(),
            expected.len(),
            index + 1,
            row(rows),
            row(expected)
        ));
    }

    /// What differed, one text each.
    #[cfg(test)]
    pub fn differences(&self) -> &[String] {
        &self.differences
    }

    /// Tells how it went.
    pub fn conclude(&self) -> ExitCode {
        println!("\n{} rows are what plain SQL says", self.agreed);
        for difference in &self.differences {
            eprintln!("DIFFERENT: {difference}");
        }
        if self.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// A cell as text; `-` for null. All that is no whole number is money.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Float(money) => format!("{money:.2}"),
        Value::Decimal(money) => format!("{money:.2}"),
        value => value.to_string(),
    }
}

/// An optional text as a cell.
pub fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("-")
}
