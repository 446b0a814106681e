//! Shell: sub-commands. Each parses, calls use cases and says what came of it. Never here: rules and SQL.

pub mod acting;
pub mod bank_account;
pub mod demo;
pub mod explain;
pub mod export;
pub mod import;
pub mod jobs;
pub mod licence;
pub mod list;
pub mod outbox;
pub mod output;
pub mod payout;
pub mod quarantine;
pub mod register;
pub mod remittance;
pub mod serve;
pub mod settle;
pub mod tariff;
pub mod token;
pub mod verify;
pub mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;

use crate::host::configuration::Configuration;
use crate::host::postgres::Purpose;
use crate::host::{self, Host, logging};
use crate::usecases::{Done, Failure};

/// Licences, fee splits and provable settlements for a franchised network of service counters.
#[derive(Debug, Parser)]
#[command(name = "daftar", version, disable_help_subcommand = true)]
pub struct CommandLine {
    /// Folder of the private database, the mailbox, the locks and what waits of long files.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Answer in JSON, refusals too; what export, serve and demo write has its own form.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A network modelled on Iran's, settled through three months, then served
    Demo(demo::DemoArgs),
    /// The API, the pages and the jobs in one process
    Serve(serve::ServeArgs),
    /// Bring the schema up to date and make the database roles
    Migrate,
    /// Enter networks, offices, licences and tariffs out of one document
    Register(register::RegisterArgs),
    /// Where parties are paid: list accounts, approve those that another person entered
    BankAccount(bank_account::BankAccountArgs),
    /// Decisions about an office's licence: suspend, reinstate, revoke, surrender, bind its roles anew
    Licence(licence::LicenceArgs),
    /// Who may ask: create, list and revoke bearer tokens
    Token(token::TokenArgs),
    /// Tariffs: check a document, quote by it, the language's schema; approve and publish drafts
    Tariff(tariff::TariffArgs),
    /// Record a file of transactions, refunds and reversals
    Import(import::ImportArgs),
    /// Rows that could not be booked: list, release, reject
    Quarantine(quarantine::QuarantineArgs),
    /// The windows of a network: list, exceptions, close, seal
    Window(window::WindowArgs),
    /// Settlements: preview, propose, approve, reject
    Settle(settle::SettleArgs),
    /// Payouts: list, let leave, answer
    Payout(payout::PayoutArgs),
    /// Remittances: record, list, demands
    Remittance(remittance::RemittanceArgs),
    /// Mail and what became of it: list, queue again
    Outbox(outbox::OutboxArgs),
    /// Why a transaction's legs or a statement's line are what they are
    Explain(explain::ExplainArgs),
    /// Recompute the books from the transactions and tariffs, and name every row that does not agree
    Verify(verify::VerifyArgs),
    /// The books for hledger and spreadsheets, and an office's raw journal
    Export(export::ExportArgs),
    /// The timetable of scheduled jobs: list, check, run, history
    Jobs(jobs::JobsArgs),
}

/// Runs the process's command line: 0 when it was done, 1 when it was refused or failed, 2 when it was not understood.
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    let as_json = line.json;
    let done = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(carry_out(line)),
        Err(error) => Err(Failure::Internal(error.to_string())),
    };
    match done {
        Ok(said) => output::say(&said),
        Err(failure) => output::fail(as_json, &failure),
    }
}

async fn carry_out(line: CommandLine) -> Done<String> {
    let configuration = configuration(line.data_dir)?;
    logging::start(&configuration);
    dispatch(line.command, line.json, configuration).await
}

fn configuration(data_dir: Option<PathBuf>) -> Done<Configuration> {
    let mut configuration = Configuration::read()
        .map_err(|error| Failure::invalid(error.variable, "a_setting_is_understood", error.reason))?;
    if let Some(data_dir) = data_dir {
        configuration.data_dir = data_dir;
    }
    Ok(configuration)
}

async fn dispatch(command: Command, as_json: bool, configuration: Configuration) -> Done<String> {
    match command {
        Command::Demo(args) => demo::demo(&args, configuration).await,
        Command::Serve(args) => serve::serve(&args, configuration).await,
        Command::Migrate => migrate(&configuration, as_json).await,
        Command::Register(args) if args.schema => register::schema(),
        Command::Register(args) => {
            with_host(configuration, async |host| {
                register::carry_out(&args, as_json, host).await
            })
            .await
        }
        Command::BankAccount(args) => {
            with_host(configuration, async |host| {
                bank_account::carry_out(&args, host).await
            })
            .await
        }
        Command::Licence(args) => {
            with_host(configuration, async |host| licence::carry_out(&args, host).await).await
        }
        Command::Token(args) => {
            with_host(configuration, async |host| token::carry_out(&args, host).await).await
        }
        Command::Tariff(args) if args.verb.needs_host() => {
            with_host(configuration, async |host| tariff::carry_out(&args, host).await).await
        }
        Command::Tariff(args) => tariff::answer(&args),
        Command::Import(args) => {
            with_host(configuration, async |host| import::carry_out(&args, host).await).await
        }
        Command::Quarantine(args) => {
            with_host(configuration, async |host| {
                quarantine::carry_out(&args, host).await
            })
            .await
        }
        Command::Window(args) => {
            with_host(configuration, async |host| window::carry_out(&args, host).await).await
        }
        Command::Settle(args) => {
            with_host(configuration, async |host| settle::carry_out(&args, host).await).await
        }
        Command::Payout(args) => {
            with_host(configuration, async |host| payout::carry_out(&args, host).await).await
        }
        Command::Remittance(args) => {
            with_host(configuration, async |host| {
                remittance::carry_out(&args, host).await
            })
            .await
        }
        Command::Outbox(args) => {
            with_host(configuration, async |host| outbox::carry_out(&args, host).await).await
        }
        Command::Explain(args) => {
            with_host(configuration, async |host| explain::carry_out(&args, host).await).await
        }
        Command::Verify(args) => {
            with_host(configuration, async |host| verify::carry_out(&args, host).await).await
        }
        Command::Export(args) => {
            with_host(configuration, async |host| export::carry_out(&args, host).await).await
        }
        Command::Jobs(args) if args.verb.needs_host() => {
            with_host(configuration, async |host| jobs::carry_out(&args, host).await).await
        }
        Command::Jobs(args) => Ok(jobs::answer(&args)?),
    }
}

async fn migrate(configuration: &Configuration, as_json: bool) -> Done<String> {
    let applied = host::migrate(configuration).await.map_err(unavailable)?;
    Ok(output::answer(
        as_json,
        &json!({ "applied": applied }),
        |_| match applied.len() {
            0 => "the schema is up to date".to_owned(),
            _ => format!("applied {}", applied.join(", ")),
        },
    ))
}

/// Attaches to the database for one command, and leaves it afterwards however the command ended.
async fn with_host(
    configuration: Configuration,
    command: impl AsyncFnOnce(&Host) -> Done<String>,
) -> Done<String> {
    let host = host::start(configuration, Purpose::Command)
        .await
        .map_err(unavailable)?;
    let done = command(&host).await;
    host.stop().await.map_err(unavailable)?;
    done
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Commands that have none below them, and take no `--json`.
    fn without_json(command: &clap::Command, found: &mut Vec<String>) {
        let takes_json = command
            .get_arguments()
            .any(|argument| argument.get_id() == "json");
        if !takes_json && !command.has_subcommands() {
            found.push(command.get_name().to_owned());
        }
        for below in command.get_subcommands() {
            without_json(below, found);
        }
    }

    #[test]
    fn every_command_takes_json() {
        let mut line = CommandLine::command();
        line.build();
        let mut found = Vec::new();
        without_json(&line, &mut found);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn json_is_asked_for_before_or_after_a_command_whether_it_is_its_own_or_not() {
        let read = |words: &str| CommandLine::try_parse_from(words.split(' ')).unwrap();
        for words in [
            "daftar --json migrate",
            "daftar migrate --json",
            "daftar export --json journal",
            "daftar --json payout list",
            "daftar payout --json list",
            "daftar payout list --json",
            "daftar tariff check x.json --json",
        ] {
            assert!(read(words).json, "{words}");
        }
        assert!(!read("daftar payout list").json);
        for words in ["daftar --json settle preview n", "daftar settle preview n --json"] {
            let Command::Settle(args) = read(words).command else {
                panic!("{words} is another command");
            };
            assert!(args.json, "{words}");
        }
    }
}
