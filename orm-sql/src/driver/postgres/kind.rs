//! PostgreSQL's own types, by their numbers.

use orm_core::types::ColumnKind;
use orm_core::value::Value;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

/// A type whose binary form is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    /// Text and what travels as its own text: names, enums.
    Text,
    Bytea,
    Uuid,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    TimeTz,
    Interval,
    Inet,
    Json,
    Jsonb,
    Void,
    /// Known by its number only.
    Other,
}

/// A type of a parameter or a column: of one value, or an array of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PgType {
    pub(crate) kind: Kind,
    pub(crate) is_array: bool,
    /// The number of the type of one value.
    pub(crate) item: u32,
}

/// Numbers of types: the type's own, and its array's.
const NUMBERS: [(Kind, u32, u32); 25] = [
    (Kind::Bool, 16, 1000),
    (Kind::Bytea, 17, 1001),
    (Kind::Int8, 20, 1016),
    (Kind::Int2, 21, 1005),
    (Kind::Int4, 23, 1007),
    (Kind::Text, 25, 1009),
    (Kind::Oid, 26, 1028),
    (Kind::Json, 114, 199),
    (Kind::Float4, 700, 1021),
    (Kind::Float8, 701, 1022),
    (Kind::Date, 1082, 1182),
    (Kind::Time, 1083, 1183),
    (Kind::Timestamp, 1114, 1115),
    (Kind::TimestampTz, 1184, 1185),
    (Kind::Interval, 1186, 1187),
    (Kind::TimeTz, 1266, 1270),
    (Kind::Numeric, 1700, 1231),
    (Kind::Uuid, 2950, 2951),
    (Kind::Jsonb, 3802, 3807),
    (Kind::Inet, 869, 1041),
    (Kind::Void, 2278, 0),
    // Other kinds of text: name, character, varchar, and what is of no known type yet.
    (Kind::Text, 19, 1003),
    (Kind::Text, 1042, 1014),
    (Kind::Text, 1043, 1015),
    (Kind::Text, 705, 0),
];

impl Kind {
    /// The number of the type.
    pub(crate) fn number(self) -> u32 {
        NUMBERS.iter().find(|(kind, ..)| *kind == self).map_or(0, |(_, number, _)| *number)
    }

    fn array_number(self) -> u32 {
        NUMBERS.iter().find(|(kind, ..)| *kind == self).map_or(0, |(.., array)| *array)
    }

    /// The type that a column has, and a value that is compared with it or written to it is sent as.
    pub(crate) fn of_column(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Bool => Kind::Bool,
            ColumnKind::Int8 | ColumnKind::Int16 | ColumnKind::UInt8 => Kind::Int2,
            ColumnKind::Int32 | ColumnKind::UInt16 => Kind::Int4,
            ColumnKind::Int64 | ColumnKind::UInt32 | ColumnKind::IntEnum(_) => Kind::Int8,
            ColumnKind::UInt64 | ColumnKind::Int128 | ColumnKind::Decimal => Kind::Numeric,
            ColumnKind::Float32 => Kind::Float4,
            ColumnKind::Float64 => Kind::Float8,
            ColumnKind::Bytes => Kind::Bytea,
            ColumnKind::Uuid => Kind::Uuid,
            ColumnKind::Date => Kind::Date,
            ColumnKind::Time => Kind::Time,
            ColumnKind::DateTime => Kind::Timestamp,
            ColumnKind::Timestamp => Kind::TimestampTz,
            ColumnKind::Json => Kind::Jsonb,
            ColumnKind::Array(item) => Kind::of_column(*item),
            // Enums of their own type are sent as text, with a cast behind the placeholder.
            _ => Kind::Text,
        }
    }

    /// The type that a value is sent as when nothing else is known; none for what could be anything.
    pub(crate) fn of_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int8,
            Value::UInt(number) if i64::try_from(*number).is_ok() => Kind::Int8,
            Value::UInt(_) | Value::Int128(_) | Value::Decimal(_) => Kind::Numeric,
            Value::Float(_) => Kind::Float8,
            Value::Text(_) | Value::ObjectId(_) => Kind::Text,
            Value::Bytes(_) => Kind::Bytea,
            Value::Uuid(_) => Kind::Uuid,
            Value::Date(_) => Kind::Date,
            Value::Time(_) => Kind::Time,
            Value::DateTime(_) => Kind::Timestamp,
            Value::Timestamp(_) => Kind::TimestampTz,
            Value::Json(_) => Kind::Jsonb,
            _ => return None,
        })
    }
}

impl PgType {
    pub(crate) const fn one(kind: Kind) -> Self {
        Self { kind, is_array: false, item: 0 }
    }

    pub(crate) const fn array_of(kind: Kind) -> Self {
        Self { kind, is_array: true, item: 0 }
    }

    /// The type that the server announced.
    pub(crate) fn of_info(info: &PgTypeInfo) -> Self {
        let number = info.oid().map_or(0, |oid| oid.0);
        for (kind, item, array) in NUMBERS {
            if number == item || (number == array && array != 0) {
                return Self { kind, is_array: number == array, item };
            }
        }
        match info.kind() {
            PgTypeKind::Enum(_) => Self { kind: Kind::Text, is_array: false, item: number },
            PgTypeKind::Domain(base) => Self::of_info(base),
            PgTypeKind::Array(item) => {
                let item = Self::of_info(item);
                Self { kind: item.kind, is_array: true, item: item.item }
            }
            // Travels as text, as text of the extension's own kind.
            _ if info.to_string().eq_ignore_ascii_case("citext") => {
                Self { kind: Kind::Text, is_array: false, item: number }
            }
            _ => Self { kind: Kind::Other, is_array: false, item: number },
        }
    }

    /// The type as sqlx hands it to the server.
    pub(crate) fn info(self) -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(match self.is_array {
            true => self.kind.array_number(),
            false => self.kind.number(),
        }))
    }

    /// The number of the type of an array's items.
    pub(crate) fn item_number(self) -> u32 {
        match self.item {
            0 => self.kind.number(),
            item => item,
        }
    }
}
