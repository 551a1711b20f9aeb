//! PostgreSQL's `numeric` in its binary form: digits of ten thousand each.

use std::fmt::Write;

use orm_core::value::Cell;
use rust_decimal::Decimal;

use crate::driver::server::Scratch;

const NEGATIVE: u16 = 0x4000;

/// Writes a number of which `scale` digits are behind the point.
pub(crate) fn write(buffer: &mut Vec<u8>, is_negative: bool, magnitude: u128, scale: u32) {
    // Groups of four digits begin at the point.
    let padding = (4 - scale % 4) % 4;
    let mut groups = [0_i16; 12];
    let mut count = 0;
    let mut rest = magnitude;
    // The group at the end is filled up with zeros; so what is taken for it is less.
    let mut take = 10_u128.pow(4 - padding);
    let mut factor = 10_i16.pow(padding);
    while rest > 0 {
        groups[count] = (rest % take) as i16 * factor;
        rest /= take;
        count += 1;
        (take, factor) = (10_000, 1);
    }
    let fraction_groups = scale.div_ceil(4) as i32;
    let weight = count as i32 - fraction_groups - 1;
    let zeros = groups[..count].iter().take_while(|group| **group == 0).count();
    let sent = &groups[zeros..count];
    buffer.extend_from_slice(&(sent.len() as i16).to_be_bytes());
    buffer.extend_from_slice(&(if sent.is_empty() { 0 } else { weight as i16 }).to_be_bytes());
    let sign = if is_negative && !sent.is_empty() { NEGATIVE } else { 0 };
    buffer.extend_from_slice(&sign.to_be_bytes());
    buffer.extend_from_slice(&(scale as i16).to_be_bytes());
    sent.iter().rev().for_each(|group| buffer.extend_from_slice(&group.to_be_bytes()));
}

/// Writes a decimal.
pub(crate) fn write_decimal(buffer: &mut Vec<u8>, decimal: Decimal) {
    write(buffer, decimal.is_sign_negative(), decimal.mantissa().unsigned_abs(), decimal.scale());
}

/// Reads a number: as a decimal if it is one of ours, as an integer if it is a large one, else as its text.
pub(crate) fn read<'r>(bytes: &[u8], scratch: &'r Scratch) -> Option<Cell<'r>> {
    let number = Numeric::read(bytes)?;
    match number.sign {
        0 | NEGATIVE => {}
        0xC000 => return Some(scratch.text("NaN".into())),
        0xD000 => return Some(scratch.text("Infinity".into())),
        0xF000 => return Some(scratch.text("-Infinity".into())),
        _ => return None,
    }
    let (mantissa, scale) = match number.mantissa() {
        Some(found) => found,
        None => return Some(scratch.text(number.to_text())),
    };
    if let Ok(decimal) = Decimal::try_from_i128_with_scale(mantissa, scale) {
        return Some(Cell::Decimal(decimal));
    }
    Some(match scale {
        0 => Cell::Int128(mantissa),
        _ => scratch.text(number.to_text()),
    })
}

struct Numeric<'a> {
    sign: u16,
    weight: i32,
    scale: u32,
    groups: &'a [u8],
}

impl<'a> Numeric<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, groups) = bytes.split_at_checked(8)?;
        let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let count = usize::from(word(0));
        let weight = i32::from(word(2) as i16);
        Some(Self { sign: word(4), weight, scale: u32::from(word(6)), groups: groups.get(..count * 2)? })
    }

    /// The group at that place, where 0 is the one before the point.
    fn group(&self, place: i32) -> u16 {
        let at = usize::try_from(self.weight - place).ok().map(|index| index * 2);
        at.and_then(|at| self.groups.get(at..at + 2)).map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
    }

    /// All digits as one number with a sign, and how many of them are behind the point; none if there are too many.
    fn mantissa(&self) -> Option<(i128, u32)> {
        let mut mantissa: u128 = 0;
        for place in (0..=self.weight.max(0)).rev() {
            mantissa = mantissa.checked_mul(10_000)?.checked_add(u128::from(self.group(place)))?;
        }
        let mut scale = 0;
        for place in 1..=self.scale.div_ceil(4) {
            let digits = (self.scale - scale).min(4);
            let group = u128::from(self.group(-(place as i32))) / 10_u128.pow(4 - digits);
            mantissa = mantissa.checked_mul(10_u128.pow(digits))?.checked_add(group)?;
            scale += digits;
        }
        // More digits than a decimal can have are fine as long as they are zeros.
        while scale > 28 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            scale -= 1;
        }
        let magnitude = i128::try_from(mantissa).ok()?;
        Some((if self.sign == NEGATIVE { -magnitude } else { magnitude }, scale))
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        if self.sign == NEGATIVE {
            text.push('-');
        }
        let mut whole = String::new();
        for place in (0..=self.weight.max(0)).rev() {
            write!(whole, "{:04}", self.group(place)).expect("writing into a string cannot fail");
        }
        let whole = whole.trim_start_matches('0');
        text.push_str(if whole.is_empty() { "0" } else { whole });
        let mut fraction = String::new();
        for place in 1..=self.scale.div_ceil(4) {
            write!(fraction, "{:04}", self.group(-(place as i32)))
                .expect("writing into a string cannot fail");
        }
        if self.scale > 0 {
            text.push('.');
            text.push_str(&fraction[..self.scale as usize]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use orm_core::value::Value;

    use super::*;

    fn round_trip(text: &str) -> String {
        let mut buffer = Vec::new();
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as u32);
        write(&mut buffer, is_negative, digits.replace('.', "").parse().unwrap(), scale);
        let scratch = Scratch::default();
        let cell = read(&buffer, &scratch).unwrap();
        match cell.to_value() {
            Value::Text(text) => text,
            value => value.to_string(),
        }
    }

    #[test]
    fn numbers_come_back_as_they_went() {
        for text in [
            "0",
            "1",
            "-1",
            "9999",
            "10000",
            "-123456789.987654321",
            "0.00001",
            "-0.5",
            "5.00",
            "100000000",
            "79228162514264337593543950335",
            "79228162514264337593543950336",
            "-0.0000000000000000000000000001",
            "7.9228162514264337593543950335",
            "170141183460469231731687303715884105727",
            "-170141183460469231731687303715884105727",
            "340282366920938463463374607431768211455",
            "1.23456789012345678901234567890123",
        ] {
            assert_eq!(round_trip(text), text);
        }
    }

    #[test]
    fn what_is_cut_off_is_no_number_and_no_panic() {
        let scratch = Scratch::default();
        for bytes in [&[][..], &[0; 7], &[0, 9, 0, 0, 0, 0, 0, 0], &[0, 0, 0, 0, 0x12, 0, 0, 0]] {
            assert!(read(bytes, &scratch).is_none(), "{bytes:?}");
        }
    }
}
