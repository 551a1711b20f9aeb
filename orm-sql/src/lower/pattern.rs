//! Texts that match a pattern: by case or not, and with the same escapes on every database.

use std::borrow::Cow;

use orm_core::types::ColumnKind;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::bind::Place;
use crate::lower::scope::Column;
use crate::render::SqlWriter;

/// A test of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// By case, with `%` and `_`.
    Like,
    /// Whatever the case, with `%` and `_`.
    LikeIgnoringCase,
    /// By case, anywhere.
    Contains,
    /// By case, at the begin or at the end.
    StartsOrEndsWith,
}

/// Writes the test of a column. By case means by case, whatever the column's collation says.
pub(crate) fn write_pattern(w: &mut SqlWriter, column: Column<'_>, pattern: Pattern) {
    match (w.dialect(), pattern) {
        // SQLite's `like` ignores the case of ASCII letters, `glob` does not.
        (Dialect::Sqlite, Pattern::Like | Pattern::StartsOrEndsWith) => {
            column.write(w).push(" glob ").push_param()
        }
        (Dialect::Sqlite, Pattern::LikeIgnoringCase) => {
            column.write(w).push(" like ").push_param().push(" escape '\\'")
        }
        (Dialect::Sqlite, Pattern::Contains) => {
            column.write(w.push("instr(")).push(", ").push_param().push(") > 0")
        }
        (Dialect::Postgres, pattern) => {
            column.write(w);
            // A type of its own has no patterns.
            w.push(if matches!(column.ty.kind, ColumnKind::NativeEnum(_)) { "::text" } else { "" });
            w.push(match pattern {
                Pattern::LikeIgnoringCase => " ilike ",
                Pattern::Like | Pattern::Contains | Pattern::StartsOrEndsWith => " like ",
            });
            w.push_param()
        }
        // The backslash escapes only where the session says so; a bar always does.
        (dialect @ (Dialect::MySql | Dialect::MariaDb), Pattern::LikeIgnoringCase) => {
            column.write(w.push("lower(")).push(") like lower(").push_param();
            w.push(") collate ").push(dialect.exact_collation()).push(" escape '|'")
        }
        (
            dialect @ (Dialect::MySql | Dialect::MariaDb),
            Pattern::Like | Pattern::Contains | Pattern::StartsOrEndsWith,
        ) => {
            column.write(w).push(" like ").push_param();
            w.push(" collate ").push(dialect.exact_collation()).push(" escape '|'")
        }
    };
}

/// The pattern as the dialect's test by case takes it.
pub(crate) fn like(dialect: Dialect, pattern: &str, place: Place) -> Result<Cow<'_, str>> {
    match dialect {
        Dialect::Sqlite => glob_of_like(pattern, place).map(Cow::Owned),
        Dialect::Postgres => Ok(without_loose_end(pattern)),
        Dialect::MySql | Dialect::MariaDb => Ok(Cow::Owned(with_bars(pattern))),
    }
}

/// The pattern as the dialect's test without case takes it.
pub(crate) fn like_ignoring_case(dialect: Dialect, pattern: &str) -> Cow<'_, str> {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => without_loose_end(pattern),
        Dialect::MySql | Dialect::MariaDb => Cow::Owned(with_bars(pattern)),
    }
}

/// What finds a text anywhere.
pub(crate) fn contains(dialect: Dialect, text: &str) -> Cow<'_, str> {
    match escape(dialect) {
        None => Cow::Borrowed(text),
        Some(escape) => Cow::Owned(format!("%{}%", literal(text, escape))),
    }
}

/// What finds a text at the begin.
pub(crate) fn starts_with(dialect: Dialect, text: &str, place: Place) -> Result<String> {
    match escape(dialect) {
        None => Ok(glob_of_text(text, place)? + "*"),
        Some(escape) => Ok(literal(text, escape) + "%"),
    }
}

/// What finds a text at the end.
pub(crate) fn ends_with(dialect: Dialect, text: &str, place: Place) -> Result<String> {
    match escape(dialect) {
        None => Ok(format!("*{}", glob_of_text(text, place)?)),
        Some(escape) => Ok(format!("%{}", literal(text, escape))),
    }
}

/// What takes the meaning from a character in the dialect's `like`; nothing where it is not `like` that is used.
fn escape(dialect: Dialect) -> Option<char> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some('\\'),
        Dialect::MySql | Dialect::MariaDb => Some('|'),
    }
}

/// The text as a pattern that matches nothing else.
fn literal(text: &str, escape: char) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if matches!(character, '%' | '_') || character == escape {
            pattern.push(escape);
        }
        pattern.push(character);
    }
    pattern
}

/// A backslash at the end has nothing to take the meaning from, and stands for itself.
fn without_loose_end(pattern: &str) -> Cow<'_, str> {
    let trailing = pattern.len() - pattern.trim_end_matches('\\').len();
    match trailing % 2 {
        0 => Cow::Borrowed(pattern),
        _ => Cow::Owned(format!("{pattern}\\")),
    }
}

/// The pattern with bars for backslashes.
fn with_bars(pattern: &str) -> String {
    let mut output = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                output.push_str(&literal(characters.next().unwrap_or('\\').encode_utf8(&mut [0; 4]), '|'))
            }
            '|' => output.push_str("||"),
            character => output.push(character),
        }
    }
    output
}

/// The pattern in the words of SQLite's `glob`.
fn glob_of_like(pattern: &str, place: Place) -> Result<String> {
    let mut glob = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => glob.push('*'),
            '_' => glob.push('?'),
            '\\' => push_literal(&mut glob, characters.next().unwrap_or('\\')),
            character => push_literal(&mut glob, character),
        }
    }
    without_nul(glob, place)
}

fn glob_of_text(text: &str, place: Place) -> Result<String> {
    let mut glob = String::with_capacity(text.len() + 8);
    text.chars().for_each(|character| push_literal(&mut glob, character));
    without_nul(glob, place)
}

fn push_literal(glob: &mut String, character: char) {
    match character {
        '*' | '?' | '[' => glob.extend(['[', character, ']']),
        character => glob.push(character),
    }
}

/// For SQLite a pattern ends at a NUL; it would match too much.
fn without_nul(glob: String, place: Place) -> Result<String> {
    match glob.contains('\0') {
        true => Err(Error::Encode {
            entity: place.entity,
            property: place.property,
            problem: "a pattern cannot contain the character NUL; compare with `eq`, or use `contains`"
                .into(),
        }),
        false => Ok(glob),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place::outside("Author", "name");

    #[test]
    fn a_pattern_means_the_same_everywhere() {
        let all = |pattern: &str| {
            let of = |dialect| like(dialect, pattern, PLACE).unwrap().into_owned();
            [of(Dialect::Sqlite), of(Dialect::Postgres), of(Dialect::MySql)]
        };
        assert_eq!(all("a%b_"), ["a*b?", "a%b_", "a%b_"]);
        assert_eq!(all(r"\%|*\x\\"), [r"%|[*]x\", r"\%|*\x\\", r"|%||*x\"]);
        assert_eq!(all(r"a\"), [r"a\", r"a\\", r"a\"]);
        assert_eq!(all(r"\|"), ["|", r"\|", "||"]);
        assert_eq!(like_ignoring_case(Dialect::Sqlite, r"a\"), r"a\\");
        assert_eq!(like_ignoring_case(Dialect::MariaDb, r"\_"), "|_");
    }

    #[test]
    fn nothing_in_a_text_is_a_pattern() {
        let all = |text: &str| {
            let of = |dialect| starts_with(dialect, text, PLACE).unwrap();
            [of(Dialect::Sqlite), of(Dialect::Postgres), of(Dialect::MySql)]
        };
        assert_eq!(all(r"%_\|*["), [r"%_\|[*][[]*", r"\%\_\\|*[%", r"|%|_\||*[%"]);
        assert_eq!(contains(Dialect::Sqlite, "%*"), "%*");
        assert_eq!(contains(Dialect::Postgres, "%*"), r"%\%*%");
        assert_eq!(ends_with(Dialect::MySql, "", PLACE).unwrap(), "%");
    }
}
