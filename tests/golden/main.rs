//! Every published table, written as a tariff document, agrees to the unit.
//! Never here: rules of the language in isolation (they stand beside the code).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod order;
mod refused;
mod schema;
mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use daftar::domain::money::Amount;
use daftar::domain::tariff::{FactValue, Question, Quote, Share, Tariff};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture(name)).unwrap()).unwrap()
}

fn tariff(name: &str) -> Tariff {
    let text = std::fs::read_to_string(fixture(&format!("tariffs/{name}.json"))).unwrap();
    Tariff::parse(&text).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"))
}

fn golden(id: &str) -> Value {
    let cases = json("golden/splits.json")["cases"].clone();
    cases
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["id"] == id)
        .unwrap()
        .clone()
}

fn of_amount(amount: i64) -> Question {
    Question {
        amount: Some(Amount::from_minor(amount)),
        ..Question::default()
    }
}

fn facts(facts: &[(&str, FactValue)]) -> Question {
    let named = facts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Question {
        facts: named.collect(),
        ..Question::default()
    }
}

fn named(tariff: &Tariff, shares: &[Share]) -> BTreeMap<String, i64> {
    let name = |share: &Share| {
        (
            tariff.term(share.ordinal).unwrap().name.clone(),
            share.amount.minor(),
        )
    };
    shares.iter().map(name).collect()
}

fn legs(name: &str, question: &Question) -> BTreeMap<String, i64> {
    let tariff = tariff(name);
    let quote = tariff
        .quote(question)
        .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    assert_eq!(
        quote.price,
        quote.allocation.total(),
        "{name}: the citizen pays all"
    );
    named(&tariff, quote.allocation.legs())
}

fn amounts(object: &Value) -> BTreeMap<String, i64> {
    object
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_i64().unwrap()))
        .collect()
}

#[test]
fn a_gross_fee_divided_by_published_rates_agrees() {
    let case = golden("MH-2025-ASSK-50");
    assert_eq!(
        legs("mh-service-centre-50", &of_amount(5000)),
        amounts(&case["expect"])
    );
}

#[test]
fn citizen_prices_of_certificates_agree_with_what_was_published() {
    for (id, name) in [
        ("MH-citizen-price-income-cert-2025", "mh-income-certificate-2025"),
        ("MH-citizen-price-income-cert-old", "mh-income-certificate-old"),
        ("MH-citizen-price-caste-cert-2025", "mh-caste-certificate-2025"),
        ("MH-citizen-price-caste-cert-old", "mh-caste-certificate-old"),
    ] {
        let case = golden(id);
        let published = case["published_total"].as_i64().unwrap();
        let legs = legs(name, &of_amount(published));
        let rounding = published - case["total"].as_i64().unwrap();
        let parts = amounts(&case["components"]).into_values().collect::<Vec<_>>();
        let mut found = legs.values().copied().collect::<Vec<_>>();
        let mut expected = [parts, vec![rounding]].concat();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}");
        assert_eq!(legs["rounding"], rounding, "{name}");
    }
}

#[test]
fn fixed_shares_agree() {
    for (id, name) in [
        ("MP-LSK-2023-09-20", "mp-lok-seva-2023"),
        ("UP-eDistrict-minority-2018", "up-edistrict-minority-2018"),
    ] {
        let case = golden(id);
        let clean = |(name, amount): (String, i64)| (name.replace("(inferred)", ""), amount);
        let expected = amounts(&case["fixed"])
            .into_iter()
            .map(clean)
            .collect::<BTreeMap<_, _>>();
        assert_eq!(
            legs(name, &of_amount(case["gross"].as_i64().unwrap())),
            expected,
            "{name}"
        );
    }
}

#[test]
fn rural_post_is_split_differently_on_each_activity_leg() {
    let on = |leg: &str, amount| {
        legs(
            "ir-rural-post",
            &Question {
                leg: Some(leg.to_owned()),
                ..of_amount(amount)
            },
        )
    };
    for sample in golden("IR-rural-post-accept")["samples"].as_array().unwrap() {
        let expected = sample
            .get("expect")
            .or(sample.get("by_largest_remainder"))
            .unwrap();
        assert_eq!(
            on("acceptance", sample["gross"].as_i64().unwrap()),
            amounts(expected)
        );
    }
    assert_eq!(
        on("distribution", 1001),
        BTreeMap::from([("rural_agent".to_owned(), 1001)])
    );
}

#[test]
fn the_passport_price_is_the_sum_of_its_components() {
    let case = golden("IR-passport-composition");
    let total = case["total"].as_i64().unwrap();
    assert_eq!(
        legs("ir-passport", &of_amount(total)),
        amounts(&case["components"])
    );
}

#[test]
fn a_commission_that_the_agency_bears_with_tax_withheld_agrees() {
    let tariff = tariff("csc-micro-atm");
    for row in golden("CSC-microATM")["rows"].as_array().unwrap() {
        let row = row
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_i64().unwrap())
            .collect::<Vec<_>>();
        let quote = tariff.quote(&of_amount(row[0])).unwrap();
        let legs = named(&tariff, quote.allocation.legs());
        assert_eq!(quote.price, Amount::ZERO, "the citizen pays nothing");
        assert_eq!(
            named(&tariff, quote.allocation.sources()),
            BTreeMap::from([("incentive".to_owned(), row[1])])
        );
        assert_eq!((legs["tds"], legs["operator_share"]), (row[3], row[4]));
        assert_eq!(legs["csc_share"], row[1] - row[2]);
    }
}

#[test]
fn bands_beside_a_bill_agree_at_both_ends() {
    let tariff = tariff("tn-electricity-2016");
    for band in golden("TN-electricity-2016")["bands"].as_array().unwrap() {
        for end in [&band[0], &band[1]] {
            let principal = Some(Amount::from_minor(end.as_i64().unwrap()));
            let quote = tariff
                .quote(&Question {
                    principal,
                    ..Question::default()
                })
                .unwrap();
            assert_eq!(quote.price.minor(), band[2].as_i64().unwrap());
            assert_eq!(Some(quote.principal), principal);
        }
    }
}

#[test]
fn ties_and_weights_follow_the_largest_remainder() {
    let order = golden("ALLOC-moneyphp-5c-70-30")["order_sensitive"].clone();
    for (name, key) in [("alloc-70-30", "[70,30]"), ("alloc-30-70", "[30,70]")] {
        let legs = legs(name, &of_amount(5));
        assert_eq!(serde_json::json!([legs["first"], legs["second"]]), order[key]);
    }
    let legs = legs("alloc-92-93-70", &of_amount(100));
    let found = serde_json::json!([legs["a"], legs["b"], legs["c"]]);
    assert_eq!(found, golden("ALLOC-92-93-70")["largest_remainder"]);
}

#[test]
fn each_case_of_the_smart_card_has_its_price_and_its_deposit_identifier() {
    let tariff = tariff("ir-civil-registry-card-1398");
    let case = |name: &str| ("case", FactValue::Text(name.to_owned()));
    let reissue = |loss| facts(&[case("reissue"), ("loss", FactValue::Integer(loss))]);
    let questions = [
        facts(&[case("first_registration")]),
        reissue(1),
        reissue(2),
        reissue(3),
        facts(&[case("replacement")]),
    ];
    let golden = golden("IR-civil-registry-smart-card-1398");
    for (question, variant) in questions.iter().zip(golden["variants"].as_array().unwrap()) {
        let quote = tariff.quote(question).unwrap();
        let leg = quote.allocation.legs()[0];
        let identifier = tariff
            .term(leg.ordinal)
            .unwrap()
            .deposit_identifier
            .clone()
            .unwrap();
        assert_eq!(quote.price.minor(), variant["amount"].as_i64().unwrap());
        assert_eq!(identifier, variant["deposit_id"].as_str().unwrap());
    }
    assert_eq!(tariff.quote(&reissue(9)).unwrap().price.minor(), 1_000_000);
    let erred = facts(&[case("replacement"), ("officer_erred", FactValue::Bool(true))]);
    assert_eq!(tariff.quote(&erred).unwrap().price, Amount::ZERO);
}

fn question_of(case: &Value) -> Question {
    let amount = |name: &str| case[name].as_i64().map(Amount::from_minor);
    let value = |value: &Value| serde_json::from_value::<FactValue>(value.clone()).unwrap();
    let stated = case["facts"].as_object().into_iter().flatten();
    Question {
        amount: amount("amount"),
        principal: amount("principal"),
        quantity: case["quantity"]
            .as_u64()
            .map_or(1, |quantity| u32::try_from(quantity).unwrap()),
        leg: case["leg"].as_str().map(str::to_owned),
        facts: stated.map(|(name, fact)| (name.clone(), value(fact))).collect(),
    }
}

fn check_quote(name: &str, tariff: &Tariff, quote: &Quote, case: &Value) {
    assert_eq!(
        quote.price.minor(),
        case["price"].as_i64().unwrap(),
        "{name}: {case}"
    );
    assert_eq!(
        named(tariff, quote.allocation.sources()),
        amounts(&case["sources"]),
        "{name}: {case}"
    );
    assert_eq!(
        named(tariff, quote.allocation.legs()),
        amounts(&case["legs"]),
        "{name}: {case}"
    );
}

#[test]
fn quotes_worked_by_another_hand_agree() {
    for case in json("quotes.json").as_array().unwrap() {
        let name = case["tariff"].as_str().unwrap();
        let tariff = tariff(name);
        match (
            tariff.quote(&question_of(&case["question"])),
            case["refusal"].as_str(),
        ) {
            (Ok(quote), None) => check_quote(name, &tariff, &quote, case),
            (Err(refusal), Some(expected)) => {
                assert!(
                    refusal.to_string().contains(expected),
                    "{name}: {refusal} is not about {expected}"
                );
            }
            (result, _) => panic!("{name}: {case} gave {result:?}"),
        }
    }
}
