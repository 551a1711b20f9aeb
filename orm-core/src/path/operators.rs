//! What can be asked of a property or a relation.

use crate::entity::Entity;
use crate::hint::{Field, Relation};
use crate::path::compare::{Comparand, Side, TargetComparand, TargetSide};
use crate::path::{Condition, OrderBy, Path, Rel, Step, Steps, steps};
use crate::query::{self, Comparison, Direction, Test};
use crate::types::{Key, Operand, Type};

/// A property type that can be compared; all types can.
pub trait Comparable: Type {}
impl<T: Type> Comparable for T {}

/// A property type that is text, optional or not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text",
    label = "only text can be searched for a pattern",
    note = "compare it with `eq`, `gt`, `between` …"
)]
pub trait TextValue: Type {}
impl TextValue for String {}
#[diagnostic::do_not_recommend]
impl TextValue for Option<String> {}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident => $test:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<C: Comparand<E, F::Value>>(self, other: C) -> Condition<E, C::Reach<Before>> {
            Condition::new(match other.into_comparand() {
                Side::Value(value) => query::Condition::Property(steps::<Step<F, Before>>(), Test::$test(value)),
                Side::Other(operand) => {
                    query::Condition::Compare(steps::<Step<F, Before>>(), Comparison::$test, operand)
                }
            })
        }
    )*};
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident => $test:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(self, text: impl Into<String>) -> Condition<E, Before>
        where
            F::Value: TextValue,
        {
            Self::test(Test::$test(text.into()))
        }
    )*};
}

impl<E, F, Before> Path<E, Step<F, Before>>
where
    F: Field,
    F::Value: Type,
    Before: Steps,
{
    fn test(test: Test) -> Condition<E, Before> {
        Condition::new(query::Condition::Property(steps::<Step<F, Before>>(), test))
    }

    comparisons! {
        /// Equal to the value, or to another property; `None` asks for null.
        eq => Equal;
        /// Not equal to it; `None` asks for anything but null, and null is never unequal to a value.
        ne => NotEqual;
        /// Greater than the value, or than another property.
        gt => Greater;
        /// Greater than the value, or equal to it.
        ge => GreaterOrEqual;
        /// Less than the value, or than another property.
        lt => Less;
        /// Less than the value, or equal to it.
        le => LessOrEqual;
    }

    patterns! {
        /// Matches a pattern in which `%` stands for any text and `_` for any character; by case.
        like => Like;
        /// Matches such a pattern whatever the case.
        ilike => LikeIgnoringCase;
        /// Contains the text; by case, and nothing in it is a pattern.
        contains => Contains;
        /// Begins with the text; by case, and nothing in it is a pattern.
        starts_with => StartsWith;
        /// Ends with the text; by case, and nothing in it is a pattern.
        ends_with => EndsWith;
    }

    /// Between the two, both included.
    pub fn between(self, low: impl Operand<F::Value>, high: impl Operand<F::Value>) -> Condition<E, Before> {
        Self::test(Test::Between(low.into_operand().to_value(), high.into_operand().to_value()))
    }

    /// One of the values; of no values, never.
    pub fn in_<V: Operand<F::Value>>(self, values: impl IntoIterator<Item = V>) -> Condition<E, Before> {
        Self::test(Test::In(values.into_iter().map(|value| value.into_operand().to_value()).collect()))
    }

    /// None of the values; of no values, always.
    pub fn not_in<V: Operand<F::Value>>(self, values: impl IntoIterator<Item = V>) -> Condition<E, Before> {
        Self::test(Test::NotIn(values.into_iter().map(|value| value.into_operand().to_value()).collect()))
    }

    /// Null.
    pub fn is_null(self) -> Condition<E, Before> {
        Self::test(Test::Null)
    }

    /// Not null.
    pub fn is_not_null(self) -> Condition<E, Before> {
        Self::test(Test::NotNull)
    }

    /// The smallest first.
    pub fn asc(self) -> OrderBy<E> {
        OrderBy::new(steps::<Step<F, Before>>(), Direction::Ascending)
    }

    /// The greatest first.
    pub fn desc(self) -> OrderBy<E> {
        OrderBy::new(steps::<Step<F, Before>>(), Direction::Descending)
    }
}

/// What a relation can be compared with: a key of its target, a reference, or a handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key of `{T}`",
    label = "expected a value of the key's type, a `Ref<{T}>`, or a handle of one"
)]
pub trait KeyOperand<T: Entity> {
    /// The key's values.
    fn into_key(self) -> Vec<crate::value::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: Entity, K: Key> KeyOperand<T> for K
where
    T: Entity<Key = K>,
{
    fn into_key(self) -> Vec<crate::value::Value> {
        self.to_values()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Entity<Key = String>> KeyOperand<T> for &str {
    fn into_key(self) -> Vec<crate::value::Value> {
        vec![crate::value::Value::Text(self.to_owned())]
    }
}

impl<E, F, Before> Rel<E, Step<F, Before>>
where
    F: Relation,
    Before: Steps,
{
    fn test(test: Test) -> Condition<E, Before> {
        Condition::new(query::Condition::Property(steps::<Step<F, Before>>(), test))
    }

    /// Points at this target, or at the same as another relation does.
    pub fn eq<C: TargetComparand<E, F::Target>>(self, target: C) -> Condition<E, C::Reach<Before>> {
        let path = steps::<Step<F, Before>>();
        Condition::new(match target.into_target() {
            TargetSide::Key(key) => query::Condition::Property(path, Test::KeyIn(vec![key])),
            TargetSide::Other(operand) => query::Condition::Compare(path, Comparison::Equal, operand),
        })
    }

    /// Points at another target than this. Of what points nowhere, that does not hold either.
    pub fn ne<C: TargetComparand<E, F::Target>>(self, target: C) -> Condition<E, C::Reach<Before>> {
        !self.eq(target)
    }

    /// Points at one of these targets.
    pub fn in_<K: KeyOperand<F::Target>>(self, targets: impl IntoIterator<Item = K>) -> Condition<E, Before> {
        Self::test(Test::KeyIn(targets.into_iter().map(KeyOperand::into_key).collect()))
    }

    /// Points at nothing.
    pub fn is_null(self) -> Condition<E, Before> {
        Self::test(Test::Null)
    }

    /// Points at something.
    pub fn is_not_null(self) -> Condition<E, Before> {
        Self::test(Test::NotNull)
    }
}
