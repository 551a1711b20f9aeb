//! What PostgreSQL's codes mean: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.

use orm_core::DriverErrorKind;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::driver::server::Facts;

/// What an error means, with the names that the server gives.
pub(crate) fn classify(error: &dyn DatabaseError) -> Facts {
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else {
        return Facts::new(DriverErrorKind::Other);
    };
    let mut facts = Facts::new(kind(error.code()));
    facts.table = error.table().map(str::to_owned);
    facts.columns.extend(error.column().map(str::to_owned));
    facts.constraint = error.constraint().map(str::to_owned);
    facts.is_broken = is_broken(error.code());
    match facts.kind {
        DriverErrorKind::UniqueViolation | DriverErrorKind::ForeignKeyViolation => {
            facts.columns = error.detail().map(key_columns).unwrap_or_default();
        }
        DriverErrorKind::TableNotFound => {
            facts.table = quoted(error.message()).map(str::to_owned);
        }
        DriverErrorKind::ColumnNotFound => {
            let (column, table) = column_of(error.message(), " does not exist");
            facts.columns.extend(column);
            facts.table = table;
        }
        DriverErrorKind::AlreadyExists if error.code() == "42701" => {
            let (column, table) = column_of(error.message(), " already exists");
            facts.columns.extend(column);
            facts.table = table;
        }
        DriverErrorKind::AlreadyExists if error.code() == "42P07" => {
            facts.table = quoted(error.message()).map(str::to_owned);
        }
        _ => {}
    }
    facts
}

fn kind(code: &str) -> DriverErrorKind {
    match code {
        "23505" | "23P01" => DriverErrorKind::UniqueViolation,
        "23503" | "23001" => DriverErrorKind::ForeignKeyViolation,
        "23502" => DriverErrorKind::NotNullViolation,
        "23514" => DriverErrorKind::CheckViolation,
        "42P01" | "3F000" => DriverErrorKind::TableNotFound,
        "42703" => DriverErrorKind::ColumnNotFound,
        "42P07" | "42701" | "42710" | "42P06" | "42P04" | "42723" => DriverErrorKind::AlreadyExists,
        "42601" | "42P02" | "42P18" | "42883" | "42804" | "42846" | "42725" | "42803" => {
            DriverErrorKind::Syntax
        }
        "55P03" => DriverErrorKind::LockTimeout,
        "40P01" => DriverErrorKind::Deadlock,
        "40001" => DriverErrorKind::Serialization,
        "57014" => DriverErrorKind::Interrupted,
        "25006" => DriverErrorKind::ReadOnly,
        "53300" => DriverErrorKind::TooManyConnections,
        "28000" | "28P01" => DriverErrorKind::AuthenticationFailed,
        "3D000" => DriverErrorKind::DatabaseNotFound,
        "42501" => DriverErrorKind::PermissionDenied,
        "57P03" => DriverErrorKind::Starting,
        // Numbers, texts, dates and encodings that do not fit; a value that is none of its type.
        "22001" | "22003" | "22007" | "22008" | "22P02" | "22P03" | "22P05" | "22021" | "22015" | "22012"
        | "54000" => DriverErrorKind::OutOfRange,
        "57P01" | "57P02" | "57P04" | "57P05" | "25P03" | "25P04" => DriverErrorKind::ConnectionLost,
        code if code.starts_with("08") => DriverErrorKind::ConnectionLost,
        _ => DriverErrorKind::Other,
    }
}

/// Whether the server closes the connection after this error.
fn is_broken(code: &str) -> bool {
    matches!(code, "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25P04")
        || code.starts_with("08")
}

/// Whether a statement was prepared for tables that changed since, or is not known to the server any more.
pub(crate) fn is_outdated(error: &dyn DatabaseError) -> bool {
    match error.code().as_deref() {
        Some("26000") => true,
        Some("0A000") => error.message().contains("cached plan"),
        // A type that was dropped, and one of its name that is there now.
        Some("XX000") => error.message().starts_with("cache lookup failed for type"),
        _ => false,
    }
}

/// `Key (a, "b c")=(1, 2) already exists.`; an index over expressions names no columns.
fn key_columns(detail: &str) -> Vec<String> {
    let columns = detail.strip_prefix("Key (").and_then(|rest| rest.split_once(")=(")).map(|(key, _)| key);
    let columns: Vec<&str> = columns.map(|columns| columns.split(", ").collect()).unwrap_or_default();
    if columns.iter().any(|column| !is_name(column)) {
        return Vec::new();
    }
    columns.into_iter().map(unquote).collect()
}

fn is_name(column: &str) -> bool {
    let is_quoted = column.len() > 1 && column.starts_with('"') && column.ends_with('"');
    is_quoted || column.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '$'))
}

fn unquote(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(name) => name.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// `relation "x" does not exist`.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('"')?;
    rest.rsplit_once('"').map(|(name, _)| name)
}

/// `column "x" of relation "y" does not exist`, `column "x" does not exist`, `column a.x does not exist`.
fn column_of(message: &str, ending: &str) -> (Option<String>, Option<String>) {
    let Some(rest) = message.strip_prefix("column ").and_then(|rest| rest.strip_suffix(ending)) else {
        return (None, None);
    };
    match rest.split_once(" of relation ") {
        Some((column, table)) => (Some(unquote(column)), Some(unquote(table))),
        None => (Some(unquote(rest)), None),
    }
}
