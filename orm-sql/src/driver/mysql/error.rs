//! What the numbers of MySQL and MariaDB mean: <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html>
//! and <https://mariadb.com/kb/en/mariadb-error-code-reference/>.

use orm_core::DriverErrorKind;
use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

use crate::driver::server::Facts;

/// What an error means, with the names that the server gives.
pub(crate) fn classify(error: &dyn DatabaseError) -> Facts {
    match error.try_downcast_ref::<MySqlDatabaseError>() {
        Some(error) => facts(error.number(), error.code(), error.message()),
        None => Facts::new(DriverErrorKind::Other),
    }
}

/// Whether a statement has to be prepared anew; none of it has run.
pub(crate) fn is_outdated(error: &dyn DatabaseError) -> bool {
    let number = error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
    // Not known any more; to be prepared again; no room for another one, which is made when this connection's are
    // forgotten.
    matches!(number, Some(1243 | 1615 | 1461))
}

fn facts(number: u16, state: Option<&str>, message: &str) -> Facts {
    let mut facts = Facts::new(kind(number, state, message));
    let names = names(message);
    let name = |index: usize| names.get(index).cloned();
    match number {
        1062 | 1586 => {
            if let Some((_, key)) = message.rsplit_once(" for key ") {
                (facts.table, facts.constraint) = key_name(key);
            }
        }
        1048 | 1364 | 1054 | 1060 | 1072 | 1264 | 1265 | 1406 => facts.columns = first_column(message),
        // `db`.`table`, CONSTRAINT `name` FOREIGN KEY (`column`) REFERENCES `target` (`column`).
        1216 | 1217 | 1451 | 1452 => {
            let (key, target) = foreign_key(message);
            facts.table = name(1);
            facts.constraint = message.contains("CONSTRAINT `").then(|| name(2)).flatten();
            // The columns in which the value is that is pointed at, or points.
            facts.columns = if number == 1451 { target } else { key };
        }
        1146 | 1051 | 1050 | 1109 => facts.table = name(0).map(|name| without_schema(&name)),
        3819 => facts.constraint = name(0),
        // CONSTRAINT `name` failed for `db`.`table`.
        4025 => {
            facts.constraint = name(0);
            facts.table = name(2);
        }
        _ => {}
    }
    facts.rolled_back = matches!(number, 1213 | 1614 | 1206 | 3101 | 1020);
    facts.is_broken = facts.kind == DriverErrorKind::ConnectionLost || number == 1153;
    facts
}

fn kind(number: u16, state: Option<&str>, message: &str) -> DriverErrorKind {
    match number {
        1022 | 1062 | 1169 | 1586 | 1859 => DriverErrorKind::UniqueViolation,
        1216 | 1217 | 1451 | 1452 | 1761 | 1762 => DriverErrorKind::ForeignKeyViolation,
        1048 | 1364 => DriverErrorKind::NotNullViolation,
        3819 => DriverErrorKind::CheckViolation,
        // MySQL has another error of that number.
        4025 if state == Some("23000") => DriverErrorKind::CheckViolation,
        1146 | 1051 | 1109 => DriverErrorKind::TableNotFound,
        1054 | 1072 => DriverErrorKind::ColumnNotFound,
        1007 | 1050 | 1060 | 1061 | 1304 | 1359 | 1826 | 3822 => DriverErrorKind::AlreadyExists,
        1064 | 1065 | 1149 | 1055 | 1056 | 1058 | 1111 | 1136 | 1140 | 1222 | 1241 | 1305 | 1318 | 1582 => {
            DriverErrorKind::Syntax
        }
        1205 | 3572 => DriverErrorKind::LockTimeout,
        1213 | 1614 => DriverErrorKind::Deadlock,
        1020 | 3101 => DriverErrorKind::Serialization,
        1317 | 1969 | 3024 => DriverErrorKind::Interrupted,
        1036 | 1792 | 1836 => DriverErrorKind::ReadOnly,
        1290 if message.contains("read-only") || message.contains("read_only") => DriverErrorKind::ReadOnly,
        1040 | 1203 | 1226 => DriverErrorKind::TooManyConnections,
        1045 | 1130 | 1251 | 1698 | 1862 | 3118 | 4151 => DriverErrorKind::AuthenticationFailed,
        1049 => DriverErrorKind::DatabaseNotFound,
        1044 | 1142 | 1143 | 1227 | 1370 | 1410 => DriverErrorKind::PermissionDenied,
        // Numbers, texts, dates and documents that do not fit; a value that is none of its type.
        1118 | 1153 | 1264 | 1265 | 1292 | 1301 | 1365 | 1366 | 1367 | 1406 | 1411 | 1441 | 1690 | 3140
        | 3156 => DriverErrorKind::OutOfRange,
        1053 | 1080 | 1152 | 1158 | 1159 | 1160 | 1161 | 1184 | 1927 | 3169 | 4031 => {
            DriverErrorKind::ConnectionLost
        }
        _ => DriverErrorKind::Other,
    }
}

/// The names in quotes, in their order: those between backticks if there are some, else those between apostrophes.
fn names(message: &str) -> Vec<String> {
    let quote = if message.contains('`') { '`' } else { '\'' };
    let mut names = Vec::new();
    let mut rest = message;
    while let Some((_, inner)) = rest.split_once(quote) {
        let mut name = String::new();
        let mut characters = inner.char_indices().peekable();
        let mut end = inner.len();
        while let Some((at, character)) = characters.next() {
            // A quote in a name is doubled.
            if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
                end = at + 1;
                break;
            }
            name.push(character);
        }
        names.push(name);
        rest = &inner[end..];
    }
    names
}

/// The table and the key of `'author.author_email_unique'`; MariaDB names the key only.
fn key_name(key: &str) -> (Option<String>, Option<String>) {
    let key = key.trim_matches('\'');
    match key.split_once('.') {
        Some((table, key)) => (Some(table.to_owned()), Some(key.to_owned())),
        None => (None, Some(key.to_owned())),
    }
}

/// `name` of `schema.name`.
fn without_schema(name: &str) -> String {
    name.split_once('.').map_or(name, |(_, name)| name).to_owned()
}

/// `Column 'name' cannot be null`, `Unknown column 'a.name' in 'where clause'`, `Data too long for column 'name' at row 1`.
fn first_column(message: &str) -> Vec<String> {
    let from = message.find("olumn '").or_else(|| message.find("ield '")).unwrap_or(0);
    names(&message[from..]).into_iter().take(1).collect()
}

/// The columns of a foreign key and those that it points at.
fn foreign_key(message: &str) -> (Vec<String>, Vec<String>) {
    let between = |from: &str| {
        let (_, rest) = message.split_once(from)?;
        let (_, rest) = rest.split_once('(')?;
        rest.split_once(')').map(|(columns, _)| names(columns))
    };
    (between("FOREIGN KEY").unwrap_or_default(), between("REFERENCES").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(number: u16, message: &str, expected: Expect) {
        let Facts { kind, table, columns, constraint, .. } = facts(number, Some("23000"), message);
        expected
            .assert_eq(&format!("{kind:?} table={table:?} columns={columns:?} constraint={constraint:?}"));
    }

    #[test]
    fn names_are_found_in_messages_of_both_servers() {
        check(
            1062,
            "Duplicate entry 'a for key b' for key 'author.author_email_unique'",
            expect![[
                r#"UniqueViolation table=Some("author") columns=[] constraint=Some("author_email_unique")"#
            ]],
        );
        check(
            1062,
            "Duplicate entry '1' for key 'PRIMARY'",
            expect![[r#"UniqueViolation table=None columns=[] constraint=Some("PRIMARY")"#]],
        );
        check(
            1048,
            "Column 'name' cannot be null",
            expect![[r#"NotNullViolation table=None columns=["name"] constraint=None"#]],
        );
        check(
            1364,
            "Field 'name' doesn't have a default value",
            expect![[r#"NotNullViolation table=None columns=["name"] constraint=None"#]],
        );
        check(
            1146,
            "Table 'blog.nothing' doesn't exist",
            expect![[r#"TableNotFound table=Some("nothing") columns=[] constraint=None"#]],
        );
        check(
            1054,
            "Unknown column 'a.x' in 'field list'",
            expect![[r#"ColumnNotFound table=None columns=["a.x"] constraint=None"#]],
        );
        check(
            3819,
            "Check constraint 'positive' is violated.",
            expect![[r#"CheckViolation table=None columns=[] constraint=Some("positive")"#]],
        );
        check(
            4025,
            "CONSTRAINT `positive` failed for `blog`.`account`",
            expect![[r#"CheckViolation table=Some("account") columns=[] constraint=Some("positive")"#]],
        );
        check(
            1406,
            "Data too long for column 'name' at row 1",
            expect![[r#"OutOfRange table=None columns=["name"] constraint=None"#]],
        );
        let key = "(`blog`.`post`, CONSTRAINT `post_author` FOREIGN KEY (`author_id`, `at`) REFERENCES `author` (`id`, `at`))";
        let child = format!("Cannot add or update a child row: a foreign key constraint fails {key}");
        check(
            1452,
            &child,
            expect![[
                r#"ForeignKeyViolation table=Some("post") columns=["author_id", "at"] constraint=Some("post_author")"#
            ]],
        );
        let parent = format!("Cannot delete or update a parent row: a foreign key constraint fails {key}");
        check(
            1451,
            &parent,
            expect![[
                r#"ForeignKeyViolation table=Some("post") columns=["id", "at"] constraint=Some("post_author")"#
            ]],
        );
        check(1452, "`", expect!["ForeignKeyViolation table=None columns=[] constraint=None"]);
    }
}
