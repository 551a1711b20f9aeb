//! Lists of scalars: arrays where the database has them, JSON texts elsewhere.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value as Document;
use uuid::Uuid;

use crate::error::DecodeError;
use crate::types::{ColumnKind, Type, unexpected};
use crate::value::{Cell, Value};

/// What a `Vec` may hold to be a property. Not `u8`: a `Vec<u8>` is bytes.
#[diagnostic::on_unimplemented(
    message = "a list of `{Self}` cannot be stored as a property",
    label = "no scalar that a list can hold",
    note = "write `Collection<…>` for related entities, or `Json<Vec<…>>` for a list that is stored as JSON"
)]
pub trait ArrayItem: Type {}

macro_rules! items {
    ($($type:ty)*) => {$(impl ArrayItem for $type {})*};
}

items! {
    bool i8 i16 i32 i64 i128 u16 u32 u64 f32 f64 String Uuid Decimal NaiveDate NaiveTime NaiveDateTime DateTime<Utc>
}

/// A list may have gaps.
#[diagnostic::do_not_recommend]
impl<T: ArrayItem> ArrayItem for Option<T> {}

#[diagnostic::do_not_recommend]
impl<T: ArrayItem> Type for Vec<T> {
    const KIND: ColumnKind = ColumnKind::Array(&T::KIND);

    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(T::to_value).collect())
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let no_list = |text: &str| DecodeError::Text { text: text.to_owned(), expected: "a list as JSON" };
        match cell {
            Cell::Array(items) => items.iter().map(|item| T::from_cell(item.as_cell())).collect(),
            Cell::Json(Document::Array(items)) => items.iter().map(item).collect(),
            Cell::Json(other) => Err(no_list(&other.to_string())),
            Cell::Text(text) => {
                let items: Vec<Document> = serde_json::from_str(text).map_err(|_| no_list(text))?;
                items.iter().map(item).collect()
            }
            cell => Err(unexpected(cell, "a list")),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(one, other)| one.same(other))
    }
}

/// One item of a list that was kept as JSON.
fn item<T: ArrayItem>(document: &Document) -> Result<T, DecodeError> {
    let cell = match document {
        Document::Null => Cell::Null,
        Document::Bool(value) => Cell::Bool(*value),
        Document::String(text) => Cell::Text(text),
        Document::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), ..) => Cell::Int(value),
            (None, Some(value), _) => Cell::UInt(value),
            (None, None, Some(value)) => Cell::Float(value),
            (None, None, None) => Cell::Null,
        },
        Document::Array(_) | Document::Object(_) => {
            return Err(DecodeError::Kind { found: "json", expected: "a scalar" });
        }
    };
    T::from_cell(cell)
}

/// The items as a JSON document, for databases without arrays. What JSON's numbers cannot keep is text; nothing for an
/// item that JSON cannot keep at all, such as a NaN.
pub fn json_of_items(items: &[Value]) -> Option<Document> {
    items.iter().map(json_of_item).collect::<Option<Vec<_>>>().map(Document::Array)
}

fn json_of_item(item: &Value) -> Option<Document> {
    let text = |text: String| Some(Document::String(text));
    match item {
        Value::Null => Some(Document::Null),
        Value::Bool(value) => Some(Document::Bool(*value)),
        Value::Int(value) => Some(Document::from(*value)),
        Value::UInt(value) => Some(Document::from(*value)),
        Value::Float(value) => serde_json::Number::from_f64(*value).map(Document::Number),
        Value::Int128(value) => text(value.to_string()),
        Value::Decimal(value) => text(value.to_string()),
        Value::Text(value) => text(value.clone()),
        Value::Uuid(value) => text(value.to_string()),
        Value::ObjectId(value) => text(value.to_string()),
        Value::Date(value) => text(value.to_string()),
        Value::Time(value) => text(value.to_string()),
        Value::DateTime(value) => text(format!("{value:?}")),
        Value::Timestamp(value) => text(value.to_rfc3339()),
        Value::Bytes(_) | Value::Json(_) | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through_json<T: ArrayItem>(items: Vec<T>) -> Vec<T> {
        let Value::Array(values) = items.to_value() else { panic!("a list is an array") };
        let text = json_of_items(&values).expect("JSON can hold these").to_string();
        Vec::from_cell(Cell::Text(&text)).expect("what was written can be read")
    }

    #[test]
    fn lists_survive_json() {
        let texts = vec!["a".to_owned(), "'\"\\,{}".to_owned(), String::new()];
        assert_eq!(through_json(texts.clone()), texts);
        assert_eq!(through_json(vec![i64::MIN, 0, i64::MAX]), [i64::MIN, 0, i64::MAX]);
        assert_eq!(through_json(vec![u64::MAX]), [u64::MAX]);
        assert_eq!(through_json(vec![i128::MIN, i128::MAX]), [i128::MIN, i128::MAX]);
        assert_eq!(through_json(vec![0.1, -0.0, 1e300, 5.0]), [0.1, -0.0, 1e300, 5.0]);
        assert_eq!(through_json(vec![Some(true), None]), [Some(true), None]);
        assert_eq!(through_json(vec![Uuid::max()]), [Uuid::max()]);
        assert_eq!(through_json(vec![Decimal::MAX]), [Decimal::MAX]);
        assert_eq!(through_json(vec![DateTime::<Utc>::MAX_UTC]), [DateTime::<Utc>::MAX_UTC]);
        assert_eq!(through_json(vec![NaiveDateTime::MIN]), [NaiveDateTime::MIN]);
        assert!(through_json(Vec::<i32>::new()).is_empty());
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for text in ["", "{}", "1", "[1, {}]", "[1.5]", "[null]", "[1"] {
            assert!(Vec::<i32>::from_cell(Cell::Text(text)).is_err(), "{text}");
        }
        assert!(json_of_items(&[Value::Float(f64::NAN)]).is_none());
    }
}
