//! Names of constraints and indexes, equal on every run: `article_author_id_index`.

use crate::dialect::Dialect;

/// What is to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Index,
    Unique,
    Foreign,
    Check,
}

/// The name of a constraint or an index over columns of a table.
pub(crate) fn constraint_name(dialect: Dialect, table: &str, columns: &[&str], kind: Kind) -> String {
    let ending = match kind {
        Kind::Index => "index",
        Kind::Unique => "unique",
        Kind::Foreign => "foreign",
        Kind::Check => "check",
    };
    let mut name = table.to_owned();
    for part in columns.iter().copied().chain([ending]) {
        name.push('_');
        name.push_str(part);
    }
    match longest_identifier(dialect) {
        Some(longest) if name.len() > longest => shortened(&name, longest),
        _ => name,
    }
}

/// `name`, or the first of `name_2`, `name_3` … that is not taken.
pub(crate) fn free_name(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    let mut number = 2_usize;
    loop {
        let candidate = format!("{name}_{number}");
        if !is_taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

/// How many bytes an identifier can have.
fn longest_identifier(dialect: Dialect) -> Option<usize> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some(63),
        Dialect::MySql | Dialect::MariaDb => Some(64),
    }
}

/// The name's beginning and a hash of all of it.
fn shortened(name: &str, longest: usize) -> String {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut end = longest.saturating_sub(9).min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:08x}", &name[..end], hash as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_table_columns_and_kind() {
        let name = |columns: &[&str], kind| constraint_name(Dialect::Sqlite, "article", columns, kind);
        assert_eq!(name(&["author_id"], Kind::Index), "article_author_id_index");
        assert_eq!(name(&["a", "b"], Kind::Unique), "article_a_b_unique");
        assert_eq!(name(&["author_id"], Kind::Foreign), "article_author_id_foreign");
        assert_eq!(name(&[], Kind::Check), "article_check");
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_stays_different() {
        let long = "ä".repeat(80);
        let one = shortened(&format!("{long}_index"), 63);
        let two = shortened(&format!("{long}_unique"), 63);
        assert!(one.len() <= 63 && two.len() <= 63, "{one} {two}");
        assert_ne!(one, two);
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        assert_eq!(free_name("a".into(), |name| name == "a" || name == "a_2"), "a_3");
        assert_eq!(free_name("b".into(), |_| false), "b");
    }
}
