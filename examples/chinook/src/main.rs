//! The Chinook music shop through entities: `cargo run -p chinook -- <path of chinook.sqlite>`. Reads all of it, answers
//! questions, changes a copy, and compares everything with what plain SQL says.

#![allow(clippy::print_stdout, reason = "printing is what the example is for")]
#![allow(unreachable_pub, reason = "a program exports nothing; `pub` is what reads well")]

mod changes;
mod checks;
mod entities;
mod questions;
mod read;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use orm::prelude::*;
use orm::sqlite::SqliteOptions;

use checks::Checks;
use entities::{Album, Employee};

#[tokio::main]
async fn main() -> ExitCode {
    let given = std::env::args_os().nth(1).or_else(|| std::env::var_os("CHINOOK_SQLITE"));
    let Some(path) = given.map(PathBuf::from) else {
        eprintln!(
            "where is the database? cargo run -p chinook -- <path of chinook.sqlite>, or set CHINOOK_SQLITE"
        );
        return ExitCode::from(2);
    };
    match all(&path).await {
        Ok(checks) => checks.conclude(),
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

/// Everything, one after the other.
async fn all(path: &Path) -> orm::Result<Checks> {
    let mut checks = Checks::default();
    let orm = open(SqliteOptions::new(path).read_only(true)).await?;
    read::everything(&orm, &mut checks).await?;
    questions::all(&orm, &mut checks).await?;
    orm.close().await;

    let copy =
        Copy::of(path).map_err(|error| orm::DriverError::new(orm::DriverErrorKind::Connection, error))?;
    let orm = open(SqliteOptions::new(&copy.path)).await?;
    changes::all(&orm, &mut checks).await?;
    orm.close().await;
    Ok(checks)
}

/// The ten entities: two lead to all others by their relations.
async fn open(options: SqliteOptions) -> orm::Result<Orm> {
    Orm::builder().entity::<Album>().entity::<Employee>().sqlite(options)?.connect().await
}

/// A copy of the database in the folder for temporary files; gone when it is dropped.
struct Copy {
    path: PathBuf,
}

impl Copy {
    fn of(path: &Path) -> std::io::Result<Self> {
        let name = format!("chinook-copy-{}.sqlite", std::process::id());
        let copy = Self { path: std::env::temp_dir().join(name) };
        // Not `fs::copy`: the original's permissions may be those of a file that nobody writes.
        std::fs::write(&copy.path, std::fs::read(path)?)?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut file = self.path.clone().into_os_string();
            file.push(suffix);
            // A file that is not there need not be removed.
            let _ = std::fs::remove_file(file);
        }
    }
}
