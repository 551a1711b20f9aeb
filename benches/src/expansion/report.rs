//! Prints what the derives cost: a table for people, a line of JSON a derive and size for programs.

use serde_json::json;

use super::Cost;
use super::generate::Derive;

/// What one entity of ten properties may cost.
const BUDGET_MILLISECONDS: f64 = 15.0;

pub fn print_head() {
    println!(
        "{:10}{:>10}{:>12}{:>14}{:>10}{:>12}{:>14}{:>10}{:>13}",
        "derive",
        "entities",
        "properties",
        "lines/entity",
        "check ms",
        "ms/entity",
        "budget",
        "peak MB",
        "MB/entity"
    );
    println!("{}", "-".repeat(105));
}

pub fn print_row(derive: Derive, cost: &Cost) {
    let budget = match budget(cost) {
        None => "-".to_owned(),
        Some(budget) if cost.milliseconds_an_entity <= budget => format!("{budget} kept"),
        Some(budget) => format!("{budget} exceeded"),
    };
    println!(
        "{:10}{:>10}{:>12}{:>14.0}{:>10.0}{:>12.2}{:>14}{:>10.0}{:>13.2}",
        derive.name(),
        cost.size.entities,
        cost.size.properties,
        cost.lines,
        cost.check_milliseconds,
        cost.milliseconds_an_entity,
        budget,
        cost.peak_megabytes,
        cost.megabytes_an_entity
    );
}

pub fn print_json(derive: Derive, cost: &Cost) {
    let line = json!({
        "derive": derive.name(),
        "entities": cost.size.entities,
        "properties": cost.size.properties,
        "lines_per_entity": cost.lines.round(),
        "check_ms": cost.check_milliseconds.round(),
        "ms_per_entity": (cost.milliseconds_an_entity * 100.0).round() / 100.0,
        "budget_ms": budget(cost),
        "peak_mb": cost.peak_megabytes.round(),
        "mb_per_entity": (cost.megabytes_an_entity * 100.0).round() / 100.0,
    });
    println!("{line}");
}

fn budget(cost: &Cost) -> Option<f64> {
    (cost.size.properties == 10).then_some(BUDGET_MILLISECONDS)
}
