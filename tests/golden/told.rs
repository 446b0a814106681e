//! How an amount came about is told line by line, in both languages.

use daftar::domain::language::Language;
use daftar::domain::tariff::Derivation;
use serde_json::Value;

use super::{json, question_of, tariff};

/// A Persian text without what the document and the case themselves name: components, facts, their values.
fn without_names(text: &str, derivation: &Derivation, facts: &Value) -> String {
    let lines = derivation.lines.iter().map(|line| line.name.clone());
    let facts = facts.as_object().into_iter().flatten();
    let facts = facts.flat_map(|(name, value)| [name.clone(), value.as_str().unwrap_or_default().to_owned()]);
    let mut names: Vec<String> = lines
        .chain(facts)
        .filter(|name| !OWN_WORDS.contains(&name.as_str()))
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
        .iter()
        .fold(text.to_owned(), |text, name| match name.as_str() {
            "" => text,
            name => text.replace(name, ""),
        })
}

/// Names that the tariff language itself gives: these have Persian words.
const OWN_WORDS: [&str; 10] = [
    "price",
    "paid",
    "amount",
    "principal",
    "quantity",
    "after_fixed",
    "leg",
    "holder",
    "rounding",
    "fee",
];

#[test]
fn every_fixture_is_told_line_by_line_in_both_languages() {
    for case in json("quotes.json").as_array().unwrap() {
        let tariff = tariff(case["tariff"].as_str().unwrap());
        let Ok((quote, derivation)) = tariff.explain(&question_of(&case["question"])) else {
            continue;
        };
        assert_eq!(tariff.quote(&question_of(&case["question"])).unwrap(), quote);
        for share in quote.allocation.sources().iter().chain(quote.allocation.legs()) {
            let line = derivation
                .lines
                .iter()
                .find(|line| line.ordinal == Some(share.ordinal))
                .unwrap();
            assert_eq!(line.amount, share.amount, "{case}");
            assert!(!line.steps.is_empty(), "{case} {line:?}");
            assert!(!line.text_in(Language::En).is_empty());
        }
        for line in &derivation.lines {
            let persian = line.text_in(Language::Fa);
            let persian = match case["question"]["leg"].as_str() {
                Some(leg) => persian.replace(leg, ""),
                None => persian,
            };
            let rest = without_names(&persian, &derivation, &case["question"]["facts"]);
            assert!(
                !rest.contains(|c: char| c.is_ascii_alphanumeric()),
                "{case}: {persian}"
            );
            assert!(rest.contains(|c| ('۰'..='۹').contains(&c)), "{case}: {persian}");
        }
    }
}
