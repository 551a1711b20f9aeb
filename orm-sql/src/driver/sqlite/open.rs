//! Opening a connection: flags, pragmas, and the first look at the file.

use std::sync::Arc;

use orm_core::Result;
use rusqlite::{Connection, OpenFlags};

use crate::driver::sqlite::cancel::{Cancel, watch};
use crate::driver::sqlite::error::driver_error;
use crate::driver::sqlite::options::{JournalMode, Location, SqliteOptions, Synchronous};

/// Opens a connection and sets it up.
///
/// # Errors
/// A driver error when the file is missing, no database, a folder, or cannot be written although it must be.
pub(crate) fn open(options: &SqliteOptions, cancel: &Arc<Cancel>) -> Result<Connection> {
    let connection = match &options.location {
        Location::Memory => Connection::open_in_memory(),
        Location::File(path) => Connection::open_with_flags(path, flags(options)),
    };
    let connection = connection.map_err(|error| driver_error(error, ""))?;
    watch(&connection, cancel).map_err(|error| driver_error(error, ""))?;
    connection.set_prepared_statement_cache_capacity(options.statement_cache);
    // The first statement that reads the file: what is no database is found out here.
    run(&connection, "pragma schema_version")?;
    let is_read_only = connection.is_readonly("main").map_err(|error| driver_error(error, ""))?;
    if !is_read_only && options.location != Location::Memory {
        run(&connection, journal_mode(options.journal_mode))?;
    }
    set_up(&connection, options)?;
    Ok(connection)
}

/// Sets what belongs to the connection and not to the file.
pub(crate) fn set_up(connection: &Connection, options: &SqliteOptions) -> Result<()> {
    run(connection, synchronous(options.synchronous))?;
    run(
        connection,
        if options.foreign_keys { "pragma foreign_keys = on" } else { "pragma foreign_keys = off" },
    )?;
    // An update of the schema switches it on for a while.
    run(connection, "pragma legacy_alter_table = off")?;
    for (name, value) in &options.pragmas {
        run(connection, &format!("pragma {name} = {value}"))?;
    }
    Ok(())
}

fn flags(options: &SqliteOptions) -> OpenFlags {
    let access = match (options.read_only, options.create_if_missing) {
        (true, _) => OpenFlags::SQLITE_OPEN_READ_ONLY,
        (false, true) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        (false, false) => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    // A connection is used by one thread at a time; the mutex around it sees to that.
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn journal_mode(mode: JournalMode) -> &'static str {
    match mode {
        JournalMode::Wal => "pragma journal_mode = wal",
        JournalMode::Delete => "pragma journal_mode = delete",
        JournalMode::Truncate => "pragma journal_mode = truncate",
        JournalMode::Persist => "pragma journal_mode = persist",
        JournalMode::Memory => "pragma journal_mode = memory",
        JournalMode::Unchanged => "pragma journal_mode",
    }
}

fn synchronous(synchronous: Synchronous) -> &'static str {
    match synchronous {
        Synchronous::Normal => "pragma synchronous = normal",
        Synchronous::Full => "pragma synchronous = full",
        Synchronous::Off => "pragma synchronous = off",
    }
}

/// Runs a pragma, whether it answers or not.
fn run(connection: &Connection, sql: &str) -> Result<()> {
    let run = || {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    };
    run().map_err(|error| driver_error(error, sql))
}
