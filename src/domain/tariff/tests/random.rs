//! Tariffs made up at random.

use super::*;
use crate::domain::cases::{Numbers, count};
use crate::domain::refund::{RefundTerm, refund};

/// A split made up at random: fixed and relative takers, a group, withholding, all with a remainder.
fn random_split(numbers: &mut Numbers) -> Value {
    let mut split = Vec::new();
    for at in 0..numbers.between(0, 4) {
        let rate = format!("{}.{}%", numbers.between(0, 15), numbers.between(0, 99));
        let modes = ["floor", "half_up", "half_even", "ceiling"];
        let round = modes[numbers.index(4)];
        let base = ["price", "amount", "after_fixed", "fee"][numbers.index(4)];
        let take = match numbers.between(0, 3) {
            0 => json!(numbers.between(0, 300)),
            1 => {
                json!({"percent": {"rate": rate, "of": base, "round": round, "at_most": numbers.between(50, 5000)}})
            }
            2 => json!({"tax_inside": {"rate": rate, "of": base, "round": round}}),
            _ => json!({"percent": {"rate": rate, "of": {"less": {"from": "price", "take_off": [100]}}}}),
        };
        let withhold = json!([{"name": format!("held_{at}"), "party": "tax", "rate": "3.3%", "round": round, "inside": numbers.coin()}]);
        let withhold = if numbers.coin() { withhold } else { json!([]) };
        split.push(json!({"name": format!("c{at}"), "party": "agency", "take": take, "withhold": withhold}));
    }
    let weights = (0..numbers.between(1, 5))
        .map(|at| json!({"name": format!("w{at}"), "party": "office", "weight": numbers.between(1, 100)}));
    let weights = weights.collect::<Vec<_>>();
    split.push(json!({"name": "rest", "take": "remainder", "among": weights}));
    Value::Array(split)
}

#[test]
fn every_quote_balances_and_its_refunds_end_at_zero() {
    let mut numbers = Numbers::of(17);
    let mut quotes = 0;
    while quotes < count() {
        let mut document = document(&json!("amount"), &random_split(&mut numbers));
        document["amount"] = json!({"at_least": 2000, "at_most": 1_000_000_000_000_i64});
        if numbers.coin() {
            let taker = json!({"party": "treasury"});
            document["round_price"] =
                json!({"mode": "ceiling", "step": numbers.between(1, 1000), "taker": taker});
        }
        let tariff = parse(&document);
        for _ in 0..100 {
            let amount = numbers
                .amount(999_999_990_000)
                .plus(Amount::from_minor(2000))
                .unwrap();
            let quote = tariff
                .quote(&of_amount(amount.minor()))
                .unwrap_or_else(|r| panic!("{document:#}: {r}"));
            let earned = Amount::sum(quote.allocation.legs().iter().map(|share| share.amount)).unwrap();
            assert_eq!(earned, quote.allocation.total());
            assert!(
                quote.price >= amount
                    && quote
                        .allocation
                        .legs()
                        .iter()
                        .all(|leg| !leg.amount.is_negative())
            );
            refund_in_two(&mut numbers, &quote);
            quotes += 1;
        }
    }
}

fn refund_in_two(numbers: &mut Numbers, quote: &Quote) {
    let term = |share: &Share| RefundTerm {
        amount: share.amount,
        reversed: Amount::ZERO,
        refundable: true,
    };
    let mut terms = quote.allocation.legs().iter().map(term).collect::<Vec<_>>();
    let total = quote.allocation.total().minor();
    let first = i64::try_from(numbers.between(1, u64::try_from(total - 1).unwrap())).unwrap();
    for part in [first, total - first] {
        let given = refund(&terms, Amount::from_minor(part)).unwrap();
        for (term, part) in terms.iter_mut().zip(given) {
            term.reversed = term.reversed.plus(part).unwrap();
        }
    }
    assert!(terms.iter().all(|term| term.reversed == term.amount));
}

#[test]
fn quoting_and_explaining_give_the_same_answer() {
    let mut numbers = Numbers::of(19);
    for _ in 0..300 {
        let document = with(
            document(&json!("amount"), &random_split(&mut numbers)),
            "amount",
            json!({"at_least": 2000}),
        );
        let tariff = parse(&document);
        let question = of_amount(2000 + numbers.amount(1_000_000_000).minor());
        let (quote, derivation) = tariff.explain(&question).unwrap();
        assert_eq!(tariff.quote(&question).unwrap(), quote);
        for share in quote.allocation.legs() {
            let line = derivation
                .lines
                .iter()
                .find(|line| line.ordinal == Some(share.ordinal))
                .unwrap();
            assert_eq!(line.amount, share.amount);
        }
    }
}
