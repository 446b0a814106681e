//! Who may import whom, which outside crates a room may name, and what only one module may do: read off the sources.
//! Each rule is first shown red on a bad snippet, so that it is known to be able to fail.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tokens and file names of our own"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod life;
mod rooms;
mod sole_places;
mod source;

use source::Source;

#[test]
fn rooms_import_only_what_they_may() {
    refute(rooms::forbidden_rooms);
}

#[test]
fn rooms_name_only_the_outside_crates_they_may() {
    refute(rooms::forbidden_crates);
}

#[test]
fn what_only_one_module_may_do_is_done_nowhere_else() {
    refute(sole_places::misplaced);
}

#[test]
fn the_life_of_one_fee_names_functions_that_are_there() {
    assert_eq!(life::missing(), Vec::<String>::new());
}

#[test]
fn modules_are_nouns() {
    refute(rooms::names_without_a_noun);
}

fn refute(rule: fn(&Source) -> Vec<String>) {
    let sources = source::all();
    assert!(!sources.is_empty(), "no sources were read");
    let found: Vec<String> = sources.iter().flat_map(rule).collect();
    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
}
