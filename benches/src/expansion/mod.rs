//! What a derive costs to compile: generated lines, time of `cargo check` and peak memory of rustc, for generated
//! crates of several sizes.

mod generate;
mod measure;
mod report;
mod workspace;

use clap::Args;

use crate::peer::Result;
use generate::Derive;
use measure::Check;
use workspace::Workspace;

/// Lines, check time and memory of the derives on generated crates.
#[derive(Args)]
pub struct Arguments {
    /// Print one line of JSON a derive and size
    #[arg(long)]
    json: bool,
    /// Measure this derive only; may be given several times
    #[arg(long, value_name = "DERIVE")]
    peer: Vec<Derive>,
    /// One check of each crate: a first impression
    #[arg(long)]
    quick: bool,
}

/// How many entities a generated crate has, and how many properties each of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub entities: usize,
    pub properties: usize,
}

const SIZES: [Size; 5] = [size(1, 10), size(10, 10), size(50, 10), size(100, 10), size(10, 50)];

/// The time of this is subtracted from the others'.
const BASELINE: Size = size(0, 10);

/// What one more entity costs, compared with a crate of none.
struct Cost {
    size: Size,
    lines: f64,
    check_milliseconds: f64,
    milliseconds_an_entity: f64,
    peak_megabytes: f64,
    megabytes_an_entity: f64,
}

const fn size(entities: usize, properties: usize) -> Size {
    Size { entities, properties }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let runs = if arguments.quick { 1 } else { 5 };
    let derives = if arguments.peer.is_empty() { Derive::in_this_build() } else { &arguments.peer };
    let sizes: Vec<Size> = [BASELINE].into_iter().chain(SIZES).collect();
    let workspace = Workspace::write(derives, &sizes)?;
    if !arguments.json {
        report::print_head();
    }
    for derive in derives {
        let baseline_lines = workspace.expanded_lines(*derive, BASELINE)?;
        let baseline = workspace.check(*derive, BASELINE, runs)?;
        for size in SIZES {
            let lines = workspace.expanded_lines(*derive, size)? - baseline_lines;
            let check = workspace.check(*derive, size, runs)?;
            let cost = Cost::new(size, lines, &check, &baseline);
            if arguments.json {
                report::print_json(*derive, &cost)
            } else {
                report::print_row(*derive, &cost)
            }
        }
    }
    Ok(())
}

impl Cost {
    fn new(size: Size, lines: usize, check: &Check, baseline: &Check) -> Self {
        let entities = size.entities as f64;
        Self {
            size,
            lines: lines as f64 / entities,
            check_milliseconds: check.milliseconds,
            milliseconds_an_entity: (check.milliseconds - baseline.milliseconds) / entities,
            peak_megabytes: check.peak_megabytes,
            megabytes_an_entity: (check.peak_megabytes - baseline.peak_megabytes) / entities,
        }
    }
}
