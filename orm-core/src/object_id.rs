//! Keys that need no database to be unique: MongoDB's, for any database.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};

use crate::error::DecodeError;

/// MongoDB's own kind of key: 12 bytes that are unique without asking anyone, and grow with time. A SQL database keeps
/// it as a text of 24 hexadecimal digits.
///
/// A primary key of this type is made when a new entity is built, so that it is known before the flush.
///
/// ```
/// use orm_core::types::ObjectId;
///
/// let id: ObjectId = "65a1f0c2e4b0d1a2b3c4d5e6".parse()?;
/// assert_eq!(id.to_string(), "65a1f0c2e4b0d1a2b3c4d5e6");
/// assert!(ObjectId::new() < ObjectId::new());
/// # Ok::<(), orm_core::error::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 12]);

impl ObjectId {
    /// A new one: the second it was made in, five bytes of this process, and a counter.
    #[expect(clippy::new_without_default, reason = "each is another one, so there is no default")]
    pub fn new() -> Self {
        static PROCESS: LazyLock<[u8; 8]> = LazyLock::new(|| {
            let random = uuid::Uuid::new_v4().into_bytes();
            // Without the bytes that say which version of UUID it is.
            [random[0], random[1], random[2], random[3], random[4], random[9], random[10], random[11]]
        });
        static COUNTER: LazyLock<AtomicU32> = LazyLock::new(|| {
            // From the lower half, so that the ids of one process grow for a long time.
            AtomicU32::new(u32::from_be_bytes([0, PROCESS[5] & 0x7f, PROCESS[6], PROCESS[7]]))
        });
        let count = COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        // 32 bits, as the format has them: they last until 2106.
        let seconds = (Utc::now().timestamp() as u32).to_be_bytes();
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&seconds);
        bytes[4..9].copy_from_slice(&PROCESS[..5]);
        bytes[9..].copy_from_slice(&count[1..]);
        Self(bytes)
    }

    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(self) -> [u8; 12] {
        self.0
    }

    /// When it was made, to the second.
    pub fn created_at(self) -> DateTime<Utc> {
        let [a, b, c, d, ..] = self.0;
        DateTime::from_timestamp(i64::from(u32::from_be_bytes([a, b, c, d])), 0).unwrap_or_default()
    }
}

/// 24 hexadecimal digits.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl FromStr for ObjectId {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let read = || {
            let mut bytes = [0; 12];
            let digits: &[u8; 24] = text.as_bytes().try_into().ok()?;
            for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
                let digit = |at: usize| char::from(pair[at]).to_digit(16);
                *byte = (digit(0)? << 4 | digit(1)?) as u8;
            }
            Some(Self(bytes))
        };
        read().ok_or_else(|| DecodeError::Text {
            text: text.to_owned(),
            expected: "an object id of 24 hexadecimal digits",
        })
    }
}

impl serde::Serialize for ObjectId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ObjectId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written_and_refuses_what_is_none() {
        let id = ObjectId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(ObjectId::from_bytes(id.bytes()), id);
        assert!((Utc::now() - id.created_at()).num_seconds() < 60);
        for wrong in [
            "",
            "65a1f0c2e4b0d1a2b3c4d5e",
            "65a1f0c2e4b0d1a2b3c4d5eg",
            "65a1f0c2e4b0d1a2b3c4d5e6a",
            "é5a1f0c2e4b0d1a2b3c4d5e6",
        ] {
            assert!(wrong.parse::<ObjectId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_two_are_equal() {
        let ids: std::collections::HashSet<_> = (0..10_000).map(|_| ObjectId::new()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
