//! Cells from their binary form. What is no cell of ours is given as text or as bytes, so that the property refuses it
//! by name.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use orm_core::value::Cell;
use rust_decimal::Decimal;

use crate::driver::mysql::kind::Kind;
use crate::driver::server::Scratch;

/// A value as a cell. What has a length of one byte still has it in front.
pub(crate) fn cell<'r>(kind: Kind, bytes: &'r [u8], scratch: &'r Scratch) -> Cell<'r> {
    one(kind, bytes, scratch).unwrap_or(Cell::Bytes(bytes))
}

fn one<'r>(kind: Kind, bytes: &'r [u8], scratch: &'r Scratch) -> Option<Cell<'r>> {
    Some(match kind {
        Kind::Signed => Cell::Int(signed(bytes)?),
        Kind::Unsigned => whole(unsigned(bytes.iter().rev())?),
        Kind::Bits => whole(unsigned(bytes.iter())?),
        Kind::Float => Cell::Float(f32::from_le_bytes(bytes.try_into().ok()?).into()),
        Kind::Double => Cell::Float(f64::from_le_bytes(bytes.try_into().ok()?)),
        Kind::Decimal => decimal(std::str::from_utf8(bytes).ok()?),
        Kind::Text => Cell::Text(std::str::from_utf8(bytes).ok()?),
        Kind::Bytes => Cell::Bytes(bytes),
        Kind::Date => {
            let mut rest = measured(bytes)?;
            let day = Day::read(&mut rest).filter(|_| rest.is_empty())?;
            day.date().map_or_else(|| scratch.text(day.to_text()), Cell::Date)
        }
        Kind::DateTime => match moment(bytes)? {
            Moment::At(moment) => Cell::DateTime(moment),
            Moment::Never(text) => scratch.text(text),
        },
        Kind::Timestamp => match moment(bytes)? {
            Moment::At(moment) => Cell::Timestamp(moment.and_utc()),
            Moment::Never(text) => scratch.text(text),
        },
        Kind::Time => time(bytes, scratch)?,
    })
}

fn signed(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        1 => i8::from_le_bytes(bytes.try_into().ok()?).into(),
        2 => i16::from_le_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_le_bytes(bytes.try_into().ok()?).into(),
        _ => i64::from_le_bytes(bytes.try_into().ok()?),
    })
}

/// A number of up to 64 bits; the highest byte comes first.
fn unsigned<'b>(bytes: impl ExactSizeIterator<Item = &'b u8>) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn whole(number: u64) -> Cell<'static> {
    i64::try_from(number).map_or(Cell::UInt(number), Cell::Int)
}

/// A decimal if it is one of ours, an integer if it is a large one, else its text.
fn decimal(text: &str) -> Cell<'_> {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let trimmed = match fraction {
        "" => text,
        _ => text.trim_end_matches('0').trim_end_matches('.'),
    };
    // A column of so many digits is one for all decimals, and the zeros at the end are its own.
    let first = if fraction.len() < 28 { text } else { trimmed };
    match (Decimal::from_str_exact(first).or_else(|_| Decimal::from_str_exact(trimmed)), trimmed.parse()) {
        (Ok(decimal), _) => Cell::Decimal(decimal),
        (Err(_), Ok(integer)) => Cell::Int128(integer),
        (Err(_), Err(_)) => Cell::Text(text),
    }
}

/// What follows a length of one byte.
fn measured(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first()?;
    (rest.len() == usize::from(*length)).then_some(rest)
}

/// A calendar day, or a number of them that no calendar has.
#[derive(Default)]
struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Nothing at all is the day that is none.
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let [y1, y2, month, day, rest @ ..] = *bytes else {
            return bytes.is_empty().then(Self::default);
        };
        *bytes = rest;
        Some(Self { year: u16::from_le_bytes([*y1, *y2]), month: *month, day: *day })
    }

    fn date(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year.into(), self.month.into(), self.day.into())
    }

    fn to_text(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A time, or a span of some hours.
#[derive(Default)]
struct Clock {
    hours: u32,
    minutes: u8,
    seconds: u8,
    microseconds: u32,
}

impl Clock {
    /// What is zero at the end is left out.
    fn read(bytes: &[u8]) -> Option<Self> {
        let (clock, rest) = match bytes {
            [hours, minutes, seconds, rest @ ..] => {
                let clock =
                    Self { hours: (*hours).into(), minutes: *minutes, seconds: *seconds, microseconds: 0 };
                (clock, rest)
            }
            rest => (Self::default(), rest),
        };
        let microseconds = match rest {
            [] => 0,
            rest => u32::from_le_bytes(rest.try_into().ok()?),
        };
        Some(Self { microseconds, ..clock })
    }

    fn time(&self) -> Option<NaiveTime> {
        NaiveTime::from_hms_micro_opt(self.hours, self.minutes.into(), self.seconds.into(), self.microseconds)
    }

    fn to_text(&self) -> String {
        let mut text = format!("{:02}:{:02}:{:02}", self.hours, self.minutes, self.seconds);
        if self.microseconds > 0 {
            text.push_str(&format!(".{:06}", self.microseconds));
        }
        text
    }
}

enum Moment {
    At(NaiveDateTime),
    /// On a day that is none.
    Never(String),
}

fn moment(bytes: &[u8]) -> Option<Moment> {
    let mut rest = measured(bytes)?;
    let day = Day::read(&mut rest)?;
    let clock = Clock::read(rest)?;
    Some(match (day.date(), clock.time()) {
        (Some(date), Some(time)) => Moment::At(date.and_time(time)),
        _ => Moment::Never(format!("{} {}", day.to_text(), clock.to_text())),
    })
}

/// A time of day, or the text of a span that is less or more than a day.
fn time<'r>(bytes: &[u8], scratch: &'r Scratch) -> Option<Cell<'r>> {
    let (is_negative, days, rest) = match measured(bytes)? {
        [] => (0, 0, &[][..]),
        [is_negative, d1, d2, d3, d4, rest @ ..] => {
            (*is_negative, u32::from_le_bytes([*d1, *d2, *d3, *d4]), rest)
        }
        _ => return None,
    };
    let clock = Clock::read(rest)?;
    let clock = Clock { hours: days.checked_mul(24)?.checked_add(clock.hours)?, ..clock };
    Some(match (is_negative, clock.time()) {
        (0, Some(time)) => Cell::Time(time),
        (0, None) => scratch.text(clock.to_text()),
        (_, _) => scratch.text(format!("-{}", clock.to_text())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: Kind, bytes: &[u8]) -> String {
        let scratch = Scratch::default();
        cell(kind, bytes, &scratch).to_value().to_string()
    }

    #[test]
    fn numbers_keep_their_sign_and_all_their_digits() {
        assert_eq!(shown(Kind::Signed, &[0xff]), "-1");
        assert_eq!(shown(Kind::Unsigned, &[0xff]), "255");
        assert_eq!(shown(Kind::Unsigned, &[0xff; 8]), u64::MAX.to_string());
        assert_eq!(shown(Kind::Bits, &[1, 0]), "256");
        assert_eq!(shown(Kind::Decimal, b"1.50"), "1.50");
        assert_eq!(shown(Kind::Decimal, b"1.500000000000000000000000000000"), "1.5");
        assert_eq!(shown(Kind::Decimal, b"170141183460469231731687303715884105727"), i128::MAX.to_string());
        let beyond = "'1.234567890123456789012345678901'";
        assert_eq!(shown(Kind::Decimal, beyond.trim_matches('\'').as_bytes()), beyond);
    }

    #[test]
    fn days_that_are_none_are_texts() {
        assert_eq!(shown(Kind::Date, &[0]), "'0000-00-00'");
        assert_eq!(shown(Kind::Date, &[4, 0xe8, 7, 2, 0]), "'2024-02-00'");
        assert_eq!(shown(Kind::DateTime, &[0]), "'0000-00-00 00:00:00'");
        assert_eq!(shown(Kind::DateTime, &[4, 0xe8, 7, 2, 29]), "'2024-02-29 00:00:00'");
        assert_eq!(shown(Kind::Time, &[8, 1, 1, 0, 0, 0, 1, 2, 3]), "'-25:02:03'");
        assert_eq!(shown(Kind::Time, &[12, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), "'24:00:00.000001'");
    }

    #[test]
    fn what_is_cut_off_is_bytes_and_no_panic() {
        for kind in
            [Kind::Signed, Kind::Float, Kind::Double, Kind::Date, Kind::DateTime, Kind::Timestamp, Kind::Time]
        {
            for bytes in [&[][..], &[1, 2, 3], &[3, 1, 2], &[3, 0, 0, 0, 0], &[9; 10]] {
                assert!(
                    matches!(cell(kind, bytes, &Scratch::default()), Cell::Bytes(_)),
                    "{kind:?} {bytes:?}"
                );
            }
        }
        assert!(matches!(cell(Kind::Text, &[0xff], &Scratch::default()), Cell::Bytes(_)));
        assert!(matches!(cell(Kind::Unsigned, &[9; 9], &Scratch::default()), Cell::Bytes(_)));
    }
}
