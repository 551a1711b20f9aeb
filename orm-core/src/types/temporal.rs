//! Dates and times. Text is read at fixed places, not by a format: a row of dates must not cost more than its query.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::error::DecodeError;
use crate::types::{ColumnKind, Type, unexpected};
use crate::value::{Cell, Value};

macro_rules! temporal {
    ($($type:ty => $kind:ident, $expected:literal, $parse:expr $(, $also:pat => $value:expr)?;)*) => {$(
        impl Type for $type {
            const KIND: ColumnKind = ColumnKind::$kind;

            fn to_value(&self) -> Value {
                Value::$kind(*self)
            }

            #[inline]
            fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
                match cell {
                    Cell::$kind(value) => Ok(value),
                    $($also => Ok($value),)?
                    Cell::Text(text) => $parse(text.as_bytes())
                        .ok_or_else(|| DecodeError::Text { text: text.to_owned(), expected: $expected }),
                    cell => Err(unexpected(cell, $expected)),
                }
            }

            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}

temporal! {
    NaiveDate => Date, "a date such as 2024-01-31", date_only;
    NaiveTime => Time, "a time such as 12:30:00", |text| time(text).filter(|(_, rest)| rest.is_empty()).map(|(time, _)| time);
    NaiveDateTime => DateTime, "a date and time such as 2024-01-31 12:30:00", date_time;
    // Where a column has no zone, it is UTC, as in text.
    DateTime<Utc> => Timestamp, "a timestamp such as 2024-01-31T12:30:00Z", timestamp, Cell::DateTime(value) => value.and_utc();
}

/// `2024-01-31`, or the same with a time of midnight behind it.
fn date_only(text: &[u8]) -> Option<NaiveDate> {
    let (date, rest) = date(text)?;
    match rest {
        [] => Some(date),
        [b' ' | b'T', rest @ ..] => (time(rest)? == (NaiveTime::MIN, &[][..])).then_some(date),
        _ => None,
    }
}

/// `2024-01-31 12:30:00.123`, with a blank or a T; a date alone is its midnight.
fn date_time(text: &[u8]) -> Option<NaiveDateTime> {
    let (date, rest) = date(text)?;
    match rest {
        [] => Some(date.and_time(NaiveTime::MIN)),
        [b' ' | b'T', rest @ ..] => match time(rest)? {
            (time, [] | [b'Z']) => Some(date.and_time(time)),
            _ => None,
        },
        _ => None,
    }
}

/// `2024-01-31T12:30:00.123Z` or with an offset; without a zone it is UTC.
fn timestamp(text: &[u8]) -> Option<DateTime<Utc>> {
    let (date, rest) = date(text)?;
    let (time, zone) = match rest {
        [] => (NaiveTime::MIN, &[][..]),
        [b' ' | b'T', rest @ ..] => time(rest)?,
        _ => return None,
    };
    let local = date.and_time(time).and_utc();
    let (sign, offset) = match zone {
        [] | [b'Z'] => return Some(local),
        [b'+', offset @ ..] => (-1, offset),
        [b'-', offset @ ..] => (1, offset),
        _ => return None,
    };
    let minutes = match offset {
        [h1, h2] => number(&[*h1, *h2])? * 60,
        [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => number(&[*h1, *h2])? * 60 + number(&[*m1, *m2])?,
        _ => return None,
    };
    local.checked_add_signed(chrono::TimeDelta::minutes(sign * i64::from(minutes)))
}

fn date(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let dash = digits.iter().position(|byte| *byte == b'-').filter(|at| (4..=6).contains(at))?;
    let (year, rest) = digits.split_at(dash);
    let [b'-', m1, m2, b'-', d1, d2, rest @ ..] = rest else { return None };
    let year = i32::try_from(number(year)?).ok()?;
    let date = NaiveDate::from_ymd_opt(
        if negative { -year } else { year },
        number(&[*m1, *m2])?,
        number(&[*d1, *d2])?,
    )?;
    Some((date, rest))
}

fn time(text: &[u8]) -> Option<(NaiveTime, &[u8])> {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return None };
    let (seconds, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (number(&[*s1, *s2])?, rest),
        rest => (0, rest),
    };
    let (nanoseconds, rest) = match rest {
        [b'.', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, rest) = rest.split_at(digits);
            let fraction = &fraction[..digits.min(9)];
            (number(fraction)? * 10_u32.pow(9 - fraction.len() as u32), rest)
        }
        rest => (0, rest),
    };
    let time =
        NaiveTime::from_hms_nano_opt(number(&[*h1, *h2])?, number(&[*m1, *m2])?, seconds, nanoseconds)?;
    Some((time, rest))
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, byte| match byte {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Type + std::fmt::Debug>(text: &str) -> Result<String, DecodeError> {
        T::from_cell(Cell::Text(text)).map(|value| format!("{value:?}"))
    }

    #[test]
    fn text_is_read_with_and_without_a_zone() {
        assert_eq!(read::<NaiveDate>("2024-02-29").unwrap(), "2024-02-29");
        assert_eq!(read::<NaiveDateTime>("2009-01-01 00:00:00").unwrap(), "2009-01-01T00:00:00");
        assert_eq!(read::<NaiveDateTime>("2009-01-01T10:11:12.5").unwrap(), "2009-01-01T10:11:12.500");
        assert_eq!(
            read::<DateTime<Utc>>("2024-01-31T12:30:00.000001+02:00").unwrap(),
            "2024-01-31T10:30:00.000001Z"
        );
        assert_eq!(read::<DateTime<Utc>>("2024-01-31 12:30").unwrap(), "2024-01-31T12:30:00Z");
        assert_eq!(read::<NaiveTime>("23:59:59.999999999").unwrap(), "23:59:59.999999999");
    }

    #[test]
    fn what_is_no_date_is_an_error_and_no_panic() {
        for text in [
            "",
            "-",
            "2024",
            "2024-1-1",
            "2023-02-29",
            "2024-01-01x",
            "2024-01-01 25:00",
            "é024-01-01",
            "99999999999-01-01",
        ] {
            assert!(read::<NaiveDateTime>(text).is_err(), "{text}");
            assert!(read::<DateTime<Utc>>(text).is_err(), "{text}");
        }
        assert!(read::<DateTime<Utc>>("2024-01-01 10:00:00+9").is_err());
        assert!(read::<NaiveDate>("2024-01-01 10:00:00").is_err());
    }
}
