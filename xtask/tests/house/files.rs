//! The repository's files as git knows them, so that build output and notes beside the work are left alone.

use std::path::Path;
use std::process::Command;

/// A tracked text file; its path is relative to the root, with `/`.
pub struct TextFile {
    pub path: String,
    pub text: String,
}

impl TextFile {
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A program that shows a mistake to the compiler; the rules of the house do not apply to mistakes.
    pub fn is_ui_case(&self) -> bool {
        self.path.starts_with("ui-tests/")
            && !self.path.starts_with("ui-tests/src/")
            && !self.path.starts_with("ui-tests/tests/")
    }

    /// A module of tests, which may stand on everything above what it tests.
    pub fn is_test(&self) -> bool {
        self.path.contains("/src/") && (self.path.ends_with("/tests.rs") || self.path.contains("/tests/"))
    }

    /// What the derive writes, written by hand for core's own tests: it names and does what derived code does.
    pub fn is_derived_by_hand(&self) -> bool {
        self.path == "orm-core/src/entity/by_hand.rs"
    }

    /// Written by a tool: cargo's lock file, rustc's messages.
    pub fn is_generated(&self) -> bool {
        self.path.ends_with("Cargo.lock") || self.path.ends_with(".stderr")
    }
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Every tracked file that is text; one that was deleted but not committed is left out.
pub fn tracked() -> Vec<TextFile> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let output = output.expect("git lists the files of this repository");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let paths = String::from_utf8(output.stdout).expect("our paths are UTF-8");
    let files: Vec<TextFile> = paths
        .split_terminator('\0')
        .filter_map(|path| {
            let text = std::fs::read_to_string(root().join(path)).ok()?;
            Some(TextFile { path: path.to_owned(), text })
        })
        .collect();
    assert!(!files.is_empty(), "git knows no file of this repository");
    files
}
