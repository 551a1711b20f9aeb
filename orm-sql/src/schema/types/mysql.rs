//! The types of MySQL and MariaDB, and the many names that one of them has.
//!
//! What is written is chosen so that every value comes back as it went:
//! a UUID is its 36 characters, since not every version has a type for it; moments are UTC in `datetime`, whose years do
//! not end in 2038; a decimal of no given precision has room for all that the Rust type holds, and is read back with
//! zeros behind it; text without a length is `longtext`, and has a length where it is a key.

use orm_core::types::{ColumnKind, NativeEnum};

use crate::dialect::Dialect;
use crate::schema::ddl::mysql::{text, text_value};
use crate::schema::sql_text::{Token, TokenKind, tokens};
use crate::schema::types::TypeSpec;

/// The length of a text or of bytes that are a key and say none: three of them fit into an index.
pub(crate) const KEY_LENGTH: u32 = 255;

pub(super) fn type_name(spec: TypeSpec) -> String {
    let TypeSpec { kind, length, precision } = spec;
    let name = match kind {
        ColumnKind::Bool => "boolean",
        ColumnKind::Int8 => "tinyint",
        ColumnKind::Int16 => "smallint",
        ColumnKind::Int32 => "int",
        ColumnKind::Int64 => "bigint",
        ColumnKind::UInt8 => "tinyint unsigned",
        ColumnKind::UInt16 => "smallint unsigned",
        ColumnKind::UInt32 => "int unsigned",
        ColumnKind::UInt64 => "bigint unsigned",
        ColumnKind::Int128 => "decimal(39,0)",
        ColumnKind::IntEnum(values) => integer_for(values),
        ColumnKind::Float32 => "float",
        ColumnKind::Float64 => "double",
        ColumnKind::Decimal => match precision {
            Some((digits, fraction)) => return format!("decimal({digits},{fraction})"),
            // 29 digits, of which up to 28 follow the point.
            None => "decimal(57,28)",
        },
        ColumnKind::Bytes => match length {
            Some(length) => return format!("varbinary({length})"),
            None => "longblob",
        },
        ColumnKind::Uuid => "char(36)",
        ColumnKind::ObjectId => "char(24)",
        ColumnKind::Date => "date",
        ColumnKind::Time => return with_digits("time", precision),
        ColumnKind::DateTime | ColumnKind::Timestamp => return with_digits("datetime", precision),
        ColumnKind::Json | ColumnKind::Array(_) => "json",
        ColumnKind::Text => return text_type(length),
        ColumnKind::NativeEnum(native) if has_enum(native) => return enum_type(native),
        ColumnKind::TextEnum(_) | ColumnKind::NativeEnum(_) => {
            let texts = kind.texts().unwrap_or_default();
            let fit = texts.iter().all(|value| value.chars().count() <= KEY_LENGTH as usize);
            return text_type(length.or(fit.then_some(KEY_LENGTH)));
        }
        _ => "longtext",
    };
    name.to_owned()
}

fn text_type(length: Option<u32>) -> String {
    match length {
        Some(length) => format!("varchar({length})"),
        None => "longtext".to_owned(),
    }
}

/// Whether the values can be those of an `enum`: it takes blanks off their ends, and none is very long.
pub(crate) fn has_enum(native: &NativeEnum) -> bool {
    let fits = |value: &&str| !value.ends_with(' ') && !value.contains('\0') && value.len() <= 255;
    !native.values.is_empty() && native.values.iter().all(fits)
}

fn enum_type(native: &NativeEnum) -> String {
    let values: Vec<String> = native.values.iter().map(|value| text(value)).collect();
    format!("enum({})", values.join(","))
}

/// The smallest integer that takes all values.
fn integer_for(values: &[i64]) -> &'static str {
    let all = |fits: fn(i64) -> bool| values.iter().all(|value| fits(*value));
    if all(|value| i8::try_from(value).is_ok()) {
        "tinyint"
    } else if all(|value| i16::try_from(value).is_ok()) {
        "smallint"
    } else if all(|value| i32::try_from(value).is_ok()) {
        "int"
    } else {
        "bigint"
    }
}

/// Six digits of the second are as many as there can be; the database's own choice would be none.
fn with_digits(name: &str, precision: Option<(u8, u8)>) -> String {
    match precision {
        Some((0, _)) => name.to_owned(),
        Some((digits, _)) if digits < 6 => format!("{name}({digits})"),
        _ => format!("{name}(6)"),
    }
}

/// Whether the type is one that keeps its values beside the row: it has no length, and an index takes its beginning.
pub(crate) fn is_long(type_name: &str) -> bool {
    let name = canonical(type_name);
    ["text", "blob"].iter().any(|ending| name.ends_with(ending)) || name == "json"
}

/// Whether the type is of text, which compares by a collation.
pub(crate) fn is_text(type_name: &str) -> bool {
    let name = canonical(type_name);
    let word = name.split('(').next().unwrap_or_default();
    word.ends_with("text") || ["varchar", "char", "enum", "set"].contains(&word)
}

/// Whether both are names of one type.
pub(super) fn same_type(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

/// One name of the type for all that there are: <https://dev.mysql.com/doc/refman/8.0/en/data-types.html>.
pub(crate) fn canonical(name: &str) -> String {
    let all = tokens(Dialect::MySql, name);
    let written = |token: &Token<'_>| match token.kind {
        TokenKind::Text => text(&text_value(token.text)),
        _ => token.text.to_ascii_lowercase(),
    };
    let open = all.iter().position(|token| token.is_symbol('('));
    let close = all.iter().position(|token| token.is_symbol(')'));
    let (words, modifier): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(place, _)| {
        open.is_none_or(|open| *place < open) || close.is_some_and(|close| close < *place)
    });
    let modifier: String = modifier.into_iter().map(|(_, token)| written(token)).collect();
    let words: Vec<String> = words.into_iter().map(|(_, token)| written(token)).collect();
    let (unsigned, words): (Vec<String>, Vec<String>) =
        words.into_iter().partition(|word| ["unsigned", "zerofill", "signed"].contains(&word.as_str()));
    let name = match words.join(" ").as_str() {
        "bool" | "boolean" => return "tinyint(1)".to_owned(),
        "integer" | "int4" => "int",
        "int1" => "tinyint",
        "int2" => "smallint",
        "int3" => "mediumint",
        "int8" => "bigint",
        "dec" | "numeric" | "fixed" => "decimal",
        "double precision" | "real" | "float8" => "double",
        "float4" => "float",
        "character varying" => "varchar",
        "character" => "char",
        "long" | "long varchar" => "mediumtext",
        "char byte" => "binary",
        other => other,
    }
    .to_owned();
    let modifier = match name.as_str() {
        // How wide it is shown means nothing, but for the one that is a truth value.
        "tinyint" if modifier == "(1)" && unsigned.is_empty() => modifier,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => String::new(),
        "decimal" if modifier.is_empty() => "(10,0)".to_owned(),
        "decimal" if !modifier.contains(',') => modifier.replace(')', ",0)"),
        "char" | "binary" | "bit" if modifier.is_empty() => "(1)".to_owned(),
        "datetime" | "timestamp" | "time" if modifier == "(0)" => String::new(),
        _ => modifier,
    };
    let unsigned: String =
        unsigned.iter().filter(|word| *word != "signed").map(|word| format!(" {word}")).collect();
    format!("{name}{modifier}{unsigned}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_type_are_the_same() {
        for (one, other) in [
            ("int(11)", "INTEGER"),
            ("bigint(20) unsigned", "bigint unsigned"),
            ("boolean", "tinyint(1)"),
            ("tinyint(4)", "tinyint"),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("decimal", "decimal(10,0)"),
            ("double precision", "double"),
            ("enum('a', 'b''s')", r"enum('a','b\'s')"),
            ("datetime(0)", "datetime"),
            ("character varying(20)", "varchar(20)"),
            ("char", "char(1)"),
        ] {
            assert!(same_type(one, other), "{one} {other}: {} {}", canonical(one), canonical(other));
        }
        for (one, other) in [
            ("tinyint(1)", "tinyint(4)"),
            ("int", "int unsigned"),
            ("text", "longtext"),
            ("enum('a','b')", "enum('A','b')"),
            ("enum('a','b')", "enum('b','a')"),
            ("datetime", "datetime(6)"),
            ("varchar(20)", "varchar(30)"),
        ] {
            assert!(!same_type(one, other), "{one} {other}");
        }
    }

    #[test]
    fn odd_names_have_some_form() {
        for name in ["", "(", ")", "enum(", "enum('", "enum('a'))(", "''", "x y z (1) (2)"] {
            let _ = (canonical(name), is_long(name), is_text(name));
        }
    }

    #[test]
    fn an_enumeration_is_one_unless_blanks_would_go() {
        static PLAIN: NativeEnum = NativeEnum { name: "a", schema: None, values: &["it's", "b"] };
        static BLANK: NativeEnum = NativeEnum { name: "a", schema: None, values: &["a "] };
        let name = |native| type_name(TypeSpec::of(ColumnKind::NativeEnum(native)));
        assert_eq!(name(&PLAIN), "enum('it''s','b')");
        assert_eq!(name(&BLANK), "varchar(255)");
    }
}
