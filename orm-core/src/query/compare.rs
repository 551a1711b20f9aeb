//! Comparisons with what is no value that was given: other properties. And of several properties as one.

use std::hash::{Hash, Hasher};

use crate::meta::EntityMeta;
use crate::query::Path;
use crate::value::Value;

/// How two things compare. With a null, none of these holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
}

/// What a property is compared with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Operand {
    /// Another property of the same root, or a relation, which stands for its target's key.
    Property(Path),
    /// A property of the nearest query around this one that is about such an entity.
    Outer(AnySchema, Path),
}

/// An entity, whatever its schema.
#[derive(Debug, Clone, Copy)]
pub struct AnySchema(pub &'static EntityMeta);

impl PartialEq for AnySchema {
    fn eq(&self, other: &Self) -> bool {
        (self.0.type_id)() == (other.0.type_id)()
    }
}

impl Eq for AnySchema {}

impl Hash for AnySchema {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.type_id)().hash(state);
    }
}

/// What is asked of several properties as one.
#[derive(Debug, Clone, PartialEq)]
pub enum RowTest {
    /// The first that differ decide.
    Compare(Comparison, Vec<Value>),
    /// All are equal to those of one of the rows; none given: never.
    In(Vec<Vec<Value>>),
}
