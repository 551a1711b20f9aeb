//! Cells from their binary form. What is no cell of ours is given as text or as bytes, so that the property refuses it
//! by name.

use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use orm_core::value::{Cell, Value};
use uuid::Uuid;

use crate::driver::postgres::kind::{Kind, PgType};
use crate::driver::postgres::numeric;
use crate::driver::server::Scratch;

/// PostgreSQL counts from the first of January 2000.
pub(crate) const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("that day was");

/// A value as a cell.
pub(crate) fn cell<'r>(ty: PgType, bytes: &'r [u8], scratch: &'r Scratch) -> Cell<'r> {
    let cell = match ty.is_array {
        true => array(ty.kind, bytes, scratch),
        false => one(ty.kind, bytes, scratch),
    };
    cell.unwrap_or(Cell::Bytes(bytes))
}

fn one<'r>(kind: Kind, bytes: &'r [u8], scratch: &'r Scratch) -> Option<Cell<'r>> {
    Some(match kind {
        Kind::Bool => Cell::Bool(*bytes.first()? != 0),
        Kind::Int2 => Cell::Int(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Int4 => Cell::Int(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Int8 => Cell::Int(i64::from_be_bytes(bytes.try_into().ok()?)),
        Kind::Oid => Cell::Int(u32::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Float4 => Cell::Float(f32::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Float8 => Cell::Float(f64::from_be_bytes(bytes.try_into().ok()?)),
        Kind::Numeric => numeric::read(bytes, scratch)?,
        Kind::Text | Kind::Json => Cell::Text(std::str::from_utf8(bytes).ok()?),
        // A byte for the version stands before the text.
        Kind::Jsonb => Cell::Text(std::str::from_utf8(bytes.strip_prefix(&[1])?).ok()?),
        Kind::Bytea => Cell::Bytes(bytes),
        Kind::Uuid => Cell::Uuid(Uuid::from_slice(bytes).ok()?),
        Kind::Date => date(i32::from_be_bytes(bytes.try_into().ok()?), scratch),
        Kind::Time => time(i64::from_be_bytes(bytes.try_into().ok()?), scratch),
        Kind::Timestamp => match moment(bytes)? {
            Moment::At(moment) => Cell::DateTime(moment),
            Moment::Beyond(text) => scratch.text(text),
        },
        Kind::TimestampTz => match moment(bytes)? {
            Moment::At(moment) => Cell::Timestamp(moment.and_utc()),
            Moment::Beyond(text) => scratch.text(text),
        },
        Kind::TimeTz => time_with_zone(bytes, scratch)?,
        Kind::Interval => scratch.text(interval(bytes)?),
        Kind::Inet => scratch.text(inet(bytes)?),
        Kind::Void => Cell::Null,
        Kind::Other => Cell::Bytes(bytes),
    })
}

fn array<'r>(kind: Kind, bytes: &'r [u8], scratch: &'r Scratch) -> Option<Cell<'r>> {
    let mut bytes = bytes;
    let dimensions = take_i32(&mut bytes)?;
    let (_has_nulls, _item) = (take_i32(&mut bytes)?, take_i32(&mut bytes)?);
    let mut items = Vec::new();
    match dimensions {
        0 => {}
        1 => {
            let (count, _first) = (take_i32(&mut bytes)?, take_i32(&mut bytes)?);
            for _ in 0..count {
                let length = take_i32(&mut bytes)?;
                let Ok(length) = usize::try_from(length) else {
                    items.push(Value::Null);
                    continue;
                };
                let (item, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                items.push(one(kind, item, scratch)?.to_value());
            }
        }
        // Arrays of arrays are no type of ours.
        _ => return None,
    }
    Some(scratch.keep(Value::Array(items)).as_cell())
}

fn take_i32(bytes: &mut &[u8]) -> Option<i32> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i32::from_be_bytes(*head))
}

fn date(days: i32, scratch: &Scratch) -> Cell<'_> {
    match days {
        i32::MAX => scratch.text("infinity".into()),
        i32::MIN => scratch.text("-infinity".into()),
        days => match EPOCH.checked_add_signed(TimeDelta::days(days.into())) {
            Some(date) => Cell::Date(date),
            None => scratch.text(format!("{days} days after {EPOCH}")),
        },
    }
}

fn time(microseconds: i64, scratch: &Scratch) -> Cell<'_> {
    match clock(microseconds) {
        Some(time) => Cell::Time(time),
        None => scratch.text("24:00:00".into()),
    }
}

/// A time of day; midnight at the end of the day is none that we have.
fn clock(microseconds: i64) -> Option<NaiveTime> {
    let seconds = u32::try_from(microseconds.div_euclid(1_000_000)).ok()?;
    let nanoseconds = u32::try_from(microseconds.rem_euclid(1_000_000) * 1_000).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanoseconds)
}

enum Moment {
    At(NaiveDateTime),
    /// Before or after all that we can say.
    Beyond(String),
}

fn moment(bytes: &[u8]) -> Option<Moment> {
    let microseconds = i64::from_be_bytes(bytes.try_into().ok()?);
    Some(match microseconds {
        i64::MAX => Moment::Beyond("infinity".into()),
        i64::MIN => Moment::Beyond("-infinity".into()),
        microseconds => {
            let epoch: DateTime<chrono::Utc> = EPOCH.and_time(NaiveTime::MIN).and_utc();
            match epoch.naive_utc().checked_add_signed(TimeDelta::microseconds(microseconds)) {
                Some(moment) => Moment::At(moment),
                None => Moment::Beyond(format!("{microseconds} microseconds after {EPOCH}")),
            }
        }
    })
}

fn time_with_zone<'r>(bytes: &[u8], scratch: &'r Scratch) -> Option<Cell<'r>> {
    let (time, zone) = bytes.split_at_checked(8)?;
    let time = clock(i64::from_be_bytes(time.try_into().ok()?))?;
    // Seconds west of Greenwich.
    let east = -i32::from_be_bytes(zone.try_into().ok()?);
    let (sign, minutes) = (if east < 0 { '-' } else { '+' }, east.unsigned_abs() / 60);
    Some(scratch.text(format!("{time}{sign}{:02}:{:02}", minutes / 60, minutes % 60)))
}

/// `1 year 2 mons 3 days 04:05:06.5`, as PostgreSQL prints it.
fn interval(bytes: &[u8]) -> Option<String> {
    let (microseconds, rest) = bytes.split_first_chunk()?;
    let (days, months) = rest.split_first_chunk()?;
    let microseconds = i64::from_be_bytes(*microseconds);
    let (days, months) = (i32::from_be_bytes(*days), i32::from_be_bytes(months.try_into().ok()?));
    let mut words = Vec::new();
    let mut push = |count: i32, one: &str| match count {
        0 => {}
        1 => words.push(format!("1 {one}")),
        count => words.push(format!("{count} {one}s")),
    };
    push(months / 12, "year");
    push(months % 12, "mon");
    push(days, "day");
    if microseconds != 0 || words.is_empty() {
        let sign = if microseconds < 0 { "-" } else { "" };
        let magnitude = microseconds.unsigned_abs();
        let (seconds, fraction) = (magnitude / 1_000_000, magnitude % 1_000_000);
        let mut time = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if fraction > 0 {
            time.push_str(format!(".{fraction:06}").trim_end_matches('0'));
        }
        words.push(time);
    }
    Some(words.join(" "))
}

/// `10.0.0.1/8`, and without the bits where it is a single address.
fn inet(bytes: &[u8]) -> Option<String> {
    let [_family, bits, _is_cidr, _length, address @ ..] = bytes else { return None };
    let (address, all) = match address.len() {
        4 => (Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?).to_string(), 32),
        16 => (Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?).to_string(), 128),
        _ => return None,
    };
    Some(if *bits == all { address } else { format!("{address}/{bits}") })
}
