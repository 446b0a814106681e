//! README's tables say what the program says: its commands, its jobs, its environment. Never here: README's prose.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use clap::CommandFactory;
use daftar::cli::CommandLine;
use daftar::domain::slots::CatchUp;
use daftar::host::configuration::ENVIRONMENT;
use daftar::jobs::files::timetable;

/// The rows of the table that follows this heading.
fn table_under(heading: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let section = readme
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("README has no heading `{heading}`"))
        .1;
    let rows = section
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    rows.skip(2).map(str::to_owned).collect()
}

fn assert_table(heading: &str, expected: &[String]) {
    let found = table_under(heading);
    assert_eq!(
        found.join("\n"),
        expected.join("\n"),
        "the table under `{heading}` should read:\n\n{}\n",
        expected.join("\n")
    );
}

#[test]
fn the_command_list_is_that_of_the_program() {
    let line = CommandLine::command();
    let rows: Vec<String> = line
        .get_subcommands()
        .map(|command| {
            format!(
                "| `daftar {}` | {} |",
                command.get_name(),
                command.get_about().unwrap()
            )
        })
        .collect();
    assert_table("### Commands", &rows);
}

#[test]
fn the_jobs_table_is_the_timetable() {
    let rows: Vec<String> = timetable(None)
        .unwrap()
        .jobs()
        .iter()
        .map(|job| {
            let catch_up = match job.catch_up {
                CatchUp::Each => "each, in order",
                CatchUp::Latest => "the latest",
            };
            let zone = job.slots.zone().name();
            format!("| `{}` | `{}` | {zone} | {catch_up} |", job.name, job.cron)
        })
        .collect();
    assert_table("### Jobs", &rows);
}

#[test]
fn the_environment_table_is_what_the_program_reads() {
    let rows: Vec<String> = ENVIRONMENT
        .iter()
        .map(|variable| {
            format!(
                "| `{}` | {} | {} |",
                variable.name, variable.default, variable.meaning
            )
        })
        .collect();
    assert_table("### Environment", &rows);
}
