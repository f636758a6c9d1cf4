//! Ids: twelve bytes, shown as 24 lowercase hexadecimal digits (the shape of a MongoDB ObjectId).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::Timestamp;

/// The id of a user, a to-do or a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 12]);

/// The text is not 24 lowercase hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 24 lowercase hexadecimal digits")]
pub struct IdError;

impl Id {
    /// Seconds since 1970 in four bytes, then `random`.
    pub fn from_parts(now: Timestamp, random: [u8; 8]) -> Self {
        let mut bytes = [0; 12];
        let seconds = u32::try_from(now.millis() / 1000).unwrap_or(0);
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        bytes[4..].copy_from_slice(&random);
        Self(bytes)
    }

    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> [u8; 12] {
        self.0
    }

    /// The id that is so many places behind this one: for several things of which one id is known.
    #[must_use]
    pub fn nth(self, places: u64) -> Self {
        let [a, b, c, d, random @ ..] = self.0;
        let random = u64::from_be_bytes(random).wrapping_add(places).to_be_bytes();
        let mut bytes = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes[4..].copy_from_slice(&random);
        Self(bytes)
    }
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text.as_bytes();
        if digits.len() != 24 {
            return Err(IdError);
        }
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn hex_digit(digit: u8) -> Result<u8, IdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(IdError),
    }
}

impl Id {
    /// The shown form, in place: pages have many of them.
    fn text(self) -> [u8; 24] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 24];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.text()).map_err(ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_back() {
        let id: Id = "65f0a1b2c3d4e5f60718293a".parse().unwrap();
        assert_eq!(id.to_string(), "65f0a1b2c3d4e5f60718293a");
    }

    #[test]
    fn only_24_lowercase_hexadecimal_digits_are_an_id() {
        for bad in [
            "",
            "65f0a1b2c3d4e5f60718293",
            "65F0A1B2C3D4E5F60718293A",
            "zzf0a1b2c3d4e5f60718293a",
            "ﬀﬀﬀﬀﬀﬀﬀﬀ",
        ] {
            assert_eq!(bad.parse::<Id>(), Err(IdError), "{bad}");
        }
    }

    #[test]
    fn the_ids_behind_one_are_different_ones() {
        let first: Id = "65f0a1b2fffffffffffffffe".parse().unwrap();
        let ids = [0, 1, 2, 99].map(|place| first.nth(place).to_string());
        let expected = [
            "65f0a1b2fffffffffffffffe",
            "65f0a1b2ffffffffffffffff",
            "65f0a1b20000000000000000",
            "65f0a1b20000000000000061",
        ];
        assert_eq!(ids, expected);
    }

    #[test]
    fn ids_made_later_sort_later() {
        let early = Id::from_parts(Timestamp::from_millis(1_000_000), [255; 8]);
        let late = Id::from_parts(Timestamp::from_millis(1_001_000), [0; 8]);
        assert!(early < late && early.to_string() < late.to_string());
    }
}
