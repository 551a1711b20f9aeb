//! The Chinook music shop through entities, on SQLite, PostgreSQL, and MySQL or MariaDB. Reads all of it, answers
//! questions, changes a copy, and compares everything with what plain SQL says.
//!
//! - `cargo run -p chinook -- <path of chinook.sqlite>`: reads the file, and changes a copy of it.
//! - `cargo run -p chinook -- <url of a server> <path of Chinook's script for it>`: makes a database from the script,
//!   and drops it at the end.
//! - `cargo run -p chinook -- <url of a database>`: reads a Chinook that is there, and changes nothing.

#![allow(clippy::print_stdout, reason = "printing is what the example is for")]
#![allow(unreachable_pub, reason = "a program exports nothing; `pub` is what reads well")]

mod changes;
mod checks;
mod entities;
mod questions;
mod read;
mod scratch;
mod script;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use orm::prelude::*;
use orm::sqlite::SqliteOptions;

use checks::Checks;
use entities::{Album, Employee};
use scratch::Scratch;
use words::Words;

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (place, script) = (args.next(), args.next());
    let Some(place) = place else {
        eprintln!("where is the database? cargo run -p chinook -- <path of chinook.sqlite, or url> [script]");
        return ExitCode::from(2);
    };
    let checks = match (Words::of_url(&place), script) {
        (Words::Sqlite, _) => file(Path::new(&place)).await,
        (_, None) => only_read(&place).await,
        (_, Some(script)) => server(&place, Path::new(&script)).await,
    };
    match checks {
        Ok(checks) => checks.conclude(),
        Err(error) => {
            eprintln!("{place}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything on a SQLite file, one after the other.
async fn file(path: &Path) -> orm::Result<Checks> {
    let orm = builder(Words::Sqlite).sqlite(SqliteOptions::new(path).read_only(true))?.connect().await?;
    let mut checks = Checks::default();
    look(&orm, &mut checks).await?;
    orm.close().await;

    let copy =
        Copy::of(path).map_err(|error| orm::DriverError::new(orm::DriverErrorKind::Connection, error))?;
    let orm = builder(Words::Sqlite).sqlite(&copy.path)?.connect().await?;
    changes::all(&orm, &mut checks).await?;
    orm.close().await;
    Ok(checks)
}

/// Everything on a server, in a database of our own.
async fn server(url: &str, script: &Path) -> orm::Result<Checks> {
    let scratch = Scratch::new(url, script).await?;
    let checks = everything(&scratch.url()).await;
    scratch.drop().await?;
    checks
}

async fn everything(url: &str) -> orm::Result<Checks> {
    let orm = open(url).await?;
    let mut checks = Checks::new(Words::of_url(url));
    let done = async {
        look(&orm, &mut checks).await?;
        changes::all(&orm, &mut checks).await
    };
    let done = done.await;
    orm.close().await;
    done.map(|()| checks)
}

/// What changes nothing.
async fn only_read(url: &str) -> orm::Result<Checks> {
    let orm = open(url).await?;
    let mut checks = Checks::new(Words::of_url(url));
    look(&orm, &mut checks).await?;
    orm.close().await;
    Ok(checks)
}

async fn look(orm: &Orm, checks: &mut Checks) -> orm::Result<()> {
    read::everything(orm, checks).await?;
    questions::all(orm, checks).await
}

/// The database of a URL, or of a path.
async fn open(url: &str) -> orm::Result<Orm> {
    let words = Words::of_url(url);
    let builder = builder(words);
    let builder = match words {
        Words::Sqlite => builder.sqlite(url)?,
        Words::Postgres => builder.postgres(url)?,
        Words::MySql => builder.mysql(url)?,
    };
    builder.connect().await
}

/// The ten entities: two lead to all others by their relations.
fn builder(words: Words) -> orm::OrmBuilder {
    Orm::builder().naming_strategy(words).entity::<Album>().entity::<Employee>()
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
