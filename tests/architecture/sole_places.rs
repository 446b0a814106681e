//! What only one module may do: ask the time, read the environment, round, make journals, know HTTP statuses, open transactions.
//!
//! Of divisions it sees every `/` and `%` between two operands and every method that divides or rounds, in every room, and asks that
//! the file be listed with what it divides. It does not see what a listed file or a file of tests divides, shifts (`>>`), a product
//! with a fraction that stands elsewhere, what an outside crate divides, or a division in SQL. Of the time it does not see what an
//! outside crate asks.

use super::source::Source;

pub fn misplaced(source: &Source) -> Vec<String> {
    let rules: [fn(&Source) -> Option<&'static str>; 7] = [
        asks_the_time,
        asks_the_database_for_the_time,
        reads_the_environment,
        divides,
        makes_journals,
        knows_http_statuses,
        opens_a_transaction,
    ];
    rules
        .iter()
        .filter_map(|rule| rule(source))
        .map(|what| format!("{}: {what}", source.path))
        .collect()
}

/// Moments and readings alike; `elapsed` asks too.
fn asks_the_time(source: &Source) -> Option<&'static str> {
    let clocks = ["Utc", "Local", "SystemTime", "Instant"];
    let asks = clocks.iter().any(|clock| names(source, &[clock, "now"]))
        || ["SystemTime", "Instant"]
            .iter()
            .any(|clock| names(source, &[clock, "elapsed"]))
        || source.has(". elapsed (");
    (asks && source.path != "src/host/clock.rs").then_some("only host::clock asks the time")
}

fn asks_the_database_for_the_time(source: &Source) -> Option<&'static str> {
    let asks = source
        .string_literals
        .iter()
        .map(|text| text.to_lowercase())
        .any(|text| {
            [
                "now()",
                "current_timestamp",
                "clock_timestamp",
                "current_date",
                "localtimestamp",
            ]
            .iter()
            .any(|call| text.contains(call))
        });
    asks.then_some("the moment is an argument, in SQL too")
}

fn reads_the_environment(source: &Source) -> Option<&'static str> {
    let reads = ["var", "var_os", "vars", "vars_os"]
        .iter()
        .any(|call| names(source, &["env", call]));
    (reads && !["src/host/configuration.rs", "src/domain/cases.rs"].contains(&source.path.as_str()))
        .then_some("only host::configuration reads the environment")
}

/// The files beside `domain::split` that divide, each with what it divides: never money.
const DIVIDES: &[(&str, &str)] = &[
    ("src/domain/calendar.rs", "days"),
    ("src/domain/cases.rs", "numbers that tests draw"),
    ("src/domain/dice.rs", "numbers that are drawn"),
    ("src/domain/digits.rs", "places of digits"),
    ("src/domain/identifiers.rs", "check digits"),
    ("src/domain/statement/digest.rs", "places of digits"),
    ("src/domain/statement/sample.rs", "the figures of a sample"),
    ("src/domain/tariff/check/probe.rs", "ordinals of cases"),
    ("src/domain/verification/rotation.rs", "nights and ordinals"),
    ("src/domain/zone.rs", "seconds"),
    ("src/store/locks.rs", "ids"),
    (
        "src/usecases/reading/overview.rs",
        "the time of a window that has passed",
    ),
    ("src/usecases/record_transactions/memory.rs", "remembered rules"),
    ("src/usecases/verify_books/plan.rs", "rows"),
    ("src/web/recorder/gathering.rs", "posts under way"),
    ("src/jobs/follow.rs", "seconds"),
    ("src/jobs/slot.rs", "seconds"),
    ("src/cli/demo/founding.rs", "months"),
    ("src/cli/demo/geography.rs", "ordinals of offices"),
    ("src/cli/demo/payments.rs", "ids"),
    ("src/cli/demo/tariffs.rs", "ordinals of services"),
    ("src/cli/demo/traffic.rs", "visits"),
];

fn divides(source: &Source) -> Option<&'static str> {
    let is_test = source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
    let is_listed = DIVIDES.iter().any(|(path, _)| *path == source.path);
    let may = source.path == "src/domain/split.rs" || is_test || is_listed;
    (has_division(source) && !may)
        .then_some("only domain::split divides money; what divides anything else is listed")
}

fn has_division(source: &Source) -> bool {
    let methods = [
        "div",
        "rem",
        "div_euclid",
        "rem_euclid",
        "div_floor",
        "div_ceil",
        "is_multiple_of",
        "next_multiple_of",
        "checked_div",
        "checked_rem",
        "checked_div_euclid",
        "checked_rem_euclid",
        "wrapping_div",
        "wrapping_rem",
        "saturating_div",
        "overflowing_div",
        "overflowing_rem",
        "isqrt",
        "round_dp",
        "round_dp_with_strategy",
        "round_sf",
        "trunc_with_scale",
        "rescale",
    ];
    let is_method = |name: &String| methods.contains(&name.as_str());
    let called = source
        .tokens
        .windows(2)
        .any(|pair| pair[0] == "." && is_method(&pair[1]));
    let named = source
        .paths
        .iter()
        .any(|path| path.len() > 1 && path.last().is_some_and(is_method));
    let operators = source
        .tokens
        .windows(2)
        .any(|pair| ["/", "%"].contains(&pair[1].as_str()) && is_operand(&pair[0]));
    called || named || operators
}

/// What may stand before an operator. Before the `%error` of a log line it is a bracket, a comma or an equals sign.
fn is_operand(token: &str) -> bool {
    let is_word = token.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    is_word || [")", "]", "}", "?"].contains(&token)
}

fn makes_journals(source: &Source) -> Option<&'static str> {
    let may = ["src/domain/posting.rs", "src/domain/journal.rs"].contains(&source.path.as_str());
    (source.has("Journal :: balanced") && !may).then_some("only domain::posting makes journals")
}

fn knows_http_statuses(source: &Source) -> Option<&'static str> {
    let knows = [
        "StatusCode",
        "BadRequest (",
        "NotFound ( )",
        "Conflict ( )",
        "Forbidden ( )",
        "InternalServerError ( )",
    ]
    .iter()
    .any(|name| source.has(name));
    (knows && source.path != "src/web/problem.rs").then_some("only web::problem knows HTTP statuses")
}

fn opens_a_transaction(source: &Source) -> Option<&'static str> {
    let opens = source.has(". transaction (") || source.has(". build_transaction (");
    (opens && source.room() != "usecases" && source.path != "src/host/migrations.rs")
        .then_some("only use cases open transactions")
}

/// Whether a path ends so, by whatever name it was imported, or stands so in the text.
fn names(source: &Source, end: &[&str]) -> bool {
    let ends = |path: &Vec<String>| path.len() >= end.len() && path[path.len() - end.len()..] == *end;
    source.paths.iter().any(ends) || source.has(&end.join(" :: "))
}

#[test]
fn each_rule_is_red_on_a_bad_snippet() {
    for snippet in [
        "fn f() { chrono::Utc::now(); }",
        "use std::time::Instant; fn f() { Instant::now(); }",
        "use std::time::Instant as Watch; fn f() { Watch::now(); }",
        "use std::time as t; fn f() { t::SystemTime::now(); }",
        "fn f() { ::std::time::Instant::now(); }",
        "use std::time::*; fn f() { Instant::now(); }",
        "fn f() { g(tokio::time::Instant::now); }",
        "fn f(began: Instant) { began.elapsed(); }",
        "const SQL: &str = \"SELECT now()\";",
        "fn f() { std::env::var(\"HOME\"); }",
        "use std::env::var; fn f() { var(\"HOME\"); }",
        "use std::env as e; fn f() { e::vars_os(); }",
        "fn f(a: Amount) -> i64 { a.minor() / 2 }",
        "fn f(price: i64) -> i64 { price / 4 }",
        "fn f(price: i64) -> i64 { price % 4 }",
        "fn f(mut price: i64) { price /= 4; }",
        "fn f(prices: &[i64]) -> i64 { prices[0] / 4 }",
        "fn f(a: i64) -> i64 { a.div_euclid(2) }",
        "fn f(a: Option<i64>) { a.map(|a| i64::checked_div(a, 2)); }",
        "use std::ops::Div; fn f(a: i64) -> i64 { Div::div(a, 2) }",
        "fn f(a: Decimal) -> Decimal { a.round_dp(2) }",
        "fn f() { Journal::balanced(entries); }",
        "fn f() { HttpResponse::NotFound(); StatusCode::OK; }",
        "async fn f() { conn.transaction(async |c| c.x()).await; }",
    ] {
        assert_eq!(
            misplaced(&Source::parse("src/domain/x.rs", snippet)).len(),
            1,
            "{snippet}"
        );
    }
}

#[test]
fn each_rule_is_green_on_a_good_snippet() {
    for (path, snippet) in [
        ("src/host/clock.rs", "fn f() { Utc::now(); Instant::now(); }"),
        (
            "src/web/x.rs",
            "use crate::host::clock; fn f(began: Instant) { clock::now(); clock::reading().duration_since(began); }",
        ),
        ("src/store/x.rs", "const SQL: &str = \"SELECT $1::timestamptz\";"),
        ("src/host/configuration.rs", "fn f() { std::env::var(\"HOME\"); }"),
        ("src/cli/x.rs", "fn f() { std::env::temp_dir(); }"),
        ("src/domain/split.rs", "fn f(a: i64) -> i64 { a / 2 }"),
        ("src/domain/split/tests.rs", "fn f(a: i64) -> i64 { a / 2 }"),
        (
            "src/domain/calendar.rs",
            "fn f(days: i64) -> i64 { days.div_euclid(7) }",
        ),
        (
            "src/jobs/x.rs",
            "fn f() { warn!(%error, name = %job.name, \"a / b\"); exact.round(Rounding::FLOOR); } // a / b",
        ),
        ("src/domain/posting.rs", "fn f() { Journal::balanced(entries); }"),
        ("src/web/problem.rs", "fn f() { StatusCode::OK; }"),
        (
            "src/usecases/x.rs",
            "async fn f() { conn.transaction(async |c| c.x()).await; }",
        ),
    ] {
        assert_eq!(
            misplaced(&Source::parse(path, snippet)),
            Vec::<String>::new(),
            "{path}: {snippet}"
        );
    }
}

#[test]
fn every_file_that_is_listed_divides() {
    let sources = super::source::all();
    let divides = |path: &str| {
        sources
            .iter()
            .any(|source| source.path == path && has_division(source))
    };
    let idle: Vec<&str> = DIVIDES
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| !divides(path))
        .collect();
    assert_eq!(idle, Vec::<&str>::new(), "they are listed and divide nothing");
}
