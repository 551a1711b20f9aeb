//! A place inside a JSON column, and what is read there.

/// Where to look in a JSON document, and as what the value found there is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonPath {
    /// From the document inwards; none for the document itself.
    pub steps: Vec<JsonStep>,
    /// As what it is read.
    pub kind: JsonKind,
}

/// One step into a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JsonStep {
    /// The value of an object's key, which may be any text.
    Key(String),
    /// The item of an array, counted from 0.
    Item(u32),
}

/// As what a JSON value is read. What is of another type reads as null, as does what is missing and JSON's own null:
/// no database converts anything, so that all of them answer alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonKind {
    /// Whether there is anything but JSON's null; only for tests of null.
    Any,
    /// Whether there is anything at all, JSON's null included; only for tests of null.
    Presence,
    /// Text.
    Text,
    /// A number, compared exactly.
    Integer,
    /// A number, compared as `f64`.
    Float,
    /// A truth value.
    Bool,
}

impl JsonPath {
    /// The steps in words, for a message: `.theme[0]`.
    pub fn describe(&self) -> String {
        self.steps.iter().fold(String::new(), |text, step| match step {
            JsonStep::Key(key) => format!("{text}.{key}"),
            JsonStep::Item(item) => format!("{text}[{item}]"),
        })
    }
}
