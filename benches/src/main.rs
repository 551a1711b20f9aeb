//! Measures `orm` beside its peers: run times by default, `expansion` for what the derives cost.

mod case;
mod checksum;
mod database;
mod expansion;
mod peer;
mod peers;
mod report;
mod runner;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::case::Case;
use crate::peer::Result;
use crate::runner::Runner;

/// Run times of orm and its peers on equal SQLite files.
#[derive(Parser)]
#[command(name = "orm-benches", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print one line of JSON a case and peer
    #[arg(long)]
    json: bool,
    /// Run this case only; may be given several times
    #[arg(long, value_name = "CASE")]
    only: Vec<Case>,
    /// Run this peer only, beside the floor; may be given several times
    #[arg(long, value_name = "PEER")]
    peer: Vec<String>,
    /// Few calls: a first impression
    #[arg(long)]
    quick: bool,
}

#[derive(Subcommand)]
enum Command {
    Expansion(expansion::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Some(Command::Expansion(arguments)) => expansion::run(arguments),
        None => measure(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let turns = if arguments.quick { 3 } else { 12 };
    let mut runner = Runner::new(&arguments.peer, turns)?;
    let peers = runner.peers();
    let cases = if arguments.only.is_empty() { Case::value_variants() } else { &arguments.only };
    if !arguments.json {
        report::print_head(&peers);
    }
    for case in cases {
        let measurements = runner.run(*case)?;
        if arguments.json {
            report::print_json(*case, &measurements);
        } else {
            report::print_row(*case, &peers, &measurements);
        }
    }
    Ok(())
}
