//! The one byte encoding that digests are computed over. Never here: JSON, what is encoded (see `proof`).

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; as text, 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 32 bytes, or 64 hexadecimal digits")]
pub struct NoDigest;

/// Bytes that mean one thing only: numbers are 8 bytes, texts and lists say their length first, what may be absent says
/// whether it is there. The opening words say what is encoded and in which version, so that nothing passes for another.
#[derive(Clone, Debug)]
pub struct Encoding(Vec<u8>);

/// Enough for a transaction without growing.
const USUAL_BYTES: usize = 512;

impl Encoding {
    /// `what` names the thing and the version of its format, such as `daftar transaction 1`.
    pub fn of(what: &str) -> Self {
        Self(Vec::with_capacity(USUAL_BYTES)).text(what)
    }

    #[must_use]
    pub fn number(mut self, number: impl Into<i64>) -> Self {
        self.0.extend_from_slice(&number.into().to_be_bytes());
        self
    }

    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        // A `usize` has at most 64 bits wherever Rust runs.
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// To the microsecond, which is what the database keeps.
    #[must_use]
    pub fn instant(self, at: DateTime<Utc>) -> Self {
        self.number(at.timestamp_micros())
    }

    #[must_use]
    pub fn digest(self, digest: Digest) -> Self {
        self.bytes(&digest.0)
    }

    /// The value as `write` encodes it, if it is there.
    #[must_use]
    pub fn optional<T>(mut self, value: Option<T>, write: impl FnOnce(Self, T) -> Self) -> Self {
        self.0.push(u8::from(value.is_some()));
        match value {
            Some(value) => write(self, value),
            None => self,
        }
    }

    /// The number of items and then each as `write` encodes it.
    #[must_use]
    pub fn list<T>(mut self, items: &[T], write: impl Fn(Self, &T) -> Self) -> Self {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&count.to_be_bytes());
        items.iter().fold(self, write)
    }

    pub fn finish(&self) -> Digest {
        Digest(Sha256::digest(&self.0).into())
    }
}

impl Digest {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn from_slice(bytes: &[u8]) -> Result<Self, NoDigest> {
        bytes.try_into().map(Self).map_err(|_| NoDigest)
    }

    pub fn parse(text: &str) -> Result<Self, NoDigest> {
        Self::from_slice(&hex::decode(text).map_err(|_| NoDigest)?)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 8 bytes, big-endian.
    pub fn prefix(&self) -> i64 {
        self.0.first_chunk().map_or(0, |first| i64::from_be_bytes(*first))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Digest {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Self, NoDigest> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_fixed_to_the_byte() {
        let encoded = Encoding::of("t")
            .number(-2)
            .optional(None::<i64>, Encoding::number)
            .text("دفتر");
        let expected = [
            &[0, 0, 0, 0, 0, 0, 0, 1, b't'][..],
            &[255, 255, 255, 255, 255, 255, 255, 254],
            &[0],
            &[0, 0, 0, 0, 0, 0, 0, 8],
            "دفتر".as_bytes(),
        ]
        .concat();
        assert_eq!(encoded.0, expected);
    }

    #[test]
    fn moving_a_border_between_fields_changes_the_digest() {
        let digest = |a: &str, b: &str| Encoding::of("t").text(a).text(b).finish();
        assert_ne!(digest("ab", "c"), digest("a", "bc"));
        let absent = Encoding::of("t").optional(None, Encoding::text).finish();
        let empty = Encoding::of("t").optional(Some(""), Encoding::text).finish();
        assert_ne!(absent, empty);
        assert_ne!(Encoding::of("t").finish(), Encoding::of("u").finish());
    }

    #[test]
    fn a_digest_reads_back_and_gives_its_first_eight_bytes() {
        let digest = Encoding::of("t").finish();
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
        assert_eq!(Digest::from_slice(digest.as_bytes()), Ok(digest));
        assert_eq!(digest.to_string()[..16], format!("{:016x}", digest.prefix()));
        assert!(Digest::parse("00").is_err() && Digest::parse("zz").is_err());
    }
}
