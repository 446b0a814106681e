//! What the digests seal: a booked transaction, a batch, a window, a chain of statements (money rule 26).
//! Never here: the rows that transactions share (`shared`), the byte encoding (see `canonical`), the tree (see `merkle`).

use chrono::{DateTime, Utc};

use super::canonical::{Digest, Encoding};
use super::merkle;
use super::money::Amount;

pub use shared::{AllocationFields, BindingFields, Shared, allocation_digest, binding_digest, facts_digest};

mod shared;

/// A booked transaction as it is stored, with the content of the shared rows that it refers to by id: editing one of those
/// is found out like editing the transaction.
#[derive(Clone, Copy, Debug)]
pub struct LeafFields<'a> {
    pub network: i16,
    pub office: i32,
    /// The originator whose token sent it.
    pub sender: i32,
    pub reference: &'a str,
    pub kind: i16,
    /// Id of the transaction that this one takes back.
    pub original: Option<i64>,
    pub service: i32,
    pub licence: i32,
    pub binding: Shared,
    pub allocation: Shared,
    pub facts: Shared,
    pub holder: i16,
    pub amount: Amount,
    pub principal: Amount,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// Keyed hash that the sender made.
    pub citizen: Option<&'a [u8]>,
    pub window: i32,
    pub batch: i64,
    pub line: i16,
}

/// The leaf of a transaction. Its row keeps the first 8 bytes, [`Digest::prefix`].
///
/// Instants count to the microsecond: cut them before booking, or the stored row has another leaf.
pub fn leaf(fields: &LeafFields<'_>) -> Digest {
    Encoding::of("daftar transaction 1")
        .number(fields.network)
        .number(fields.office)
        .number(fields.sender)
        .text(fields.reference)
        .number(fields.kind)
        .optional(fields.original, Encoding::number)
        .number(fields.service)
        .number(fields.licence)
        .shared(fields.binding)
        .shared(fields.allocation)
        .shared(fields.facts)
        .number(fields.holder)
        .number(fields.amount.minor())
        .number(fields.principal.minor())
        .instant(fields.occurred_at)
        .instant(fields.received_at)
        .optional(fields.citizen, Encoding::bytes)
        .number(fields.window)
        .number(fields.batch)
        .number(fields.line)
        .finish()
}

/// Of a batch, over the moment of booking and its transactions' leaves in the order of their lines.
pub fn batch_digest(booked_at: DateTime<Utc>, leaves: &[Digest]) -> Digest {
    Encoding::of("daftar batch 1")
        .instant(booked_at)
        .list(leaves, |e, leaf| e.digest(*leaf))
        .finish()
}

/// Of a window: the Merkle root over its batches' digests in the order of their ids.
pub fn window_root(batches: &[Digest]) -> Digest {
    merkle::root(batches)
}

impl Encoding {
    fn shared(self, row: Shared) -> Self {
        self.number(row.id).digest(row.content)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn shared(id: i64) -> Shared {
        Shared {
            id,
            content: facts_digest("{}"),
        }
    }

    fn transaction() -> LeafFields<'static> {
        LeafFields {
            network: 1,
            office: 2,
            sender: 3,
            reference: "r-1",
            kind: 1,
            original: None,
            service: 4,
            licence: 5,
            binding: shared(6),
            allocation: shared(7),
            facts: shared(8),
            holder: 1,
            amount: Amount::from_minor(1_476_112),
            principal: Amount::ZERO,
            occurred_at: at("2026-11-24T04:00:00Z"),
            received_at: at("2026-11-24T04:00:01Z"),
            citizen: None,
            window: 9,
            batch: 10,
            line: 0,
        }
    }

    fn tampered() -> Vec<LeafFields<'static>> {
        let was = transaction();
        let content = facts_digest("{\"a\":1}");
        vec![
            was,
            LeafFields { network: 2, ..was },
            LeafFields { office: 3, ..was },
            LeafFields { sender: 4, ..was },
            LeafFields {
                reference: "r-2",
                ..was
            },
            LeafFields { kind: 4, ..was },
            LeafFields {
                original: Some(0),
                ..was
            },
            LeafFields { service: 5, ..was },
            LeafFields { licence: 6, ..was },
            LeafFields {
                binding: shared(7),
                ..was
            },
            LeafFields {
                binding: Shared { id: 6, content },
                ..was
            },
            LeafFields {
                allocation: shared(8),
                ..was
            },
            LeafFields {
                allocation: Shared { id: 7, content },
                ..was
            },
            LeafFields {
                facts: shared(9),
                ..was
            },
            LeafFields {
                facts: Shared { id: 8, content },
                ..was
            },
            LeafFields { holder: 2, ..was },
            LeafFields {
                amount: Amount::from_minor(1_476_113),
                ..was
            },
            LeafFields {
                principal: Amount::from_minor(1),
                ..was
            },
            LeafFields {
                occurred_at: at("2026-11-24T04:00:00.000001Z"),
                ..was
            },
            LeafFields {
                received_at: at("2026-11-24T04:00:01.000001Z"),
                ..was
            },
            LeafFields {
                citizen: Some(&[]),
                ..was
            },
            LeafFields { window: 10, ..was },
            LeafFields { batch: 11, ..was },
            LeafFields { line: 1, ..was },
        ]
    }

    #[test]
    fn changing_any_field_of_a_transaction_changes_its_leaf() {
        let leaves: BTreeSet<_> = tampered().iter().map(leaf).collect();
        assert_eq!(leaves.len(), tampered().len());
    }

    #[test]
    fn a_leaf_stays_the_same_for_ever() {
        let known = "49316b2a9995957c87a02f36e216f461f92647e43fd037e901092c9290ef237a";
        assert_eq!(leaf(&transaction()).to_string(), known);
    }

    #[test]
    fn a_batch_seals_its_leaves_their_order_and_when_they_were_booked() {
        let leaves: Vec<_> = tampered().iter().map(leaf).collect();
        let mut swapped = leaves.clone();
        swapped.swap(0, 1);
        let (one, other) = (at("2026-11-24T04:00:02Z"), at("2026-11-24T04:00:03Z"));
        assert_ne!(batch_digest(one, &leaves), batch_digest(one, &swapped));
        assert_ne!(batch_digest(one, &leaves), batch_digest(one, &leaves[1..]));
        assert_ne!(batch_digest(one, &leaves), batch_digest(other, &leaves));
        assert_ne!(batch_digest(one, &leaves[..1]), leaves[0]);
    }
}
