//! Runs unit tests of one crate under valgrind, which sees what the compiler cannot in `unsafe` code.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::process::{capture, cargo, program, stream, stream_tests};
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
    if !cfg!(target_os = "linux") || !is_root() {
        return Err(ADVICE.into());
    }
    for args in [&["update"][..], &["install", "--yes", "--no-install-recommends", "valgrind"]] {
        let mut apt = program(OsStr::new("apt-get"));
        apt.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        stream(&mut apt).map_err(|reason| format!("{ADVICE} (apt-get {}: {reason})", args[0]))?;
    }
    if is_installed() { Ok(()) } else { Err(ADVICE.into()) }
}

fn is_installed() -> bool {
    let mut version = program(OsStr::new("valgrind"));
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    stream(&mut version).is_ok()
}

fn is_root() -> bool {
    capture(program(OsStr::new("id")).arg("-u")).is_ok_and(|user| user.trim() == "0")
}

/// Builds the unit tests of a package's library and returns their binary.
fn unit_tests(package: &str) -> Result<PathBuf, String> {
    let messages = capture(&mut cargo([
        "test",
        "--package",
        package,
        "--lib",
        "--no-run",
        "--message-format=json-render-diagnostics",
    ]))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .ok_or_else(|| "cargo built no test binary".into())
}
