//! What only one module may do: ask the time, read the environment, round, make journals, know HTTP statuses, open transactions.

use super::source::Source;

pub fn misplaced(source: &Source) -> Vec<String> {
    let rules: [fn(&Source) -> Option<&'static str>; 8] = [
        asks_the_time,
        asks_the_database_for_the_time,
        reads_the_environment,
        divides_money,
        rounds,
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

fn asks_the_time(source: &Source) -> Option<&'static str> {
    let asks = ["Utc :: now", "Local :: now", "SystemTime :: now"]
        .iter()
        .any(|call| has(source, call));
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
    let reads = ["env :: var", "env :: var_os", "env :: vars"]
        .iter()
        .any(|call| has(source, call));
    (reads && !["src/host/configuration.rs", "src/domain/cases.rs"].contains(&source.path.as_str()))
        .then_some("only host::configuration reads the environment")
}

fn divides_money(source: &Source) -> Option<&'static str> {
    let divides = [
        "minor ( ) /",
        "minor ( ) %",
        "impl Div for Amount",
        "impl Rem for Amount",
    ]
    .iter()
    .any(|call| has(source, call));
    (divides && !source.path.starts_with("src/domain/split")).then_some("only domain::split divides money")
}

fn rounds(source: &Source) -> Option<&'static str> {
    let rounds = [
        "div_euclid",
        "div_floor",
        "div_ceil",
        "checked_div",
        "round_dp",
        "round_dp_with_strategy",
    ]
    .iter()
    .any(|call| has(source, &format!(". {call} (")));
    let money_rooms = ["domain", "usecases", "store"].contains(&source.room());
    let calendars = [
        "src/domain/calendar.rs",
        "src/domain/period.rs",
        "src/domain/window.rs",
        "src/domain/zone.rs",
    ];
    let may = source.path == "src/domain/split.rs" || calendars.contains(&source.path.as_str());
    (rounds && money_rooms && !may).then_some("only domain::split rounds")
}

fn makes_journals(source: &Source) -> Option<&'static str> {
    let may = ["src/domain/posting.rs", "src/domain/journal.rs"].contains(&source.path.as_str());
    (has(source, "Journal :: balanced") && !may).then_some("only domain::posting makes journals")
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
    .any(|name| has(source, name));
    (knows && source.path != "src/web/problem.rs").then_some("only web::problem knows HTTP statuses")
}

fn opens_a_transaction(source: &Source) -> Option<&'static str> {
    let opens = has(source, ". transaction (") || has(source, ". build_transaction (");
    (opens && source.room() != "usecases" && source.path != "src/host/migrations.rs")
        .then_some("only use cases open transactions")
}

/// Whether the tokens of `call`, written with blanks between them, stand in the source one after the other.
fn has(source: &Source, call: &str) -> bool {
    let wanted: Vec<&str> = call.split(' ').collect();
    source
        .tokens
        .windows(wanted.len())
        .any(|tokens| tokens.iter().zip(&wanted).all(|(token, wanted)| token == wanted))
}

#[test]
fn each_rule_is_red_on_a_bad_snippet() {
    for snippet in [
        "fn f() { chrono::Utc::now(); }",
        "const SQL: &str = \"SELECT now()\";",
        "fn f() { std::env::var(\"HOME\"); }",
        "fn f(a: Amount) -> i64 { a.minor() / 2 }",
        "fn f(a: i64) -> i64 { a.div_euclid(2) }",
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
