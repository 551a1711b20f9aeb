//! The workspace of generated crates, in the target folder: one crate a derive and size, so that dependencies are
//! built once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Size;
use super::generate::Derive;
use super::measure::{self, Check};
use crate::peer::Result;

pub struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    pub fn write(derives: &[Derive], sizes: &[Size]) -> Result<Self> {
        let own_manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let executable = std::env::current_exe()?;
        let target = executable.ancestors().nth(2).ok_or("the program is not in a target folder")?;
        let workspace = Self { folder: target.join("expansion") };
        fs::create_dir_all(&workspace.folder)?;
        let root = own_manifest.parent().ok_or("the benchmarks are not in the repository")?;
        let root = root.to_str().ok_or("the repository's path is not UTF-8")?;
        let mut members = Vec::new();
        for derive in derives {
            for size in sizes {
                let name = crate_name(*derive, *size);
                let sources = workspace.folder.join(&name).join("src");
                fs::create_dir_all(&sources)?;
                let dependencies = derive.dependencies(*size, root);
                let package =
                    format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
                let manifest = format!("{package}\n[dependencies]\n{dependencies}");
                fs::write(workspace.folder.join(&name).join("Cargo.toml"), manifest)?;
                fs::write(sources.join("lib.rs"), derive.source(*size))?;
                members.push(name);
            }
        }
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
        fs::write(workspace.folder.join("Cargo.toml"), manifest)?;
        // The versions of the peers that the run times are measured with.
        fs::copy(own_manifest.join("Cargo.lock"), workspace.folder.join("Cargo.lock"))?;
        Ok(workspace)
    }

    /// How many lines rustc prints of the crate after every macro is expanded. Builds what the crate depends on.
    pub fn expanded_lines(&self, derive: Derive, size: Size) -> Result<usize> {
        self.touch(derive, size)?;
        let mut check = self.cargo_check(&crate_name(derive, size));
        let output = check.arg("--verbose").output()?;
        let messages = String::from_utf8(output.stderr)?;
        if !output.status.success() {
            return Err(messages.into());
        }
        let command = messages
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Running `")?.strip_suffix('`'))
            .find(|command| command.contains("--crate-name"))
            .ok_or("cargo has not said how it runs rustc")?;
        // Run again by hand: cargo would compile all dependencies anew for the changed environment.
        let command = format!("{command} -Zunpretty=expanded");
        let output = Command::new("sh")
            .args(["-c", &command])
            .env("RUSTC_BOOTSTRAP", "1")
            .current_dir(&self.folder)
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8(output.stdout)?.lines().filter(|line| !line.trim().is_empty()).count())
    }

    /// The median of `runs` checks of this crate alone.
    pub fn check(&self, derive: Derive, size: Size, runs: usize) -> Result<Check> {
        let name = crate_name(derive, size);
        let mut checks = Vec::new();
        for _ in 0..runs {
            self.touch(derive, size)?;
            checks.push(measure::run(&mut self.cargo_check(&name))?);
        }
        Ok(measure::median(checks))
    }

    fn touch(&self, derive: Derive, size: Size) -> Result<()> {
        let source = self.folder.join(crate_name(derive, size)).join("src/lib.rs");
        Ok(fs::write(source, derive.source(size))?)
    }

    fn cargo_check(&self, name: &str) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command
            .args(["check", "--package", name, "--target-dir", "target"])
            .current_dir(&self.folder)
            // A check from nothing, not what is left to do after a touch.
            .env("CARGO_INCREMENTAL", "0");
        command
    }
}

fn crate_name(derive: Derive, size: Size) -> String {
    format!("{}_{}x{}", derive.name(), size.entities, size.properties)
}
