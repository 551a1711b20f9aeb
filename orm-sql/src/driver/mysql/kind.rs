//! MySQL's own types, as far as they differ in how their values travel.

use sqlx::mysql::{MySql, MySqlTypeInfo};
use sqlx::{Type, TypeInfo};

/// How the values of a column travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers with a sign, of any width.
    Signed,
    /// Whole numbers without a sign, of any width; years.
    Unsigned,
    Float,
    Double,
    Decimal,
    /// Up to 64 bits, the highest first.
    Bits,
    Date,
    Time,
    DateTime,
    /// A moment: the session's time zone is UTC.
    Timestamp,
    /// Text and what travels as text: enums, sets, documents.
    Text,
    Bytes,
}

impl Kind {
    /// The kind of a column that the server announced.
    pub(crate) fn of_info(info: &MySqlTypeInfo) -> Self {
        match info.name() {
            // What sqlx calls a boolean is a small number of one digit, with a sign or without.
            "BOOLEAN" if *info == <u8 as Type<MySql>>::type_info() => Kind::Unsigned,
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => Kind::Signed,
            "YEAR" | "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED"
            | "BIGINT UNSIGNED" => Kind::Unsigned,
            "FLOAT" => Kind::Float,
            "DOUBLE" => Kind::Double,
            "DECIMAL" => Kind::Decimal,
            "BIT" => Kind::Bits,
            "DATE" => Kind::Date,
            "TIME" => Kind::Time,
            "DATETIME" => Kind::DateTime,
            "TIMESTAMP" => Kind::Timestamp,
            "JSON" | "ENUM" | "SET" => Kind::Text,
            // The names of texts and bytes are mixed up when a text is compared by its bytes; this is not.
            _ if <str as Type<MySql>>::compatible(info) => Kind::Text,
            _ => Kind::Bytes,
        }
    }
}
