//! The databases' names for what a column holds, and which of them mean the same.

use orm_core::types::ColumnKind;

use crate::dialect::Dialect;

/// The type of a column in the database's own words.
pub(crate) fn type_name(dialect: Dialect, kind: ColumnKind, precision: Option<(u8, u8)>) -> String {
    match dialect {
        Dialect::Sqlite => sqlite_type_name(kind, precision),
    }
}

/// SQLite goes by a name's affinity: a numeric one makes a number of any text that looks like one. So whatever may look
/// like a number and must stay text has `text` in its name.
fn sqlite_type_name(kind: ColumnKind, precision: Option<(u8, u8)>) -> String {
    let name = match kind {
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
        ColumnKind::Decimal => match precision {
            Some((digits, fraction)) => return format!("numeric({digits},{fraction})"),
            None => "numeric",
        },
        ColumnKind::Bytes => "blob",
        ColumnKind::Uuid => "uuid_text",
        ColumnKind::Date => "date",
        ColumnKind::Time => "time",
        ColumnKind::DateTime => "datetime",
        ColumnKind::Timestamp => "timestamp",
        ColumnKind::Json => "json_text",
        // 128 bits are more than SQLite's integers have.
        ColumnKind::Int128 | ColumnKind::Text | ColumnKind::TextEnum(_) => "text",
        _ => "text",
    };
    name.to_owned()
}
