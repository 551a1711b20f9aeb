//! A property of whatever entity has it, for global filters.

use std::marker::PhantomData;

use smallvec::smallvec;

use crate::filter::AnyEntity;
use crate::meta::PropertyId;
use crate::path::{Condition, TextValue};
use crate::query::{self, Path, Test};
use crate::types::{Operand, Type};
use crate::value::Value;

/// A property of type `V`, or a relation whose key is a `V`, of whatever entity has it: the argument of a
/// [`GlobalFilter`](crate::filter::GlobalFilter).
pub struct Property<V> {
    pub(super) property: PropertyId,
    pub(super) is_relation: bool,
    pub(super) marker: PhantomData<fn() -> V>,
}

impl<V> Clone for Property<V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<V> Copy for Property<V> {}

impl<V: Type> Property<V> {
    fn test(self, test: Test) -> Condition<AnyEntity> {
        Condition::new(query::Condition::Property(Path(smallvec![self.property as u16]), test))
    }

    /// Equal to the value; `None` asks for null.
    pub fn eq(self, value: impl Operand<V>) -> Condition<AnyEntity> {
        match (value.into_operand().to_value(), self.is_relation) {
            (Value::Null, true) => self.test(Test::Null),
            (value, true) => self.test(Test::KeyIn(vec![vec![value]])),
            (value, false) => self.test(Test::Equal(value)),
        }
    }

    /// Not equal to the value.
    pub fn ne(self, value: impl Operand<V>) -> Condition<AnyEntity> {
        !self.eq(value)
    }

    /// One of the values; of no values, never.
    pub fn in_<O: Operand<V>>(self, values: impl IntoIterator<Item = O>) -> Condition<AnyEntity> {
        let values = values.into_iter().map(|value| value.into_operand().to_value());
        match self.is_relation {
            true => self.test(Test::KeyIn(values.map(|value| vec![value]).collect())),
            false => self.test(Test::In(values.collect())),
        }
    }

    /// Null.
    pub fn is_null(self) -> Condition<AnyEntity> {
        self.test(Test::Null)
    }

    /// Not null.
    pub fn is_not_null(self) -> Condition<AnyEntity> {
        self.test(Test::NotNull)
    }

    /// Greater than the value.
    pub fn gt(self, value: impl Operand<V>) -> Condition<AnyEntity> {
        self.test(Test::Greater(value.into_operand().to_value()))
    }

    /// Greater than the value, or equal to it.
    pub fn ge(self, value: impl Operand<V>) -> Condition<AnyEntity> {
        self.test(Test::GreaterOrEqual(value.into_operand().to_value()))
    }

    /// Less than the value.
    pub fn lt(self, value: impl Operand<V>) -> Condition<AnyEntity> {
        self.test(Test::Less(value.into_operand().to_value()))
    }

    /// Less than the value, or equal to it.
    pub fn le(self, value: impl Operand<V>) -> Condition<AnyEntity> {
        self.test(Test::LessOrEqual(value.into_operand().to_value()))
    }

    /// Begins with the text; by case, and nothing in it is a pattern.
    pub fn starts_with(self, text: impl Into<String>) -> Condition<AnyEntity>
    where
        V: TextValue,
    {
        self.test(Test::StartsWith(text.into()))
    }
}
