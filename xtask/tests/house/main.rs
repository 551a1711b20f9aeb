//! Tests of the house: what the compiler does not hold together, these do. A failure says where and what to do.
#![allow(unreachable_pub, reason = "a test binary exports nothing; `pub` means: used by other modules")]

mod claims;
mod documents;
mod files;
mod layers;
mod manifests;
mod sources;
mod tokens;

/// Fails with all findings at once, one a line.
#[track_caller]
fn assert_none(findings: &[String], advice: &str) {
    assert!(findings.is_empty(), "{advice}:\n{}\n", findings.join("\n"));
}
