//! Constant values as SQL text: for defaults only, a statement's values are bound.

use orm_core::Value;
use orm_core::types::json_of_items;

use crate::dialect::Dialect;
use crate::schema::ddl::{mysql, postgres};

/// The SQL literal of a default computed in Rust, if it is a constant.
///
/// What the clock or chance had a part in is none: it differs from one call to the next, or from one day to the next.
pub(super) fn constant(dialect: Dialect, compute: fn() -> Value) -> Option<String> {
    let value = compute();
    match value == compute() {
        true => literal(dialect, &value),
        false => None,
    }
}

/// The SQL literal of a value; none where it has none, or where it may come from the clock.
pub(crate) fn literal(dialect: Dialect, value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::UInt(value) => match dialect {
            // A greater one would be read as a float.
            Dialect::Sqlite => i64::try_from(*value).ok().map(|value| value.to_string()),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => Some(value.to_string()),
        },
        // Debug writes a float so that it reads back as the same float.
        Value::Float(value) => value.is_finite().then(|| format!("{value:?}")),
        Value::Decimal(value) => Some(value.to_string()),
        Value::Int128(value) => match dialect {
            // Its column is of text.
            Dialect::Sqlite => Some(quoted(dialect, &value.to_string())),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => Some(value.to_string()),
        },
        Value::Text(value) => text(dialect, value),
        Value::Bytes(value) => Some(bytes(dialect, value)),
        Value::Uuid(value) => Some(quoted(dialect, &value.to_string())),
        Value::ObjectId(value) => Some(quoted(dialect, &value.to_string())),
        Value::Json(value) => text(dialect, &value.to_string()),
        Value::Array(items) => match dialect {
            Dialect::Postgres => array(items).and_then(|items| text(dialect, &items)),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => {
                json_of_items(items).and_then(|items| text(dialect, &items.to_string()))
            }
        },
        _ => None,
    }
}

/// The items as PostgreSQL reads them from text: `{1,"a b",null}`.
fn array(items: &[Value]) -> Option<String> {
    let item = |item: &Value| {
        let text = match item {
            Value::Null => return Some("null".to_owned()),
            Value::Array(items) => return array(items),
            Value::Text(text) => text.clone(),
            Value::Uuid(uuid) => uuid.to_string(),
            Value::Json(json) => json.to_string(),
            Value::Bytes(bytes) => format!("\\x{}", hexadecimal(bytes)),
            Value::Bool(_)
            | Value::Int(_)
            | Value::UInt(_)
            | Value::Int128(_)
            | Value::Float(_)
            | Value::Decimal(_) => literal(Dialect::Postgres, item)?,
            _ => return None,
        };
        Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
    };
    let items: Option<Vec<String>> = items.iter().map(item).collect();
    Some(format!("{{{}}}", items?.join(",")))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Text as a literal; none has a NUL inside, which would end the statement.
pub(crate) fn text(dialect: Dialect, value: &str) -> Option<String> {
    (!value.contains('\0')).then(|| quoted(dialect, value))
}

fn quoted(dialect: Dialect, value: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("'{}'", value.replace('\'', "''")),
        Dialect::Postgres => postgres::text(value),
        Dialect::MySql | Dialect::MariaDb => mysql::text(value),
    }
}

fn bytes(dialect: Dialect, value: &[u8]) -> String {
    let digits = hexadecimal(value);
    match dialect {
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => format!("x'{digits}'"),
        Dialect::Postgres => postgres::text(&format!("\\x{digits}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn values_become_literals_of_their_own_kind() {
        let check = |value: Value, expected: Option<&str>| {
            assert_eq!(literal(Dialect::Sqlite, &value).as_deref(), expected, "{value:?}");
        };
        check(Value::Null, None);
        check(Value::Bool(true), Some("true"));
        check(Value::Int(-5), Some("-5"));
        check(Value::UInt(7), Some("7"));
        check(Value::UInt(u64::MAX), None);
        check(Value::Float(1.0), Some("1.0"));
        check(Value::Float(1e300), Some("1e300"));
        check(Value::Float(f64::NAN), None);
        check(Value::Text("it's; drop table x --".into()), Some("'it''s; drop table x --'"));
        check(Value::Text("a\0b".into()), None);
        check(Value::Bytes(vec![0, 255]), Some("x'00ff'"));
        check(Value::Json(serde_json::json!({"a": "b'c"})), Some(r#"'{"a":"b''c"}'"#));
    }

    #[test]
    fn items_of_an_array_are_quoted() {
        let items = vec![Value::Int(1), Value::Null, Value::Text("a \"b\\' c".into()), Value::Bytes(vec![1])];
        let text = literal(Dialect::Postgres, &Value::Array(items));
        assert_eq!(text.as_deref(), Some(r#"E'{"1",null,"a \\"b\\\\'' c","\\\\x01"}'"#));
    }

    #[test]
    fn what_differs_from_call_to_call_is_no_constant() {
        static COUNTER: AtomicI64 = AtomicI64::new(0);
        let count: fn() -> Value = || Value::Int(COUNTER.fetch_add(1, Ordering::Relaxed));
        assert_eq!(constant(Dialect::Sqlite, count), None);
        assert_eq!(constant(Dialect::Sqlite, || Value::Int(3)).as_deref(), Some("3"));
    }
}
