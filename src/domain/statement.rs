//! The canonical data of a statement: what is sealed, digested and kept for ever, and what every renderer works from.
//! Never here: layout, digits, dates for people (see `documents`), and how positions are computed (see `settlement`).

use crate::domain::money::UnitCode;

pub use check::StatementRefused;
pub use content::{
    Coded, DestinationClosing, Interval, Names, Network, Party, PreviousStatement, SpokenUnit,
    StatementContent, Unit,
};
pub use counts::ServiceCount;
pub use digest::{StatementDigest, verification_code};
pub use lines::{
    CarryReason, Cycle, DestinationPosition, Due, DueKind, EARLIER, EarlierTotal, EntryKind, HeldItem,
    Movement, MovementKind, ServiceTotal, Side, transaction_count,
};

mod check;
mod content;
mod counts;
mod digest;
mod lines;
#[cfg(test)]
pub mod sample;

/// The version of the canonical JSON's shape. A change of the shape is a new number; old bytes stay readable.
pub const FORMAT_VERSION: u16 = 2;

/// Statements of this version counted terms, and do not say how many transactions several lines of a service sum.
pub const FORMAT_WITHOUT_COUNTS: u16 = 1;

/// Where there are too many totals of services for a statement they are told of all together, under this code, which no service
/// has.
pub const ALL_SERVICES: &str = "all";

/// Far more than a party has destinations, held licences and open demands, which each have a line whatever their number.
pub const LINES_MAX: usize = 50_000;

/// A statement whose figures foot: its content, the canonical bytes of that content and the digest over those bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    content: StatementContent,
    bytes: Vec<u8>,
    digest: StatementDigest,
}

impl Statement {
    /// Seals the content: sorts its lists (the order of a query must not change a digest), proves that everything foots and
    /// serialises it once.
    pub fn new(content: StatementContent) -> Result<Self, StatementRefused> {
        let content = content.in_canonical_order();
        content.check()?;
        let bytes = serde_json::to_vec(&content).map_err(|e| StatementRefused::NotJson(e.to_string()))?;
        Ok(Self {
            digest: StatementDigest::of(&bytes),
            content,
            bytes,
        })
    }

    /// Reads stored bytes. The digest is that of the bytes as they are, never of a second serialisation (money rule 26).
    pub fn read(bytes: Vec<u8>) -> Result<Self, StatementRefused> {
        let content: StatementContent =
            serde_json::from_slice(&bytes).map_err(|e| StatementRefused::NotJson(e.to_string()))?;
        content.check()?;
        Ok(Self {
            digest: StatementDigest::of(&bytes),
            content,
            bytes,
        })
    }

    pub const fn content(&self) -> &StatementContent {
        &self.content
    }

    /// The canonical JSON, as it is stored and handed out.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub const fn digest(&self) -> StatementDigest {
        self.digest
    }

    /// The code that a reader types to check a printed statement: see [`StatementDigest::verification_code`].
    pub fn verification_code(&self) -> String {
        self.digest.verification_code()
    }

    /// What the QR code says: the content's verification address, a slash and the verification code.
    pub fn verification_url(&self) -> String {
        let base = self.content.verification_url_base.trim_end_matches('/');
        format!("{base}/{}", self.verification_code())
    }

    /// What the next statement of this chain refers to.
    pub fn as_previous(&self) -> PreviousStatement {
        PreviousStatement {
            number: self.content.number.clone(),
            digest: self.digest,
            closings: self
                .content
                .positions
                .iter()
                .map(DestinationPosition::as_closing)
                .collect(),
        }
    }
}

/// The number of a statement: network, party and unit name the chain (money rule 9), the sequence its place there.
pub fn statement_number(network: &str, party: &str, unit: &UnitCode, sequence: u32) -> String {
    format!("{network}-{party}-{unit}-{sequence:04}")
}

/// Whether statements of the two networks may have one number, since codes have hyphens too: `post` has it with party `bank-tehran`
/// and `post-bank` with party `tehran`.
pub fn numbers_may_be_alike(network: &str, other: &str) -> bool {
    let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
    begins(network, other) || begins(other, network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_two_networks_may_have_one_number_if_one_code_goes_on_where_the_other_ends() {
        assert!(numbers_may_be_alike("post", "post-bank"));
        assert!(numbers_may_be_alike("post-bank", "post"));
        assert!(!numbers_may_be_alike("post", "postbank"));
        assert!(!numbers_may_be_alike("rural-ict", "rural-post"));
    }
}
