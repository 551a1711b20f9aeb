//! SQLite's types: what it makes of a name counts, not the name.

use orm_core::types::ColumnKind;

use crate::schema::types::TypeSpec;

/// SQLite goes by a name's affinity: a numeric one makes a number of any text that looks like one. So whatever may look
/// like a number and must stay text has `text` in its name.
pub(super) fn type_name(spec: TypeSpec) -> String {
    let name = match spec.kind {
        ColumnKind::Bool => "boolean",
        ColumnKind::Int8
        | ColumnKind::Int16
        | ColumnKind::Int32
        | ColumnKind::Int64
        | ColumnKind::UInt8
        | ColumnKind::UInt16
        | ColumnKind::UInt32
        | ColumnKind::UInt64
        | ColumnKind::IntEnum(_) => "integer",
        ColumnKind::Float32 | ColumnKind::Float64 => "real",
        ColumnKind::Decimal => match spec.precision {
            Some((digits, fraction)) => return format!("numeric({digits},{fraction})"),
            None => "numeric",
        },
        ColumnKind::Bytes => "blob",
        ColumnKind::Uuid => "uuid_text",
        ColumnKind::Date => "date",
        ColumnKind::Time => "time",
        ColumnKind::DateTime => "datetime",
        ColumnKind::Timestamp => "timestamp",
        ColumnKind::Json | ColumnKind::Array(_) => "json_text",
        // 128 bits are more than SQLite's integers have.
        ColumnKind::Int128 | ColumnKind::Text | ColumnKind::TextEnum(_) | ColumnKind::NativeEnum(_) => "text",
        _ => "text",
    };
    name.to_owned()
}

/// Whether SQLite keeps the values of both in the same way.
pub(super) fn same_type(one: &str, other: &str) -> bool {
    storage(one) == storage(other)
}

/// The type's name in a `strict` table.
pub(super) fn strict_type_name(name: &str) -> String {
    let name = match storage(name) {
        Storage::Integer => "integer",
        Storage::Text => "text",
        Storage::Blob => "blob",
        Storage::Real => "real",
        Storage::Numeric(word) if word == "numeric" => "any",
        // Dates and times are kept as text.
        Storage::Numeric(_) => "text",
    };
    name.to_owned()
}

/// What SQLite makes of a type's name.
#[derive(Debug, PartialEq, Eq)]
enum Storage {
    Integer,
    Text,
    Blob,
    Real,
    /// Numeric by SQLite's rules; told apart by the name, as other programs do.
    Numeric(String),
}

/// SQLite's rules of affinity, in their order: <https://www.sqlite.org/datatype3.html>. Lengths mean nothing to it.
fn storage(name: &str) -> Storage {
    let name = name.to_ascii_lowercase();
    let has = |part: &str| name.contains(part);
    if has("int") {
        return Storage::Integer;
    }
    if has("char") || has("clob") || has("text") {
        return Storage::Text;
    }
    if has("blob") || name.trim().is_empty() {
        return Storage::Blob;
    }
    if has("real") || has("floa") || has("doub") {
        return Storage::Real;
    }
    match name.split('(').next().unwrap_or_default().trim() {
        // Truth values are whole numbers in either.
        "bool" | "boolean" => Storage::Integer,
        "decimal" => Storage::Numeric("numeric".into()),
        "timestamp" => Storage::Numeric("datetime".into()),
        word => Storage::Numeric(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_the_same_when_they_store_the_same() {
        let same = same_type;
        assert!(same("NVARCHAR(160)", "text"));
        assert!(same("bigint", "INTEGER"));
        assert!(same("boolean", "tinyint(1)"));
        assert!(same("NUMERIC(10,2)", "decimal"));
        assert!(same("TIMESTAMP", "datetime"));
        assert!(!same("json", "json_text"));
        assert!(!same("text", "integer"));
        assert!(!same("date", "datetime"));
        assert!(!same("real", "numeric"));
        assert!(!same("", "text"));
    }

    #[test]
    fn text_that_looks_like_a_number_is_kept_where_it_must_be() {
        for kind in [ColumnKind::Text, ColumnKind::Json, ColumnKind::Uuid, ColumnKind::Int128] {
            assert_eq!(storage(&type_name(TypeSpec::of(kind))), Storage::Text, "{kind:?}");
        }
    }
}
