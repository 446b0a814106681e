//! The immutable rows that transactions share: allocations, bindings, facts. Never here: the transactions themselves.

use chrono::{DateTime, Utc};

use crate::domain::canonical::{Digest, Encoding};
use crate::domain::money::Amount;

/// A shared, immutable row: its id and the digest of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    pub id: i64,
    pub content: Digest,
}

/// An allocation as it is stored. Terms are ordinals of the tariff version.
#[derive(Clone, Copy, Debug)]
pub struct AllocationFields<'a> {
    pub kind: i16,
    pub tariff_version: i32,
    /// Digest of that version's document.
    pub tariff: Digest,
    pub asked_amount: Amount,
    pub quantity: i32,
    pub activity_leg: &'a str,
    /// Canonical JSON of the facts that the version reads.
    pub read_facts: &'a str,
    pub original: Option<i64>,
    pub original_ordinal: Option<i32>,
    pub sources: &'a [(i16, Amount)],
    pub legs: &'a [(i16, Amount)],
}

/// A binding as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct BindingFields<'a> {
    pub office: i32,
    pub licence: i32,
    /// Indexed by the role's id, from 1.
    pub parties: &'a [Option<i32>],
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
}

pub fn allocation_digest(fields: &AllocationFields<'_>) -> Digest {
    let share = |e: Encoding, (term, amount): &(i16, Amount)| e.number(*term).number(amount.minor());
    Encoding::of("daftar allocation 1")
        .number(fields.kind)
        .number(fields.tariff_version)
        .digest(fields.tariff)
        .number(fields.asked_amount.minor())
        .number(fields.quantity)
        .text(fields.activity_leg)
        .text(fields.read_facts)
        .optional(fields.original, Encoding::number)
        .optional(fields.original_ordinal, Encoding::number)
        .list(fields.sources, share)
        .list(fields.legs, share)
        .finish()
}

pub fn binding_digest(fields: &BindingFields<'_>) -> Digest {
    Encoding::of("daftar binding 1")
        .number(fields.office)
        .number(fields.licence)
        .list(fields.parties, |e, party| e.optional(*party, Encoding::number))
        .instant(fields.valid_from)
        .optional(fields.valid_until, Encoding::instant)
        .instant(fields.known_from)
        .finish()
}

/// Of the canonical JSON of facts.
pub fn facts_digest(canonical: &str) -> Digest {
    Encoding::of("daftar facts 1").text(canonical).finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_digest_of_an_allocation_seals_terms_amounts_and_tariff() {
        let shares = |minor| {
            [
                (1, Amount::from_minor(minor)),
                (2, Amount::from_minor(10 - minor)),
            ]
        };
        let (sources, legs, other) = ([(0, Amount::from_minor(10))], shares(4), shares(5));
        let was = AllocationFields {
            kind: 1,
            tariff_version: 3,
            tariff: facts_digest("t"),
            asked_amount: Amount::from_minor(10),
            quantity: 1,
            activity_leg: "",
            read_facts: "{}",
            original: None,
            original_ordinal: None,
            sources: &sources,
            legs: &legs,
        };
        let changed = [
            was,
            AllocationFields { kind: 2, ..was },
            AllocationFields {
                tariff_version: 4,
                ..was
            },
            AllocationFields {
                tariff: facts_digest("u"),
                ..was
            },
            AllocationFields {
                asked_amount: Amount::from_minor(11),
                ..was
            },
            AllocationFields { quantity: 2, ..was },
            AllocationFields {
                activity_leg: "acceptance",
                ..was
            },
            AllocationFields {
                read_facts: "{\"a\":1}",
                ..was
            },
            AllocationFields {
                original: Some(1),
                ..was
            },
            AllocationFields {
                original_ordinal: Some(1),
                ..was
            },
            AllocationFields { sources: &[], ..was },
            AllocationFields { legs: &other, ..was },
            AllocationFields {
                sources: &legs,
                legs: &sources,
                ..was
            },
        ];
        let digests: BTreeSet<_> = changed.iter().map(allocation_digest).collect();
        assert_eq!(digests.len(), changed.len());
    }

    #[test]
    fn the_digest_of_a_binding_seals_who_plays_which_role_and_when() {
        let was = BindingFields {
            office: 1,
            licence: 2,
            parties: &[Some(3), None],
            valid_from: at("2026-01-01T00:00:00Z"),
            valid_until: None,
            known_from: at("2026-01-01T00:00:00Z"),
        };
        let later = at("2026-01-02T00:00:00Z");
        let changed = [
            was,
            BindingFields { office: 2, ..was },
            BindingFields { licence: 3, ..was },
            BindingFields {
                parties: &[None, Some(3)],
                ..was
            },
            BindingFields {
                parties: &[Some(3)],
                ..was
            },
            BindingFields {
                valid_from: later,
                ..was
            },
            BindingFields {
                valid_until: Some(later),
                ..was
            },
            BindingFields {
                known_from: later,
                ..was
            },
        ];
        let digests: BTreeSet<_> = changed.iter().map(binding_digest).collect();
        assert_eq!(digests.len(), changed.len());
    }
}
