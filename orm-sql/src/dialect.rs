//! The SQL databases as a closed list, and the facts in which they differ. Knows no metadata.

use std::fmt::Write;

/// An SQL database's way of speaking.
///
/// A new one is a variant here and an arm in each `match`; there is no catch-all arm anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a new dialect must break every match on it")]
pub enum Dialect {
    /// SQLite 3.35 and later.
    Sqlite,
    /// PostgreSQL 12 and later.
    Postgres,
    /// MySQL 8.0 and later.
    MySql,
    /// MariaDB 10.5 and later.
    MariaDb,
}

impl Dialect {
    /// The database's name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
            Dialect::MySql => "mysql",
            Dialect::MariaDb => "mariadb",
        }
    }

    /// The character around an identifier; inside of it, it is doubled.
    pub const fn quote(self) -> char {
        match self {
            Dialect::Sqlite | Dialect::Postgres => '"',
            Dialect::MySql | Dialect::MariaDb => '`',
        }
    }

    /// How many parameters one statement can have.
    pub const fn most_parameters(self) -> usize {
        match self {
            Dialect::Sqlite => 32_766,
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => 65_535,
        }
    }

    /// How deep the tree of an expression can be. SQLite says 1,000; some of it is kept for what stands around a
    /// condition. The servers are bound by their stacks, which hold more than that.
    pub const fn deepest_expression(self) -> u32 {
        match self {
            Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => 900,
        }
    }

    /// How deep subqueries can be inside each other. MySQL and MariaDB say 63; the others get no slower answer for it.
    pub(crate) const fn deepest_subquery(self) -> u32 {
        match self {
            Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => 60,
        }
    }

    /// Whether a comparison of rows, as in `(a, b) > (1, 2)`, can use an index.
    pub(crate) const fn indexes_rows(self) -> bool {
        match self {
            Dialect::Sqlite | Dialect::Postgres => true,
            Dialect::MySql | Dialect::MariaDb => false,
        }
    }

    /// Writes the placeholder of the parameter with that number, counted from one.
    pub fn push_placeholder(self, text: &mut String, number: usize) {
        match self {
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => text.push('?'),
            Dialect::Postgres => {
                text.push('$');
                push_number(text, number);
            }
        }
    }

    /// Writes an identifier in quotes.
    pub fn push_identifier(self, text: &mut String, name: &str) {
        let quote = self.quote();
        text.push(quote);
        if name.contains(quote) {
            for character in name.chars() {
                if character == quote {
                    text.push(quote);
                }
                text.push(character);
            }
        } else {
            text.push_str(name);
        }
        text.push(quote);
    }

    /// An identifier in quotes.
    pub fn identifier(self, name: &str) -> String {
        let mut text = String::with_capacity(name.len() + 2);
        self.push_identifier(&mut text, name);
        text
    }

    /// The comparison for which null is a value like any other.
    pub(crate) const fn is_same(self) -> &'static str {
        match self {
            Dialect::Sqlite => " is ",
            Dialect::Postgres => " is not distinct from ",
            Dialect::MySql | Dialect::MariaDb => " <=> ",
        }
    }

    /// The collation that tells texts apart that differ in any character, in case or in spaces at the end. What the other
    /// databases do unless told otherwise; they need no name for it.
    pub(crate) const fn exact_collation(self) -> &'static str {
        match self {
            Dialect::Sqlite => "binary",
            Dialect::Postgres => "\"C\"",
            Dialect::MySql => "utf8mb4_0900_bin",
            Dialect::MariaDb => "utf8mb4_nopad_bin",
        }
    }

    /// Whether a `select distinct` can only be ordered by what it selects.
    pub(crate) const fn distinct_orders_by_its_columns(self) -> bool {
        match self {
            Dialect::Sqlite => false,
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => true,
        }
    }

    /// What stands before an `offset` when there is no limit.
    pub(crate) const fn no_limit(self) -> &'static str {
        match self {
            Dialect::Sqlite => " limit -1",
            Dialect::Postgres => "",
            Dialect::MySql | Dialect::MariaDb => " limit 18446744073709551615",
        }
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Writes a number into a text that is being built.
pub(crate) fn push_number(text: &mut String, number: impl std::fmt::Display) {
    write!(text, "{number}").expect("writing into a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_inside_an_identifier_is_doubled() {
        assert_eq!(Dialect::Sqlite.identifier("author"), r#""author""#);
        assert_eq!(Dialect::Sqlite.identifier(r#"a"; drop table x; --"#), r#""a""; drop table x; --""#);
        assert_eq!(Dialect::Sqlite.identifier(""), r#""""#);
    }
}
