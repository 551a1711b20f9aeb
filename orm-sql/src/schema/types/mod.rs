//! The databases' names for what a column holds, and which of them mean the same.

mod mysql;
mod postgres;
mod sqlite;

use orm_core::types::ColumnKind;

pub(crate) use mysql::{
    KEY_LENGTH, canonical as canonical_mysql, has_enum, is_long as is_long_mysql, is_text as is_text_mysql,
};
pub(crate) use postgres::canonical as canonical_postgres;

use crate::dialect::Dialect;

/// What an entity says of a column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeSpec {
    /// What it holds.
    pub(crate) kind: ColumnKind,
    /// The length of text or bytes.
    pub(crate) length: Option<u32>,
    /// Digits of a decimal, and how many of them follow the point; of a time, digits of the second.
    pub(crate) precision: Option<(u8, u8)>,
}

impl TypeSpec {
    /// A kind of which nothing more is known.
    pub(crate) const fn of(kind: ColumnKind) -> Self {
        Self { kind, length: None, precision: None }
    }
}

/// The type of a column in the database's own words.
pub(crate) fn type_name(dialect: Dialect, spec: TypeSpec) -> String {
    match dialect {
        Dialect::Sqlite => sqlite::type_name(spec),
        Dialect::Postgres => postgres::type_name(spec),
        Dialect::MySql | Dialect::MariaDb => mysql::type_name(spec),
    }
}

/// Whether two names mean the same column, so that changing one into the other would change nothing.
pub(crate) fn same_type(dialect: Dialect, one: &str, other: &str) -> bool {
    match dialect {
        Dialect::Sqlite => sqlite::same_type(one, other),
        Dialect::Postgres => postgres::same_type(one, other),
        Dialect::MySql | Dialect::MariaDb => mysql::same_type(one, other),
    }
}

/// The type's name in a table that takes only the storage itself for a type, as SQLite's `strict` ones do.
pub(crate) fn strict_type_name(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Sqlite => sqlite::strict_type_name(name),
        // Nobody else has such tables.
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => name.to_owned(),
    }
}
