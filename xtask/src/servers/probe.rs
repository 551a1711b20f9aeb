//! Asks a server who it is, through the crate itself: what the probe can do, the tests can.

use std::path::PathBuf;
use std::process::Stdio;

use crate::process::{built, capture_all, cargo, program};

/// The program that asks, which is an example of the tests' package.
#[derive(Clone)]
pub struct Probe(PathBuf);

impl Probe {
    /// Builds it, in the same build as the tests.
    pub fn build() -> Result<Self, String> {
        let mut build = cargo(["build", "--workspace", "--example", "probe"]);
        built(&mut build)
            .map(Self)
            .map_err(|reason| format!("the program that asks servers was not built: {reason}"))
    }

    /// The server's name and version, if it answers and lets us make databases; else what it said.
    pub fn ask(&self, url: &str) -> Result<String, String> {
        let (text, result) = capture_all(program(self.0.as_os_str()).arg(url).stdin(Stdio::null()));
        match result {
            Ok(()) => Ok(text),
            Err(_) if !text.is_empty() => Err(text),
            Err(reason) => Err(reason),
        }
    }
}
