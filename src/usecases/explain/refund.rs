//! What a refund or reversal takes of each term of its original, with the arithmetic. Never here: deciding what it takes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::refund::RefundTerm;
use crate::domain::refund::derivation::{RefundLine, derive};
use crate::domain::tariff::Tariff;
use crate::store::Connection;
use crate::store::allocation::shares;
use crate::store::verification::allocation::{RefundRow, refunds};
use crate::store::verification::content::AllocationRow;
use crate::usecases::Done;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefundExplained {
    /// The transaction that is taken back.
    pub original_id: i64,
    /// Its place among the refunds of that; absent where all was taken at once and the original's allocation is negated.
    pub ordinal: Option<i32>,
    pub sources: Vec<RefundShare>,
    pub legs: Vec<RefundShare>,
    pub agrees: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefundShare {
    pub name: String,
    /// Its title, where it has one.
    pub label: String,
    #[serde(flatten)]
    pub line: RefundLine,
    pub text: String,
}

pub(super) async fn explain_refund(
    conn: &mut Connection,
    tariff: &Tariff,
    original_id: i64,
    original: &AllocationRow,
    own: &AllocationRow,
    language: Language,
) -> Done<RefundExplained> {
    let ordinal = own.original_ordinal;
    let before: Vec<RefundRow> = match ordinal {
        Some(ordinal) => {
            let all = refunds(conn, &[original_id]).await?.into_iter();
            all.filter(|row| row.is_used && row.original_ordinal < ordinal)
                .collect()
        }
        None => Vec::new(),
    };
    let sources = Side {
        terms: shares(&original.source_terms, &original.source_amounts),
        before: before
            .iter()
            .flat_map(|row| shares(&row.source_terms, &row.source_amounts))
            .collect(),
        taken: shares(&own.source_terms, &own.source_amounts),
    };
    let legs = Side {
        terms: shares(&original.leg_terms, &original.leg_amounts),
        before: before
            .iter()
            .flat_map(|row| shares(&row.leg_terms, &row.leg_amounts))
            .collect(),
        taken: shares(&own.leg_terms, &own.leg_amounts),
    };
    let refunded = Amount::from_minor(own.total);
    Ok(RefundExplained {
        original_id,
        ordinal,
        agrees: sources.agrees(tariff, refunded) && legs.agrees(tariff, refunded),
        sources: sources.told(tariff, refunded, language),
        legs: legs.told(tariff, refunded, language),
    })
}

/// One side of an original's allocation: its terms, what earlier refunds took of them, what this one takes.
struct Side {
    terms: Vec<(i16, i64)>,
    before: Vec<(i16, i64)>,
    taken: Vec<(i16, i64)>,
}

impl Side {
    fn standing(&self, tariff: &Tariff) -> Vec<(i16, RefundTerm)> {
        let term = |(ordinal, minor): &(i16, i64)| {
            let reversed = self.before.iter().filter(|(own, _)| own == ordinal);
            let term = RefundTerm {
                amount: Amount::from_minor(*minor),
                reversed: Amount::sum(reversed.map(|(_, minor)| Amount::from_minor(*minor)))
                    .unwrap_or_default(),
                refundable: tariff.term(*ordinal).is_some_and(|term| term.refundable),
            };
            (*ordinal, term)
        };
        self.terms.iter().map(term).collect()
    }

    fn taken(&self) -> Vec<(i16, Amount)> {
        let taken = self.taken.iter();
        taken
            .map(|(ordinal, minor)| (*ordinal, Amount::from_minor(*minor)))
            .collect()
    }

    /// Whether the refund rule, asked again, takes the same.
    fn agrees(&self, tariff: &Tariff, refunded: Amount) -> bool {
        if refunded.is_zero() {
            return self.taken.iter().all(|(_, minor)| *minor == 0);
        }
        let standing = self.standing(tariff);
        let terms: Vec<RefundTerm> = standing.iter().map(|(_, term)| *term).collect();
        let Ok(again) = crate::domain::refund::refund(&terms, refunded) else {
            return false;
        };
        let taken = self.taken();
        standing.iter().zip(again).all(|((ordinal, _), amount)| {
            let own = taken.iter().find(|(own, _)| own == ordinal);
            own.map_or(Amount::ZERO, |(_, amount)| *amount) == amount
        })
    }

    fn told(&self, tariff: &Tariff, refunded: Amount, language: Language) -> Vec<RefundShare> {
        let lines = derive(&self.standing(tariff), refunded, &self.taken());
        let named = |ordinal: i16| tariff.term(ordinal);
        let share = |line: RefundLine| RefundShare {
            name: named(line.ordinal).map_or_else(String::new, |term| term.name.clone()),
            label: named(line.ordinal).map_or_else(String::new, |term| term.label(language).to_owned()),
            text: line.text(language),
            line,
        };
        lines.into_iter().map(share).collect()
    }
}
