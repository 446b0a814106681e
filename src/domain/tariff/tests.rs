//! What every tariff promises, on tariffs made up at random and on the corners of the language.
//! Never here: published tables (`tests/golden.rs`).

use serde_json::{Value, json};

use super::*;
use crate::domain::cases::{Numbers, count};
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::refund::{RefundTerm, refund};

fn document(price: &Value, split: &Value) -> Value {
    json!({
        "tariff": 1, "service": "passport", "network": "police10", "unit": {"code": "IRR"},
        "instruments": {"order": {"title": "Order 1"}}, "price": price, "split": split
    })
}

fn with(mut document: Value, name: &str, value: Value) -> Value {
    document[name] = value;
    document
}

fn parse(document: &Value) -> Tariff {
    Tariff::parse(&document.to_string()).unwrap_or_else(|faults| panic!("{document:#}: {faults:#?}"))
}

fn rules_broken(document: &Value) -> Vec<&'static str> {
    let faults = Tariff::parse(&document.to_string()).map(|_| ()).unwrap_err();
    faults.iter().map(|fault| fault.rule).collect()
}

fn legs(quote: &Quote) -> Vec<i64> {
    quote
        .allocation
        .legs()
        .iter()
        .map(|share| share.amount.minor())
        .collect()
}

fn of_amount(minor: i64) -> Question {
    Question {
        amount: Some(Amount::from_minor(minor)),
        ..Question::default()
    }
}

fn office_takes_all() -> Value {
    json!([{"party": "office", "take": "remainder"}])
}

#[test]
fn components_may_name_each_other_in_any_order() {
    let split = json!([
        {"name": "levy", "party": "municipality", "take": {"percent": {"rate": "10%", "of": "wage"}}},
        {"name": "wage", "party": "office", "take": {"percent": {"rate": "50%", "of": "price"}}},
        {"party": "agency", "take": "remainder"}
    ]);
    let quote = parse(&document(&json!(999), &split))
        .quote(&Question::default())
        .unwrap();
    assert_eq!(legs(&quote), [49, 499, 451]);
}

#[test]
fn after_fixed_is_the_price_without_what_names_no_base() {
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

#[test]
fn a_remainder_may_be_divided_by_rates_and_again_by_weights() {
    let split = json!([
        {"party": "treasury", "take": 100},
        {"name": "rest", "take": "remainder", "among": [
            {"party": "office", "rate": "60%"},
            {"name": "upper", "rate": "40%", "residue_to": "operator", "among": [
                {"party": "agency", "weight": 1}, {"party": "operator", "weight": 2}
            ]}
        ]}
    ]);
    let quote = parse(&document(&json!(1103), &split))
        .quote(&Question::default())
        .unwrap();
    assert_eq!(legs(&quote), [100, 602, 133, 268]);
}

#[test]
fn a_rounding_down_is_borne_by_the_named_component_and_a_half_up_gives_or_takes() {
    let rounded = |price: i64, mode: &str| {
        let split = json!([{"party": "agency", "take": 500}, {"party": "office", "take": "remainder"}]);
        let round = json!({"mode": mode, "step": 100, "taker": "office"});
        let quote =
            parse(&with(document(&json!(price), &split), "round_price", round)).quote(&Question::default());
        let quote = quote.unwrap();
        (quote.price.minor(), legs(&quote))
    };
    assert_eq!(rounded(1060, "floor"), (1000, vec![500, 500]));
    assert_eq!(rounded(1060, "half_up"), (1100, vec![500, 600]));
    assert_eq!(rounded(1050, "half_even"), (1000, vec![500, 500]));
    assert_eq!(rounded(1049, "half_up"), (1000, vec![500, 500]));
    assert_eq!(rounded(1001, "ceiling"), (1100, vec![500, 600]));
}

#[test]
fn steps_before_on_and_after_each_boundary() {
    let stepped = |begun: &str, amount| {
        let price = json!({"sum": [500, {"steps": {"of": "amount", "free": 1000, "size": 250, "charge": 30, "begun": begun}}]});
        parse(&document(&price, &office_takes_all()))
            .quote(&of_amount(amount))
            .unwrap()
            .price
            .minor()
    };
    assert_eq!(
        [999, 1000, 1001, 1250, 1251].map(|a| stepped("charged", a)),
        [500, 500, 530, 530, 560]
    );
    assert_eq!(
        [1249, 1250, 1499, 1500].map(|a| stepped("not_charged", a)),
        [500, 530, 530, 560]
    );
    assert_eq!(
        [1008, 1009, 1125].map(|a| stepped("in_proportion", a)),
        [500, 501, 515]
    );
}

#[test]
fn the_price_may_refuse_by_its_own_words() {
    let price = json!({"choose": {"cases": [{"when": {"class": "b"}, "then": 5}], "otherwise": {"refuse": "only class b"}}});
    let facts = json!({"class": {"kind": "one_of", "values": ["a", "b"]}});
    let tariff = parse(&with(document(&price, &office_takes_all()), "facts", facts));
    let ask = |class: &str| Question {
        facts: [("class".to_owned(), FactValue::Text(class.to_owned()))].into(),
        ..Question::default()
    };
    assert_eq!(
        tariff.quote(&ask("a")),
        Err(Refusal::Refused("only class b".to_owned()))
    );
    assert!(tariff.quote(&ask("b")).is_ok());
    assert!(matches!(
        tariff.quote(&ask("c")),
        Err(Refusal::FactInvalid { .. })
    ));
}

#[test]
fn a_stated_amount_must_be_the_price_unless_the_tariff_names_it() {
    let tariff = parse(&document(&json!(1000), &office_takes_all()));
    assert!(tariff.quote(&of_amount(1000)).is_ok());
    assert!(matches!(
        tariff.quote(&of_amount(999)),
        Err(Refusal::AmountDiffers { .. })
    ));
    let named = parse(&document(&json!("amount"), &office_takes_all()));
    assert_eq!(named.quote(&of_amount(999)).unwrap().price.minor(), 999);
    assert_eq!(named.quote(&Question::default()), Err(Refusal::AmountMissing));
    assert!(matches!(
        named.quote(&of_amount(-1)),
        Err(Refusal::OutsideRange { .. })
    ));
}

#[test]
fn equal_terms_of_two_splits_are_one_term_and_ordinals_are_stable() {
    let split = json!({"by_leg": {
        "acceptance": [{"party": "office", "rate": "65%"}, {"party": "agency", "rate": "35%"}],
        "distribution": [{"party": "office", "rate": "100%"}]
    }});
    let tariff = parse(&document(&json!(100), &split));
    let told = tariff
        .terms()
        .iter()
        .map(|term| (term.ordinal, term.side, term.name.as_str()))
        .collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            (0, Side::Source, "holder"),
            (1, Side::Leg, "office"),
            (2, Side::Leg, "agency")
        ]
    );
}

#[test]
fn the_principal_is_a_term_of_its_own_and_in_no_allocation() {
    let principal = json!({"party": "agency", "deposit_identifier": "77"});
    let tariff = parse(&with(
        document(&json!(10), &office_takes_all()),
        "principal",
        principal,
    ));
    let term = tariff.principal_term().unwrap();
    assert_eq!(
        (term.kind, term.side, term.ordinal),
        (ComponentKind::Principal, Side::Leg, 2)
    );
    let question = Question {
        principal: Some(Amount::from_minor(5000)),
        ..Question::default()
    };
    let quote = tariff.quote(&question).unwrap();
    assert_eq!(
        (quote.price.minor(), quote.principal.minor(), legs(&quote)),
        (10, 5000, vec![10])
    );
}

#[test]
fn the_key_holds_only_facts_that_are_read_with_defaults_and_sorted_names() {
    let facts = json!({"rural": {"kind": "bool", "default": false}, "pages": {"kind": "integer"}, "colour": {"kind": "text"}});
    let price = json!({"choose": {"cases": [{"when": {"rural": true}, "then": {"times": {"count": "pages", "value": 1}}}], "otherwise": 9}});
    let tariff = parse(&with(document(&price, &office_takes_all()), "facts", facts));
    let stated = |facts: &[(&str, FactValue)]| Question {
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        ..Question::default()
    };
    let question = stated(&[
        ("pages", FactValue::Integer(3)),
        ("colour", FactValue::Text("red".to_owned())),
    ]);
    assert_eq!(tariff.key_facts(&question), r#"{"pages":3,"rural":false}"#);
    assert_eq!(
        tariff.key_facts(&stated(&[("rural", FactValue::Bool(true))])),
        r#"{"rural":true}"#
    );
    assert!(!tariff.reads_fact("colour") && tariff.reads_fact("pages"));
}

#[test]
fn names_given_twice_in_json_are_refused() {
    let text = document(&json!(1), &office_takes_all()).to_string();
    let twice = text.replace(r#"{"order":"#, r#"{"order":{"title":"x"},"order":"#);
    assert_ne!(text, twice);
    assert_eq!(Tariff::parse(&twice).unwrap_err()[0].rule, "shape");
}

#[test]
fn cases_that_cover_everything_need_no_otherwise() {
    let facts = json!({"n": {"kind": "integer", "at_least": 1}});
    let choose = |cases: Value| {
        with(
            document(&json!({"choose": {"cases": cases}}), &office_takes_all()),
            "facts",
            facts.clone(),
        )
    };
    let whole = json!([{"when": {"n": 1}, "then": 5}, {"when": {"n": 2}, "then": 6}, {"when": {"n": {"at_least": 3}}, "then": 7}]);
    parse(&choose(whole));
    let open = json!([{"when": {"n": 1}, "then": 5}, {"when": {"n": {"at_least": 3}}, "then": 7}]);
    assert_eq!(rules_broken(&choose(open)), ["no_otherwise"]);
    let shadowed = json!([{"when": {"n": {"at_most": 5}}, "then": 5}, {"when": {"n": {"at_least": 6}}, "then": 6}, {"when": {"n": {"one_of": [2, 9]}}, "then": 7}]);
    assert_eq!(rules_broken(&choose(shadowed)), ["unreachable_case"]);
}

#[test]
fn a_huge_amount_is_refused_and_never_wraps() {
    let price = json!([{"name": "net", "amount": "amount"}, {"name": "tax", "amount": {"percent": {"rate": "500%", "of": "net"}}}]);
    let tariff = parse(&document(&price, &office_takes_all()));
    assert!(matches!(
        tariff.quote(&of_amount(i64::MAX)),
        Err(Refusal::Overflow(_))
    ));
}

#[test]
fn a_price_up_to_the_limit_is_quoted_and_one_more_is_refused() {
    let tariff = parse(&document(&json!("amount"), &office_takes_all()));
    let most = AMOUNT_MAX.minor();
    assert_eq!(tariff.quote(&of_amount(most)).unwrap().price, AMOUNT_MAX);
    let above = tariff.quote(&of_amount(most + 1));
    assert!(matches!(above, Err(Refusal::AboveLimit { .. })), "{above:?}");
    let each = with(
        document(&json!(most), &office_takes_all()),
        "quantity",
        json!("each"),
    );
    let two = Question {
        quantity: 2,
        ..Question::default()
    };
    let above = parse(&each).quote(&two);
    assert!(matches!(above, Err(Refusal::AboveLimit { .. })), "{above:?}");
}

#[test]
fn a_document_states_no_amount_above_the_limit() {
    let above = AMOUNT_MAX.minor() + 1;
    assert_eq!(
        rules_broken(&document(&json!(above), &office_takes_all())),
        ["amount_above_limit"]
    );
    let ranged = |most: i64| {
        with(
            document(&json!("amount"), &office_takes_all()),
            "amount",
            json!({ "at_most": most }),
        )
    };
    parse(&ranged(above - 1));
    assert_eq!(rules_broken(&ranged(above)), ["amount_above_limit"]);
}

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
    let mut numbers = Numbers(17);
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
    let mut numbers = Numbers(19);
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

#[test]
fn a_misspelt_role_is_refused_with_those_that_there_are() {
    let misspelt = document(&json!(100), &json!([{"party": "offce", "take": "remainder"}]));
    let faults = Tariff::parse(&misspelt.to_string()).map(|_| ()).unwrap_err();
    assert_eq!(faults[0].path, "$.split[0].party");
    assert!(
        faults[0]
            .reason
            .contains("`offce` is no role: office, municipality"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_deposit_identifier_is_as_long_as_a_bank_takes_it() {
    let of = |identifier: String| {
        document(
            &json!(100),
            &json!([{"party": "treasury", "take": "remainder", "deposit_identifier": identifier}]),
        )
    };
    parse(&of("1".repeat(64)));
    for refused in ["1".repeat(65), "1\u{7}".to_owned()] {
        assert_eq!(rules_broken(&of(refused)), ["deposit_identifier_is_short"]);
    }
}

#[test]
fn a_date_of_the_validity_is_of_either_calendar() {
    let from = |day: &str| {
        let valid = json!({"from": day, "zone": "Asia/Tehran"});
        parse(&with(document(&json!(100), &office_takes_all()), "valid", valid))
            .validity()
            .unwrap()
            .from
    };
    assert_eq!(from("1404-01-01"), from("2025-03-21"));
}

#[test]
fn an_undeclared_fact_is_told_without_an_empty_list() {
    let choose = json!({"choose": {"cases": [{"when": {"loss": 1}, "then": 1}], "otherwise": 2}});
    let faults = Tariff::parse(&document(&choose, &office_takes_all()).to_string())
        .map(|_| ())
        .unwrap_err();
    assert!(
        faults[0].remedy.ends_with("test one of: quantity, leg"),
        "{}",
        faults[0]
    );
    let refused = parse(&document(&json!(100), &office_takes_all()))
        .read_fact("loss", "1")
        .unwrap_err();
    assert!(refused.to_string().ends_with("known: —"), "{refused}");
}
