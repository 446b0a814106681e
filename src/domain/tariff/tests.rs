//! What every tariff promises. Never here: published tables (`tests/golden`).

mod after_fixed;
mod boundaries;
mod derivations;
mod documents;
mod kinds;
mod quotes;
mod random;
mod refusals;
mod rule_model;
mod trials;

use serde_json::{Value, json};

use super::*;

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
