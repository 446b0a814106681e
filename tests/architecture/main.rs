//! Who may import whom, which outside crates a room may name, and what only one module may do: read off the sources.
//! Each rule is first shown red on a bad snippet, so that it is known to be able to fail.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tokens and file names of our own"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod denied;
mod life;
mod nouns;
mod outside;
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
    refute(outside::forbidden_crates);
    assert_eq!(outside::allowed_for_nothing(&source::all()), Vec::<String>::new());
}

#[test]
fn modules_lie_where_their_names_say() {
    refute(rooms::modules_from_elsewhere);
}

#[test]
fn rooms_below_the_shells_do_not_reach_the_world() {
    refute(outside::worldly);
}

#[test]
fn pure_rooms_wait_for_nothing() {
    refute(outside::waiting);
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
fn no_crate_that_is_denied_is_locked() {
    assert_eq!(denied::in_the_lock(), Vec::<String>::new());
    assert_eq!(denied::excused_for_nothing(), Vec::<String>::new());
}

#[test]
fn modules_are_nouns() {
    refute(nouns::names_without_a_noun);
}

#[test]
fn one_noun_names_the_file_in_every_room() {
    refute(nouns::other_words_for_a_noun);
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

fn red(rule: fn(&Source) -> Vec<String>, path: &str, snippet: &str) {
    assert_eq!(rule(&Source::parse(path, snippet)).len(), 1, "{path}: {snippet}");
}

fn green(rule: fn(&Source) -> Vec<String>, path: &str, snippet: &str) {
    assert_eq!(
        rule(&Source::parse(path, snippet)),
        Vec::<String>::new(),
        "{path}: {snippet}"
    );
}
