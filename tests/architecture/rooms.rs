//! The arrows between rooms.
//! Never seen: what a room hands on of another by `pub use`, which is taken as its own.

use super::source::Source;
use super::{green, red};

/// What each room may import of the others; everything in it may import its own room.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("documents", &["domain"]),
    ("usecases", &["domain", "store", "documents"]),
    ("host", &["domain"]),
    ("web", &["domain", "usecases", "host"]),
    ("jobs", &["domain", "usecases", "host"]),
    ("cli", &["domain", "usecases", "host", "web", "jobs"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

pub fn forbidden_rooms(source: &Source) -> Vec<String> {
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room()) else {
        return vec![format!(
            "{}: a room that the architecture does not know",
            source.path
        )];
    };
    let of_the_house = source
        .paths
        .iter()
        .filter(|path| path[0] == "crate" || path[0] == "daftar");
    of_the_house
        .filter_map(|path| {
            let Some(room) = path.get(1).filter(|room| *room != "self") else {
                return Some(format!("{}: all rooms at once may not be imported", source.path));
            };
            let is_room = MAY_IMPORT.iter().any(|(known, _)| known == room);
            let may = room == source.room() || allowed.contains(&room.as_str());
            (is_room && !may).then(|| {
                format!(
                    "{}: {} may not import {}",
                    source.path,
                    source.room(),
                    path.join("::")
                )
            })
        })
        .collect()
}

/// A module that is not where its name says would be read as of another room.
pub fn modules_from_elsewhere(source: &Source) -> Vec<String> {
    let elsewhere = ["# [ path =", "include ! ("].iter().any(|way| source.has(way));
    elsewhere
        .then(|| format!("{}: a module lies where its name says", source.path))
        .into_iter()
        .collect()
}

#[test]
fn the_domain_may_not_import_the_store_in_any_way_of_writing_it() {
    for snippet in [
        "use crate::store::office;",
        "use crate::{domain::money, store::office};",
        "use crate::{self as house};",
        "use crate as house;",
        "use crate::*;",
        "use super::super::*;",
        "use daftar::store::office;",
        "use ::daftar::store::office;",
        "fn f() { crate::store::office::find(); }",
        "fn f() { println!(\"{}\", crate::store::COUNT); }",
        "use super::super::store::office;",
        "mod tests { use super::super::super::store::office; }",
    ] {
        red(forbidden_rooms, "src/domain/money.rs", snippet);
    }
    red(forbidden_rooms, "src/host/pool.rs", "use crate::store::office;");
    red(forbidden_rooms, "src/web/pool.rs", "use crate::store::office;");
    red(
        forbidden_rooms,
        "src/main.rs",
        "fn main() { daftar::host::Host::open(); }",
    );
    green(
        forbidden_rooms,
        "src/usecases/x.rs",
        "use crate::{domain::money::*, store::office}; use super::failure::Done; pub(crate) fn f() {}",
    );
}

#[test]
fn a_module_that_lies_elsewhere_is_refused() {
    red(
        modules_from_elsewhere,
        "src/domain/x.rs",
        "#[path = \"../store/office.rs\"] mod office;",
    );
    red(
        modules_from_elsewhere,
        "src/domain/x.rs",
        "include!(\"../store/office.rs\");",
    );
    green(
        modules_from_elsewhere,
        "src/domain/x.rs",
        "#[template(path = \"page.html\")] struct Page; const TEXT: &str = include_str!(\"a.csv\");",
    );
}
