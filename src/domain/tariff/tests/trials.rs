//! What only some questions show, wherever they lie. Never here: the words of a refusal (`refusals`).

use super::*;
use crate::domain::money::AMOUNT_MAX;

/// The office takes this, somebody else what is left.
fn office_takes(take: &Value) -> Value {
    json!([{"party": "office", "take": take}, {"party": "agency", "take": "remainder"}])
}

fn with_fact(document: Value, name: &str, mut fact: Value) -> Value {
    fact["kind"] = json!("integer");
    with(document, "facts", json!({name: fact}))
}

#[test]
fn a_fee_above_its_price_is_found_up_to_the_real_end_of_what_has_no_declared_one() {
    let split = json!([
        {"party": "treasury", "take": {"percent": {"rate": "0.05%", "of": "amount"}}},
        {"party": "operator", "take": {"percent": {"rate": "65%", "of": "price"}}},
        {"party": "office", "take": "remainder"}
    ]);
    let price = json!({"percent": {"rate": "0.5%", "of": "amount", "at_most": 50_000_000}});
    let capped = document(&price, &split);
    assert_eq!(rules_broken(&capped), ["components_above_price"]);
    parse(&with(capped, "amount", json!({"at_most": 30_000_000_000_i64})));

    let by_weight = json!({"steps": {"of": "grams", "size": 1000, "charge": 2000, "begun": "charged"}});
    let weighed = |fact| {
        with_fact(
            document(&json!(900_000), &office_takes(&by_weight)),
            "grams",
            fact,
        )
    };
    assert_eq!(
        rules_broken(&weighed(json!({"at_least": 1}))),
        ["components_above_price"]
    );
    parse(&weighed(json!({"at_least": 1, "at_most": 450_000})));

    let each = office_takes(&json!({"times": {"count": "quantity", "value": 10}}));
    assert_eq!(
        rules_broken(&document(&json!(5_000_000), &each)),
        ["components_above_price"]
    );
    let few = json!({"choose": {"cases": [{"when": {"quantity": {"above": 500_000}}, "then": {"refuse": "too many"}}],
                                "otherwise": 5_000_000}});
    parse(&document(&few, &each));
}

#[test]
fn a_share_of_a_price_that_no_transaction_may_come_to_is_wrong_for_nobody() {
    let price = json!({"times": {"count": "quantity", "value": 1_000_000_000}});
    let left =
        json!({"clamp": {"value": {"less": {"from": AMOUNT_MAX, "take_off": ["price"]}}, "at_most": 1}});
    parse(&document(&price, &office_takes(&left)));
    let less = json!({"clamp": {"value": {"less": {"from": 100_000_000_000_i64, "take_off": ["price"]}}, "at_most": 1}});
    assert_eq!(
        rules_broken(&document(&price, &office_takes(&less))),
        ["below_zero"]
    );
}
