//! Primary keys: what identifies a row, as one Rust value.

use std::hash::Hash;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::DecodeError;
use crate::types::{ObjectId, Type};
use crate::value::{Cell, Value};

/// A primary key: a scalar, or a tuple for a composite one. A relation in a key stands for its target's key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a primary key",
    label = "not a key type",
    note = "use an integer, `String`, `Uuid`, `ObjectId`, a date type, `Decimal`, or a `Ref<…>` to an entity with such a key"
)]
pub trait Key: Clone + Eq + Hash + std::fmt::Debug + Send + Sync + 'static {
    /// How many columns it takes.
    const WIDTH: usize;

    /// Reads it from the next `WIDTH` cells.
    fn read<'a>(cells: &mut dyn FnMut() -> Cell<'a>) -> Result<Self, DecodeError>;

    /// Appends its `WIDTH` values.
    fn write(&self, values: &mut Vec<Value>);

    /// Its values.
    fn to_values(&self) -> Vec<Value> {
        let mut values = Vec::with_capacity(Self::WIDTH);
        self.write(&mut values);
        values
    }
}

macro_rules! scalar_keys {
    ($($type:ty)*) => {$(
        impl Key for $type {
            const WIDTH: usize = 1;

            #[inline]
            fn read<'a>(cells: &mut dyn FnMut() -> Cell<'a>) -> Result<Self, DecodeError> {
                <$type as Type>::from_cell(cells())
            }

            fn write(&self, values: &mut Vec<Value>) {
                values.push(self.to_value());
            }
        }
    )*};
}

scalar_keys! {
    i8 i16 i32 i64 i128 u8 u16 u32 u64 bool String Vec<u8> Uuid ObjectId Decimal NaiveDate NaiveTime NaiveDateTime DateTime<Utc>
}

macro_rules! tuple_keys {
    ($($name:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Key),*> Key for ($($name,)*) {
            const WIDTH: usize = 0 $(+ $name::WIDTH)*;

            fn read<'a>(cells: &mut dyn FnMut() -> Cell<'a>) -> Result<Self, DecodeError> {
                Ok(($($name::read(cells)?,)*))
            }

            #[expect(non_snake_case, reason = "the type parameters name the parts")]
            fn write(&self, values: &mut Vec<Value>) {
                let ($($name,)*) = self;
                $($name.write(values);)*
            }
        }
    };
}

tuple_keys!(A, B);
tuple_keys!(A, B, C);
tuple_keys!(A, B, C, D);
tuple_keys!(A, B, C, D, F);
tuple_keys!(A, B, C, D, F, G);
