//! What entities say beside what plain SQL says. Everything is compared as text, row by row.

use std::process::ExitCode;

use orm::prelude::*;
use orm::{Value, em::EntityManager};

/// What was compared.
#[derive(Default)]
pub struct Checks {
    agreed: usize,
    differences: Vec<String>,
}

impl Checks {
    /// Compares rows with those that a statement gives.
    pub async fn same(
        &mut self,
        em: &EntityManager,
        what: &str,
        rows: &[String],
        sql: &str,
        params: Vec<Value>,
    ) -> orm::Result<()> {
        let expected = rows_of(em, sql, params).await?;
        let first = rows.iter().zip(&expected).position(|(ours, theirs)| ours != theirs);
        if first.is_none() && rows.len() == expected.len() {
            self.agreed += rows.len();
            return Ok(());
        }
        let index = first.unwrap_or_else(|| rows.len().min(expected.len()));
        let row = |rows: &[String]| rows.get(index).cloned().unwrap_or_else(|| "nothing".to_owned());
        self.differences.push(format!(
            "{what}: {} rows through entities, {} by SQL; row {} is\n    {}\n  by SQL\n    {}\n  of {sql}",
            rows.len(),
            expected.len(),
            index + 1,
            row(rows),
            row(&expected)
        ));
        Ok(())
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

/// The rows of a statement as text, cells between bars.
pub async fn rows_of(em: &EntityManager, sql: &str, params: Vec<Value>) -> orm::Result<Vec<String>> {
    let rows = em.query(sql, params).await?;
    Ok(rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect())
}

/// A cell as text; `-` for null.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) => text.clone(),
        value => value.to_string(),
    }
}

/// An optional text as a cell.
pub fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("-")
}
