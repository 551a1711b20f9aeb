//! Random conditions on random rows, against a naive evaluation in memory.

mod atoms;
mod rows;
mod strategies;
mod tree;

use orm::prelude::*;
use proptest::collection::vec;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::conditions::library::{Writer, library};
use crate::conditions::random::atoms::OfWriter;
use crate::conditions::random::rows::{Rows, rows, store};
use crate::conditions::random::strategies::of_writer;
use crate::conditions::random::tree::Tree;
use crate::harness::{Database, Db, on_every_database};

on_every_database!(random_conditions_find_what_a_naive_evaluation_finds);

async fn random_conditions_find_what_a_naive_evaluation_finds(on: Database) {
    let db = library(on).await;
    let runtime = tokio::runtime::Handle::current();
    // Proptest waits for each case: not on the thread that the runtime needs.
    let work = tokio::task::spawn_blocking(move || {
        let config =
            Config { cases: 40, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&(rows(), vec(of_writer(3), 1..24)), |(rows, trees)| {
            runtime.block_on(async {
                db.orm.schema().clear().await.expect("the tables can be emptied");
                store(&db, &rows).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
                for tree in &trees {
                    check(&db, &rows, tree).await?;
                }
                Ok(())
            })
        });
        if let Err(failure) = outcome {
            panic!("{failure}\n{runner}");
        }
    });
    work.await.expect("they find the same");
}

/// Whether a query, a count and a page find the writers that a naive evaluation finds.
async fn check(db: &Db, rows: &Rows, tree: &Tree<OfWriter>) -> Result<(), TestCaseError> {
    let expected: Vec<i64> = (0..rows.writers.len())
        .filter(|writer| tree.finds(rows, *writer, *writer))
        .map(|id| id as i64)
        .collect();
    let em = db.em();
    let _ = db.sql();
    let fail = |error: Error| TestCaseError::fail(format!("{error}\n{tree:?}"));
    let query = || em.find::<Writer>().filter(|a| tree.condition(a)).order_by(|a| a.id.asc());
    let found = query().await.map_err(fail)?;
    let found: Vec<i64> = found.iter().map(|writer| *writer.id()).collect();
    let page = query().limit(2).offset(1).await.map_err(fail)?;
    let page: Vec<i64> = page.iter().map(|writer| *writer.id()).collect();
    let count = em.count::<Writer>().filter(|a| tree.condition(a)).await.map_err(fail)?;
    let is_right = found == expected
        && page.iter().eq(expected.iter().skip(1).take(2))
        && count == expected.len() as u64;
    if !is_right {
        let sql = db.sql().text();
        let reason = format!(
            "{expected:?} expected, {found:?} found, {page:?} on a page, {count} counted by\n{tree:?}\n{sql}"
        );
        return Err(TestCaseError::fail(reason));
    }
    Ok(())
}
