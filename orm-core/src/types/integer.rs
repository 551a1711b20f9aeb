//! Integers of every width.

use crate::error::DecodeError;
use crate::types::{ColumnKind, Type, unexpected};
use crate::value::{Cell, Value};

macro_rules! integer {
    ($($type:ty => $kind:ident, $value:ident as $wide:ty;)*) => {$(
        impl Type for $type {
            const KIND: ColumnKind = ColumnKind::$kind;

            fn to_value(&self) -> Value {
                Value::$value(<$wide>::from(*self))
            }

            #[inline]
            fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
                let out_of_range =
                    |value: String| DecodeError::Range { value, target: stringify!($type) };
                match cell {
                    Cell::Int(value) => value.try_into().map_err(|_| out_of_range(value.to_string())),
                    Cell::UInt(value) => value.try_into().map_err(|_| out_of_range(value.to_string())),
                    Cell::Int128(value) => value.try_into().map_err(|_| out_of_range(value.to_string())),
                    // Some databases answer with decimals where integers were summed, or keep wide integers as text.
                    Cell::Decimal(value) if value.is_integer() => {
                        value.mantissa().try_into().map_err(|_| out_of_range(value.to_string()))
                    }
                    Cell::Text(text) => text.parse().map_err(|_| DecodeError::Text {
                        text: text.to_owned(),
                        expected: concat!("an integer that fits into ", stringify!($type)),
                    }),
                    cell => Err(unexpected(cell, "an integer")),
                }
            }

            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}

integer! {
    i8 => Int8, Int as i64;
    i16 => Int16, Int as i64;
    i32 => Int32, Int as i64;
    i64 => Int64, Int as i64;
    i128 => Int128, Int128 as i128;
    u8 => UInt8, Int as i64;
    u16 => UInt16, Int as i64;
    u32 => UInt32, Int as i64;
    u64 => UInt64, UInt as u64;
}
