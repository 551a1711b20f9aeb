//! Takes the values of a statement: each as its own type, or an error that says why MySQL cannot keep it.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use orm_core::types::json_of_items;
use orm_core::value::Value;
use orm_core::{Error, Result};
use rust_decimal::Decimal;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::mysql::{MySql, MySqlArguments, MySqlTypeInfo};
use sqlx::{Arguments as _, Encode as SqlxEncode, Type as SqlxType};

use crate::driver::mysql::MySqlServer;
use crate::driver::server::{Encode, Ready};
use crate::lower::bind::{Binder, Place};
use crate::lower::list::ListForm;

/// Takes the values of a statement.
#[derive(Default)]
pub struct Encoder {
    arguments: MySqlArguments,
}

impl Encoder {
    /// Adds a value as MySQL keeps it.
    pub(crate) fn add(&mut self, value: &Value, place: Place) -> Result<()> {
        let refuse = |problem: String| Err(refused(place, problem));
        let problem = match value {
            Value::Null => self.arguments.add(None::<&str>),
            Value::Bool(value) => self.arguments.add(*value),
            Value::Int(value) => self.arguments.add(*value),
            Value::UInt(value) => self.arguments.add(*value),
            Value::Int128(value) => self.arguments.add(Number(*value)),
            Value::Float(value) if value.is_finite() => self.arguments.add(*value),
            Value::Float(value) => {
                return refuse(format!("MySQL keeps no {value}; use an `Option` and `None`"));
            }
            Value::Decimal(value) => self.arguments.add(*value),
            Value::Text(text) => self.arguments.add(text.as_str()),
            Value::Bytes(bytes) => self.arguments.add(bytes.as_slice()),
            Value::Uuid(uuid) => {
                self.arguments.add(&*uuid.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
            }
            Value::ObjectId(id) => self.arguments.add(id.to_string()),
            Value::Date(date) => self.arguments.add(day(*date, place)?),
            Value::Time(time) => self.arguments.add(time_of_day(*time, place)?),
            Value::DateTime(value) => self.arguments.add(moment(*value, place)?),
            // The session's time zone is UTC.
            Value::Timestamp(value) => self.arguments.add(moment(value.naive_utc(), place)?),
            Value::Json(document) => self.arguments.add(document.to_string()),
            Value::Array(items) => match json_of_items(items) {
                Some(items) => self.arguments.add(items.to_string()),
                None => return refuse("JSON cannot keep one of the items (NaN or infinity)".into()),
            },
            _ => return refuse("this driver does not know such a value".into()),
        };
        problem.map_err(|error| refused(place, error.to_string()))
    }
}

impl Binder for Encoder {
    fn value(&mut self, value: &Value, place: Place) -> Result<()> {
        self.add(value, place)
    }

    fn number(&mut self, number: u64) -> Result<()> {
        self.add(&Value::UInt(number), Place::outside("sql", "limit"))
    }

    fn text(&mut self, text: &str, place: Place) -> Result<()> {
        self.arguments.add(text).map_err(|error| refused(place, error.to_string()))
    }

    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, _: ListForm, place: Place) -> Result<()> {
        self.text(&list(values, place)?.to_string(), place)
    }

    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, places: &[Place]) -> Result<()> {
        let place = places[0];
        let keys = keys.map(|key| list(&mut key.iter(), place)).collect::<Result<_>>()?;
        self.text(&serde_json::Value::Array(keys).to_string(), place)
    }
}

impl Encode<MySqlServer> for Encoder {
    fn finish(self, sql: &Arc<str>) -> Ready<MySqlServer> {
        Ready { sql: Arc::clone(sql), arguments: self.arguments }
    }
}

/// A list as the JSON array that `json_table` unfolds.
fn list(values: &mut dyn Iterator<Item = &Value>, place: Place) -> Result<serde_json::Value> {
    values.map(|value| list_item(value, place)).collect()
}

fn list_item(value: &Value, place: Place) -> Result<serde_json::Value> {
    let text = |moment: NaiveDateTime| moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string().into();
    match value {
        // MariaDB reads no `T` and no zone.
        Value::DateTime(value) => Ok(text(moment(*value, place)?)),
        Value::Timestamp(value) => Ok(text(moment(value.naive_utc(), place)?)),
        Value::Bytes(bytes) => Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()),
        value => json_of_items(std::slice::from_ref(value))
            .and_then(|mut items| items.get_mut(0).map(serde_json::Value::take))
            .ok_or_else(|| refused(place, "such a value cannot travel in a JSON list".into())),
    }
}

fn refused(place: Place, problem: String) -> Error {
    Error::Encode { entity: place.entity, property: place.property, problem }
}

fn day(date: NaiveDate, place: Place) -> Result<NaiveDate> {
    match date.year() {
        0..=9999 => Ok(date),
        _ => Err(refused(place, format!("{date} is outside of the years 0 to 9999"))),
    }
}

/// MySQL keeps microseconds; what is finer is cut off.
fn time_of_day(time: NaiveTime, place: Place) -> Result<NaiveTime> {
    match time.nanosecond() {
        nanoseconds @ 0..1_000_000_000 => {
            Ok(time.with_nanosecond(nanoseconds / 1_000 * 1_000).unwrap_or(time))
        }
        _ => Err(refused(place, format!("{time} is a leap second; write the second before or after it"))),
    }
}

fn moment(moment: NaiveDateTime, place: Place) -> Result<NaiveDateTime> {
    Ok(day(moment.date(), place)?.and_time(time_of_day(moment.time(), place)?))
}

/// A whole number that is too wide for all but a decimal.
struct Number(i128);

impl SqlxType<MySql> for Number {
    fn type_info() -> MySqlTypeInfo {
        <Decimal as SqlxType<MySql>>::type_info()
    }
}

impl SqlxEncode<'_, MySql> for Number {
    fn encode_by_ref(&self, buffer: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
        // A decimal travels as its text.
        <&str as SqlxEncode<'_, MySql>>::encode(self.0.to_string().as_str(), buffer)
    }
}
