//! Nothing depends on the order in which the keys of a document stand (money rule 3): the same terms under the same ordinals, and
//! the same answers. Never here: lists, whose order is declared and means something.

use std::collections::BTreeMap;
use std::fs;

use daftar::domain::dice::Dice;
use daftar::domain::money::Amount;
use daftar::domain::tariff::{FactValue, Question, Tariff};
use serde_json::{Value, json};

use super::{facts as of_facts, fixture, json, question_of};

const SHUFFLES: usize = 20;

/// The document as a text in which the keys of each object stand in an order that is drawn: a `Value` sorts them.
fn shuffled(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            for last in (1..fields.len()).rev() {
                fields.swap(last, dice.below(last + 1));
            }
            let written = fields.into_iter().map(|(name, value)| {
                let name = Value::from(name.as_str());
                format!("{name}:{}", shuffled(value, dice))
            });
            format!("{{{}}}", written.collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            let written: Vec<_> = values.iter().map(|value| shuffled(value, dice)).collect();
            format!("[{}]", written.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

fn answers_in_any_order(document: &Value, questions: &[Question], dice: &mut Dice) {
    let read = |text: &str| Tariff::parse(text).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"));
    let sorted = document.to_string();
    let tariff = read(&sorted);
    for _ in 0..SHUFFLES {
        let text = shuffled(document, dice);
        assert_ne!(text, sorted, "it was not shuffled");
        let other = read(&text);
        assert_eq!(other.terms(), tariff.terms(), "{text}");
        for question in questions {
            assert_eq!(other.explain(question), tariff.explain(question), "{text}");
            assert_eq!(other.key_facts(question), tariff.key_facts(question), "{text}");
        }
    }
}

#[test]
fn every_fixture_is_answered_the_same_in_whatever_order_its_keys_stand() {
    let mut questions = BTreeMap::<String, Vec<Question>>::new();
    for case in json("quotes.json").as_array().unwrap() {
        let name = case["tariff"].as_str().unwrap().to_owned();
        questions
            .entry(name)
            .or_default()
            .push(question_of(&case["question"]));
    }
    let mut dice = Dice::new(3);
    for (folder, before) in [("tariffs", ""), ("tariffs/own", "own/")] {
        for entry in fs::read_dir(fixture(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let document = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let name = format!("{before}{}", path.file_stem().unwrap().to_str().unwrap());
            let asked = questions.remove(&name).unwrap_or_default();
            answers_in_any_order(&document, &asked, &mut dice);
        }
    }
    assert!(questions.is_empty(), "{questions:?}");
}

/// Several keys wherever a document has names of its own: instruments, facts, activity legs, tests of a case.
fn many_names() -> Value {
    let by_zone = json!({ "cases": [{ "when": { "zone": "a", "rural": true }, "then": [
        { "name": "village", "party": "office", "rate": "90%" },
        { "name": "post", "party": "operator", "rate": "10%", "instrument": "order" }
    ] }], "otherwise": [{ "name": "carrier", "party": "office", "take": "remainder" }] });
    let identifier =
        json!({ "cases": [{ "when": { "rural": true, "loss": 1 }, "then": "111" }], "otherwise": "222" });
    let accepted = json!([
        { "name": "agency_share", "party": "agency", "take": { "percent": { "rate": "10%", "of": "price" } },
          "instrument": "bylaw", "deposit_identifier": { "choose": identifier } },
        { "name": "wage", "party": "office", "take": "remainder",
          "withhold": [{ "name": "tax", "party": "tax", "rate": "3.3%", "round": "half_even", "inside": true }] }
    ]);
    json!({
        "tariff": 1, "service": "s", "network": "n", "unit": { "code": "IRR", "minor": "rial", "scale": 0 },
        "instruments": { "order": { "title": "Order" }, "law": { "title": "Law", "clause": "1" }, "bylaw": { "title": "Bylaw" } },
        "instrument": "law",
        "facts": {
            "zone": { "kind": "one_of", "values": ["a", "b"] },
            "rural": { "kind": "bool", "default": false },
            "loss": { "kind": "integer", "at_least": 1, "at_most": 3 }
        },
        "activity_legs": ["distribution", "acceptance"],
        "amount": { "at_least": 1_000, "at_most": 100_000_000 },
        "price": [
            { "name": "fee", "amount": { "choose": { "cases": [
                { "when": { "zone": "a", "rural": true, "loss": 2 }, "then": 10_000 },
                { "when": { "zone": "b", "loss": { "at_least": 2 } }, "then": 20_000 },
                { "when": { "rural": true, "leg": "acceptance" }, "then": 15_000 }
            ], "otherwise": 30_000 } } },
            { "name": "share", "amount": { "percent": { "rate": "1.5%", "of": "amount", "at_most": 5_000, "round": "half_up" } } }
        ],
        "round_price": { "mode": "ceiling", "step": 100, "taker": { "party": "treasury", "instrument": "order" } },
        "split": { "by_leg": { "distribution": { "choose": by_zone }, "acceptance": accepted } }
    })
}

#[test]
fn a_document_with_several_names_of_each_kind_is_answered_the_same_in_whatever_order_they_stand() {
    let mut dice = Dice::new(5);
    let drawn = |_| {
        let [leg, zone] = [["acceptance", "distribution"], ["a", "b"]].map(|two| two[dice.below(2)]);
        let [loss, amount] = [3, 99_999_001].map(|count| i64::try_from(dice.below(count)).unwrap());
        let facts = [
            ("zone", FactValue::Text(zone.to_owned())),
            ("rural", FactValue::Bool(dice.chance(500))),
            ("loss", FactValue::Integer(1 + loss)),
        ];
        Question {
            amount: Some(Amount::from_minor(1_000 + amount)),
            leg: Some(leg.to_owned()),
            ..of_facts(&facts)
        }
    };
    let questions: Vec<_> = (0..100).map(drawn).collect();
    answers_in_any_order(&many_names(), &questions, &mut dice);
}
