//! What `cargo xtask test` runs, in order: one function a step. Knows neither the loop nor the table.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::process::{cargo, root, stream, stream_tests};
use crate::valgrind;

/// One part of `cargo xtask test`.
pub struct Step {
    pub name: &'static str,
    /// What runs, as a reader would type it.
    pub what: &'static str,
    /// On which database it runs.
    pub place: &'static str,
    pub run: fn() -> Outcome,
}

/// How a step ended, with a few words for the table.
pub enum Outcome {
    Passed(String),
    Failed(String),
    NotRun(String),
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Outcome::Passed(String::new()),
            Err(reason) => Outcome::Failed(reason),
        }
    }
}

const SQLITE: &str = "SQLite (bundled)";
const NO_DATABASE: &str = "-";

pub const NAMES: [&str; STEPS.len()] = {
    let mut names = [""; STEPS.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = STEPS[index].name;
        index += 1;
    }
    names
};

pub const STEPS: [Step; 7] = [
    Step { name: "fmt", what: "cargo fmt --all --check", place: NO_DATABASE, run: fmt },
    Step {
        name: "clippy",
        what: "cargo clippy --workspace --all-targets -- -D warnings",
        place: NO_DATABASE,
        run: clippy,
    },
    // Suite, unit tests, doctests, UI tests and the tests of the house; later binaries run though one fails.
    Step { name: "test", what: "cargo test --workspace --no-fail-fast", place: SQLITE, run: tests },
    Step { name: "blog", what: "cargo run --example blog", place: SQLITE, run: blog },
    Step { name: "chinook", what: "cargo run --package chinook", place: SQLITE, run: chinook },
    Step {
        name: "doc",
        what: "cargo doc --workspace --no-deps, warnings are errors",
        place: NO_DATABASE,
        run: doc,
    },
    Step { name: "valgrind", what: "arena tests of orm-core in valgrind", place: NO_DATABASE, run: arena },
];

fn fmt() -> Outcome {
    stream(&mut cargo(["fmt", "--all", "--check"])).into()
}

fn clippy() -> Outcome {
    stream(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])).into()
}

fn tests() -> Outcome {
    let (counts, result) = stream_tests(&mut cargo(["test", "--workspace", "--no-fail-fast"]));
    let mut summary = format!("{} tests passed", counts.passed);
    if counts.failed > 0 {
        summary += &format!(", {} failed", counts.failed);
    }
    if counts.ignored > 0 {
        summary += &format!(", {} ignored", counts.ignored);
    }
    match result {
        Ok(()) => Outcome::Passed(summary),
        Err(reason) => Outcome::Failed(format!("{summary}; {reason}")),
    }
}

fn blog() -> Outcome {
    stream(&mut cargo(["run", "--example", "blog"])).into()
}

fn chinook() -> Outcome {
    match chinook_database() {
        Some(path) => stream(cargo(["run", "--package", "chinook", "--"]).arg(path)).into(),
        None => Outcome::NotRun("set CHINOOK_SQLITE to the path of the Chinook database".into()),
    }
}

/// The database is not ours to ship: the variable names it, or it lies beside the repository.
fn chinook_database() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHINOOK_SQLITE") {
        return Some(path.into());
    }
    let beside = root().parent()?.join("shared/data/chinook/chinook.sqlite");
    beside.exists().then_some(beside)
}

fn doc() -> Outcome {
    stream(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings")).into()
}

fn arena() -> Outcome {
    valgrind::run("orm-core", OsStr::new("arena"))
}
