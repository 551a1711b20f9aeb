//! Locks on rows: `for update`, `for share`, and what to do with rows that others have locked.

use orm_core::query::{Lock, LockStrength, LockWait};
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::render::{Alias, SqlWriter};

/// Writes the lock behind a select. With other tables beside the root's, only the root's rows are locked: PostgreSQL
/// locks none of an outer join's, and nobody asked for the others.
///
/// # Errors
/// [`Error::Unsupported`] where rows cannot be locked, or not these.
pub(crate) fn write_lock(
    w: &mut SqlWriter,
    lock: Lock,
    root: Alias,
    has_joins: bool,
    is_distinct: bool,
) -> Result<()> {
    let Lock { strength, wait } = lock;
    let dialect = w.dialect();
    match (dialect, strength) {
        (Dialect::Sqlite, _) => return Err(no_locks()),
        (Dialect::Postgres, _) if is_distinct => return Err(not_distinct()),
        // The older words for the same.
        (Dialect::MariaDb, LockStrength::Share) => w.push(" lock in share mode"),
        (Dialect::Postgres | Dialect::MySql, LockStrength::Share) => w.push(" for share"),
        (Dialect::Postgres | Dialect::MySql | Dialect::MariaDb, LockStrength::Update) => {
            w.push(" for update")
        }
    };
    match dialect {
        Dialect::Postgres | Dialect::MySql if has_joins => {
            w.push(" of ").alias(root);
        }
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {}
    }
    w.push(match wait {
        LockWait::Wait => "",
        LockWait::SkipLocked => " skip locked",
        LockWait::NoWait => " nowait",
    });
    Ok(())
}

fn no_locks() -> Error {
    Error::Unsupported {
        database: Dialect::Sqlite.name(),
        feature: "lock rows one by one".into(),
        alternative: "leave the lock out: a transaction that may write keeps all other writers out from its first statement on".into(),
    }
}

fn not_distinct() -> Error {
    Error::Unsupported {
        database: Dialect::Postgres.name(),
        feature: "lock distinct rows".into(),
        alternative: "leave `distinct()` out, and ask through collections with `some(…)`".into(),
    }
}
