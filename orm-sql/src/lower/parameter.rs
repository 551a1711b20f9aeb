//! What a parameter is sent as: the column's type, or another with a cast behind the placeholder.

use std::borrow::Cow;

use orm_core::meta::ColumnType;
use orm_core::types::ColumnKind;

use crate::dialect::Dialect;
use crate::render::SqlWriter;
use crate::schema::{TypeSpec, canonical_postgres, type_name};

/// What a parameter for a column is sent as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParameterType {
    /// The kind of column for which it is encoded.
    pub(crate) kind: ColumnKind,
    /// The type that the server makes of it, where it would not do so by itself.
    pub(crate) cast: Option<String>,
}

impl ParameterType {
    /// The parameter for a column of that type.
    pub(crate) fn of(dialect: Dialect, ty: ColumnType) -> Self {
        match dialect {
            Dialect::Postgres => of_postgres(ty),
            // A text compared with a document would be taken for a document that is a text.
            Dialect::MySql if ty.kind == ColumnKind::Json => Self::cast(ty.kind, "json"),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => Self { kind: ty.kind, cast: None },
        }
    }

    fn cast(kind: ColumnKind, name: impl Into<String>) -> Self {
        Self { kind, cast: Some(name.into()) }
    }
}

/// Writes the placeholder of a value for a column.
pub(crate) fn push_value(w: &mut SqlWriter, ty: ColumnType) {
    let cast = ParameterType::of(w.dialect(), ty).cast;
    match w.dialect() {
        Dialect::Postgres => {
            w.push_param();
            if let Some(cast) = cast {
                w.push("::").push(&cast);
            }
        }
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => match cast {
            None => {
                w.push_param();
            }
            Some(cast) => {
                w.push("cast(").push_param().push(" as ").push(&cast).push(")");
            }
        },
    }
}

/// Writes the placeholder of an array of values for a column; only PostgreSQL has such parameters.
pub(crate) fn push_array(w: &mut SqlWriter, ty: ColumnType) {
    w.push_param();
    if let Some(cast) = ParameterType::of(w.dialect(), ty).cast {
        w.push("::").push(&cast).push("[]");
    }
}

/// PostgreSQL compares nothing with a type of its own but values of that type, and makes these of text when it is told
/// to.
fn of_postgres(ty: ColumnType) -> ParameterType {
    let Some(by_hand) = ty.by_hand else {
        return match ty.kind {
            kind @ ColumnKind::NativeEnum(_) => {
                ParameterType::cast(ColumnKind::Text, type_name(Dialect::Postgres, TypeSpec::of(kind)))
            }
            kind => ParameterType { kind, cast: None },
        };
    };
    let name = canonical_postgres(by_hand);
    let name = without_modifier(&name);
    let sent = match ty.kind {
        kind if is_text(kind) => ColumnKind::Text,
        kind => kind,
    };
    match kind_of_postgres(&name) {
        Some(kind) if kind == sent || (is_number(kind) && is_number(sent)) => {
            ParameterType { kind, cast: None }
        }
        Some(_) | None => ParameterType::cast(sent, name),
    }
}

/// The kind of column that a type's name stands for, where values of that kind can be sent as they are.
fn kind_of_postgres(name: &str) -> Option<ColumnKind> {
    Some(match name {
        "boolean" => ColumnKind::Bool,
        "smallint" => ColumnKind::Int16,
        "integer" => ColumnKind::Int32,
        "bigint" => ColumnKind::Int64,
        "numeric" => ColumnKind::Decimal,
        "real" => ColumnKind::Float32,
        "double precision" => ColumnKind::Float64,
        "text" | "character varying" | "character" => ColumnKind::Text,
        "bytea" => ColumnKind::Bytes,
        "uuid" => ColumnKind::Uuid,
        "date" => ColumnKind::Date,
        "time without time zone" => ColumnKind::Time,
        "timestamp without time zone" => ColumnKind::DateTime,
        "timestamp with time zone" => ColumnKind::Timestamp,
        "jsonb" => ColumnKind::Json,
        _ => return None,
    })
}

fn is_text(kind: ColumnKind) -> bool {
    kind == ColumnKind::Text || kind.texts().is_some()
}

fn is_number(kind: ColumnKind) -> bool {
    match kind {
        ColumnKind::Int128
        | ColumnKind::Float32
        | ColumnKind::Float64
        | ColumnKind::Decimal
        | ColumnKind::IntEnum(_) => true,
        kind => kind.is_integer(),
    }
}

/// A cast to a shorter type would cut the value off, where storing it is refused.
fn without_modifier(name: &str) -> Cow<'_, str> {
    match (name.find('('), name.rfind(')')) {
        (Some(start), Some(end)) if start < end && !name.contains('"') => {
            Cow::Owned(format!("{}{}", name[..start].trim_end(), &name[end + 1..]))
        }
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use orm_core::types::ColumnKind::*;
    use orm_core::types::NativeEnum as EnumType;

    use super::*;

    fn of(kind: ColumnKind, by_hand: Option<&'static str>) -> (ColumnKind, String) {
        let parameter = ParameterType::of(Dialect::Postgres, ColumnType { kind, by_hand });
        (parameter.kind, parameter.cast.unwrap_or_default())
    }

    #[test]
    fn types_by_hand_are_cast_to_where_values_do_not_fit_them() {
        static MOOD: EnumType = EnumType { name: "Mood", schema: Some("app"), values: &["sad"] };
        for (kind, by_hand, sent, cast) in [
            (Int32, None, Int32, ""),
            (NativeEnum(&MOOD), None, Text, r#""app"."Mood""#),
            (Int32, Some("bigserial"), Int64, ""),
            (Int64, Some("numeric(5)"), Decimal, ""),
            (Text, Some("VARCHAR(20)"), Text, ""),
            (TextEnum(&["sad"]), Some("char(3)"), Text, ""),
            (Text, Some("citext"), Text, "citext"),
            (Text, Some("uuid"), Text, "uuid"),
            (Uuid, Some("text"), Uuid, "text"),
            (Json, Some("json"), Json, "json"),
            (Text, Some("bit varying(3)"), Text, "bit varying"),
            (Text, Some("\"My Type\""), Text, "\"My Type\""),
            (Array(&Float32), Some("vector(3)"), Array(&Float32), "vector"),
            (Array(&Int32), Some("int4[]"), Array(&Int32), "integer[]"),
        ] {
            assert_eq!(of(kind, by_hand), (sent, cast.to_owned()), "{kind:?} {by_hand:?}");
        }
    }

    #[test]
    fn mysql_is_told_what_a_document_is() {
        let json = ColumnType { kind: ColumnKind::Json, by_hand: None };
        let cast = |dialect| ParameterType::of(dialect, json).cast;
        assert_eq!(cast(Dialect::MySql).as_deref(), Some("json"));
        assert_eq!(cast(Dialect::MariaDb), None);
    }
}
