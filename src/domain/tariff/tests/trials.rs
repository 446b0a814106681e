//! What only some questions show, wherever they lie. Never here: the words of a refusal (`refusals`).

use super::*;
use crate::domain::money::AMOUNT_MAX;

/// The rules that a new document breaks, while one that was published before they were looked for is read as it was.
fn found_by_trial(document: &Value) -> Vec<&'static str> {
    assert!(
        Tariff::from_published(&document.to_string()).is_ok(),
        "{document}"
    );
    rules_broken(document)
}

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
    assert_eq!(found_by_trial(&capped), ["components_above_price"]);
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
        found_by_trial(&weighed(json!({"at_least": 1}))),
        ["components_above_price"]
    );
    parse(&weighed(json!({"at_least": 1, "at_most": 450_000})));

    let each = office_takes(&json!({"times": {"count": "quantity", "value": 10}}));
    assert_eq!(
        found_by_trial(&document(&json!(5_000_000), &each)),
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
        found_by_trial(&document(&price, &office_takes(&less))),
        ["below_zero"]
    );
}

/// The price by where a measure lies.
fn by_bands(of: &str, rows: &Value) -> Value {
    document(&json!({"bands": {"of": of, "rows": rows}}), &office_takes_all())
}

#[test]
fn bands_begin_where_their_measure_does_and_hold_what_counts_where_nothing_is_stated() {
    let up_to_three = json!([{"from": 0, "through": 1, "value": 10}, {"from": 2, "through": 3, "value": 20}]);
    let of_copies = |fact, rows: &Value| with_fact(by_bands("copies", rows), "copies", fact);
    parse(&of_copies(json!({"default": 3}), &up_to_three));
    assert_eq!(
        found_by_trial(&of_copies(json!({"default": 7}), &up_to_three)),
        ["bands_gap"]
    );
    let from_one = json!([{"from": 1, "value": 10}]);
    parse(&of_copies(json!({"at_least": 1}), &from_one));
    assert_eq!(found_by_trial(&of_copies(json!({}), &from_one)), ["bands_gap"]);

    let from_a_thousand = json!([{"from": 1000, "value": 10}]);
    let of_a_bill = |principal| with(by_bands("principal", &from_a_thousand), "principal", principal);
    parse(&of_a_bill(json!({"party": "agency", "at_least": 1000})));
    assert_eq!(
        found_by_trial(&of_a_bill(json!({"party": "agency"}))),
        ["bands_gap"]
    );
    let declared = json!({"party": "agency", "at_least": 999});
    assert_eq!(rules_broken(&of_a_bill(declared)), ["bands_gap"]);
    assert_eq!(found_by_trial(&by_bands("amount", &from_one)), ["bands_gap"]);

    let mut guarded = by_bands("amount", &from_a_thousand);
    let small = json!({"when": {"amount": {"below": 1000}}, "then": {"refuse": "too small"}});
    guarded["price"] = json!({"choose": {"cases": [small], "otherwise": guarded["price"]}});
    parse(&guarded);
}

#[test]
fn bands_of_something_computed_begin_where_it_does_though_nothing_ends_it() {
    let rows = |from: i64| json!([{"from": from, "below": 100, "value": 10}, {"from": 100, "value": 20}]);
    let of_a_wage = |from: i64| {
        let wage = json!({"name": "wage", "amount": {"percent": {"rate": "1%", "of": "amount"}}});
        let document = with(by_bands("wage", &rows(from)), "bases", json!([wage]));
        with(document, "amount", json!({"at_least": 1000}))
    };
    parse(&of_a_wage(10));
    assert_eq!(found_by_trial(&of_a_wage(11)), ["bands_gap"]);
    let of_sheets = |from: i64| {
        let sheets = json!({"name": "sheets", "amount": {"times": {"count": "quantity", "value": "pages"}}});
        let document = with(by_bands("sheets", &rows(from)), "bases", json!([sheets]));
        with_fact(document, "pages", json!({"at_least": 5}))
    };
    parse(&of_sheets(5));
    assert_eq!(found_by_trial(&of_sheets(6)), ["bands_gap"]);
}

fn of_amounts_from(least: i64, price: &Value) -> Value {
    with(
        document(price, &office_takes_all()),
        "amount",
        json!({"at_least": least}),
    )
}

#[test]
fn a_minimum_above_the_amount_is_found_around_whatever_is_a_share_of_it() {
    let rate = json!({"percent": {"rate": "1%", "of": "amount"}});
    let slices = json!({"slices": {"of": "amount", "rows": [{"from": 0, "to": 9000, "rate": "2%"}, {"from": 9000, "rate": "1%"}]}});
    let rounded = json!({"round": {"value": rate, "mode": "half_up", "step": 10}});
    let small =
        json!({"when": {"amount": {"below": 9000}}, "then": {"percent": {"rate": "2%", "of": "amount"}}});
    let chosen = json!({"choose": {"cases": [small], "otherwise": rate}});
    let banded = json!({"bands": {"of": "amount", "rows": [{"from": 0, "below": 9000, "value": rate}, {"from": 9000, "value": 90}]}});
    for share in [
        json!("amount"),
        rate.clone(),
        slices,
        rounded,
        chosen,
        json!({"sum": [20, rate]}),
        banded,
    ] {
        let price = json!({"clamp": {"value": share, "at_least": 5000}});
        assert_eq!(
            found_by_trial(&of_amounts_from(4999, &price)),
            ["minimum_above_amount"],
            "{price}"
        );
        parse(&of_amounts_from(5000, &price));
    }
    let named = |least| {
        let price = json!([
            {"name": "share", "amount": {"sum": [20, rate]}}, {"name": "rest", "amount": {"clamp": {"value": "share", "at_least": 5000}}}
        ]);
        of_amounts_from(least, &price)
    };
    assert_eq!(found_by_trial(&named(4999)), ["minimum_above_amount"]);
    parse(&named(5000));
}

#[test]
fn what_is_no_share_of_the_amount_may_be_more_than_it() {
    let at_least = |value: Value| json!({"clamp": {"value": value, "at_least": 5000}});
    let rate = json!({"percent": {"rate": "1%", "of": "amount"}});
    let by_size = json!({"bands": {"of": "amount", "rows": [{"from": 0, "below": 9000, "value": 3000}, {"from": 9000, "value": 9000}]}});
    let per_sheet = json!({"times": {"count": "quantity", "value": 100}});
    for price in [
        json!(5000),
        json!({"sum": [5000, rate]}),
        at_least(json!({"sum": [4000, per_sheet]})),
        at_least(by_size),
    ] {
        let mut price = document(&price, &office_takes_all());
        price["principal"] = json!({"party": "agency"});
        parse(&price);
    }
    let assessed = json!({"name": "assessed", "amount": at_least(json!("amount"))});
    let price = json!({"percent": {"rate": "1%", "of": "assessed"}});
    parse(&with(of_amounts_from(0, &price), "bases", json!([assessed])));
}

/// Two shares of the amount, and the office that takes what they leave of the price.
fn shared(price: &Value, range: &Value, [one, other]: [Value; 2]) -> Value {
    let split = json!([
        {"name": "one", "party": "treasury", "take": one}, {"name": "other", "party": "operator", "take": other},
        {"party": "office", "take": "remainder"}
    ]);
    with(document(price, &split), "amount", range.clone())
}

#[test]
fn shares_that_are_rounded_together_by_slices_steps_or_a_rounding_of_their_own_are_found() {
    let from_a_thousand = json!({"at_least": 1000});
    let slices = |first: &str, then: &str, round: &str| {
        json!({"slices": {"of": "amount", "round": round, "rows": [
            {"from": 0, "to": 500, "rate": first}, {"from": 500, "rate": then}
        ]}})
    };
    let steps = |charge: i64, round: &str| json!({"steps": {"of": "amount", "size": 100, "charge": charge, "begun": "in_proportion", "round": round}});
    for round in ["half_up", "floor"] {
        for shares in [
            [slices("65%", "65%", round), slices("35%", "35%", round)],
            [slices("60%", "65%", round), slices("40%", "35%", round)],
            [steps(65, round), steps(35, round)],
        ] {
            let document = shared(&json!("amount"), &from_a_thousand, shares);
            if round == "floor" {
                parse(&document);
            } else {
                assert_eq!(
                    found_by_trial(&document),
                    ["components_above_price"],
                    "{document}"
                );
            }
        }
    }
    let around = |rate: &str, mode: &str| json!({"round": {"value": {"percent": {"rate": rate, "of": "amount"}}, "mode": mode, "step": 1000}});
    let range = json!({"at_least": 100_000, "at_most": 101_300});
    let both = |mode: &str| {
        shared(
            &json!("amount"),
            &range,
            [around("65%", mode), around("35%", mode)],
        )
    };
    assert_eq!(found_by_trial(&both("half_up")), ["components_above_price"]);
    parse(&both("floor"));
}

#[test]
fn shares_of_an_amount_above_a_price_that_is_cut_to_steps_are_found_just_below_the_next_one() {
    let price = json!({"percent": {"rate": "10%", "of": "amount", "step": 1000}});
    let from = |least: i64| {
        let shares = ["5%", "4.9%"].map(|rate| json!({"percent": {"rate": rate, "of": "amount"}}));
        shared(&price, &json!({"at_least": least}), shares)
    };
    assert_eq!(found_by_trial(&from(870_000)), ["components_above_price"]);
    parse(&from(1_000_000));
}

/// A price by cases over facts of 60, 31 and 40 words: 74,400 combinations.
fn by_many_facts(cases: &Value, otherwise: &Value) -> Value {
    let words = |count: usize| {
        let values = (0..count).map(|word| format!("w{word}")).collect::<Vec<_>>();
        json!({"kind": "one_of", "values": values})
    };
    let facts = json!({"kind": words(60), "province": words(31), "class": words(40)});
    let mut price = json!({"choose": {"cases": cases}});
    if !otherwise.is_null() {
        price["choose"]["otherwise"] = otherwise.clone();
    }
    with(document(&price, &office_takes_all()), "facts", facts)
}

#[test]
fn what_no_facts_lead_to_is_found_among_any_number_of_combinations() {
    let by_kind = (0..60).map(|kind| json!({"when": {"kind": format!("w{kind}")}, "then": 100 + kind}));
    let by_kind = by_kind.collect::<Vec<_>>();
    parse(&by_many_facts(&json!(by_kind), &Value::Null));
    let late = json!({"when": {"kind": "w7", "province": "w30", "class": "w39"}, "then": 5});
    let with_a_late_one = [&by_kind[..], std::slice::from_ref(&late)].concat();
    let unreachable = by_many_facts(&json!(with_a_late_one), &Value::Null).to_string();
    let faults = Tariff::parse(&unreachable).map(|_| ()).unwrap_err();
    assert_eq!(
        (faults.len(), faults[0].path.as_str(), faults[0].rule),
        (1, "$.price.choose.cases[60]", "unreachable_case")
    );
    let all_but_one = [&[late][..], &by_kind[1..]].concat();
    parse(&by_many_facts(&json!(all_but_one), &json!(1)));
    let open = by_many_facts(&json!(all_but_one), &Value::Null).to_string();
    let faults = Tariff::parse(&open).map(|_| ()).unwrap_err();
    assert_eq!(
        (faults.len(), faults[0].path.as_str(), faults[0].rule),
        (1, "$.price.choose", "no_otherwise")
    );
    assert!(faults[0].reason.contains("kind = `w0`"), "{}", faults[0]);
    for published in [unreachable, open] {
        assert!(Tariff::from_published(&published).is_ok());
    }
}
