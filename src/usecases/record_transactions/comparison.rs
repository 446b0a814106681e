//! Whether a row that is sent again is what is in the books: every field that was sent is compared (money rule 16).
//! Never here: digests, SQL.

use crate::domain::facts;
use crate::domain::money::Amount;
use crate::domain::rulebook::Rulebook;
use crate::domain::transaction::{
    Booked, Difference, Holder, Outcome, Submitted, TransactionId, TransactionKind,
};
use crate::store::transaction::StoredTransaction;

/// What a row that takes back asks when it is sent again: of which original, and how much, where `all that is left` is what was left
/// when it was booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedAgain {
    pub(super) original: Option<TransactionId>,
    pub(super) amount: Amount,
    pub(super) principal: Amount,
}

/// The first answer again, or a conflict that names the differences.
pub(super) fn compare(
    row: &Submitted,
    stored: &StoredTransaction,
    book: &Rulebook,
    again: Option<&AskedAgain>,
) -> Outcome {
    let id = TransactionId::of(stored.batch_id, stored.line);
    let mut compared = Compared(Vec::new());
    compared.kinds(row, stored, again.and_then(|again| again.original));
    compared.names(row, stored, book);
    compared.figures(row, stored, again);
    compared.case(row, stored, book);
    if compared.0.is_empty() {
        return Outcome::Repeated(Booked {
            id,
            amount: Amount::from_minor(stored.amount),
            principal: Amount::from_minor(stored.principal),
        });
    }
    Outcome::Conflict {
        id,
        differences: compared.0,
    }
}

struct Compared(Vec<Difference>);

impl Compared {
    fn kinds(&mut self, row: &Submitted, stored: &StoredTransaction, original: Option<TransactionId>) {
        let kind = TransactionKind::from_number(stored.kind).map_or("", TransactionKind::code);
        self.field("kind", kind, row.kind.code());
        let stored_original = stored.original_id.map(TransactionId::from_number);
        if row.kind.takes_back() && stored_original != original {
            let name = |id: Option<TransactionId>| id.map_or_else(String::new, |id| id.to_string());
            let sent = row.original.clone().unwrap_or_default();
            self.differ("original", name(stored_original), sent);
        }
    }

    fn names(&mut self, row: &Submitted, stored: &StoredTransaction, book: &Rulebook) {
        if let Some(service) = &row.service {
            self.field("service", &stored.service_code, service);
        }
        if let Some(network) = &row.network {
            let stored = book.network(stored.network_id).map_or("", |rules| &rules.code);
            self.field("network", stored, network);
        }
        let holder = Holder::from_number(stored.holder).map_or("", Holder::code);
        self.field("holder", holder, row.holder.code());
    }

    fn figures(&mut self, row: &Submitted, stored: &StoredTransaction, again: Option<&AskedAgain>) {
        if stored.occurred_at != row.occurred_at {
            self.differ(
                "occurred_at",
                stored.occurred_at.to_rfc3339(),
                row.occurred_at.to_rfc3339(),
            );
        }
        let (amount, sent, principal) = match again {
            Some(again) => (stored.amount, Some(again.amount), again.principal),
            None => (stored.asked_amount, row.amount, row.principal.unwrap_or_default()),
        };
        self.amount("amount", amount, sent.unwrap_or(Amount::from_minor(amount)));
        self.amount("principal", stored.principal, principal);
    }

    fn amount(&mut self, field: &'static str, stored: i64, sent: Amount) {
        if sent.minor() != stored {
            self.differ(field, stored.to_string(), sent.to_string());
        }
    }

    /// What a row that takes back leaves to its original.
    fn case(&mut self, row: &Submitted, stored: &StoredTransaction, book: &Rulebook) {
        let citizen = |bytes: Option<&[u8]>| bytes.map(hex::encode).unwrap_or_default();
        self.field(
            "citizen",
            &citizen(stored.citizen.as_deref()),
            &citizen(row.citizen.as_deref()),
        );
        if row.kind.takes_back() {
            return;
        }
        let quantity = i64::from(row.quantity.unwrap_or(1));
        if i64::from(stored.quantity) != quantity {
            self.differ("quantity", stored.quantity.to_string(), quantity.to_string());
        }
        self.field(
            "leg",
            &stored.activity_leg,
            row.leg.as_deref().unwrap_or_default(),
        );
        let rules = book.versions.get(&stored.tariff_version_id);
        let read = rules.and_then(|rules| rules.tariff.read_facts(&row.facts).ok());
        let sent = facts::canonical(read.as_ref().unwrap_or(&row.facts));
        self.field("facts", &stored.facts, &sent);
    }

    fn field(&mut self, field: &'static str, stored: &str, sent: &str) {
        if stored != sent {
            self.differ(field, stored.to_owned(), sent.to_owned());
        }
    }

    fn differ(&mut self, field: &'static str, stored: String, sent: String) {
        self.0.push(Difference { field, stored, sent });
    }
}
