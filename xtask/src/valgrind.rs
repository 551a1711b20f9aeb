//! Runs unit tests of one crate under valgrind, which sees what the compiler cannot in `unsafe` code.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Stdio;

use crate::process::{built, cargo, program, stream, stream_tests};
use crate::servers::apt_get;
use crate::steps::Outcome;

/// Runs the unit tests of `package` whose path contains `filter`; an error or a leak fails them.
pub fn run(package: &str, filter: &OsStr) -> Outcome {
    if let Err(advice) = install() {
        return Outcome::NotRun(advice);
    }
    let binary = match unit_tests(package) {
        Ok(binary) => binary,
        Err(reason) => return Outcome::Failed(reason),
    };
    let mut valgrind = program(OsStr::new("valgrind"));
    valgrind.args(["--error-exitcode=1", "--leak-check=full", "--suppressions=xtask/valgrind.supp", "-q"]);
    valgrind.arg(binary).arg(filter);
    let (counts, result) = stream_tests(&mut valgrind);
    match result {
        Err(reason) => Outcome::Failed(reason),
        Ok(()) if counts.passed == 0 => Outcome::Failed("no test matched".into()),
        Ok(()) => Outcome::Passed(format!("{} tests passed", counts.passed)),
    }
}

/// Installs valgrind where that needs no question; the error says what to do.
fn install() -> Result<(), String> {
    const ADVICE: &str = "valgrind is missing; install it: apt-get install valgrind";
    if is_installed() {
        return Ok(());
    }
    apt_get(&["valgrind"]).map_err(|reason| format!("{ADVICE} ({reason})"))?;
    if is_installed() { Ok(()) } else { Err(ADVICE.into()) }
}

fn is_installed() -> bool {
    let mut version = program(OsStr::new("valgrind"));
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    stream(&mut version).is_ok()
}

/// Builds the unit tests of a package's library and returns their binary.
fn unit_tests(package: &str) -> Result<PathBuf, String> {
    built(&mut cargo(["test", "--package", package, "--lib", "--no-run"]))
}
