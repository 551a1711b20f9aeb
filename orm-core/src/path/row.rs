//! Several properties compared as one: `(a.name, a.id).gt(("Ada", 5))`.

use crate::hint::Field;
use crate::path::{Condition, Path, Step, Steps, steps};
use crate::query::{self, Comparison, RowTest, Test};
use crate::types::{Operand, Type};
use crate::value::Value;

/// Two to six properties of one entity, in parentheses.
///
/// They are compared in their order: the first that differ decide, as in an order by all of them. So
/// `(a.name, a.id).gt(("Ada", 5))` finds what an order by name and id puts behind that place.
pub trait Row: Sized {
    /// The entity.
    type Entity;
    /// Their types.
    type Values;
    /// The relations that they are reached through.
    type Reach: 'static;

    #[doc(hidden)]
    fn paths(self) -> Vec<query::Path>;

    /// Each is equal to its value; `None` asks for null.
    fn eq(self, values: impl RowOperand<Self::Values>) -> Condition<Self::Entity, Self::Reach> {
        Condition::new(each_equals(&self.paths(), values.into_values()))
    }

    /// One of them is not equal to its value.
    fn ne(self, values: impl RowOperand<Self::Values>) -> Condition<Self::Entity, Self::Reach> {
        !self.eq(values)
    }

    /// Greater.
    fn gt(self, values: impl RowOperand<Self::Values>) -> Condition<Self::Entity, Self::Reach> {
        compare(self, Comparison::Greater, values)
    }

    /// Greater or equal.
    fn ge(self, values: impl RowOperand<Self::Values>) -> Condition<Self::Entity, Self::Reach> {
        compare(self, Comparison::GreaterOrEqual, values)
    }

    /// Less.
    fn lt(self, values: impl RowOperand<Self::Values>) -> Condition<Self::Entity, Self::Reach> {
        compare(self, Comparison::Less, values)
    }

    /// Less or equal.
    fn le(self, values: impl RowOperand<Self::Values>) -> Condition<Self::Entity, Self::Reach> {
        compare(self, Comparison::LessOrEqual, values)
    }

    /// Equal to one of the rows; of no rows, never.
    fn in_<V: RowOperand<Self::Values>>(
        self,
        rows: impl IntoIterator<Item = V>,
    ) -> Condition<Self::Entity, Self::Reach> {
        let paths = self.paths();
        let rows = rows.into_iter().map(RowOperand::into_values);
        // A row with a null in it is looked for column by column: no list finds it.
        let (partial, whole): (Vec<_>, Vec<_>) = rows.partition(|row| row.iter().any(Value::is_null));
        let mut found: Vec<_> = partial.into_iter().map(|row| each_equals(&paths, row)).collect();
        if found.is_empty() || !whole.is_empty() {
            found.insert(0, query::Condition::Row(paths, RowTest::In(whole)));
        }
        Condition::new(match found.len() {
            1 => found.swap_remove(0),
            _ => query::Condition::Any(found),
        })
    }

    /// Equal to none of the rows; of no rows, always.
    fn not_in<V: RowOperand<Self::Values>>(
        self,
        rows: impl IntoIterator<Item = V>,
    ) -> Condition<Self::Entity, Self::Reach> {
        !self.in_(rows)
    }
}

fn each_equals(paths: &[query::Path], values: Vec<Value>) -> query::Condition {
    let tests = paths.iter().zip(values);
    query::Condition::All(
        tests.map(|(path, value)| query::Condition::Property(path.clone(), Test::Equal(value))).collect(),
    )
}

fn compare<R: Row>(
    row: R,
    comparison: Comparison,
    values: impl RowOperand<R::Values>,
) -> Condition<R::Entity, R::Reach> {
    Condition::new(query::Condition::Row(row.paths(), RowTest::Compare(comparison, values.into_values())))
}

/// Values for several properties, in parentheses.
#[diagnostic::on_unimplemented(
    message = "properties of the types `{Values}` cannot be compared with `{Self}`",
    label = "expected a value of the right type for each property"
)]
pub trait RowOperand<Values> {
    #[doc(hidden)]
    fn into_values(self) -> Vec<Value>;
}

/// What was reached, as pairs of pairs.
macro_rules! pairs {
    ($first:ident) => { $first };
    ($first:ident $($rest:ident)+) => { ($first, pairs!($($rest)+)) };
}

macro_rules! rows {
    ($($field:ident $before:ident $value:ident $operand:ident $place:tt),*) => {
        impl<E, $($field, $before),*> Row for ($(Path<E, Step<$field, $before>>,)*)
        where
            $($field: Field, $field::Value: Type, $before: Steps,)*
        {
            type Entity = E;
            type Values = ($($field::Value,)*);
            type Reach = pairs!($($before)*);

            fn paths(self) -> Vec<query::Path> {
                vec![$(steps::<Step<$field, $before>>()),*]
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($value: Type, $operand: Operand<$value>),*> RowOperand<($($value,)*)> for ($($operand,)*) {
            fn into_values(self) -> Vec<Value> {
                vec![$(self.$place.into_operand().to_value()),*]
            }
        }
    };
}

rows!(F1 B1 V1 O1 0, F2 B2 V2 O2 1);
rows!(F1 B1 V1 O1 0, F2 B2 V2 O2 1, F3 B3 V3 O3 2);
rows!(F1 B1 V1 O1 0, F2 B2 V2 O2 1, F3 B3 V3 O3 2, F4 B4 V4 O4 3);
rows!(F1 B1 V1 O1 0, F2 B2 V2 O2 1, F3 B3 V3 O3 2, F4 B4 V4 O4 3, F5 B5 V5 O5 4);
rows!(F1 B1 V1 O1 0, F2 B2 V2 O2 1, F3 B3 V3 O3 2, F4 B4 V4 O4 3, F5 B5 V5 O5 4, F6 B6 V6 O6 5);
