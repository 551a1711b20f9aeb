//! What `cargo xtask test` runs, in order: one function a step. Knows neither the loop nor the table.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::process::{cargo, root, stream, stream_tests};
use crate::servers::{Kind, Servers};
use crate::valgrind;

/// One part of `cargo xtask test`.
pub struct Step {
    pub name: &'static str,
    /// What runs, as a reader would type it.
    pub what: &'static str,
    /// On which databases it runs.
    pub on: &'static [Database],
    pub run: fn(&mut Servers) -> Outcome,
}

/// A database that a step runs on.
#[derive(Clone, Copy)]
pub enum Database {
    Sqlite,
    Server(Kind),
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

const NONE: &[Database] = &[];
const SQLITE: &[Database] = &[Database::Sqlite];
const POSTGRES: &[Database] = &[Database::Server(Kind::Postgres)];
const MYSQL: &[Database] = &[Database::Server(Kind::MySql)];
const ALL: &[Database] = &[Database::Sqlite, Database::Server(Kind::Postgres), Database::Server(Kind::MySql)];

pub const NAMES: [&str; STEPS.len()] = {
    let mut names = [""; STEPS.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = STEPS[index].name;
        index += 1;
    }
    names
};

pub const STEPS: [Step; 12] = [
    Step { name: "fmt", what: "cargo fmt --all --check", on: NONE, run: fmt },
    Step {
        name: "clippy",
        what: "cargo clippy --workspace --all-targets -- -D warnings",
        on: NONE,
        run: clippy,
    },
    Step {
        name: "features",
        what: "cargo check --package orm, a database at a time",
        on: NONE,
        run: features,
    },
    Step { name: "postgres", what: "a PostgreSQL server is found or started", on: POSTGRES, run: postgres },
    Step { name: "mysql", what: "a MariaDB or MySQL server is found or started", on: MYSQL, run: mysql },
    // Suite, unit tests, doctests, UI tests and the tests of the house; later binaries run though one fails.
    Step { name: "test", what: "cargo test --workspace --no-fail-fast", on: ALL, run: tests },
    Step { name: "blog", what: "cargo run --example blog", on: SQLITE, run: blog },
    Step { name: "chinook", what: "cargo run --package chinook", on: SQLITE, run: chinook },
    Step {
        name: "chinook-postgres",
        what: "cargo run --package chinook, from its PostgreSQL script",
        on: POSTGRES,
        run: chinook_postgres,
    },
    Step {
        name: "chinook-mysql",
        what: "cargo run --package chinook, from its MySQL script",
        on: MYSQL,
        run: chinook_mysql,
    },
    Step { name: "doc", what: "cargo doc --workspace --no-deps, warnings are errors", on: NONE, run: doc },
    Step { name: "valgrind", what: "arena tests of orm-core in valgrind", on: NONE, run: arena },
];

fn fmt(_: &mut Servers) -> Outcome {
    stream(&mut cargo(["fmt", "--all", "--check"])).into()
}

fn clippy(_: &mut Servers) -> Outcome {
    stream(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])).into()
}

/// Each database builds without the others; together they are what the workspace's tests build.
fn features(_: &mut Servers) -> Outcome {
    for features in ["", "sqlite", "postgres", "mysql", "postgres,mysql,tls"] {
        let args = ["check", "--quiet", "--package", "orm", "--no-default-features", "--features", features];
        let mut check = cargo(args);
        if let Err(reason) = stream(check.env("RUSTFLAGS", "-D warnings")) {
            return Outcome::Failed(format!("--features \"{features}\": {reason}"));
        }
    }
    Outcome::Passed(String::new())
}

fn postgres(servers: &mut Servers) -> Outcome {
    server(servers, Kind::Postgres)
}

fn mysql(servers: &mut Servers) -> Outcome {
    server(servers, Kind::MySql)
}

fn server(servers: &mut Servers, kind: Kind) -> Outcome {
    match servers.get(kind) {
        Ok(server) => Outcome::Passed(server.to_string()),
        Err(reason) => Outcome::Failed(reason),
    }
}

/// All tests; those of a server that could not be had are left out, and that fails the step.
fn tests(servers: &mut Servers) -> Outcome {
    let mut command = cargo(["test", "--workspace", "--no-fail-fast"]);
    let mut left_out = Vec::new();
    for kind in Kind::ALL {
        match servers.get(kind) {
            Ok(server) => {
                command.env(kind.variable(), &server.url);
            }
            Err(_) => left_out.push(kind),
        }
    }
    if !left_out.is_empty() {
        command.arg("--").args(left_out.iter().flat_map(|kind| ["--skip", kind.module()]));
    }
    let (counts, result) = stream_tests(&mut command);
    let mut summary = format!("{} tests passed", counts.passed);
    if counts.failed > 0 {
        summary += &format!(", {} failed", counts.failed);
    }
    if counts.ignored > 0 {
        summary += &format!(", {} ignored", counts.ignored);
    }
    for kind in &left_out {
        summary += &format!(", those of {} left out for want of a server", kind.name());
    }
    match result {
        Ok(()) if left_out.is_empty() => Outcome::Passed(summary),
        Ok(()) => Outcome::Failed(summary),
        Err(reason) => Outcome::Failed(format!("{summary}; {reason}")),
    }
}

fn blog(_: &mut Servers) -> Outcome {
    stream(&mut cargo(["run", "--example", "blog"])).into()
}

fn chinook(_: &mut Servers) -> Outcome {
    match chinook_file("chinook.sqlite") {
        Ok(path) => stream(cargo(["run", "--package", "chinook", "--"]).arg(path)).into(),
        Err(outcome) => outcome,
    }
}

fn chinook_postgres(servers: &mut Servers) -> Outcome {
    chinook_on(servers, Kind::Postgres, "chinook-postgres.sql")
}

fn chinook_mysql(servers: &mut Servers) -> Outcome {
    chinook_on(servers, Kind::MySql, "chinook-mysql.sql")
}

fn chinook_on(servers: &mut Servers, kind: Kind, script: &str) -> Outcome {
    let script = match chinook_file(script) {
        Ok(script) => script,
        Err(outcome) => return outcome,
    };
    match servers.get(kind) {
        Ok(server) => {
            stream(cargo(["run", "--package", "chinook", "--"]).arg(&server.url).arg(script)).into()
        }
        Err(_) => Outcome::Failed(format!("there is no {} server; see above", kind.name())),
    }
}

/// The data are not ours to ship: a variable names their folder, or they lie beside the repository.
fn chinook_file(name: &str) -> Result<PathBuf, Outcome> {
    let beside = || root().parent().map(|parent| parent.join("shared/data/chinook"));
    let folder = std::env::var_os("CHINOOK_DIR").map(PathBuf::from).or_else(beside).unwrap_or_default();
    let file = folder.join(name);
    if file.exists() {
        return Ok(file);
    }
    Err(Outcome::NotRun(format!("set CHINOOK_DIR to the folder of the Chinook database ({name})")))
}

fn doc(_: &mut Servers) -> Outcome {
    stream(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings")).into()
}

fn arena(_: &mut Servers) -> Outcome {
    valgrind::run("orm-core", OsStr::new("arena"))
}
