//! What the refund allocator promises for any order and size of refunds.
//! Never here: booking.

use super::*;
use crate::domain::cases::{Numbers, count};

fn terms(amounts: &[i64]) -> Vec<RefundTerm> {
    let term = |minor: &i64| RefundTerm {
        amount: Amount::from_minor(*minor),
        reversed: Amount::ZERO,
        refundable: true,
    };
    amounts.iter().map(term).collect()
}

fn take(terms: &mut [RefundTerm], refunded: i64) -> Vec<i64> {
    let given = refund(terms, Amount::from_minor(refunded)).unwrap();
    for (term, part) in terms.iter_mut().zip(&given) {
        term.reversed = term.reversed.plus(*part).unwrap();
    }
    given.iter().map(|part| part.minor()).collect()
}

#[test]
fn the_passport_fee_is_refunded_as_worked_by_hand() {
    let mut passport = terms(&[10_000, 37_500, 1_000_000, 428_612]);
    assert_eq!(take(&mut passport, 500_000), [3_387, 12_702, 338_728, 145_183]);
    assert_eq!(take(&mut passport, 976_112), [6_613, 24_798, 661_272, 283_429]);
}

#[test]
fn three_refunds_that_add_up_to_the_whole_leave_nothing() {
    let mut parts = terms(&[70, 20, 7, 3]);
    for refunded in [33, 33, 34] {
        take(&mut parts, refunded);
    }
    assert!(parts.iter().all(|term| term.reversed == term.amount));
}

#[test]
fn a_term_that_is_not_refundable_keeps_its_amount() {
    let mut parts = terms(&[70, 20, 10]);
    parts[2].refundable = false;
    assert_eq!(refundable_left(&parts), Ok(Amount::from_minor(90)));
    assert_eq!(take(&mut parts, 45), [35, 10, 0]);
    assert_eq!(
        refund(&parts, Amount::from_minor(46)),
        Err(RefundRefused::MoreThanLeft {
            asked: Amount::from_minor(46),
            left: Amount::from_minor(45)
        })
    );
    assert_eq!(take(&mut parts, 45), [35, 10, 0]);
}

#[test]
fn nothing_less_than_nothing_and_more_than_all_are_refused() {
    let parts = terms(&[5, 5]);
    assert_eq!(refund(&parts, Amount::ZERO), Err(RefundRefused::NotPositive));
    assert_eq!(
        refund(&parts, Amount::from_minor(-1)),
        Err(RefundRefused::NotPositive)
    );
    assert!(matches!(
        refund(&parts, Amount::from_minor(11)),
        Err(RefundRefused::MoreThanLeft { .. })
    ));
    assert!(matches!(
        refund(&[], Amount::from_minor(1)),
        Err(RefundRefused::MoreThanLeft { .. })
    ));
    let broken = [RefundTerm {
        amount: Amount::ZERO,
        reversed: Amount::from_minor(1),
        refundable: true,
    }];
    assert_eq!(
        refund(&broken, Amount::from_minor(1)),
        Err(RefundRefused::BrokenTerms)
    );
}

#[test]
fn both_sides_give_back_the_same_sum() {
    let sources = terms(&[60, 40]);
    let mut legs = terms(&[50, 30, 20]);
    legs[1].refundable = false;
    let (from, to) = refund_both_sides(&sources, &legs, Amount::from_minor(35)).unwrap();
    assert_eq!(Amount::sum(from), Amount::sum(to.iter().copied()));
    assert_eq!(to.iter().map(|a| a.minor()).collect::<Vec<_>>(), [25, 0, 10]);
}

/// Every step of a random sequence of refunds against the four properties of money rule 6.
#[test]
fn any_sequence_of_refunds_keeps_every_promise() {
    let mut numbers = Numbers::of(13);
    let mut steps = 0;
    while steps < count() {
        let most = if numbers.coin() { 40 } else { 1_000_000_000_000 };
        let parts = numbers.between(1, 7);
        let mut parts = terms(
            &(0..parts)
                .map(|_| numbers.amount(most).minor())
                .collect::<Vec<_>>(),
        );
        for term in &mut parts {
            term.refundable = numbers.between(0, 5) > 0;
        }
        steps += refund_until_nothing_is_left(&mut numbers, &mut parts);
    }
}

fn refund_until_nothing_is_left(numbers: &mut Numbers, parts: &mut [RefundTerm]) -> u64 {
    let total = i128::from(refundable_left(parts).unwrap().minor());
    let (mut before, mut steps) = (0_i128, 1);
    while before < total {
        let left = u64::try_from(total - before).unwrap();
        let most = if steps > 12 {
            left
        } else {
            (left / numbers.between(1, 9)).max(1)
        };
        let refunded = if numbers.between(0, 9) == 0 {
            left
        } else {
            numbers.between(1, most)
        };
        let given = take(parts, i64::try_from(refunded).unwrap());
        before += i128::from(refunded);
        assert_eq!(given.iter().sum::<i64>(), i64::try_from(refunded).unwrap());
        for (term, part) in parts.iter().zip(&given) {
            assert!(*part >= 0 && term.reversed <= term.amount, "{parts:?}");
            assert!(term.refundable || term.reversed.is_zero());
            let drift = i128::from(term.reversed.minor()) * total - before * i128::from(term.amount.minor());
            assert!(!term.refundable || drift.abs() <= total, "{parts:?}");
        }
        steps += 1;
    }
    assert!(
        parts
            .iter()
            .filter(|term| term.refundable)
            .all(|term| term.reversed == term.amount)
    );
    steps
}
