//! `cargo xtask bench`: the benchmarks are a workspace of their own, so that tests never compile the peers.

use std::process::ExitCode;

use crate::process::{cargo, stream};

/// Runs the benchmarks from the repository's root with the given arguments.
pub fn run(args: &[String]) -> ExitCode {
    let mut command = cargo(["run", "--release", "--manifest-path", "benches/Cargo.toml", "--"]);
    command.args(args);
    match stream(&mut command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
