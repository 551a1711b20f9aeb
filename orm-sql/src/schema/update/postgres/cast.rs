//! How values become values of another type. Where PostgreSQL has no way of its own, they go by way of text.

use crate::schema::types::canonical_postgres;

/// What a type is a kind of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Bool,
    Number,
    Text,
    Date,
    Time,
    DateTime,
    Moment,
    Json,
    Bytes,
    Other,
}

fn family(type_name: &str) -> Family {
    let name = canonical_postgres(type_name);
    if name.ends_with("[]") || name.contains('"') {
        return Family::Other;
    }
    match name.split('(').next().unwrap_or_default() {
        "boolean" => Family::Bool,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => Family::Number,
        "text" | "character varying" | "character" | "citext" | "name" => Family::Text,
        "date" => Family::Date,
        "time without time zone" => Family::Time,
        "timestamp without time zone" => Family::DateTime,
        "timestamp with time zone" => Family::Moment,
        "json" | "jsonb" => Family::Json,
        "bytea" => Family::Bytes,
        _ => Family::Other,
    }
}

/// Whether the type is of text.
pub(super) fn is_text(type_name: &str) -> bool {
    family(type_name) == Family::Text
}

/// The expression that makes the column's value one of the new type.
pub(super) fn converted(column: &str, from: &str, to: &str) -> String {
    use Family::{Bool, Bytes, Date, DateTime, Json, Moment, Number, Text, Time};
    match (family(from), family(to)) {
        (Bool, Number) => format!("{column}::integer::{to}"),
        (Number, Bool) => format!("({column} <> 0)"),
        (Text, Bytes) => format!("convert_to({column}, 'UTF8')"),
        (Bytes, Text) => format!("convert_from({column}, 'UTF8')::{to}"),
        // A date and time without a zone means UTC here, whatever zone the session has.
        (DateTime, Moment) => format!("({column} at time zone 'UTC')::{to}"),
        (Moment, DateTime | Date | Time) => format!("({column} at time zone 'UTC')::{to}"),
        (Date, Moment) => format!("({column}::timestamp at time zone 'UTC')::{to}"),
        (DateTime, Date | Time | DateTime)
        | (Moment, Moment)
        | (Date, DateTime)
        | (Number, Number)
        | (Text, _)
        | (_, Text)
        | (Json, Json) => format!("{column}::{to}"),
        (Number | Bool, Json) => format!("to_jsonb({column})::{to}"),
        _ => format!("{column}::text::{to}"),
    }
}
