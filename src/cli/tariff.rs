//! `daftar tariff`: checks a tariff document, quotes by it, prints the language's JSON Schema, without a database; approves
//! and publishes drafts (see `pending`).
//! Never here: the rules of the language (`domain::tariff`).

mod pending;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::explain::{arrow, into_and_by};
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::tariff::derivation::{Line, amount_text};
use crate::domain::tariff::document::Unit;
use crate::domain::tariff::validity::parse_moment;
use crate::domain::tariff::{Derivation, Document, Question, Quote, Share, Tariff};
use crate::domain::wording::{kind_in, role_in};
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
    Quote(QuoteArgs),
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

#[derive(Debug, Args)]
pub struct QuoteArgs {
    /// The tariff document, JSON.
    pub file: PathBuf,
    /// The amount that the sender states, in the unit's smallest part.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub amount: Option<i64>,
    /// Money that passes beside the fee, such as a bill, in the unit's smallest part.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub principal: Option<i64>,
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub quantity: u32,
    /// The activity leg.
    #[arg(long, value_name = "NAME")]
    pub leg: Option<String>,
    /// A fact of the case; may be given several times.
    #[arg(long = "fact", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub facts: Vec<(String, String)>,
    /// When it happened: a date or a moment. Refused outside the document's validity.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
    /// The language of the derivation: fa or en.
    #[arg(long, default_value = "en", value_parser = language)]
    pub lang: Language,
}

/// What the command says, or why it was refused.
pub fn answer(args: &TariffArgs) -> Done<String> {
    match &args.verb {
        TariffVerb::Check(args) => check(args),
        TariffVerb::Quote(args) => quote(args),
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

fn quote(args: &QuoteArgs) -> Done<String> {
    let tariff = read(&args.file)?;
    in_force(&tariff, args.at.as_deref())?;
    let refused = |refusal: crate::domain::tariff::Refusal| {
        Failure::invalid("question", "the_tariff_answers", refusal.text(args.lang))
    };
    each_fact_once(&args.facts)?;
    let question = question(&tariff, args).map_err(refused)?;
    let (quote, derivation) = tariff.explain(&question).map_err(refused)?;
    let answered = Answered {
        handed_over: tariff.handed_over(&quote).map_err(refused)?,
        tariff: &tariff,
        quote,
        derivation,
    };
    Ok(if args.json {
        pretty(&quote_json(&answered, args.lang))
    } else {
        quote_text(&answered, args.lang)
    })
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

fn in_force(tariff: &Tariff, at: Option<&str>) -> Done<()> {
    let Some(at) = at else { return Ok(()) };
    let zone = tariff
        .validity()
        .map_or(chrono_tz::Tz::UTC, |validity| validity.zone);
    let moment = parse_moment(at, zone)
        .map_err(|error| Failure::invalid("at", "moment_is_readable", error.to_string()))?;
    match tariff.validity() {
        Some(validity) if !validity.contains(moment) => {
            let until = validity
                .until
                .map_or_else(|| "without end".to_owned(), |until| format!("until {until}"));
            let explanation = format!("{moment} is outside the validity from {} {until}", validity.from);
            Err(Failure::invalid("at", "the_tariff_is_in_force", explanation))
        }
        Some(_) | None => Ok(()),
    }
}

fn each_fact_once(facts: &[(String, String)]) -> Done<()> {
    let mut values = std::collections::BTreeMap::new();
    for (name, value) in facts {
        if let Some(earlier) = values.insert(name, value) {
            let explanation = format!("`{name}` is given as {earlier} and as {value}: give it once");
            return Err(Failure::invalid("fact", "a_fact_is_given_once", explanation));
        }
    }
    Ok(())
}

fn question(tariff: &Tariff, args: &QuoteArgs) -> Result<Question, crate::domain::tariff::Refusal> {
    let mut facts = std::collections::BTreeMap::new();
    for (name, value) in &args.facts {
        facts.insert(name.clone(), tariff.read_fact(name, value)?);
    }
    Ok(Question {
        amount: args.amount.map(Amount::from_minor),
        principal: args.principal.map(Amount::from_minor),
        quantity: args.quantity,
        leg: args.leg.clone(),
        facts,
    })
}

/// A question's answer, and what the citizen hands over in all.
struct Answered<'a> {
    tariff: &'a Tariff,
    quote: Quote,
    derivation: Derivation,
    handed_over: Amount,
}

fn quote_json(answered: &Answered<'_>, language: Language) -> Value {
    let Answered {
        tariff,
        quote,
        derivation,
        handed_over,
    } = answered;
    let shares = |shares: &[Share]| {
        shares
            .iter()
            .map(|share| share_json(tariff, *share))
            .collect::<Vec<_>>()
    };
    let lines = derivation
        .lines
        .iter()
        .map(|line| line_json(line, language))
        .collect::<Vec<_>>();
    json!({
        "service": tariff.service(),
        "network": tariff.network(),
        "unit": tariff.unit().code,
        "minor": tariff.unit().minor,
        "scale": tariff.unit().scale,
        "price": quote.price,
        "principal": quote.principal,
        "handed_over": handed_over,
        "total": quote.allocation.total(),
        "principal_term": tariff.principal_term(),
        "sources": shares(quote.allocation.sources()),
        "legs": shares(quote.allocation.legs()),
        "derivation": lines,
    })
}

fn share_json(tariff: &Tariff, share: Share) -> Value {
    let term = tariff.term(share.ordinal);
    json!({
        "ordinal": share.ordinal,
        "role": term.map(|term| &term.role),
        "component": term.map(|term| &term.name),
        "title": term.and_then(|term| term.title.as_ref()),
        "kind": term.map(|term| term.kind),
        "amount": share.amount,
        "deposit_identifier": term.and_then(|term| term.deposit_identifier.as_ref()),
        "refundable": term.map(|term| term.refundable),
        "instrument": term.map(|term| &term.instrument),
    })
}

fn line_json(line: &Line, language: Language) -> Value {
    json!({
        "subject": line.subject,
        "name": line.name,
        "ordinal": line.ordinal,
        "amount": line.amount,
        "instrument": line.instrument,
        "steps": line.steps_in(language),
        "text": line.text_in(language),
    })
}

fn quote_text(answered: &Answered<'_>, language: Language) -> String {
    let Answered {
        tariff,
        quote,
        derivation,
        handed_over,
    } = answered;
    let (price, principal, in_all) = match language {
        Language::En => ("price", "principal", "handed over in all"),
        Language::Fa => ("بها", "اصل مبلغ", "پرداخت شهروند روی هم"),
    };
    let told = |amount| amount_with_unit(amount, tariff.unit(), language);
    let mut text = format!("{price}: {}\n", told(quote.price));
    if let Some(term) = tariff.principal_term() {
        let label = Some(term.label(language)).filter(|label| *label != principal);
        text += &format!(
            "{principal}: {} {} {}{}{}\n",
            told(quote.principal),
            arrow(term.side),
            role_in(language, term.role.as_str()),
            label.map_or_else(String::new, |label| format!(" · {label}")),
            into_and_by(term.deposit_identifier.as_ref(), Some(&term.instrument))
        );
        text += &format!("{in_all}: {}\n", told(*handed_over));
    }
    for line in &derivation.lines {
        let term = line.ordinal.and_then(|ordinal| tariff.term(ordinal));
        let whose = term.map_or_else(String::new, |term| {
            let (role, kind) = (term.role.as_str(), term.kind.code());
            format!("[{} · {}] ", role_in(language, role), kind_in(language, kind))
        });
        let identifier = term.and_then(|term| term.deposit_identifier.as_ref());
        let by = into_and_by(identifier, line.instrument.as_ref());
        text += &format!("{whose}{}{by}\n", line.text_in(language));
    }
    text
}

/// All numbers of a tariff count the unit's smallest part; so does this one, by that part's name or size.
fn amount_with_unit(amount: Amount, unit: &Unit, language: Language) -> String {
    let (number, code) = (amount_text(language, amount), &unit.code);
    match (usize::from(unit.scale.unwrap_or(0)), &unit.minor) {
        (0, _) => format!("{number} {code}"),
        (_, Some(minor)) => format!("{number} {minor}"),
        (places, None) => {
            let size = match language {
                Language::En => format!("0.{:0>places$}", 1),
                Language::Fa => in_digits_of(language, &format!("0٫{:0>places$}", 1)),
            };
            format!("{number} × {size} {code}")
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a fact is written NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Reads the option `--lang`.
pub(super) fn language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "fa or en".to_owned())
}

#[cfg(test)]
mod tests;
