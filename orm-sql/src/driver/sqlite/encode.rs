//! How SQLite stores a value: texts whose order is the order of the values, numbers without loss, or an error.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use orm_core::types::json_of_items;
use orm_core::value::Value;
use orm_core::{Error, Result};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::lower::bind::Place;
use crate::lower::list::ListForm;

/// A value as SQLite gets it.
#[derive(Debug)]
pub(crate) enum Encoded<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Short(ShortText),
    Long(String),
    Blob(&'a [u8]),
}

impl rusqlite::ToSql for Encoded<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Encoded::Null => ValueRef::Null,
            Encoded::Integer(value) => ValueRef::Integer(*value),
            Encoded::Real(value) => ValueRef::Real(*value),
            Encoded::Text(text) => ValueRef::Text(text.as_bytes()),
            Encoded::Short(text) => ValueRef::Text(text.as_bytes()),
            Encoded::Long(text) => ValueRef::Text(text.as_bytes()),
            Encoded::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Text of at most 40 ASCII characters, on the stack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShortText {
    bytes: [u8; 40],
    length: usize,
}

impl ShortText {
    const EMPTY: Self = Self { bytes: [0; 40], length: 0 };

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// Writes a number with leading zeros.
    fn push_digits(&mut self, number: u32, digits: usize) {
        let mut rest = number;
        for place in (self.length..self.length + digits).rev() {
            self.bytes[place] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.length += digits;
    }

    /// `2024-01-31`.
    fn push_date(&mut self, date: NaiveDate, place: Place) -> Result<()> {
        let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999);
        // Beyond four digits, the order of texts is not the order of dates, nor does SQLite know such dates.
        let year = year.ok_or_else(|| refuse(place, format!("{date} is outside of the years 0 to 9999")))?;
        self.push_digits(year, 4);
        self.push(b'-');
        self.push_digits(date.month(), 2);
        self.push(b'-');
        self.push_digits(date.day(), 2);
        Ok(())
    }

    /// `12:30:00`, `12:30:00.5` as `12:30:00.500`: three, six or nine digits, and none for a whole second. The text of
    /// a moment is always the same, and an earlier one comes first.
    fn push_time(&mut self, time: NaiveTime, place: Place) -> Result<()> {
        let nanoseconds = time.nanosecond();
        if nanoseconds >= 1_000_000_000 {
            return Err(refuse(
                place,
                format!("{time} is a leap second; write the second before or after it"),
            ));
        }
        self.push_digits(time.hour(), 2);
        self.push(b':');
        self.push_digits(time.minute(), 2);
        self.push(b':');
        self.push_digits(time.second(), 2);
        let (fraction, digits) = match nanoseconds {
            0 => return Ok(()),
            n if n % 1_000_000 == 0 => (n / 1_000_000, 3),
            n if n % 1_000 == 0 => (n / 1_000, 6),
            n => (n, 9),
        };
        self.push(b'.');
        self.push_digits(fraction, digits);
        Ok(())
    }

    /// `2024-01-31 12:30:00`: no zone behind it, as `current_timestamp` has none either and a `Z` would come after the
    /// point of a fraction in the order of texts.
    fn date_time(value: NaiveDateTime, place: Place) -> Result<Self> {
        let mut text = Self::EMPTY;
        text.push_date(value.date(), place)?;
        text.push(b' ');
        text.push_time(value.time(), place)?;
        Ok(text)
    }
}

/// The value as SQLite stores it.
///
/// # Errors
/// [`Error::Encode`] for what SQLite cannot keep: NaN, integers beyond 64 bits with sign, decimals of more than 15 digits,
/// dates outside of the years 0 to 9999.
pub(crate) fn encode(value: &Value, place: Place) -> Result<Encoded<'_>> {
    Ok(match value {
        Value::Null => Encoded::Null,
        Value::Bool(value) => Encoded::Integer(i64::from(*value)),
        Value::Int(value) => Encoded::Integer(*value),
        Value::UInt(value) => Encoded::Integer(i64::try_from(*value).map_err(|_| {
            refuse(
                place,
                format!("{value} is greater than {}, SQLite's greatest integer; keep it as text", i64::MAX),
            )
        })?),
        Value::Int128(value) => Encoded::Long(value.to_string()),
        Value::Float(value) if value.is_nan() => {
            return Err(refuse(place, "SQLite keeps NaN as null; use an `Option` and `None`".into()));
        }
        Value::Float(value) => Encoded::Real(*value),
        Value::Decimal(value) => decimal(*value, place)?,
        Value::Text(text) => Encoded::Text(text),
        Value::Bytes(bytes) => Encoded::Blob(bytes),
        Value::Uuid(uuid) => {
            let mut text = ShortText::EMPTY;
            uuid.hyphenated().encode_lower(&mut text.bytes);
            text.length = 36;
            Encoded::Short(text)
        }
        Value::ObjectId(id) => Encoded::Long(id.to_string()),
        Value::Date(date) => {
            let mut text = ShortText::EMPTY;
            text.push_date(*date, place)?;
            Encoded::Short(text)
        }
        Value::Time(time) => {
            let mut text = ShortText::EMPTY;
            text.push_time(*time, place)?;
            Encoded::Short(text)
        }
        Value::DateTime(value) => Encoded::Short(ShortText::date_time(*value, place)?),
        Value::Timestamp(value) => Encoded::Short(ShortText::date_time(value.naive_utc(), place)?),
        Value::Json(value) => Encoded::Long(value.to_string()),
        Value::Array(items) => match json_of_items(items) {
            Some(items) => Encoded::Long(items.to_string()),
            None => return Err(refuse(place, "JSON cannot keep one of the items (NaN or infinity)".into())),
        },
        _ => return Err(refuse(place, "this driver does not know such a value".into())),
    })
}

/// SQLite's decimals are integers of 64 bits or floating-point numbers, which keep 15 digits.
fn decimal(value: Decimal, place: Place) -> Result<Encoded<'static>> {
    let normal = value.normalize();
    if normal.scale() == 0
        && let Some(integer) = normal.to_i64()
    {
        return Ok(Encoded::Integer(integer));
    }
    if normal.mantissa().unsigned_abs() < 10_u128.pow(15)
        && let Ok(float) = normal.to_string().parse::<f64>()
    {
        return Ok(Encoded::Real(float));
    }
    Err(refuse(
        place,
        format!(
            "{value} has more than 15 digits, which SQLite would round; round it, or keep it as text or as an integer of a smaller unit"
        ),
    ))
}

fn refuse(place: Place, problem: String) -> Error {
    Error::Encode { entity: place.entity, property: place.property, problem }
}

/// A list as the JSON text that `json_each` unfolds.
pub(crate) fn encode_list(
    values: &mut dyn Iterator<Item = &Value>,
    form: ListForm,
    place: Place,
) -> Result<String> {
    let mut json = String::from("[");
    for value in values {
        match (form, value) {
            (ListForm::HexJson, Value::Bytes(bytes)) => push_hexadecimal(&mut json, bytes),
            _ => push_json(&mut json, value, place)?,
        }
        json.push(',');
    }
    Ok(closed(json))
}

/// A list of keys of several columns as JSON: an array of arrays.
pub(crate) fn encode_keys(keys: &mut dyn Iterator<Item = &[Value]>, place: Place) -> Result<String> {
    let mut json = String::from("[");
    for key in keys {
        json.push_str(&encode_list(&mut key.iter(), ListForm::Json, place)?);
        json.push(',');
    }
    Ok(closed(json))
}

fn closed(mut json: String) -> String {
    if json.ends_with(',') {
        json.pop();
    }
    json.push(']');
    json
}

fn push_hexadecimal(json: &mut String, bytes: &[u8]) {
    json.push('"');
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            json.push(char::from_digit(u32::from(half), 16).expect("half a byte is a hexadecimal digit"));
        }
    }
    json.push('"');
}

fn push_json(json: &mut String, value: &Value, place: Place) -> Result<()> {
    match encode(value, place)? {
        Encoded::Null => json.push_str("null"),
        Encoded::Integer(integer) => crate::dialect::push_number(json, integer),
        Encoded::Real(_) | Encoded::Blob(_) => {
            return Err(refuse(place, "such a value cannot travel in a JSON list".into()));
        }
        Encoded::Text(text) => push_json_text(json, text),
        Encoded::Long(text) => push_json_text(json, &text),
        Encoded::Short(text) => {
            json.push('"');
            json.extend(text.as_bytes().iter().map(|byte| char::from(*byte)));
            json.push('"');
        }
    }
    Ok(())
}

fn push_json_text(json: &mut String, text: &str) {
    json.push_str(&serde_json::Value::from(text).to_string());
}
