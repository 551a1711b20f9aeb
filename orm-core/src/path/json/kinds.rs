//! Which Rust types stand for what in a JSON document.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value as Document;
use uuid::Uuid;

use crate::path::Paths;
use crate::query::{JsonKind, JsonStep};
use crate::types::Json;
use crate::value::Value;

/// A property type that is a JSON document.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no JSON document",
    label = "only a `Json<…>` or a `serde_json::Value` has places inside"
)]
pub trait JsonColumn: 'static {
    /// What the document is in Rust.
    type Document: 'static;
}

impl<T: 'static> JsonColumn for Json<T> {
    type Document = T;
}

impl JsonColumn for Document {
    type Document = Document;
}

#[diagnostic::do_not_recommend]
impl<T: JsonColumn> JsonColumn for Option<T> {
    type Document = T::Document;
}

/// A type in a JSON document whose members have places by name. [`JsonPaths`](crate::JsonPaths) derives it.
#[diagnostic::on_unimplemented(
    message = "the members of `{Self}` are not known",
    label = "no places inside of it by name",
    note = "write `#[derive(JsonPaths)]` on `{Self}`, or `.raw().at(\"…\")` for a place that is told at run time"
)]
pub trait JsonDocument: 'static {
    /// Its members' places, behind `P`.
    type Paths<E: 'static, P: 'static>: Paths;

    /// The keys of its members; none for one whose own members stand in its place.
    const KEYS: &'static [Option<&'static str>];
}

macro_rules! documents {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: JsonDocument> JsonDocument for $type {
            type Paths<E: 'static, P: 'static> = T::Paths<E, P>;
            const KEYS: &'static [Option<&'static str>] = T::KEYS;
        }
    )*};
}

documents!(Option<T>, Box<T>, Json<T>);

/// What has items or members that are told at run time, by `K`.
#[diagnostic::on_unimplemented(
    message = "nothing in `{Self}` is at a `{K}`",
    label = "a list has an index, a map a key, and a struct has fields",
    note = "write `.raw().at(…)` to look inside whatever its type says"
)]
pub trait JsonIndex<K> {
    /// What is there.
    type Output;
}

macro_rules! indexes {
    ($($type:ty, $key:ty => $output:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> JsonIndex<$key> for $type {
            type Output = $output;
        }
    )*};
}

indexes! {
    Vec<T>, usize => T;
    Option<Vec<T>>, usize => T;
    BTreeMap<String, T>, &str => T;
    BTreeMap<String, T>, String => T;
    HashMap<String, T>, &str => T;
    HashMap<String, T>, String => T;
}

macro_rules! raw_indexes {
    ($($key:ty),*) => {$(
        impl JsonIndex<$key> for Document {
            type Output = Document;
        }
    )*};
}

raw_indexes!(usize, &str, String);

impl From<usize> for JsonStep {
    fn from(index: usize) -> Self {
        // No document is that long.
        JsonStep::Item(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl From<&str> for JsonStep {
    fn from(key: &str) -> Self {
        JsonStep::Key(key.to_owned())
    }
}

impl From<String> for JsonStep {
    fn from(key: String) -> Self {
        JsonStep::Key(key)
    }
}

/// A type in a JSON document that can be compared and sorted by: a number, text or truth value there.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` in a JSON document cannot be compared",
    label = "neither a number, nor text, nor a truth value",
    note = "read it as one first: `.as_text()`, `.as_integer()`, `.as_float()`, `.as_bool()`; an enum without fields derives `JsonPaths`"
)]
pub trait JsonScalar: 'static {
    /// As what it is read.
    const KIND: JsonKind;

    /// The value to compare with.
    fn to_json(&self) -> Value;
}

macro_rules! scalars {
    ($($type:ty => $kind:ident, |$value:ident| $to_json:expr;)*) => {$(
        impl JsonScalar for $type {
            const KIND: JsonKind = JsonKind::$kind;

            fn to_json(&self) -> Value {
                let $value = self;
                $to_json
            }
        }
    )*};
}

scalars! {
    bool => Bool, |value| Value::Bool(*value);
    i8 => Integer, |value| Value::Int((*value).into());
    i16 => Integer, |value| Value::Int((*value).into());
    i32 => Integer, |value| Value::Int((*value).into());
    i64 => Integer, |value| Value::Int(*value);
    u8 => Integer, |value| Value::Int((*value).into());
    u16 => Integer, |value| Value::Int((*value).into());
    u32 => Integer, |value| Value::Int((*value).into());
    u64 => Integer, |value| Value::UInt(*value);
    f32 => Float, |value| Value::Float((*value).into());
    f64 => Float, |value| Value::Float(*value);
    String => Text, |value| Value::Text(value.clone());
    char => Text, |value| Value::Text(value.to_string());
    Uuid => Text, |value| Value::Text(value.to_string());
    NaiveDate => Text, |value| Value::Text(value.to_string());
}

macro_rules! wrapped_scalars {
    ($($type:ty => |$value:ident| $to_json:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: JsonScalar> JsonScalar for $type {
            const KIND: JsonKind = T::KIND;

            fn to_json(&self) -> Value {
                let $value = self;
                $to_json
            }
        }
    )*};
}

wrapped_scalars! {
    Option<T> => |value| value.as_ref().map_or(Value::Null, T::to_json);
    Box<T> => |value| T::to_json(value);
}

/// What serde makes of a value that it writes as a scalar, such as a variant of an enum.
pub fn json_value(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(Document::Bool(value)) => Value::Bool(value),
        Ok(Document::String(text)) => Value::Text(text),
        Ok(Document::Number(number)) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::Int(number),
            (None, Some(number), _) => Value::UInt(number),
            (None, None, number) => number.map_or(Value::Null, Value::Float),
        },
        Ok(Document::Null | Document::Array(_) | Document::Object(_)) | Err(_) => Value::Null,
    }
}

/// A type in a JSON document that is text, optional or not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text",
    label = "only text can be searched for a pattern",
    note = "compare it with `eq`, `gt`, `between` …"
)]
pub trait JsonText: JsonScalar {}
impl JsonText for String {}
#[diagnostic::do_not_recommend]
impl JsonText for Option<String> {}

/// What a `T` in a JSON document can be compared with: `T`, `&T`, `&str` for `String`, and for an `Option` also the
/// value without `Some`.
#[diagnostic::on_unimplemented(
    message = "a `{T}` in a JSON document cannot be compared with `{Self}`",
    label = "expected `{T}`"
)]
pub trait JsonOperand<T> {
    /// The value to compare with.
    fn into_json(self) -> Value;
}

impl<T: JsonScalar> JsonOperand<T> for T {
    fn into_json(self) -> Value {
        self.to_json()
    }
}

#[diagnostic::do_not_recommend]
impl<T: JsonScalar> JsonOperand<T> for &T {
    fn into_json(self) -> Value {
        self.to_json()
    }
}

#[diagnostic::do_not_recommend]
impl<T: JsonScalar> JsonOperand<Option<T>> for T {
    fn into_json(self) -> Value {
        self.to_json()
    }
}

#[diagnostic::do_not_recommend]
impl JsonOperand<String> for &str {
    fn into_json(self) -> Value {
        Value::Text(self.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl JsonOperand<Option<String>> for &str {
    fn into_json(self) -> Value {
        Value::Text(self.to_owned())
    }
}
