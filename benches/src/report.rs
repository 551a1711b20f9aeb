//! Prints measurements: a table for people, a line of JSON a case and peer for programs.

use serde_json::json;

use crate::case::Case;
use crate::peers::FLOOR;
use crate::runner::Measurement;

const CASE_WIDTH: usize = 27;
const PEER_WIDTH: usize = 17;

pub fn print_head(peers: &[&str]) {
    print!("{:CASE_WIDTH$}", "median µs, ratio to floor");
    for peer in peers {
        print!("{peer:>PEER_WIDTH$}");
    }
    println!("\n{}", "-".repeat(CASE_WIDTH + peers.len() * PEER_WIDTH));
}

pub fn print_row(case: Case, peers: &[&str], measurements: &[Measurement]) {
    print!("{:CASE_WIDTH$}", case.name());
    for peer in peers {
        let cell = match measurements.iter().find(|measurement| measurement.peer == *peer) {
            None => "-".to_owned(),
            Some(Measurement { microseconds, .. }) => match ratio(*microseconds, measurements) {
                Some(ratio) => format!("{} {ratio:>5.2}×", time(*microseconds)),
                None => format!("{}       ", time(*microseconds)),
            },
        };
        print!("{cell:>PEER_WIDTH$}");
    }
    println!();
}

pub fn print_json(case: Case, measurements: &[Measurement]) {
    for Measurement { peer, microseconds } in measurements {
        let ratio = ratio(*microseconds, measurements).map(|ratio| rounded(ratio, 3));
        let median = rounded(*microseconds, 4);
        println!(
            "{}",
            json!({"case": case.name(), "peer": peer, "median_us": median, "ratio_to_floor": ratio})
        );
    }
}

/// `None` where the floor has no such case.
fn ratio(microseconds: f64, measurements: &[Measurement]) -> Option<f64> {
    let floor = measurements.iter().find(|measurement| measurement.peer == FLOOR)?;
    Some(microseconds / floor.microseconds)
}

fn time(microseconds: f64) -> String {
    if microseconds < 10.0 { format!("{microseconds:.3}") } else { format!("{microseconds:.0}") }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
