//! Whether a stored allocation is what its tariff version answers, or what a refund takes of its original.
//! Never here: the arithmetic itself (see `tariff` and `refund`).

use super::{Comparison, Finding};
use crate::domain::money::Amount;
use crate::domain::refund::{RefundTerm, refund_both_sides};
use crate::domain::tariff::{Share, Tariff};

/// The shares of one side by ordinal, in stored order.
pub type Side = Vec<(i16, Amount)>;

/// A row of `allocations`, with the text of the facts that it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAllocation {
    pub id: i64,
    pub tariff_version: i32,
    pub asked_amount: Amount,
    pub quantity: i32,
    pub activity_leg: String,
    pub read_facts: Option<String>,
    pub kind: AllocationKind,
    pub sources: Side,
    pub legs: Side,
    pub total: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationKind {
    /// Answered by the tariff.
    Priced,
    /// What one refund or reversal takes of an original transaction.
    Refund { original: i64, ordinal: i32 },
}

/// Both sides of an original's allocation and what was taken back before, in the original's order of terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Original {
    pub sources: Vec<(i16, RefundTerm)>,
    pub legs: Vec<(i16, RefundTerm)>,
}

/// The same question asked again: sources, legs, total, and the facts that belong to the key.
pub fn check_priced(tariff: &Tariff, stored: &StoredAllocation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut row = Comparison::of("allocations", stored.id, &mut findings);
    let Some(read_facts) = &stored.read_facts else {
        row.differs("read_facts_id", "of no facts", "of facts that are there");
        return findings;
    };
    let leg = Some(stored.activity_leg.clone()).filter(|leg| !leg.is_empty());
    let quantity = u32::try_from(stored.quantity).unwrap_or(0);
    let Some(question) = tariff.question_of_key(stored.asked_amount, quantity, leg, read_facts) else {
        row.differs("read_facts_id", read_facts, "the facts of a case");
        return findings;
    };
    row.same("read_facts_id", read_facts.clone(), tariff.key_facts(&question));
    match tariff.quote(&question) {
        Ok(quote) => {
            let allocation = &quote.allocation;
            row.same(
                "sources",
                side_text(&stored.sources),
                side_text(&side_of(allocation.sources())),
            );
            row.same(
                "legs",
                side_text(&stored.legs),
                side_text(&side_of(allocation.legs())),
            );
            row.same("total", stored.total, allocation.total());
            row.same(
                "asked_amount",
                stored.asked_amount,
                question.amount.unwrap_or(quote.price),
            );
        }
        Err(refusal) => row.differs("the question", refusal, "one that the tariff answers"),
    }
    findings
}

/// What the refund takes, worked from the original's terms and the refunds before it.
pub fn check_refund(original: &Original, stored: &StoredAllocation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut row = Comparison::of("allocations", stored.id, &mut findings);
    let terms = |side: &[(i16, RefundTerm)]| side.iter().map(|(_, term)| *term).collect::<Vec<_>>();
    if stored.total.is_zero() {
        // A principal alone was given back.
        row.same(
            "sources",
            side_text(&without_nothing(&stored.sources)),
            side_text(&[]),
        );
        row.same("legs", side_text(&without_nothing(&stored.legs)), side_text(&[]));
        return findings;
    }
    row.same("asked_amount", stored.asked_amount, stored.total);
    match refund_both_sides(&terms(&original.sources), &terms(&original.legs), stored.total) {
        Ok((sources, legs)) => {
            let (sources, legs) = (taken(&original.sources, &sources), taken(&original.legs, &legs));
            row.same(
                "sources",
                side_text(&without_nothing(&stored.sources)),
                side_text(&sources),
            );
            row.same(
                "legs",
                side_text(&without_nothing(&stored.legs)),
                side_text(&legs),
            );
        }
        Err(refused) => row.differs("total", stored.total, refused),
    }
    findings
}

impl Original {
    /// Takes a later refund into account.
    pub fn take_back(&mut self, sources: &[(i16, Amount)], legs: &[(i16, Amount)]) {
        for (terms, shares) in [(&mut self.sources, sources), (&mut self.legs, legs)] {
            for (ordinal, amount) in shares {
                if let Some((_, term)) = terms.iter_mut().find(|(own, _)| own == ordinal) {
                    term.reversed = term.reversed.plus(*amount).unwrap_or(term.reversed);
                }
            }
        }
    }
}

fn side_of(shares: &[Share]) -> Side {
    shares.iter().map(|share| (share.ordinal, share.amount)).collect()
}

fn taken(terms: &[(i16, RefundTerm)], amounts: &[Amount]) -> Side {
    let pairs = terms
        .iter()
        .map(|(ordinal, _)| *ordinal)
        .zip(amounts.iter().copied());
    without_nothing(&pairs.collect::<Vec<_>>())
}

fn without_nothing(side: &[(i16, Amount)]) -> Side {
    side.iter()
        .filter(|(_, amount)| !amount.is_zero())
        .copied()
        .collect()
}

fn side_text(side: &[(i16, Amount)]) -> String {
    let shares: Vec<String> = side
        .iter()
        .map(|(ordinal, amount)| format!("{ordinal}:{amount}"))
        .collect();
    format!("[{}]", shares.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPORT: &str = include_str!("../../../tests/fixtures/tariffs/ir-passport.json");

    fn minor(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn stored(tariff: &Tariff) -> StoredAllocation {
        let question = tariff.question_of_key(minor(1_476_112), 1, None, "{}").unwrap();
        let quote = tariff.quote(&question).unwrap();
        StoredAllocation {
            id: 1,
            tariff_version: 1,
            asked_amount: quote.price,
            quantity: 1,
            activity_leg: String::new(),
            read_facts: Some(tariff.key_facts(&question)),
            kind: AllocationKind::Priced,
            sources: side_of(quote.allocation.sources()),
            legs: side_of(quote.allocation.legs()),
            total: quote.allocation.total(),
        }
    }

    fn whats(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.what.as_str()).collect()
    }

    #[test]
    fn an_allocation_that_the_tariff_answers_agrees_and_a_rial_moved_does_not() {
        let tariff = Tariff::parse(PASSPORT).unwrap();
        let good = stored(&tariff);
        assert_eq!(check_priced(&tariff, &good), []);
        let mut moved = good.clone();
        moved.legs[0].1 = moved.legs[0].1.plus(minor(1)).unwrap();
        moved.legs[1].1 = moved.legs[1].1.minus(minor(1)).unwrap();
        assert_eq!(whats(&check_priced(&tariff, &moved)), ["legs"]);
        let asked = StoredAllocation {
            asked_amount: minor(1),
            ..good.clone()
        };
        assert_eq!(whats(&check_priced(&tariff, &asked)), ["the question"]);
        let without = StoredAllocation {
            read_facts: None,
            ..good
        };
        assert_eq!(whats(&check_priced(&tariff, &without)), ["read_facts_id"]);
    }

    #[test]
    fn the_refund_of_money_rule_6_agrees_and_another_split_of_it_does_not() {
        let amounts = [10_000, 37_500, 1_000_000, 428_612];
        let term = |(ordinal, amount): (i16, i64)| {
            let (amount, reversed) = (minor(amount), Amount::ZERO);
            (
                ordinal,
                RefundTerm {
                    amount,
                    reversed,
                    refundable: true,
                },
            )
        };
        let mut original = Original {
            sources: vec![term((0, 1_476_112))],
            legs: (1..).zip(amounts).map(term).collect(),
        };
        let refund = |legs: [i64; 4]| StoredAllocation {
            id: 2,
            tariff_version: 1,
            asked_amount: minor(legs.iter().sum()),
            quantity: 1,
            activity_leg: String::new(),
            read_facts: Some("{}".to_owned()),
            kind: AllocationKind::Refund {
                original: 16_385,
                ordinal: 1,
            },
            sources: vec![(0, minor(legs.iter().sum()))],
            legs: (1..).zip(legs.map(minor)).collect(),
            total: minor(legs.iter().sum()),
        };
        let first = refund([3_387, 12_702, 338_728, 145_183]);
        assert_eq!(check_refund(&original, &first), []);
        assert_eq!(
            whats(&check_refund(
                &original,
                &refund([3_388, 12_702, 338_728, 145_182])
            )),
            ["legs"]
        );
        original.take_back(&first.sources, &first.legs);
        assert_eq!(
            check_refund(&original, &refund([6_613, 24_798, 661_272, 283_429])),
            []
        );
        assert_eq!(
            whats(&check_refund(
                &original,
                &refund([6_613, 24_798, 661_272, 283_430])
            )),
            ["total"]
        );
    }
}
