//! PostgreSQL's types, and the many names that one of them has.

use orm_core::types::{ColumnKind, NativeEnum};

use crate::dialect::Dialect;
use crate::schema::ddl::qualified;
use crate::schema::types::TypeSpec;

/// PostgreSQL has no unsigned integers, so these take the next larger type.
pub(super) fn type_name(spec: TypeSpec) -> String {
    let TypeSpec { kind, length, precision } = spec;
    let name = match kind {
        ColumnKind::Bool => "boolean",
        ColumnKind::Int8 | ColumnKind::Int16 | ColumnKind::UInt8 => "smallint",
        ColumnKind::Int32 | ColumnKind::UInt16 => "integer",
        ColumnKind::Int64 | ColumnKind::UInt32 => "bigint",
        ColumnKind::UInt64 => "numeric(20,0)",
        ColumnKind::Int128 => "numeric(39,0)",
        ColumnKind::IntEnum(values) => integer_for(values),
        ColumnKind::Float32 => "real",
        ColumnKind::Float64 => "double precision",
        ColumnKind::Decimal => match precision {
            Some((digits, fraction)) => return format!("numeric({digits},{fraction})"),
            None => "numeric",
        },
        ColumnKind::Bytes => "bytea",
        ColumnKind::Uuid => "uuid",
        ColumnKind::Date => "date",
        ColumnKind::Time => return with_digits("time", precision),
        ColumnKind::DateTime => return with_digits("timestamp", precision),
        ColumnKind::Timestamp => return with_digits("timestamptz", precision),
        ColumnKind::Json => "jsonb",
        ColumnKind::Text => match length {
            Some(length) => return format!("varchar({length})"),
            None => "text",
        },
        ColumnKind::TextEnum(_) => "text",
        ColumnKind::NativeEnum(native) => return enum_name(native),
        ColumnKind::Array(item) => return format!("{}[]", type_name(TypeSpec { kind: *item, ..spec })),
        _ => "text",
    };
    name.to_owned()
}

/// The name of an enumeration that is a type of the database, as a column says it.
fn enum_name(native: &NativeEnum) -> String {
    qualified(Dialect::Postgres, native.schema, native.name)
}

/// The smallest integer that takes all values.
fn integer_for(values: &[i64]) -> &'static str {
    if values.iter().all(|value| i16::try_from(*value).is_ok()) {
        "smallint"
    } else if values.iter().all(|value| i32::try_from(*value).is_ok()) {
        "integer"
    } else {
        "bigint"
    }
}

fn with_digits(name: &str, precision: Option<(u8, u8)>) -> String {
    match precision {
        // Six is what PostgreSQL keeps anyway.
        Some((digits, _)) if digits < 6 => format!("{name}({digits})"),
        _ => name.to_owned(),
    }
}

/// Whether both are names of one type.
pub(super) fn same_type(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

/// The name that PostgreSQL prints: <https://www.postgresql.org/docs/current/datatype.html>.
pub(crate) fn canonical(name: &str) -> String {
    if name.contains('"') {
        return name.trim().to_owned();
    }
    let lower = name.to_ascii_lowercase();
    let dimensions: String = lower.matches("[]").collect();
    let spaced = lower.replace("[]", " ").replace('(', " (").replace(", ", ",");
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    let modifier = words.iter().position(|word| word.starts_with('(')).map(|place| words.remove(place));
    let mut modifier = modifier.unwrap_or_default().to_owned();
    let name = match words.join(" ").as_str() {
        "int" | "int4" | "serial" | "serial4" => "integer",
        "int2" | "smallserial" | "serial2" => "smallint",
        "int8" | "bigserial" | "serial8" => "bigint",
        "bool" => "boolean",
        "float4" => "real",
        "float8" | "float" => "double precision",
        "decimal" => "numeric",
        "varchar" => "character varying",
        "char" | "bpchar" | "character" => "character",
        "varbit" => "bit varying",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        other => other,
    }
    .to_owned();
    match name.as_str() {
        // A scale that is left out is none.
        "numeric" if !modifier.is_empty() && !modifier.contains(',') => {
            modifier = modifier.replace(')', ",0)");
        }
        "character" if modifier.is_empty() => modifier = "(1)".to_owned(),
        _ if modifier == "(6)" && name.starts_with("time") => modifier.clear(),
        _ => {}
    }
    format!("{name}{modifier}{dimensions}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_type_are_the_same() {
        for (one, other) in [
            ("int4", "integer"),
            ("VARCHAR(20)", "character varying(20)"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp(6)", "timestamp without time zone"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("decimal(5)", "numeric(5,0)"),
            ("int4[]", "integer[]"),
            ("varchar(3)[]", "character varying(3)[]"),
            ("char", "character(1)"),
            ("float8", "double  precision"),
        ] {
            assert!(same_type(one, other), "{one} {other}: {} {}", canonical(one), canonical(other));
        }
        for (one, other) in [
            ("text", "varchar"),
            ("int4", "int8"),
            ("int4[]", "int4"),
            ("\"Mood\"", "\"mood\""),
            ("numeric", "numeric(5)"),
        ] {
            assert!(!same_type(one, other), "{one} {other}");
        }
    }

    #[test]
    fn an_enum_of_integers_takes_the_smallest_type() {
        let name = |values| type_name(TypeSpec::of(ColumnKind::IntEnum(values)));
        assert_eq!(name(&[1, 2]), "smallint");
        assert_eq!(name(&[1, 70_000]), "integer");
        assert_eq!(name(&[1, i64::MAX]), "bigint");
    }
}
