//! The digest over a statement's stored bytes, and the code that people type to check it. Never here: serialising.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// Crockford's base 32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Without the two dashes.
const CODE_LENGTH: usize = 12;

/// A verification code as people type it, in its own form: dashes, blanks and case do not matter, O is 0, I and L are 1.
/// `None` for what can be no code.
pub fn verification_code(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(14);
    let mut count = 0;
    for character in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let character = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if count == CODE_LENGTH || !ALPHABET.iter().any(|letter| char::from(*letter) == character) {
            return None;
        }
        if count > 0 && count % 4 == 0 {
            code.push('-');
        }
        code.push(character);
        count += 1;
    }
    (count == CODE_LENGTH).then_some(code)
}

/// The SHA-256 of a statement's stored bytes; in JSON as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct StatementDigest([u8; 32]);

impl StatementDigest {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// The first 60 bits of the digest as twelve characters of Crockford's base 32 (no I, L, O, U), in three groups: `7K2M-9QXD-31HF`.
    /// Sixty bits cannot be guessed through a page that limits its callers; the full digest stands in the chain.
    pub fn verification_code(self) -> String {
        let first = self
            .0
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let mut code = String::with_capacity(14);
        for place in 0..12_u32 {
            if place > 0 && place.is_multiple_of(4) {
                code.push('-');
            }
            let five_bits = usize::try_from((first >> (59 - 5 * place)) & 31).unwrap_or(0);
            code.push(char::from(ALPHABET[five_bits]));
        }
        code
    }
}

impl TryFrom<String> for StatementDigest {
    type Error = String;

    fn try_from(hexadecimal: String) -> Result<Self, String> {
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(&hexadecimal, &mut bytes).map_err(|e| format!("no SHA-256 digest: {e}"))?;
        Ok(Self(bytes))
    }
}

impl From<StatementDigest> for String {
    fn from(digest: StatementDigest) -> Self {
        digest.to_hex()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verification_code_is_the_first_sixty_bits_in_three_groups() {
        let mut bytes = [0_u8; 32];
        assert_eq!(
            StatementDigest::from_bytes(bytes).verification_code(),
            "0000-0000-0000"
        );
        bytes[0] = 0b0000_1000;
        assert_eq!(
            StatementDigest::from_bytes(bytes).verification_code(),
            "1000-0000-0000"
        );
        assert_eq!(
            StatementDigest::from_bytes([255; 32]).verification_code(),
            "ZZZZ-ZZZZ-ZZZZ"
        );
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = Some("7K2M-9QXD-0110".to_owned());
        for typed in ["7K2M-9QXD-0110", "7k2m9qxdoiLO", " 7k2m 9qxd 0110 "] {
            assert_eq!(verification_code(typed), code, "{typed}");
        }
        for typed in [
            "",
            "7K2M-9QXD-011",
            "7K2M-9QXD-01101",
            "7K2M-9QXD-011U",
            "۷K2M-9QXD-0110",
        ] {
            assert_eq!(verification_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_digest_is_written_as_hexadecimal_digits() {
        let digest = StatementDigest::of(b"");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(
            json,
            "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""
        );
        assert_eq!(serde_json::from_str::<StatementDigest>(&json).unwrap(), digest);
        assert!(serde_json::from_str::<StatementDigest>("\"00\"").is_err());
    }
}
