//! Random schemas, each updated to the next: afterwards nothing is left to do, rows are where they were, and there is a
//! way back.

mod alter;
mod lab;
mod numbers;
mod schema;
mod words;

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::schema::diff::{Change, DiffOptions, diff};
use crate::schema::from_registry;
use crate::schema::model::Schema;
use crate::schema::tests::blog;
use crate::schema::tests::memory::{Memory, now, registry};
use crate::schema::transition::Changes;
use crate::schema::update::plan;

pub(in crate::schema::tests) use lab::Lab;

use numbers::Random;

fn dropping() -> DiffOptions {
    DiffOptions { drop_tables: true, ..DiffOptions::default() }
}

/// From one schema to another that knows nothing of it, and on.
pub(in crate::schema::tests) async fn check_unrelated_schemas(lab: &mut Lab, seed: u64, steps: usize) {
    let mut random = Random(seed);
    let first = schema::schema(&mut random, lab.dialect);
    lab.create(&first).await;
    let mut before = check_nothing_left(lab, &first, &dropping(), &format!("seed {seed}: created")).await;
    lab.fill(&before).await;
    for step in 0..steps {
        let next = schema::schema(&mut random, lab.dialect);
        before = check_step(lab, before, &next, &format!("seed {seed}, step {step}"), step % 3 == 2).await;
        lab.fill(&before).await;
    }
}

/// From the schema of entities to others that differ in a few things.
pub(in crate::schema::tests) async fn check_alterations(
    lab: &mut Lab,
    base: &Schema,
    seed: u64,
    steps: usize,
) {
    let mut random = Random(seed);
    let mut before = lab.read().await;
    for step in 0..steps {
        let next = alter::altered(&mut random, lab.dialect, base);
        let name = format!("seed {seed}, alteration {step}");
        before = check_step(lab, before, &next, &name, step % 5 == 4).await;
    }
    check_step(lab, before, base, &format!("seed {seed}, the end"), false).await;
}

/// Updates the database, takes that back again if asked to, and gives back what it has then.
async fn check_step(lab: &mut Lab, before: Schema, next: &Schema, step: &str, goes_back: bool) -> Schema {
    let options = dropping();
    let statements = |changes: &[Change]| plan(lab.dialect, None, changes).statements;
    let itself = statements(&diff(lab.dialect, &before, &before, &options));
    assert!(itself.is_empty(), "{step}: {itself:#?}");
    let up = format!("{step}: {:#?}", statements(&diff(lab.dialect, &before, next, &options)));
    let down = match goes_back {
        true => lab.look(next, &options).await.down(lab.dialect),
        false => Vec::new(),
    };
    let values = lab.kept_values(&before, next).await;
    lab.update(next, &options, step).await;
    assert_same(values, lab.kept_values(&before, next).await, &up);
    let after = check_nothing_left(lab, next, &options, &up).await;
    assert_same(lab.essence(next), lab.essence(&after), &up);
    if !goes_back {
        return after;
    }
    lab.apply(&down, step).await;
    let back = lab.read().await;
    let down = plan(lab.dialect, None, &down).statements;
    assert_same(lab.essence(&before), lab.essence(&back), &format!("{up}\nback by {down:#?}"));
    let left = plan(lab.dialect, None, &diff(lab.dialect, &back, &before, &options)).statements;
    assert!(left.is_empty(), "{left:#?} is left after {up}\nand back by {down:#?}");
    back
}

/// Gives back what the database has.
async fn check_nothing_left(lab: &mut Lab, schema: &Schema, options: &DiffOptions, step: &str) -> Schema {
    let Changes { from, up } = lab.look(schema, options).await;
    let left = plan(lab.dialect, None, &up).statements;
    assert!(left.is_empty(), "{left:#?} is left: {step}");
    from
}

/// Fails with what is in one of the lists only.
fn assert_same(
    wanted: impl IntoIterator<Item = String>,
    found: impl IntoIterator<Item = String>,
    step: &str,
) {
    let (wanted, found): (BTreeSet<String>, BTreeSet<String>) =
        (wanted.into_iter().collect(), found.into_iter().collect());
    let missing: Vec<&String> = wanted.difference(&found).collect();
    let unwanted: Vec<&String> = found.difference(&wanted).collect();
    assert!(
        missing.is_empty() && unwanted.is_empty(),
        "missing {missing:#?}, unwanted {unwanted:#?}: {step}"
    );
}

/// Safe updates, which drop nothing.
pub(in crate::schema::tests) async fn check_safe_updates(lab: &mut Lab, seed: u64, steps: usize) {
    let options = DiffOptions { safe: true, ..DiffOptions::default() };
    let mut random = Random(seed);
    let mut before = lab.read().await;
    for step in 0..steps {
        let step = format!("seed {seed}, step {step}");
        // The keys of tables that no entity has any more have no reason to change.
        let next = schema::schema_with_keys(&mut random, lab.dialect, words::key_types(lab.dialect)[0]);
        lab.update(&next, &options, &step).await;
        let after = check_nothing_left(lab, &next, &options, &step).await;
        for table in &before.tables {
            let kept = after.table(&table.name).unwrap_or_else(|| panic!("{step}: {}", table.name));
            for column in &table.columns {
                assert!(kept.column(&column.name).is_some(), "{step}: {}.{}", table.name, column.name);
            }
        }
        before = after;
    }
}

fn memory() -> Lab {
    now(Lab::new(&Memory::new()))
}

#[test]
fn an_update_leaves_nothing_to_do_and_keeps_the_rows() {
    for seed in 0..80 {
        let mut lab = memory();
        now(check_unrelated_schemas(&mut lab, seed, 3));
        now(lab.run("pragma foreign_key_check"));
    }
}

#[test]
fn a_safe_update_leaves_nothing_to_do_and_drops_nothing() {
    for seed in 1000..1040 {
        now(check_safe_updates(&mut memory(), seed, 3));
    }
}

#[test]
fn alterations_of_entities_leave_nothing_to_do_and_keep_the_rows() {
    let base = from_registry(Dialect::Sqlite, &registry(&blog::all())).expect("a schema");
    let mut lab = memory();
    now(async {
        lab.create(&base).await;
        for sql in [
            "insert into author (name) values ('a'), ('b')",
            "insert into book (title, price, status, author_id) values ('T', 1.5, 'draft', 1)",
            "update author set favourite_id = 1, mentor_id = 2",
            "insert into profile (author_id) values (1)",
        ] {
            lab.run(sql).await;
        }
        check_alterations(&mut lab, &base, 1, 100).await;
    });
}
