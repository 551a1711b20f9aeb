//! What can be asked of a place in a JSON document.

use serde_json::Value as Document;

use crate::path::json::{JsonAt, JsonIndex, JsonOperand, JsonScalar, JsonSteps, JsonText, JsonValue};
use crate::path::{Condition, OrderBy};
use crate::query::{self, Direction, JsonKind, JsonStep, Test};

impl<E, Reach, T> JsonValue<E, Reach, T> {
    fn test(self, test: Test) -> Condition<E, Reach> {
        Condition::new(query::Condition::Json(self.property, self.json, test))
    }

    fn test_as(self, kind: JsonKind, test: Test) -> Condition<E, Reach> {
        self.read::<T>(kind).test(test)
    }

    fn order(self, kind: JsonKind, direction: Direction) -> OrderBy<E> {
        let value = self.read::<T>(kind);
        OrderBy::in_json(value.property, value.json, direction)
    }
}

fn list<T, V: JsonOperand<T>>(values: impl IntoIterator<Item = V>) -> Vec<crate::value::Value> {
    values.into_iter().map(JsonOperand::into_json).collect()
}

/// The same of a place that is known from types, and of one that was told at run time.
macro_rules! places {
    ($([$($parameter:tt)*] $place:ty, $reach:ty;)*) => {$(
        impl<$($parameter)*> $place {
            /// Equal to the value; `None` asks for null. What is of another type is null.
            pub fn eq(self, value: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::Equal(value.into_json()))
            }

            /// Not equal to the value; `None` asks for anything but null, and null is never unequal to a value.
            pub fn ne(self, value: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::NotEqual(value.into_json()))
            }

            /// Greater than the value. Texts are compared by their characters' numbers, on every database.
            pub fn gt(self, value: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::Greater(value.into_json()))
            }

            /// Greater than the value, or equal to it.
            pub fn ge(self, value: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::GreaterOrEqual(value.into_json()))
            }

            /// Less than the value.
            pub fn lt(self, value: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::Less(value.into_json()))
            }

            /// Less than the value, or equal to it.
            pub fn le(self, value: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::LessOrEqual(value.into_json()))
            }

            /// Between the two, both included.
            pub fn between(self, low: impl JsonOperand<T>, high: impl JsonOperand<T>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::Between(low.into_json(), high.into_json()))
            }

            /// One of the values; of no values, never.
            pub fn in_<V: JsonOperand<T>>(self, values: impl IntoIterator<Item = V>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::In(list(values)))
            }

            /// None of the values; of no values, always.
            pub fn not_in<V: JsonOperand<T>>(self, values: impl IntoIterator<Item = V>) -> Condition<E, $reach>
            where
                T: JsonScalar,
            {
                self.value().test_as(T::KIND, Test::NotIn(list(values)))
            }

            /// Matches a pattern in which `%` stands for any text and `_` for any character; by case.
            pub fn like(self, pattern: impl Into<String>) -> Condition<E, $reach>
            where
                T: JsonText,
            {
                self.value().test_as(T::KIND, Test::Like(pattern.into()))
            }

            /// Matches such a pattern whatever the case.
            pub fn ilike(self, pattern: impl Into<String>) -> Condition<E, $reach>
            where
                T: JsonText,
            {
                self.value().test_as(T::KIND, Test::LikeIgnoringCase(pattern.into()))
            }

            /// Contains the text; by case, and nothing in it is a pattern.
            pub fn contains(self, text: impl Into<String>) -> Condition<E, $reach>
            where
                T: JsonText,
            {
                self.value().test_as(T::KIND, Test::Contains(text.into()))
            }

            /// Begins with the text; by case, and nothing in it is a pattern.
            pub fn starts_with(self, text: impl Into<String>) -> Condition<E, $reach>
            where
                T: JsonText,
            {
                self.value().test_as(T::KIND, Test::StartsWith(text.into()))
            }

            /// Ends with the text; by case, and nothing in it is a pattern.
            pub fn ends_with(self, text: impl Into<String>) -> Condition<E, $reach>
            where
                T: JsonText,
            {
                self.value().test_as(T::KIND, Test::EndsWith(text.into()))
            }

            /// The smallest first.
            pub fn asc(self) -> OrderBy<E>
            where
                T: JsonScalar,
            {
                self.value().order(T::KIND, Direction::Ascending)
            }

            /// The greatest first.
            pub fn desc(self) -> OrderBy<E>
            where
                T: JsonScalar,
            {
                self.value().order(T::KIND, Direction::Descending)
            }

            /// JSON's null, or nothing at all; once it was read as something, also what is of another type.
            pub fn is_null(self) -> Condition<E, $reach> {
                self.value().test(Test::Null)
            }

            /// Anything but null.
            pub fn is_not_null(self) -> Condition<E, $reach> {
                self.value().test(Test::NotNull)
            }

            /// There is something, even if it is JSON's null.
            pub fn exists(self) -> Condition<E, $reach> {
                self.value().test_as(JsonKind::Presence, Test::NotNull)
            }

            /// There is nothing, not even JSON's null.
            pub fn is_missing(self) -> Condition<E, $reach> {
                self.value().test_as(JsonKind::Presence, Test::Null)
            }

            /// Read as text; what is no text is null.
            pub fn as_text(self) -> JsonValue<E, $reach, String> {
                self.value().read(JsonKind::Text)
            }

            /// Read as a number that is compared exactly; what is no number is null.
            pub fn as_integer(self) -> JsonValue<E, $reach, i64> {
                self.value().read(JsonKind::Integer)
            }

            /// Read as a floating-point number; what is no number is null.
            pub fn as_float(self) -> JsonValue<E, $reach, f64> {
                self.value().read(JsonKind::Float)
            }

            /// Read as a truth value; what is none is null.
            pub fn as_bool(self) -> JsonValue<E, $reach, bool> {
                self.value().read(JsonKind::Bool)
            }

            /// The same place without a type.
            pub fn raw(self) -> JsonValue<E, $reach, Document> {
                self.value().read(JsonKind::Any)
            }

            /// What is at an index of a list, or at a key of a map.
            pub fn at<K>(self, step: K) -> JsonValue<E, $reach, T::Output>
            where
                T: JsonIndex<K>,
                K: Into<JsonStep>,
            {
                let mut value = self.value();
                value.json.steps.push(step.into());
                value.read(JsonKind::Any)
            }
        }
    )*};
}

places! {
    [E, P: JsonSteps, T] JsonAt<E, P, T>, P::Reach;
    [E, Reach, T] JsonValue<E, Reach, T>, Reach;
}
