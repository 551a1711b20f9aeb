//! The project's own commands: `cargo xtask test`, `cargo xtask tidy`, `cargo xtask bench`.
#![allow(clippy::print_stdout, reason = "a command line tool prints")]
#![allow(unreachable_pub, reason = "a binary exports nothing; `pub` means: used by other modules")]

mod bench;
mod process;
mod report;
mod servers;
mod steps;
mod test;
mod valgrind;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::process::{cargo, stream};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything that must hold before a change lands, and end with a table of what ran.
    Test {
        /// Run this step only; may be given several times.
        #[arg(long, value_name = "STEP", value_parser = steps::NAMES)]
        only: Vec<String>,
        /// List the steps and run nothing.
        #[arg(long)]
        list: bool,
        /// Leave running database servers alone, and start private ones.
        #[arg(long)]
        private_servers: bool,
    },
    /// Run the tests of the house only: layers, manifests, documents, sources.
    Tidy,
    /// Measure against the peers; the arguments go to the benchmark.
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match Options::parse().command {
        Command::Test { list: true, .. } => test::list(),
        Command::Test { only, private_servers, .. } => test::run(&only, private_servers),
        Command::Tidy => match stream(&mut cargo(["test", "--package", "xtask", "--test", "house"])) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Command::Bench { args } => bench::run(&args),
    }
}
