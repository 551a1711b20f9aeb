//! What is inside of JSON columns. A key is bound like any value: none becomes SQL, and this is the only place that puts
//! keys into the words of a path.
//!
//! What a place is read as decides what the databases make of it, so that all of them answer alike: what is of another
//! type is null, and nothing is converted.

use orm_core::meta::ColumnType;
use orm_core::query::{JsonKind, JsonPath, JsonStep, Test};
use orm_core::types::ColumnKind;
use orm_core::{Error, Result};
use smallvec::SmallVec;

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place, bind_test};
use crate::lower::list::{List, ListForm};
use crate::lower::scope::Column;
use crate::render::SqlWriter;

/// A place inside of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside<'a> {
    path: &'a JsonPath,
    /// Whether the column's type was written by hand, and may be PostgreSQL's `json`, of which less can be asked.
    is_by_hand: bool,
}

/// A place inside of a column, as what it is read as.
pub(crate) fn inside<'a>(column: Column<'a>, path: &'a JsonPath) -> Column<'a> {
    let inside = Inside { path, is_by_hand: column.ty.by_hand.is_some() };
    Column { ty: read_as(path.kind), inside: Some(inside), ..column }
}

/// The type of what is read.
pub(crate) fn read_as(kind: JsonKind) -> ColumnType {
    let kind = match kind {
        JsonKind::Integer => ColumnKind::Decimal,
        JsonKind::Float => ColumnKind::Float64,
        JsonKind::Bool => ColumnKind::Bool,
        // Of the others nothing but null is asked.
        _ => ColumnKind::Text,
    };
    ColumnType { kind, by_hand: None }
}

/// Feeds what decides the text into the key of the statement cache: which steps there are, not where they lead.
pub(crate) fn push_shape(words: &mut SmallVec<[u32; 32]>, path: &JsonPath) {
    words.extend([path.kind as u32, path.steps.len() as u32]);
    words.extend(path.steps.iter().map(|step| u32::from(matches!(step, JsonStep::Item(_)))));
}

/// Writes what is read inside of a column. Its placeholders are bound by [`bind_path`].
pub(crate) fn write_inside(w: &mut SqlWriter, column: Column<'_>, inside: Inside<'_>) {
    match w.dialect() {
        Dialect::Sqlite => write_sqlite(w, column, inside.path.kind),
        Dialect::Postgres => write_postgres(w, column, inside),
        Dialect::MySql | Dialect::MariaDb => write_mysql(w, column, inside.path),
    }
}

/// Binds what [`write_inside`] left open.
pub(crate) fn bind_path(
    dialect: Dialect,
    path: &JsonPath,
    place: Place,
    binder: &mut dyn Binder,
) -> Result<()> {
    let place = Place { ty: None, ..place };
    if guards_lists(dialect) {
        lists(path).try_for_each(|list| bind_steps(dialect, list, place, binder))?;
    }
    (0..mentions(dialect, path.kind)).try_for_each(|_| bind_steps(dialect, &path.steps, place, binder))
}

fn bind_steps(dialect: Dialect, steps: &[JsonStep], place: Place, binder: &mut dyn Binder) -> Result<()> {
    match dialect {
        Dialect::Sqlite | Dialect::MySql => binder.text(&words(steps), place),
        Dialect::MariaDb => {
            steps.iter().try_for_each(findable_by_mariadb)?;
            binder.text(&words(steps), place)
        }
        Dialect::Postgres => steps.iter().try_for_each(|step| match step {
            JsonStep::Key(key) => binder.text(key, place),
            // No list is longer than PostgreSQL can count its items.
            JsonStep::Item(index) => binder.number(u64::from(*index).min(i32::MAX as u64)),
        }),
    }
}

/// MariaDB finds no key that begins with a minus, however it is written.
fn findable_by_mariadb(step: &JsonStep) -> Result<()> {
    match step {
        JsonStep::Key(key) if key.starts_with('-') => Err(Error::Unsupported {
            database: Dialect::MariaDb.name(),
            feature: format!("find the key `{key}` inside of a document"),
            alternative: "give it a name that does not begin with `-`".into(),
        }),
        JsonStep::Key(_) | JsonStep::Item(_) => Ok(()),
    }
}

/// Whether it has to be asked whether a list is one: PostgreSQL takes a number or text that is the whole document for
/// the only item of a list, and MySQL takes anything for it.
fn guards_lists(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Sqlite => false,
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => true,
    }
}

/// Binds a test of what is inside of a column: where the column is written, and the values that it is compared with.
pub(crate) fn bind_json_test(
    dialect: Dialect,
    path: &JsonPath,
    test: &Test,
    place: Place,
    binder: &mut dyn Binder,
) -> Result<()> {
    let list = match test {
        Test::In(values) | Test::NotIn(values) => Some(List::of_values(dialect, values)),
        _ => None,
    };
    let is_written = list.is_none_or(|list| list.form != ListForm::Empty || list.with_null);
    if is_written {
        bind_path(dialect, path, place, binder)?;
    }
    bind_test(dialect, test, &[place], binder)?;
    // A list with null asks for null once more behind it.
    match list.is_some_and(|list| list.form != ListForm::Empty && list.with_null) {
        true => bind_path(dialect, path, place, binder),
        false => Ok(()),
    }
}

/// How often the path stands in what is written.
fn mentions(dialect: Dialect, kind: JsonKind) -> usize {
    match (dialect, kind) {
        (_, JsonKind::Any | JsonKind::Presence) => 1,
        (Dialect::Sqlite, JsonKind::Bool) => 1,
        (Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb, _) => 2,
    }
}

fn write_sqlite(w: &mut SqlWriter, column: Column<'_>, kind: JsonKind) {
    let call = |w: &mut SqlWriter, function: &str| {
        w.push(function).push("(").column(column.alias, column.name).push(", ").push_param().push(")");
    };
    match kind {
        JsonKind::Any => {
            w.push("nullif(");
            call(w, "json_type");
            w.push(", 'null')");
        }
        JsonKind::Presence => call(w, "json_type"),
        JsonKind::Bool => {
            w.push("case ");
            call(w, "json_type");
            w.push(" when 'true' then 1 when 'false' then 0 end");
        }
        kind => {
            w.push("case when ");
            call(w, "json_type");
            let (types, end) = match kind {
                JsonKind::Integer => (" in ('integer', 'real') then ", " end"),
                JsonKind::Float => (" in ('integer', 'real') then cast(", " as real) end"),
                _ => (" = 'text' then ", " end"),
            };
            w.push(types);
            call(w, "json_extract");
            w.push(end);
        }
    }
}

fn write_postgres(w: &mut SqlWriter, column: Column<'_>, inside: Inside<'_>) {
    let document = |w: &mut SqlWriter, steps: &[JsonStep]| {
        w.push("(").column(column.alias, column.name);
        w.push(if inside.is_by_hand { "::jsonb" } else { "" });
        for step in steps {
            w.push(" -> ").push_param();
            w.push(if matches!(step, JsonStep::Item(_)) { "::int4" } else { "" });
        }
        w.push(")");
    };
    let has_guards = write_guards(w, inside.path, |w, list| {
        w.push("jsonb_typeof");
        document(w, list);
        w.push(" = 'array'");
    });
    write_postgres_value(w, inside.path.kind, |w| document(w, &inside.path.steps));
    w.push(if has_guards { " end" } else { "" });
}

/// Writes that all lists must be some before anything is read of them. Whether there are lists: then an `end` is due.
fn write_guards(w: &mut SqlWriter, path: &JsonPath, guard: impl FnMut(&mut SqlWriter, &[JsonStep])) -> bool {
    let has_lists = lists(path).next().is_some();
    if has_lists {
        w.push("case when ").list(" and ", lists(path), guard).push(" then ");
    }
    has_lists
}

fn write_postgres_value(w: &mut SqlWriter, kind: JsonKind, document: impl Fn(&mut SqlWriter)) {
    let (ty, read) = match kind {
        JsonKind::Any => {
            w.push("nullif(");
            document(w);
            w.push(", 'null')");
            return;
        }
        JsonKind::Presence => return document(w),
        JsonKind::Integer => ("number", "::numeric"),
        JsonKind::Float => ("number", "::float8"),
        JsonKind::Bool => ("boolean", "::boolean"),
        _ => ("string", " #>> '{}'"),
    };
    w.push("case jsonb_typeof");
    document(w);
    w.push(" when '").push(ty).push("' then ");
    document(w);
    w.push(read).push(" end");
    if read.ends_with("'{}'") {
        // By the characters' numbers, as the other databases compare the texts in documents.
        let collation = Dialect::Postgres.exact_collation();
        w.push(" collate ").push(collation);
    }
}

fn write_mysql(w: &mut SqlWriter, column: Column<'_>, path: &JsonPath) {
    let extract = |w: &mut SqlWriter| {
        w.push("json_extract(").column(column.alias, column.name).push(", ").push_param().push(")");
    };
    let has_guards = write_guards(w, path, |w, _| {
        w.push("json_type(");
        extract(w);
        w.push(") = 'ARRAY'");
    });
    let (types, read, end) = match path.kind {
        JsonKind::Any => ("", "nullif(json_type(", "), 'NULL')"),
        JsonKind::Presence => ("", "", ""),
        JsonKind::Integer => {
            ("'INTEGER', 'UNSIGNED INTEGER', 'DECIMAL', 'DOUBLE'", "cast(", " as decimal(65, 20))")
        }
        JsonKind::Float => ("'INTEGER', 'UNSIGNED INTEGER', 'DECIMAL', 'DOUBLE'", "cast(", " as double)"),
        JsonKind::Bool => ("'BOOLEAN'", "json_unquote(", ") = 'true'"),
        _ => ("'STRING'", "json_unquote(", ")"),
    };
    if !types.is_empty() {
        w.push("case when json_type(");
        extract(w);
        w.push(") in (").push(types).push(") then ");
    }
    w.push(read);
    extract(w);
    w.push(end);
    w.push(if types.is_empty() { "" } else { " end" });
    w.push(if has_guards { " end" } else { "" });
    if path.kind == JsonKind::Text {
        let collation = w.dialect().exact_collation();
        w.push(" collate ").push(collation);
    }
}

/// The steps to each list that an item is taken of.
fn lists(path: &JsonPath) -> impl Iterator<Item = &[JsonStep]> {
    let items = path.steps.iter().enumerate().filter(|(_, step)| matches!(step, JsonStep::Item(_)));
    items.map(|(index, _)| &path.steps[..index])
}

/// Steps in the words of SQLite and MySQL: `$."a key"[0]`. Within quotes, what JSON escapes is escaped as in JSON.
fn words(steps: &[JsonStep]) -> String {
    let mut words = String::from("$");
    for step in steps {
        match step {
            JsonStep::Key(key) => {
                words.push('.');
                words.push_str(&serde_json::Value::from(key.as_str()).to_string());
            }
            JsonStep::Item(index) => {
                words.push('[');
                crate::dialect::push_number(&mut words, index);
                words.push(']');
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_the_words_of_a_path_are_json_texts() {
        let key = |key: &str| JsonStep::Key(key.to_owned());
        assert_eq!(words(&[]), "$");
        assert_eq!(words(&[key("theme"), JsonStep::Item(3), key("")]), r#"$."theme"[3]."""#);
        assert_eq!(
            words(&[key(r#"a"."b"#), key("x.y[0]*"), key("\\\n\0🦀'")]),
            "$.\"a\\\".\\\"b\".\"x.y[0]*\".\"\\\\\\n\\u0000🦀'\""
        );
    }
}
