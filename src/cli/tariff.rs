//! `daftar tariff`: checks a tariff document, quotes by it, prints the language's JSON Schema, without a database; approves
//! and publishes drafts (see `quote` and `pending`).
//! Never here: the rules of the language (`domain::tariff`).

mod pending;
mod quote;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::domain::language::Language;
use crate::domain::tariff::{Document, Tariff};
use crate::host::Host;
use crate::usecases::failure::Fault;
use crate::usecases::{Done, Failure};

/// Tariffs: check a document, quote by it, the language's schema; approve and publish drafts.
#[derive(Debug, Args)]
pub struct TariffArgs {
    #[command(subcommand)]
    pub verb: TariffVerb,
}

#[derive(Debug, Subcommand)]
pub enum TariffVerb {
    /// Check a document; tells everything that is wrong with it.
    Check(CheckArgs),
    /// The price of one case, every source and leg, and how each came about.
    Quote(quote::QuoteArgs),
    /// The JSON Schema of the language.
    Schema,
    /// Versions that are drafted or approved and not in force yet.
    Pending(pending::PendingArgs),
    /// Approve drafts of others: four eyes.
    Approve(pending::DecideArgs),
    /// Put approved versions in force.
    Publish(pending::DecideArgs),
    /// Withdraw versions that are pending: they are kept, and never put in force.
    Withdraw(pending::WithdrawArgs),
}

impl TariffVerb {
    /// Whether it needs the database.
    pub const fn needs_host(&self) -> bool {
        match self {
            Self::Check(_) | Self::Quote(_) | Self::Schema => false,
            Self::Pending(_) | Self::Approve(_) | Self::Publish(_) | Self::Withdraw(_) => true,
        }
    }
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The tariff document, JSON.
    pub file: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// What the command says, or why it was refused.
pub fn answer(args: &TariffArgs) -> Done<String> {
    match &args.verb {
        TariffVerb::Check(args) => check(args),
        TariffVerb::Quote(args) => quote::quote(args),
        TariffVerb::Schema
        | TariffVerb::Pending(_)
        | TariffVerb::Approve(_)
        | TariffVerb::Publish(_)
        | TariffVerb::Withdraw(_) => Ok(pretty(&Document::schema())),
    }
}

/// The verbs that need the database.
pub async fn carry_out(args: &TariffArgs, host: &Host) -> Done<String> {
    match &args.verb {
        TariffVerb::Pending(args) => pending::list(args, host).await,
        TariffVerb::Approve(args) => pending::approve(args, host).await,
        TariffVerb::Publish(args) => pending::publish(args, host).await,
        TariffVerb::Withdraw(args) => pending::withdraw(args, host).await,
        TariffVerb::Check(_) | TariffVerb::Quote(_) | TariffVerb::Schema => answer(args),
    }
}

fn check(args: &CheckArgs) -> Done<String> {
    let tariff = read(&args.file)?;
    let terms = tariff.terms();
    if args.json {
        let terms = terms.iter().map(|term| json!(term)).collect::<Vec<_>>();
        let (service, network) = (tariff.service(), tariff.network());
        return Ok(pretty(
            &json!({ "ok": true, "service": service, "network": network, "terms": terms }),
        ));
    }
    let told = terms.iter().map(|term| {
        let identifier = term
            .deposit_identifier
            .as_ref()
            .map_or_else(String::new, |id| format!(", deposit {id}"));
        format!(
            "\n  {} {} → {} ({}{identifier})",
            term.ordinal, term.name, term.role, term.kind
        )
    });
    Ok(format!(
        "{} of {} in {} is a sound tariff with {} terms:{}",
        args.file.display(),
        tariff.service(),
        tariff.network(),
        terms.len(),
        told.collect::<String>()
    ))
}

fn read(file: &PathBuf) -> Done<Tariff> {
    let name = file.display().to_string();
    let unreadable = |error: std::io::Error| Failure::invalid(name, "a_file_is_readable", error.to_string());
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    let fault = |fault: crate::domain::tariff::Fault| Fault {
        field: fault.path,
        rule: fault.rule.to_owned(),
        explanation: format!("{}; right would be: {}", fault.reason, fault.remedy),
    };
    Tariff::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|faults| Failure::Invalid(faults.into_iter().map(fault).collect()))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Reads the option `--lang`.
pub(super) fn language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "fa or en".to_owned())
}

#[cfg(test)]
mod tests;
