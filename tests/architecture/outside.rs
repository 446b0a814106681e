//! What each room may name of what is outside the house: crates, and the standard library. Never seen: what a crate does for a
//! room that may name it.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use super::source::Source;
use super::{green, red};

/// The outside crates that each room may name, in groups of a kind. A crate that is new in a room is
/// added here knowingly, and one that a room no longer names is taken off.
const MAY_NAME: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            // Moments, rates, errors.
            "chrono",
            "chrono_tz",
            "croner",
            "rust_decimal",
            "thiserror",
            // What is written and read: documents, rows, timetables, schemas.
            "csv",
            "schemars",
            "serde",
            "serde_json",
            "serde_path_to_error",
            "toml",
            "utoipa",
            // Digests.
            "hex",
            "sha2",
            // Tests beside the rules.
            "icu_calendar",
            "proptest",
        ],
    ),
    (
        "store",
        &[
            "chrono",
            "chrono_tz",
            "diesel",
            "diesel_async",
            "futures_util",
            "thiserror",
        ],
    ),
    (
        "documents",
        &[
            "chrono",
            "chrono_tz",
            "thiserror",
            "csv",
            "serde",
            "serde_json",
            // What sets pages.
            "askama",
            "comemo",
            "qrcode",
            "typst",
            "typst_layout",
            "typst_pdf",
            // Tests beside the pages.
            "insta",
        ],
    ),
    (
        "usecases",
        &[
            "chrono",
            "chrono_tz",
            "thiserror",
            "csv",
            "serde",
            "serde_json",
            "utoipa",
            // Tokens are made and looked up by their digest.
            "getrandom",
            "hex",
            "sha2",
            // Transactions and what is awaited in them.
            "diesel",
            "diesel_async",
            "futures_util",
            "tracing",
        ],
    ),
    (
        "host",
        &[
            "chrono",
            "hex",
            "secrecy",
            "sha2",
            "thiserror",
            "uuid",
            // The database: pool, migrations, the log of a server.
            "diesel",
            "diesel_async",
            "diesel_migrations",
            "tokio_postgres",
            // The machine: processes, files, addresses, mail.
            "ipnet",
            "lettre",
            "rustix",
            "tempfile",
            "futures_util",
            "tokio",
            "tracing",
            "tracing_subscriber",
        ],
    ),
    (
        "web",
        &[
            "chrono",
            "hex",
            "serde",
            "serde_json",
            "sha2",
            // HTTP: server, limits, packed bodies, addresses.
            "actix_web",
            "async_compression",
            "governor",
            "ipnet",
            "tokio_util",
            // Pages and the API's own description.
            "askama",
            "utoipa",
            "utoipa_actix_web",
            "utoipa_swagger_ui",
            "futures_util",
            "prometheus",
            "tokio",
            "tracing",
            "tracing_actix_web",
        ],
    ),
    (
        "jobs",
        &[
            "chrono",
            "futures_util",
            "thiserror",
            "tokio",
            "tokio_cron_scheduler",
            "tracing",
            "uuid",
        ],
    ),
    (
        "cli",
        &[
            "chrono",
            "chrono_tz",
            "hex",
            "schemars",
            "serde",
            "serde_json",
            "uuid",
            // The terminal.
            "clap",
            "indicatif",
            "futures_util",
            "tokio",
            "tracing",
        ],
    ),
    ("main", &[]),
    ("lib", &[]),
];

/// The rooms that wait for nothing.
const PURE_ROOMS: &[&str] = &["domain", "documents"];

/// The rooms that reach the world by their arguments alone: a connection, a moment.
const ROOMS_BELOW_SHELLS: &[&str] = &["domain", "documents", "store", "usecases"];

/// What these may name of the standard library; nothing here reaches a file, a socket, a process, a thread or a clock.
const UNWORLDLY: &[&str] = &[
    "array",
    "borrow",
    "char",
    "cmp",
    "collections",
    "convert",
    "error",
    "fmt",
    "hash",
    "iter",
    "marker",
    "mem",
    "num",
    "ops",
    "slice",
    "str",
    "string",
    "sync",
    "vec",
];

/// How many cases the property tests try is a setting of the test run.
const ASKS_HOW_MANY_CASES: &str = "src/domain/cases.rs";

pub fn forbidden_crates(source: &Source) -> Vec<String> {
    let allowed = may_name(source.room());
    crates_named(source)
        .into_iter()
        .filter(|name| !allowed.contains(&name.as_str()))
        .map(|name| format!("{}: {} may not name the crate {name}", source.path, source.room()))
        .collect()
}

/// What the lists let a room name and the room no longer names.
pub fn allowed_for_nothing(sources: &[Source]) -> Vec<String> {
    let mut idle = Vec::new();
    for (room, names) in MAY_NAME {
        let of_room = sources.iter().filter(|source| source.room() == *room);
        let named: BTreeSet<String> = of_room.flat_map(crates_named).collect();
        let unnamed = names.iter().filter(|name| !named.contains(**name));
        idle.extend(unnamed.map(|name| format!("{room} no longer names the crate {name}")));
    }
    idle
}

fn may_name(room: &str) -> &'static [&'static str] {
    let found = MAY_NAME.iter().find(|(known, _)| *known == room);
    found.map_or(&[], |(_, names)| names)
}

/// A path can begin with a crate only if `Cargo.toml` names it.
fn crates_named(source: &Source) -> BTreeSet<String> {
    static KNOWN: LazyLock<BTreeSet<String>> =
        LazyLock::new(|| dependencies(&fs::read_to_string("Cargo.toml").unwrap()));
    let first = source.paths.iter().map(|path| path[0].clone());
    first.filter(|name| KNOWN.contains(name)).collect()
}

/// The names of all tables of dependencies, as sources write them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_table_of_them = false;
    for line in manifest.lines() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            is_table_of_them = table.ends_with("dependencies");
            if let Some((_, name)) = table.split_once("dependencies.") {
                names.insert(name.replace('-', "_"));
            }
        } else if let Some((name, _)) = line.split_once('=').filter(|_| is_table_of_them) {
            names.insert(name.trim().trim_end_matches(".workspace").replace('-', "_"));
        }
    }
    names
}

/// What a room below the shells may not name of the standard library. What an outside crate does for it is not seen.
pub fn worldly(source: &Source) -> Vec<String> {
    let is_below = ROOMS_BELOW_SHELLS.contains(&source.room());
    let of_std = source
        .paths
        .iter()
        .filter(|path| ["std", "core", "alloc"].contains(&path[0].as_str()));
    let may = |path: &Vec<String>| match path.get(1).map(String::as_str) {
        None => false,
        Some("env") => source.path == ASKS_HOW_MANY_CASES && path[1..] == ["env", "var"],
        Some("task") => source.room() == "usecases",
        Some(module) => UNWORLDLY.contains(&module),
    };
    of_std
        .filter(|path| is_below && !may(path))
        .map(|path| {
            format!(
                "{}: {} may not name {}",
                source.path,
                source.room(),
                path.join("::")
            )
        })
        .collect()
}

pub fn waiting(source: &Source) -> Vec<String> {
    let waits = source
        .tokens
        .iter()
        .any(|token| token == "async" || token == "await");
    (waits && PURE_ROOMS.contains(&source.room()))
        .then(|| format!("{}: {} is pure and waits for nothing", source.path, source.room()))
        .into_iter()
        .collect()
}

#[test]
fn a_room_may_name_no_crate_that_is_not_listed_for_it() {
    for snippet in [
        "use diesel::prelude::*;",
        "use diesel as d;",
        "use diesel;",
        "use {diesel as d};",
        "use ::diesel::prelude::*;",
        "use ::{diesel::prelude::*};",
        "use r#diesel::prelude::*;",
        "extern crate diesel;",
        "extern crate diesel as d;",
        "fn f() -> tokio::time::Sleep { loop {} }",
        "fn f() -> ::tokio::time::Sleep { loop {} }",
        "fn f() -> Box<dyn ::tokio::io::AsyncRead> { loop {} }",
        "fn f(it: Vec<::tokio::time::Sleep>) {}",
        "impl ::tokio::io::AsyncRead for X {}",
        "#[derive(::diesel::Queryable)] struct Row;",
        "mod inner { fn f() { ::tokio::spawn(x); } }",
        "mod tokio {} fn f() { ::tokio::spawn(x); }",
        "mod tokio; use ::tokio::spawn;",
        "mod tokio; use ::tokio as t; fn f() { t::spawn(x); }",
        "fn f() { let id = uuid::Uuid::new_v4(); }",
    ] {
        red(forbidden_crates, "src/domain/money.rs", snippet);
    }
    for (path, snippet) in [
        ("src/web/state.rs", "use diesel_async::AsyncPgConnection;"),
        ("src/web/state.rs", "use csv::Reader;"),
        ("src/store/office.rs", "use serde_json::Value;"),
        ("src/usecases/x.rs", "use tokio::spawn;"),
        ("src/documents/x.rs", "use uuid::Uuid;"),
        ("src/main.rs", "use clap::Parser;"),
    ] {
        red(forbidden_crates, path, snippet);
    }
    for snippet in [
        "use chrono::NaiveDate; use std::fmt; use serde as s; use Kind::*;",
        "mod tokio; use self::tokio::spawn; fn f() { tokio::spawn(); }",
        "use crate::domain::{money::*, rate}; use super::uuid; fn f() { uuid::find(); }",
        "fn f() { let it = Vec::<u8>::new(); it.iter().map(Self::x); }",
        "fn f() -> impl Iterator<Item = u8> + use<> { loop {} }",
    ] {
        green(forbidden_crates, "src/domain/money.rs", snippet);
    }
}

#[test]
fn crates_are_those_of_every_table_of_dependencies() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\na-b = \"1\"\n[dev-dependencies.c]\nversion = \"1\"\n\
        [target.'cfg(unix)'.dependencies]\nd = { version = \"1\" }\n[lints.rust]\ne = \"deny\"";
    let names: Vec<String> = dependencies(manifest).into_iter().collect();
    assert_eq!(names, ["a_b", "c", "d"]);
}

#[test]
fn a_list_that_lets_a_room_name_what_it_does_not_name_is_refused() {
    let nothing = allowed_for_nothing(&[Source::parse("src/jobs/mod.rs", "use tokio::spawn;")]);
    assert!(nothing.contains(&"jobs no longer names the crate uuid".to_owned()));
    assert!(!nothing.contains(&"jobs no longer names the crate tokio".to_owned()));
}

#[test]
fn a_room_below_the_shells_may_not_reach_the_world() {
    for snippet in [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "use std::net::TcpStream;",
        "fn f() { std::process::exit(1); }",
        "fn f() { ::std::thread::sleep(x); }",
        "use std::env::var;",
        "use std::io::Read;",
        "use std as s;",
        "use std::*;",
        "use std::time::Instant;",
        "use std::time as t;",
        "use core::net::IpAddr;",
    ] {
        for room in ROOMS_BELOW_SHELLS {
            red(worldly, &format!("src/{room}/x.rs"), snippet);
        }
    }
    red(
        worldly,
        ASKS_HOW_MANY_CASES,
        "fn f() { std::env::set_var(a, b); }",
    );
    red(worldly, "src/domain/x.rs", "fn f() { std::env::var(a); }");
    green(worldly, ASKS_HOW_MANY_CASES, "fn f() { std::env::var(a); }");
    green(
        worldly,
        "src/domain/x.rs",
        "use std::collections::BTreeMap; use std::{fmt, sync::Arc}; fn f() { std::mem::take(x); }",
    );
    green(
        worldly,
        "src/host/x.rs",
        "use std::fs; fn f() { std::thread::sleep(x); }",
    );
}

#[test]
fn a_pure_room_may_not_wait() {
    for snippet in [
        "async fn f() {}",
        "fn f() { g(async move { 1 }); }",
        "fn f() { g(async || 1); }",
        "fn f() { g(x.await); }",
    ] {
        for room in PURE_ROOMS {
            red(waiting, &format!("src/{room}/x.rs"), snippet);
        }
        green(waiting, "src/usecases/x.rs", snippet);
    }
    green(
        waiting,
        "src/domain/x.rs",
        "/// It is async elsewhere.\nfn f() { \"await\" }",
    );
}
