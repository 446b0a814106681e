//! The arrows between rooms, and each room's outside crates.

use super::source::Source;

/// What each room may import of the others; everything in it may import its own room.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("documents", &["domain"]),
    ("usecases", &["domain", "store", "documents"]),
    ("host", &["domain", "store"]),
    ("web", &["domain", "usecases", "host"]),
    ("jobs", &["domain", "usecases", "host"]),
    ("cli", &["domain", "usecases", "host", "web", "jobs"]),
    ("main", &["cli", "host"]),
    (
        "lib",
        &[
            "cli",
            "documents",
            "domain",
            "host",
            "jobs",
            "store",
            "usecases",
            "web",
        ],
    ),
];

/// Crates that bring the outside world; a room may name those that stand beside it, and any crate that is not listed here.
const WORLDLY: &[(&str, &[&str])] = &[
    ("actix_web", &["web"]),
    ("askama", &["documents", "web"]),
    ("clap", &["cli", "main"]),
    ("diesel", &["store", "usecases", "host"]),
    ("diesel_async", &["store", "usecases", "host", "web"]),
    ("diesel_migrations", &["host"]),
    ("governor", &["web"]),
    ("indicatif", &["cli"]),
    ("lettre", &["host"]),
    ("prometheus", &["web", "host"]),
    ("rustix", &["host"]),
    ("tempfile", &["host"]),
    ("tokio", &["host", "web", "jobs", "cli", "main"]),
    ("tokio_cron_scheduler", &["jobs"]),
    ("tokio_postgres", &["host"]),
    ("tracing_subscriber", &["host", "cli"]),
    ("typst", &["documents"]),
    ("typst_layout", &["documents"]),
    ("typst_pdf", &["documents"]),
    ("utoipa_swagger_ui", &["web"]),
];

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

pub fn forbidden_rooms(source: &Source) -> Vec<String> {
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room()) else {
        return vec![format!(
            "{}: a room that the architecture does not know",
            source.path
        )];
    };
    let rooms: Vec<&str> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    source
        .paths
        .iter()
        .filter(|path| path.len() > 1 && (path[0] == "crate" || path[0] == "daftar"))
        .filter(|path| rooms.contains(&path[1].as_str()))
        .filter(|path| path[1] != source.room() && !allowed.contains(&path[1].as_str()))
        .map(|path| {
            format!(
                "{}: {} may not import {}",
                source.path,
                source.room(),
                path.join("::")
            )
        })
        .collect()
}

pub fn forbidden_crates(source: &Source) -> Vec<String> {
    source
        .paths
        .iter()
        .filter_map(|path| WORLDLY.iter().find(|(name, _)| *name == path[0]))
        .filter(|(_, rooms)| !rooms.contains(&source.room()))
        .map(|(name, _)| format!("{}: {} may not name the crate {name}", source.path, source.room()))
        .collect()
}

pub fn names_without_a_noun(source: &Source) -> Vec<String> {
    let stem = source
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".rs");
    if NO_NOUNS.contains(&stem) {
        vec![format!("{}: no noun was found for this file", source.path)]
    } else {
        Vec::new()
    }
}

#[test]
fn the_domain_may_not_import_the_store_in_any_way_of_writing_it() {
    for snippet in [
        "use crate::store::office;",
        "use crate::{domain::money, store::office};",
        "fn f() { crate::store::office::find(); }",
        "fn f() { println!(\"{}\", crate::store::COUNT); }",
        "use super::super::store::office;",
        "mod tests { use super::super::super::store::office; }",
    ] {
        assert_eq!(
            forbidden_rooms(&Source::parse("src/domain/money.rs", snippet)).len(),
            1,
            "{snippet}"
        );
    }
    let fine = Source::parse(
        "src/usecases/x.rs",
        "use crate::store::office; use super::failure::Done;",
    );
    assert!(forbidden_rooms(&fine).is_empty());
}

#[test]
fn the_domain_may_not_name_a_crate_that_brings_the_outside_world() {
    for snippet in [
        "use diesel::prelude::*;",
        "fn f() -> tokio::time::Sleep { loop {} }",
    ] {
        assert_eq!(
            forbidden_crates(&Source::parse("src/domain/money.rs", snippet)).len(),
            1,
            "{snippet}"
        );
    }
}

#[test]
fn a_file_named_helper_is_refused() {
    assert_eq!(
        names_without_a_noun(&Source::parse("src/store/helper.rs", "")).len(),
        1
    );
}
