//! README's tables and its examples of the tariff language say what the program says. Never here: README's prose, and what its
//! other commands say of the demo's books.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;
use daftar::cli::CommandLine;
use daftar::domain::slots::CatchUp;
use daftar::host::configuration::ENVIRONMENT;
use daftar::jobs::files::timetable;

fn in_the_tree(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn readme() -> String {
    std::fs::read_to_string(in_the_tree("README.md")).unwrap()
}

/// What stands between fences, each with the word behind the first of them.
fn fenced() -> Vec<(String, String)> {
    let readme = readme();
    let between = readme.split("\n```").skip(1).step_by(2);
    let blocks = between.map(|block| block.split_once('\n').unwrap());
    blocks
        .map(|(word, text)| (word.to_owned(), text.to_owned()))
        .collect()
}

/// The rows of the table that follows this heading.
fn table_under(heading: &str) -> Vec<String> {
    let readme = readme();
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

#[test]
fn the_examples_of_the_tariff_language_are_answered_as_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = fenced();
    let documents: Vec<_> = blocks.iter().filter(|(word, _)| word == "json").collect();
    let [(_, document)] = documents[..] else {
        panic!("one document, told by two commands: {documents:?}");
    };
    std::fs::write(folder.path().join("csc-micro-atm.json"), document).unwrap();
    let refused = "ap-electricity-2012.json";
    let fixture = in_the_tree("tests/fixtures/tariffs/refused").join(refused);
    std::fs::copy(fixture, folder.path().join(refused)).unwrap();
    let sessions = blocks
        .iter()
        .filter_map(|(_, text)| text.strip_prefix("$ daftar tariff "));
    let mut answered = Vec::new();
    for session in sessions {
        let (words, told) = session.split_once('\n').unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_daftar"));
        command.current_dir(folder.path()).env("DAFTAR_LOG", "warn");
        let output = command
            .arg("tariff")
            .args(words.split_whitespace())
            .output()
            .unwrap();
        let is_refusal = told.starts_with("daftar: ");
        let said = String::from_utf8(if is_refusal { output.stderr } else { output.stdout }).unwrap();
        assert_eq!(said.trim_end(), told.trim_end(), "daftar tariff {words}");
        assert_eq!(output.status.success(), !is_refusal, "daftar tariff {words}");
        answered.extend(words.split_whitespace().next());
    }
    assert_eq!(answered, ["quote", "check"], "README shows both");
}
