//! Runs a command and says what it and the programs it started have used.

use std::process::{Command, Stdio};

use wait4::Wait4;

use crate::peer::Result;

pub struct Check {
    /// Of the processor, in user and system mode: a busy machine disturbs it less than time on the clock.
    pub milliseconds: f64,
    /// Of the largest process, which is rustc.
    pub peak_megabytes: f64,
}

pub fn run(command: &mut Command) -> Result<Check> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    if !used.status.success() {
        return Err(format!("{command:?} failed").into());
    }
    let time = used.rusage.utime + used.rusage.stime;
    Ok(Check { milliseconds: time.as_secs_f64() * 1e3, peak_megabytes: used.rusage.maxrss as f64 / 1e6 })
}

/// Of each number on its own.
pub fn median(checks: Vec<Check>) -> Check {
    let middle = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    };
    Check {
        milliseconds: middle(checks.iter().map(|check| check.milliseconds).collect()),
        peak_megabytes: middle(checks.iter().map(|check| check.peak_megabytes).collect()),
    }
}
