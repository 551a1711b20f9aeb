//! Starts other programs from the repository's root, without standard input. Knows no step.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// The cargo that runs this command, so that the pinned toolchain is kept.
pub fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = program(std::env::var_os("CARGO").as_deref().unwrap_or(OsStr::new("cargo")));
    command.args(args);
    command
}

/// Any other program.
pub fn program(name: &OsStr) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs a program whose output goes straight to the terminal; the error says how it ended.
pub fn stream(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| did_not_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(status.to_string()) }
}

/// As [`stream`], and counts the tests that Rust's test harness reports on its standard output.
pub fn stream_tests(command: &mut Command) -> (TestCounts, Result<(), String>) {
    let mut counts = TestCounts::default();
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return (counts, Err(did_not_start(command, &error))),
    };
    let output = child.stdout.take().expect("standard output was piped");
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let mut stdout = io::stdout().lock();
        // A closed terminal is no reason to stop the tests.
        let _ = stdout.write_all(&line).and_then(|()| stdout.write_all(b"\n"));
        counts.read(&String::from_utf8_lossy(&line));
    }
    let result = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(error.to_string()),
    };
    (counts, result)
}

/// Runs a program and returns its standard output; what it says besides goes to the terminal.
pub fn capture(command: &mut Command) -> Result<String, String> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| did_not_start(command, &error))?;
    let mut text = String::new();
    let mut output = child.stdout.take().expect("standard output was piped");
    output.read_to_string(&mut text).map_err(|error| error.to_string())?;
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(text) } else { Err(status.to_string()) }
}

/// Builds one program or test with a command of [`cargo`], and returns its path.
pub fn built(command: &mut Command) -> Result<PathBuf, String> {
    let messages = capture(command.arg("--message-format=json-render-diagnostics"))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .ok_or_else(|| "cargo built no program".into())
}

/// Runs a program and returns what it said on both outputs, and how it ended.
pub fn capture_all(command: &mut Command) -> (String, Result<(), String>) {
    match command.output() {
        Ok(output) => {
            let said =
                [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
            let text = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
            (text, if output.status.success() { Ok(()) } else { Err(output.status.to_string()) })
        }
        Err(error) => (String::new(), Err(did_not_start(command, &error))),
    }
}

fn did_not_start(command: &Command, error: &io::Error) -> String {
    format!("{} did not start: {error}", command.get_program().display())
}

/// The sum of the lines `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TestCounts {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
}

impl TestCounts {
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_results_are_summed() {
        let mut counts = TestCounts::default();
        counts.read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        counts.read("test naming::tests::tables ... ok");
        counts.read("test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(counts, TestCounts { passed: 5, failed: 4, ignored: 1 });
    }
}
