//! What SQLite says, as what every driver says.

use orm_core::{DriverError, DriverErrorKind, Error};
use rusqlite::ffi;

/// SQLite's error about a statement.
pub(crate) fn driver_error(source: rusqlite::Error, sql: &str) -> Error {
    let (kind, facts) = classify(&source);
    let mut error = DriverError::new(kind, source);
    error.table = facts.table;
    error.columns = facts.columns;
    error.constraint = facts.constraint;
    error.sql = (!sql.is_empty()).then(|| sql.to_owned());
    error.into()
}

/// A failure of the driver itself.
pub(crate) fn failure(kind: DriverErrorKind, problem: impl Into<String>) -> Error {
    DriverError::new(kind, problem.into()).into()
}

/// Whether this is another connection's lock.
pub(crate) fn is_busy(error: &Error) -> bool {
    error.driver_kind() == Some(DriverErrorKind::LockTimeout)
}

#[derive(Debug, Default, PartialEq)]
struct Facts {
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
}

fn classify(error: &rusqlite::Error) -> (DriverErrorKind, Facts) {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(error, message) => {
            (error.extended_code, message.as_deref().unwrap_or(""))
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, msg.as_str()),
        rusqlite::Error::MultipleStatement | rusqlite::Error::NulError(_) => {
            return (DriverErrorKind::Syntax, Facts::default());
        }
        rusqlite::Error::InvalidPath(_) => return (DriverErrorKind::Connection, Facts::default()),
        _ => return (DriverErrorKind::Other, Facts::default()),
    };
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            (DriverErrorKind::UniqueViolation, constraint(message))
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => (DriverErrorKind::NotNullViolation, constraint(message)),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => (DriverErrorKind::ForeignKeyViolation, Facts::default()),
        ffi::SQLITE_CONSTRAINT_CHECK => {
            let name = message.split_once(": ").map(|(_, name)| name.to_owned());
            (DriverErrorKind::CheckViolation, Facts { constraint: name, ..Facts::default() })
        }
        ffi::SQLITE_CONSTRAINT_DATATYPE => (DriverErrorKind::OutOfRange, constraint(message)),
        // Another connection wrote since this transaction began to read: it can be done again, but not waited for.
        ffi::SQLITE_BUSY_SNAPSHOT => (DriverErrorKind::Serialization, Facts::default()),
        code => by_primary_code(code & 0xff, message),
    }
}

fn by_primary_code(code: i32, message: &str) -> (DriverErrorKind, Facts) {
    let kind = match code {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => DriverErrorKind::LockTimeout,
        ffi::SQLITE_NOTADB | ffi::SQLITE_CORRUPT => DriverErrorKind::NotADatabase,
        ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM | ffi::SQLITE_AUTH => DriverErrorKind::Connection,
        ffi::SQLITE_READONLY => DriverErrorKind::ReadOnly,
        ffi::SQLITE_INTERRUPT => DriverErrorKind::Interrupted,
        ffi::SQLITE_TOOBIG | ffi::SQLITE_MISMATCH | ffi::SQLITE_RANGE => DriverErrorKind::OutOfRange,
        ffi::SQLITE_ERROR => return by_message(message),
        _ => DriverErrorKind::Other,
    };
    (kind, Facts::default())
}

/// SQLite has one code for everything that is wrong with a statement; its message tells what.
fn by_message(message: &str) -> (DriverErrorKind, Facts) {
    let table = |name: &str| Facts { table: Some(name.to_owned()), ..Facts::default() };
    if let Some(name) = message.strip_prefix("no such table: ") {
        return (DriverErrorKind::TableNotFound, table(name));
    }
    if let Some(name) = message.strip_prefix("no such column: ") {
        let facts = Facts { columns: vec![unquoted(name)], ..Facts::default() };
        return (DriverErrorKind::ColumnNotFound, facts);
    }
    if let Some((name, column)) =
        message.strip_prefix("table ").and_then(|rest| rest.split_once(" has no column named "))
    {
        let facts = Facts { columns: vec![unquoted(column)], ..table(name) };
        return (DriverErrorKind::ColumnNotFound, facts);
    }
    if let Some(rest) = message.strip_suffix(" already exists") {
        let name = rest.strip_prefix("table ").map(|name| table(&unquoted(name)));
        return (DriverErrorKind::AlreadyExists, name.unwrap_or_default());
    }
    if let Some(name) = message.strip_prefix("duplicate column name: ") {
        let facts = Facts { columns: vec![unquoted(name)], ..Facts::default() };
        return (DriverErrorKind::AlreadyExists, facts);
    }
    let is_syntax = message.contains("syntax error")
        || message.starts_with("incomplete input")
        || message.starts_with("no such function: ")
        || message.starts_with("unrecognized token");
    let kind = match message {
        _ if is_syntax => DriverErrorKind::Syntax,
        "integer overflow" => DriverErrorKind::OutOfRange,
        _ => DriverErrorKind::Other,
    };
    (kind, Facts::default())
}

/// `UNIQUE constraint failed: user.email, user.name`, or `… failed: index 'user_email'`.
fn constraint(message: &str) -> Facts {
    let mut facts = Facts::default();
    let Some((_, subject)) = message.split_once(" failed: ").or_else(|| message.split_once(" in ")) else {
        return facts;
    };
    if let Some(index) = subject.strip_prefix("index '") {
        facts.constraint = Some(index.trim_end_matches('\'').to_owned());
        return facts;
    }
    for column in subject.split(", ") {
        match column.split_once('.') {
            Some((table, column)) => {
                facts.table.get_or_insert_with(|| table.to_owned());
                facts.columns.push(column.to_owned());
            }
            None => facts.columns.push(column.to_owned()),
        }
    }
    facts
}

fn unquoted(name: &str) -> String {
    name.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(sql: &str, expected: Expect) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                r#"pragma foreign_keys = on;
                create table "user" (id integer primary key, email text not null unique, age integer check (age > 0),
                    a text, b text, unique (a, b));
                create table post (id integer primary key, user_id integer references "user" (id)) strict;
                create unique index lower_email on "user" (lower(email));
                insert into "user" (email, a, b) values ('a', 'x', 'y');"#,
            )
            .unwrap();
        let error = driver_error(connection.execute_batch(sql).unwrap_err(), sql);
        let Error::Driver(error) = error else { panic!("{error}") };
        expected.assert_eq(&format!(
            "{:?} table={:?} columns={:?} constraint={:?}",
            error.kind, error.table, error.columns, error.constraint
        ));
        assert_eq!(error.sql.as_deref(), Some(sql));
    }

    #[test]
    fn constraints_are_told_apart_and_named() {
        check(
            "insert into user (email) values ('a')",
            expect![[r#"UniqueViolation table=None columns=[] constraint=Some("lower_email")"#]],
        );
        check(
            "insert into user (email, a, b) values ('b', 'x', 'y')",
            expect![[r#"UniqueViolation table=Some("user") columns=["a", "b"] constraint=None"#]],
        );
        check(
            "insert into user (email) values ('A')",
            expect![[r#"UniqueViolation table=None columns=[] constraint=Some("lower_email")"#]],
        );
        check(
            "insert into user (id, email) values (1, 'c')",
            expect![[r#"UniqueViolation table=Some("user") columns=["id"] constraint=None"#]],
        );
        check(
            "insert into user (email) values (null)",
            expect![[r#"NotNullViolation table=Some("user") columns=["email"] constraint=None"#]],
        );
        check(
            "insert into user (email, age) values ('d', 0)",
            expect![[r#"CheckViolation table=None columns=[] constraint=Some("age > 0")"#]],
        );
        check(
            "insert into post (user_id) values (7)",
            expect![[r#"ForeignKeyViolation table=None columns=[] constraint=None"#]],
        );
        check(
            "insert into post (user_id) values ('text')",
            expect![[r#"OutOfRange table=Some("INTEGER column post") columns=["user_id"] constraint=None"#]],
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        check(
            "select * from missing",
            expect![[r#"TableNotFound table=Some("missing") columns=[] constraint=None"#]],
        );
        check("select missing(1)", expect!["Syntax table=None columns=[] constraint=None"]);
        check(
            "select u.x from user u",
            expect![[r#"ColumnNotFound table=None columns=["u.x"] constraint=None"#]],
        );
        check(
            "insert into user (x) values (1)",
            expect![[r#"ColumnNotFound table=Some("user") columns=["x"] constraint=None"#]],
        );
        check(
            "create table user (id)",
            expect![[r#"AlreadyExists table=Some("user") columns=[] constraint=None"#]],
        );
        check("selec 1", expect![[r#"Syntax table=None columns=[] constraint=None"#]]);
        check("select (", expect![[r#"Syntax table=None columns=[] constraint=None"#]]);
    }
}
