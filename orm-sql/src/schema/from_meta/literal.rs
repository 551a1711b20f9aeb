//! Constant values as SQL text: for defaults only, a statement's values are bound.

use orm_core::Value;

use crate::dialect::Dialect;

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
        },
        // Debug writes a float so that it reads back as the same float.
        Value::Float(value) => value.is_finite().then(|| format!("{value:?}")),
        Value::Decimal(value) => Some(value.to_string()),
        Value::Int128(value) => Some(quoted(dialect, &value.to_string())),
        Value::Text(value) => text(dialect, value),
        Value::Bytes(value) => Some(bytes(dialect, value)),
        Value::Uuid(value) => Some(quoted(dialect, &value.to_string())),
        Value::Json(value) => text(dialect, &value.to_string()),
        _ => None,
    }
}

/// Text as a literal; none has a NUL inside, which would end the statement.
pub(crate) fn text(dialect: Dialect, value: &str) -> Option<String> {
    (!value.contains('\0')).then(|| quoted(dialect, value))
}

fn quoted(dialect: Dialect, value: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("'{}'", value.replace('\'', "''")),
    }
}

fn bytes(dialect: Dialect, value: &[u8]) -> String {
    let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    match dialect {
        Dialect::Sqlite => format!("x'{digits}'"),
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
    fn what_differs_from_call_to_call_is_no_constant() {
        static COUNTER: AtomicI64 = AtomicI64::new(0);
        let count: fn() -> Value = || Value::Int(COUNTER.fetch_add(1, Ordering::Relaxed));
        assert_eq!(constant(Dialect::Sqlite, count), None);
        assert_eq!(constant(Dialect::Sqlite, || Value::Int(3)).as_deref(), Some("3"));
    }
}
