//! Values in their binary form: for a type if they fit it, or an error that says why not.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use orm_core::value::Value;
use rust_decimal::prelude::ToPrimitive;

use crate::driver::postgres::decode::EPOCH;
use crate::driver::postgres::kind::{Kind, PgType};
use crate::driver::postgres::numeric;

/// Why a value is not sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Not as this type; as another perhaps.
    Type,
    /// Not at all.
    Value(String),
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Misfit::Type => "the value is of another type",
            Misfit::Value(problem) => problem,
        })
    }
}

impl std::error::Error for Misfit {}

/// Whether a value was there to write.
pub(crate) enum Written {
    Null,
    Value,
}

/// Writes a value as that type.
pub(crate) fn write(buffer: &mut Vec<u8>, value: &Value, ty: PgType) -> Result<Written, Misfit> {
    match value {
        Value::Null => return Ok(Written::Null),
        Value::Array(items) if ty.is_array => write_array(buffer, items.iter(), ty)?,
        _ if ty.is_array => return Err(Misfit::Type),
        value => write_one(buffer, value, ty.kind)?,
    }
    Ok(Written::Value)
}

/// Writes values as an array of one dimension.
pub(crate) fn write_array<'v>(
    buffer: &mut Vec<u8>,
    items: impl Iterator<Item = &'v Value>,
    ty: PgType,
) -> Result<(), Misfit> {
    let put = |buffer: &mut Vec<u8>, number: i32| buffer.extend_from_slice(&number.to_be_bytes());
    let start = buffer.len();
    put(buffer, 1);
    put(buffer, 0);
    buffer.extend_from_slice(&ty.item_number().to_be_bytes());
    put(buffer, 0);
    put(buffer, 1);
    let (mut count, mut has_nulls) = (0_i32, 0_i32);
    for item in items {
        count = count.checked_add(1).ok_or_else(|| Misfit::Value("the list is too long".into()))?;
        let at = buffer.len();
        put(buffer, -1);
        match item {
            Value::Null => has_nulls = 1,
            item => {
                write_one(buffer, item, ty.kind)?;
                let length = i32::try_from(buffer.len() - at - 4);
                let length = length.map_err(|_| Misfit::Value("the value is too long".into()))?;
                buffer[at..at + 4].copy_from_slice(&length.to_be_bytes());
            }
        }
    }
    buffer[start + 4..start + 8].copy_from_slice(&has_nulls.to_be_bytes());
    buffer[start + 12..start + 16].copy_from_slice(&count.to_be_bytes());
    Ok(())
}

fn write_one(buffer: &mut Vec<u8>, value: &Value, kind: Kind) -> Result<(), Misfit> {
    match kind {
        Kind::Bool => match value {
            Value::Bool(value) => buffer.push((*value).into()),
            _ => return Err(Misfit::Type),
        },
        Kind::Int2 => buffer.extend_from_slice(&integer::<i16>(value)?.to_be_bytes()),
        Kind::Int4 => buffer.extend_from_slice(&integer::<i32>(value)?.to_be_bytes()),
        Kind::Int8 => buffer.extend_from_slice(&integer::<i64>(value)?.to_be_bytes()),
        Kind::Oid => buffer.extend_from_slice(&integer::<u32>(value)?.to_be_bytes()),
        Kind::Float4 => {
            let wide = float(value)?;
            let narrow = wide as f32;
            if f64::from(narrow).to_bits() != wide.to_bits() && !wide.is_nan() {
                return Err(Misfit::Type);
            }
            buffer.extend_from_slice(&narrow.to_be_bytes());
        }
        Kind::Float8 => buffer.extend_from_slice(&float(value)?.to_be_bytes()),
        Kind::Numeric => match value {
            Value::Decimal(decimal) => numeric::write_decimal(buffer, *decimal),
            value => {
                let number = integer::<i128>(value)?;
                numeric::write(buffer, number < 0, number.unsigned_abs(), 0);
            }
        },
        Kind::Text => match value {
            Value::Text(text) => push_text(buffer, text)?,
            Value::ObjectId(id) => push_text(buffer, &id.to_string())?,
            _ => return Err(Misfit::Type),
        },
        Kind::Bytea => match value {
            Value::Bytes(bytes) => buffer.extend_from_slice(bytes),
            _ => return Err(Misfit::Type),
        },
        Kind::Uuid => match value {
            Value::Uuid(uuid) => buffer.extend_from_slice(uuid.as_bytes()),
            _ => return Err(Misfit::Type),
        },
        Kind::Date => match value {
            Value::Date(date) => buffer.extend_from_slice(&days(*date)?.to_be_bytes()),
            _ => return Err(Misfit::Type),
        },
        Kind::Time => match value {
            Value::Time(time) => buffer.extend_from_slice(&time_of_day(*time)?.to_be_bytes()),
            _ => return Err(Misfit::Type),
        },
        Kind::Timestamp => match value {
            Value::DateTime(moment) => buffer.extend_from_slice(&microseconds(*moment)?.to_be_bytes()),
            _ => return Err(Misfit::Type),
        },
        Kind::TimestampTz => match value {
            Value::Timestamp(moment) => {
                buffer.extend_from_slice(&microseconds(moment.naive_utc())?.to_be_bytes());
            }
            _ => return Err(Misfit::Type),
        },
        Kind::Json | Kind::Jsonb => match value {
            Value::Json(document) => {
                if kind == Kind::Jsonb {
                    buffer.push(1);
                }
                let text = document.to_string();
                // The escape is all that is left of the character.
                if text.contains("\\u0000") && has_nul(document) {
                    return Err(Misfit::Value(NO_NUL.into()));
                }
                buffer.extend_from_slice(text.as_bytes());
            }
            _ => return Err(Misfit::Type),
        },
        Kind::TimeTz | Kind::Interval | Kind::Inet | Kind::Void | Kind::Other => return Err(Misfit::Type),
    }
    Ok(())
}

const NO_NUL: &str = "PostgreSQL's texts cannot contain the character NUL; use bytes";

/// Writes text.
pub(crate) fn push_text(buffer: &mut Vec<u8>, text: &str) -> Result<(), Misfit> {
    if text.as_bytes().contains(&0) {
        return Err(Misfit::Value(NO_NUL.into()));
    }
    buffer.extend_from_slice(text.as_bytes());
    Ok(())
}

fn has_nul(document: &serde_json::Value) -> bool {
    match document {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(has_nul),
        serde_json::Value::Object(members) => {
            members.iter().any(|(name, value)| name.contains('\0') || has_nul(value))
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}

fn integer<T: TryFrom<i64> + TryFrom<u64> + TryFrom<i128>>(value: &Value) -> Result<T, Misfit> {
    let number = match value {
        Value::Int(number) => T::try_from(*number).ok(),
        Value::UInt(number) => T::try_from(*number).ok(),
        Value::Int128(number) => T::try_from(*number).ok(),
        _ => None,
    };
    number.ok_or(Misfit::Type)
}

fn float(value: &Value) -> Result<f64, Misfit> {
    match value {
        Value::Float(value) => Ok(*value),
        Value::Int(value) if value.unsigned_abs() <= 1 << 53 => Ok(*value as f64),
        Value::Decimal(decimal) => {
            let float = decimal.to_f64().ok_or(Misfit::Type)?;
            let is_exact = float.to_string().parse() == Ok(*decimal);
            if is_exact { Ok(float) } else { Err(Misfit::Type) }
        }
        _ => Err(Misfit::Type),
    }
}

/// The earliest year that PostgreSQL knows is 4713 before Christ.
fn check_year(date: NaiveDate) -> Result<(), Misfit> {
    match date.year() < -4712 {
        true => {
            Err(Misfit::Value(format!("{date} is before the year 4713 BC, where PostgreSQL's dates begin")))
        }
        false => Ok(()),
    }
}

fn days(date: NaiveDate) -> Result<i32, Misfit> {
    check_year(date)?;
    i32::try_from(date.signed_duration_since(EPOCH).num_days())
        .map_err(|_| Misfit::Value(format!("{date} is beyond PostgreSQL's dates")))
}

fn time_of_day(time: NaiveTime) -> Result<i64, Misfit> {
    check_leap_second(time)?;
    Ok(i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1_000))
}

/// PostgreSQL keeps microseconds; what is finer is cut off.
fn microseconds(moment: NaiveDateTime) -> Result<i64, Misfit> {
    check_year(moment.date())?;
    check_leap_second(moment.time())?;
    let days = moment.date().signed_duration_since(EPOCH).num_days();
    Ok(days * 86_400_000_000 + time_of_day(moment.time())?)
}

fn check_leap_second(time: NaiveTime) -> Result<(), Misfit> {
    match time.nanosecond() >= 1_000_000_000 {
        true => Err(Misfit::Value(format!("{time} is a leap second; write the second before or after it"))),
        false => Ok(()),
    }
}
