//! How files and folders are called.

use std::collections::BTreeSet;

use super::source::Source;
use super::{green, red};

const NO_NOUNS: &[&str] = &[
    "manager",
    "service_impl",
    "helper",
    "helpers",
    "util",
    "utils",
    "handler",
    "processor",
    "common",
    "misc",
    "info",
];

/// Words that other houses have for a noun of this one. Never here: `mail`, which is also how the outbox's letters travel.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("office", &["branch", "shop", "store", "outlet", "kiosk"]),
    ("licence", &["license", "permit", "concession", "franchise"]),
    (
        "agency",
        &["department", "ministry", "organisation", "organization"],
    ),
    ("party", &["beneficiary", "payee", "stakeholder", "counterparty"]),
    ("tariff", &["pricelist", "fee"]),
    ("allocation", &["apportionment", "distribution", "splitting"]),
    ("transaction", &["receipt", "sale", "deal"]),
    ("window", &["timeframe"]),
    ("settlement", &["clearing", "clearance"]),
    ("remittance", &["inpayment", "deposit"]),
    ("hold", &["lien", "freeze", "retention"]),
    ("payout", &["disbursement", "withdrawal"]),
    ("statement", &["invoice", "bill"]),
    ("dispute", &["complaint", "objection"]),
    ("quarantine", &["rejected", "rejection", "dead"]),
    ("outbox", &["outgoing", "mailqueue"]),
    ("journal", &["ledger"]),
    ("originator", &["sender", "submitter"]),
    ("rulebook", &["ruleset", "policy"]),
];

pub fn names_without_a_noun(source: &Source) -> Vec<String> {
    let stem = stems(source).pop().unwrap_or_default();
    if NO_NOUNS.contains(&stem.as_str()) {
        vec![format!("{}: no noun was found for this file", source.path)]
    } else {
        Vec::new()
    }
}

/// A file or folder that is called by a word which stands for a noun elsewhere, in the singular or the plural. Whether a file
/// whose name is no synonym holds the noun of its name is not seen.
pub fn other_words_for_a_noun(source: &Source) -> Vec<String> {
    let stems = stems(source);
    let words: BTreeSet<&str> = stems.iter().flat_map(|stem| stem.split('_')).collect();
    let mut found = Vec::new();
    for (noun, synonyms) in SYNONYMS {
        for word in &words {
            let singulars = ["", "s", "es"].map(|plural| word.strip_suffix(plural).unwrap_or_default());
            if singulars.iter().any(|singular| synonyms.contains(singular)) {
                found.push(format!(
                    "{}: `{word}` is called {noun} in every room",
                    source.path
                ));
            }
        }
    }
    found
}

/// The folders inside the room and the file, without what they end with.
fn stems(source: &Source) -> Vec<String> {
    let inside = source.path.trim_start_matches("src/");
    let parts = inside.split('/').skip(usize::from(inside.contains('/')));
    parts
        .map(|part| part.split('.').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_file_named_helper_is_refused() {
    red(names_without_a_noun, "src/store/helper.rs", "");
    green(names_without_a_noun, "src/store/office.rs", "");
}

#[test]
fn a_file_named_by_another_word_for_a_noun_is_refused() {
    for path in [
        "src/store/license.rs",
        "src/web/api/branches.rs",
        "src/web/api/invoices/mod.rs",
        "src/store/disbursement/claim.sql",
        "src/usecases/issue_permit.rs",
    ] {
        red(other_words_for_a_noun, path, "");
    }
    for path in [
        "src/store/licence.rs",
        "src/store/mod.rs",
        "src/web/api/payouts/mod.rs",
        "src/usecases/close_window.rs",
    ] {
        green(other_words_for_a_noun, path, "");
    }
}
