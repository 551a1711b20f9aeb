//! `cargo xtask test`: runs the steps in order and reports them all; a step that fails stops no other.

use std::process::ExitCode;
use std::time::Instant;

use crate::report::{Line, report};
use crate::servers::Servers;
use crate::steps::{Database, Outcome, STEPS, Step};

/// Prints the steps' names and what they run.
pub fn list() -> ExitCode {
    for step in &STEPS {
        println!("{:<18} {}", step.name, step.what);
    }
    ExitCode::SUCCESS
}

/// Runs the steps that `only` names, or all, and fails when one failed.
pub fn run(only: &[String], private_servers: bool) -> ExitCode {
    let mut servers = Servers::new(private_servers);
    let wanted = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    let lines: Vec<Line> = STEPS.iter().filter(wanted).map(|step| run_step(step, &mut servers)).collect();
    println!("\n{}", report(&lines));
    let failed = lines.iter().any(|line| matches!(line.outcome, Outcome::Failed(_)));
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run_step(step: &'static Step, servers: &mut Servers) -> Line {
    println!("\n=== {}: {} ===\n", step.name, step.what);
    let start = Instant::now();
    let outcome = (step.run)(servers);
    let places = step.on.iter().map(|database| match database {
        Database::Sqlite => "SQLite (bundled)".to_owned(),
        Database::Server(kind) => servers.version(*kind).unwrap_or_else(|| format!("no {}", kind.name())),
    });
    Line { step, place: places.collect::<Vec<_>>().join(", "), outcome, time: start.elapsed() }
}
