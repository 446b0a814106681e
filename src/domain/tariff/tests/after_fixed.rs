//! What is taken of the price after amounts that stand by themselves. Never here: other bases (`quotes`).

use super::*;
use crate::domain::language::Language;

#[test]
fn after_fixed_is_the_price_without_what_is_an_amount_by_itself() {
    let split = json!([
        {"party": "treasury", "take": 100},
        {"party": "insurer", "take": {"times": {"count": "quantity", "value": 50}}},
        {"party": "office", "take": {"percent": {"rate": "10%", "of": "after_fixed"}}},
        {"party": "agency", "take": "remainder"}
    ]);
    let tariff = parse(&document(
        &json!({"times": {"count": "quantity", "value": 1000}}),
        &split,
    ));
    let quote = tariff
        .quote(&Question {
            quantity: 3,
            ..Question::default()
        })
        .unwrap();
    assert_eq!(legs(&quote), [100, 150, 275, 2475]);
}

/// Of a price of 100,000, beside an insurance of 1,500.
fn with_a_share_of_after_fixed(take: &Value) -> Tariff {
    let split = json!([
        {"name": "code", "party": "treasury", "take": take}, {"name": "ins", "party": "insurer", "take": 1500},
        {"name": "op", "party": "operator", "take": {"percent": {"rate": "10%", "of": "after_fixed"}}},
        {"party": "office", "take": "remainder"}
    ]);
    let vat = json!({"percent": {"rate": "12.5%", "of": "counter"}});
    let price = json!([{"name": "idc", "amount": 10000}, {"name": "counter", "amount": 80000}, {"name": "vat", "amount": vat}]);
    let net = json!({"less": {"from": "price", "take_off": [97000]}});
    let mut bases = vec![
        json!({"name": "stamp", "amount": 2000}),
        json!({"name": "net", "amount": net}),
    ];
    bases.retain(|base| take.to_string().contains(&base["name"].to_string()));
    let facts = json!({"pages": {"kind": "integer", "at_most": 20}, "urgent": {"kind": "bool"}});
    parse(&with(
        with(document(&price, &split), "bases", json!(bases)),
        "facts",
        facts,
    ))
}

#[test]
fn after_fixed_takes_off_amounts_however_they_are_named_and_no_percentage() {
    let question = Question {
        quantity: 1,
        facts: [
            ("pages".to_owned(), FactValue::Integer(10)),
            ("urgent".to_owned(), FactValue::Bool(true)),
        ]
        .into(),
        ..Question::default()
    };
    let urgent = |then: Value, otherwise: Value| json!({"choose": {"cases": [{"when": {"urgent": true}, "then": then}], "otherwise": otherwise}});
    for (take, share) in [
        (json!(10000), 8_850),
        (json!("idc"), 8_850),
        (json!("stamp"), 9_650),
        (json!("ins"), 9_700),
        (json!("pages"), 9_849),
        (json!({"times": {"count": "pages", "value": 300}}), 9_550),
        (json!({"sum": ["stamp", 1000]}), 9_550),
        (json!({"less": {"from": "idc", "take_off": ["stamp"]}}), 9_050),
        (json!({"clamp": {"value": "idc", "at_most": 4000}}), 9_450),
        (urgent(json!(5000), json!("idc")), 9_350),
        (json!("vat"), 9_850),
        (json!("net"), 9_850),
        (json!({"clamp": {"value": "vat", "at_most": 4000}}), 9_850),
        (json!({"percent": {"rate": "10%", "of": "idc"}}), 9_850),
        (json!({"percent": {"rate": "10%", "of": "price"}}), 9_850),
        (json!({"tax_inside": {"rate": "10%", "of": 11000}}), 9_850),
        (urgent(json!(5000), json!("vat")), 9_850),
    ] {
        let quote = with_a_share_of_after_fixed(&take).quote(&question).unwrap();
        assert_eq!(legs(&quote)[2], share, "{take}");
    }
}

#[test]
fn what_after_fixed_takes_off_is_told_by_name() {
    let (_, derivation) = with_a_share_of_after_fixed(&json!("idc"))
        .explain(&Question::default())
        .unwrap();
    let base = derivation.lines.iter().find(|line| line.name == "after_fixed");
    let told = base.unwrap().text_in(Language::En);
    assert!(
        told.ends_with("price 100,000 − code 10,000 − ins 1,500 = 88,500"),
        "{told}"
    );
}

#[test]
fn neither_the_price_nor_an_amount_by_the_size_of_the_money_is_fixed() {
    let share =
        json!({"name": "op", "party": "operator", "take": {"percent": {"rate": "10%", "of": "after_fixed"}}});
    let of = |take: Value| json!([{"name": "levy", "party": "treasury", "take": take}, share, {"party": "office", "take": "remainder"}]);
    let most_of_the_fee = of(json!({"less": {"from": "fee", "take_off": [900]}}));
    let quote = parse(&document(&json!(1000), &most_of_the_fee)).quote(&Question::default());
    assert_eq!(legs(&quote.unwrap()), [100, 100, 800]);
    let by_size =
        json!({"choose": {"cases": [{"when": {"amount": {"above": 5000}}, "then": 200}], "otherwise": 100}});
    let sized = with(
        document(&json!("amount"), &of(by_size)),
        "amount",
        json!({"at_least": 1000}),
    );
    assert_eq!(
        legs(&parse(&sized).quote(&of_amount(10_000)).unwrap()),
        [200, 1000, 8800]
    );
    let circle = json!([
        {"name": "a", "party": "treasury", "take": "b"}, {"name": "b", "party": "insurer", "take": {"sum": ["a", 1]}},
        share, {"party": "office", "take": "remainder"}
    ]);
    assert_eq!(rules_broken(&document(&json!(1000), &circle)), ["circular_base"]);
}
