//! What a tariff answers, at the corners of the language.

use super::*;
use crate::domain::language::Language;
use crate::domain::money::AMOUNT_MAX;

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
fn what_the_citizen_pays_is_rounded_and_what_others_bear_is_not() {
    let halves = json!([{"name": "subsidy", "party": "agency", "take": {"percent": {"rate": "50%", "of": "price"}}}, {"name": "citizen", "party": "holder", "take": "remainder"}]);
    let by_rates = json!([{"name": "subsidy", "party": "agency", "rate": "50%"}, {"name": "citizen", "party": "holder", "rate": "50%"}]);
    let two_of_the_citizen = json!([{"name": "a", "party": "holder", "take": 1001}, {"name": "b", "party": "holder", "take": "remainder"}]);
    let two_and_the_small_one_last = json!([{"name": "a", "party": "holder", "take": "remainder"}, {"name": "b", "party": "holder", "take": 1001}]);
    let free = json!([{"name": "subsidy", "party": "agency", "take": "remainder"}]);
    let taken = |sources: &Value, taker: &Value| {
        let round = json!({"mode": "ceiling", "step": 1000, "taker": taker});
        let rounded = with(
            document(&json!(51_001), &office_takes_all()),
            "round_price",
            round,
        );
        let quote = parse(&with(rounded, "sources", sources.clone()))
            .quote(&Question::default())
            .unwrap();
        let borne = quote
            .allocation
            .sources()
            .iter()
            .map(|share| share.amount.minor());
        (quote.price.minor(), borne.collect::<Vec<_>>(), legs(&quote))
    };
    let own = json!({"party": "treasury"});
    for (sources, paid, borne, difference) in [
        (&halves, 26_000, vec![25_500, 26_000], 499),
        (&by_rates, 26_000, vec![25_501, 26_000], 500),
        (&two_of_the_citizen, 52_000, vec![1_001, 50_999], 999),
        (&two_and_the_small_one_last, 52_000, vec![50_000, 2_000], 999),
        (&free, 0, vec![51_001], 0),
    ] {
        let office = vec![51_001 + difference];
        assert_eq!(taken(sources, &json!("office")), (paid, borne.clone(), office));
        assert_eq!(taken(sources, &own), (paid, borne, vec![51_001, difference]));
    }
}

/// What the citizen's sources come to, and the legs.
fn sources_and_legs(tariff: &Tariff) -> (Vec<i64>, Vec<i64>) {
    let quote = tariff.quote(&Question::default()).unwrap();
    let sources = quote.allocation.sources().iter();
    (sources.map(|share| share.amount.minor()).collect(), legs(&quote))
}

#[test]
fn a_loss_by_rounding_is_taken_from_the_citizens_sources_in_turn() {
    let of = |price: i64, sources: Value| {
        let round = json!({"mode": "floor", "step": 100, "taker": "office"});
        let rounded = with(document(&json!(price), &office_takes_all()), "round_price", round);
        sources_and_legs(&parse(&with(rounded, "sources", sources)))
    };
    let fee_and_stamp = json!([{"name": "fee", "party": "holder", "take": "remainder"}, {"name": "stamp", "party": "holder", "take": 30}]);
    assert_eq!(of(1060, fee_and_stamp), (vec![1000, 0], vec![1000]));
    let two_small_ones = json!([{"name": "a", "party": "holder", "take": 45}, {"name": "b", "party": "holder", "take": "remainder"}]);
    assert_eq!(of(90, two_small_ones), (vec![0, 0], vec![0]));
}

#[test]
fn a_difference_by_rounding_is_given_back_from_where_it_came() {
    let sources = json!([
        {"name": "stamp", "party": "holder", "take": 2000, "refundable": false}, {"name": "fee", "party": "holder", "take": "remainder"}
    ]);
    let split = json!([
        {"name": "stamp", "party": "treasury", "take": 2000, "refundable": false}, {"party": "office", "take": "remainder"}
    ]);
    let round = json!({"mode": "ceiling", "step": 100, "taker": "office"});
    let rounded = with(document(&json!(3030), &split), "round_price", round);
    let tariff = parse(&with(rounded, "sources", sources));
    assert_eq!(sources_and_legs(&tariff), (vec![2000, 1100], vec![2000, 1100]));
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
fn steps_in_proportion_are_told_with_their_arithmetic_and_rounding() {
    let price = json!({"steps": {"of": "amount", "free": 300_000, "size": 1_000_000, "charge": 1501,
                                 "begun": "in_proportion", "round": "half_up"}});
    let tariff = parse(&document(&price, &office_takes_all()));
    let (quote, derivation) = tariff.explain(&of_amount(966_666)).unwrap();
    assert_eq!(quote.price.minor(), 1001);
    let fee = derivation.lines.iter().find(|line| line.name == "fee").unwrap();
    let told = fee.text_in(Language::En);
    assert!(told.contains("1,501 × 666,666 ÷ 1,000,000 = 1,000.665"), "{told}");
    assert!(told.contains("rounded half up to 1,001"), "{told}");
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
fn a_fact_is_needed_only_where_all_other_tests_hold() {
    for (erred, count) in [("a", "b"), ("b", "a")] {
        let facts = json!({erred: {"kind": "bool"}, count: {"kind": "integer"}});
        let price =
            json!({"choose": {"cases": [{"when": {erred: true, count: 1}, "then": 5}], "otherwise": 6}});
        let tariff = parse(&with(document(&price, &office_takes_all()), "facts", facts));
        let ask = |facts: &[(&str, FactValue)]| {
            let stated = facts
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()));
            let question = Question {
                facts: stated.collect(),
                ..Question::default()
            };
            tariff.quote(&question).map(|quote| quote.price.minor())
        };
        let is = |flag| (erred, FactValue::Bool(flag));
        assert_eq!(ask(&[is(false)]), Ok(6));
        assert_eq!(ask(&[(count, FactValue::Integer(2))]), Ok(6));
        assert_eq!(ask(&[is(true)]), Err(Refusal::FactMissing(count.to_owned())));
        assert_eq!(ask(&[is(true), (count, FactValue::Integer(1))]), Ok(5));
    }
}

#[test]
fn a_split_a_deposit_identifier_and_sources_may_depend_on_what_the_sender_states() {
    let large = |then: Value, otherwise: Value| json!({"choose": {"cases": [{"when": {"principal": {"at_least": 1000}}, "then": then}], "otherwise": otherwise}});
    let split = json!({"choose": {"cases": [{"when": {"amount": {"below": 500}, "quantity": 2}, "then": [{"party": "agency", "take": "remainder"}]}],
        "otherwise": [{"party": "office", "take": "remainder", "deposit_identifier": large(json!("D1"), json!("D0"))}]}});
    let sources = large(
        json!([{"party": "agency", "take": "remainder"}]),
        json!([{"party": "holder", "take": "remainder"}]),
    );
    let mut document = with(document(&json!(10), &split), "sources", sources);
    document["principal"] = json!({"party": "agency"});
    let tariff = parse(&document);
    let ask = |amount, principal, quantity| {
        let question = Question {
            principal: Some(Amount::from_minor(principal)),
            quantity,
            ..of_amount(amount)
        };
        let quote = tariff.quote(&question).unwrap();
        let again = tariff.question_of_key(
            Amount::from_minor(amount),
            quantity,
            None,
            &tariff.key_facts(&question),
        );
        assert_eq!(tariff.quote(&again.unwrap()).unwrap(), quote);
        let leg = tariff.term(quote.allocation.legs()[0].ordinal).unwrap();
        (
            quote.price.minor(),
            leg.role.to_string(),
            leg.deposit_identifier.clone().unwrap_or_default(),
        )
    };
    let told = |price, role: &str, identifier: &str| (price, role.to_owned(), identifier.to_owned());
    assert_eq!(ask(499, 999, 2), told(10, "agency", ""));
    assert_eq!(ask(500, 999, 2), told(10, "office", "D0"));
    assert_eq!(ask(499, 1000, 1), told(0, "office", "D1"));
    assert!(tariff.reads_amount && tariff.reads_principal());
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
