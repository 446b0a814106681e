//! `daftar tariff quote`: one case asked of a tariff document, in words or in JSON, and why there is no answer.
//! Never here: how a price comes about (`domain::tariff`).

use std::collections::BTreeMap;
use std::num::ParseIntError;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::{language, pretty, read};
use crate::cli::explain::{arrow, into_and_by, moment};
use crate::domain::digits::{in_digits_of, latin_digits};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::tariff::derivation::{Line, amount_text};
use crate::domain::tariff::document::Unit;
use crate::domain::tariff::validity::{InvalidMoment, parse_moment};
use crate::domain::tariff::{Derivation, Question, Quote, Refusal, Share, Tariff, Validity};
use crate::domain::wording::{kind_in, role_in};
use crate::usecases::{Done, Failure};

#[derive(Debug, Args)]
pub struct QuoteArgs {
    /// The tariff document, JSON.
    pub file: PathBuf,
    /// The amount that the sender states, in the unit's smallest part.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole_number::<i64>)]
    pub amount: Option<i64>,
    /// Money that passes beside the fee, such as a bill, in the unit's smallest part.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole_number::<i64>)]
    pub principal: Option<i64>,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole_number::<u32>)]
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

pub(super) fn quote(args: &QuoteArgs) -> Done<String> {
    let tariff = read(&args.file)?;
    in_force(&tariff, args.at.as_deref(), args.lang)?;
    let refused = |refusal: Refusal| refused(&refusal, args.lang);
    each_fact_once(&args.facts, args.lang)?;
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

/// Why there is no answer: the field, its rule, and what would be right.
fn refused(refusal: &Refusal, language: Language) -> Failure {
    let (reason, joint) = match language {
        Language::En => (refusal.text(language), "; right would be: "),
        Language::Fa => (refusal.text(language), "؛ درست: "),
    };
    let remedy = refusal.remedy(language);
    let explanation = remedy.map_or_else(|| reason.clone(), |remedy| format!("{reason}{joint}{remedy}"));
    Failure::invalid(refusal.field(), refusal.rule(), explanation)
}

fn in_force(tariff: &Tariff, at: Option<&str>, language: Language) -> Done<()> {
    let Some(at) = at else { return Ok(()) };
    let zone = tariff
        .validity()
        .map_or(chrono_tz::Tz::UTC, |validity| validity.zone);
    let unreadable = |error: InvalidMoment| {
        let explanation = match language {
            Language::En => error.to_string(),
            Language::Fa => format!(
                "«{at}» زمان نیست: روزی مانند ۱۴۰۴-۰۱-۰۱ یا ۲۰۲۵-۰۳-۲۱، یا لحظه‌ای مانند {}",
                in_digits_of(language, "2025-03-21T00:00:00+03:30")
            ),
        };
        Failure::invalid("at", "moment_is_readable", explanation)
    };
    let asked = parse_moment(at, zone).map_err(unreadable)?;
    match tariff.validity() {
        Some(validity) if !validity.contains(asked) => {
            let explanation = outside(asked, validity, language);
            Err(Failure::invalid("at", "the_tariff_is_in_force", explanation))
        }
        Some(_) | None => Ok(()),
    }
}

fn outside(asked: DateTime<Utc>, validity: &Validity, language: Language) -> String {
    let told = |at| moment(language, at, validity.zone);
    let (asked, from, until) = (told(asked), told(validity.from), validity.until.map(told));
    match language {
        Language::En => {
            let until = until.map_or_else(|| "without end".to_owned(), |until| format!("until {until}"));
            format!("{asked} is outside the validity from {from} {until}")
        }
        Language::Fa => {
            let until = until.map_or_else(|| "بی پایان".to_owned(), |until| format!("تا پیش از {until}"));
            format!("{asked} بیرون از اعتبار از {from} {until} است")
        }
    }
}

fn each_fact_once(facts: &[(String, String)], language: Language) -> Done<()> {
    let mut values = BTreeMap::new();
    for (name, value) in facts {
        if let Some(earlier) = values.insert(name, value) {
            let explanation = match language {
                Language::En => format!("`{name}` is given as {earlier} and as {value}: give it once"),
                Language::Fa => {
                    let [earlier, value] = [earlier, value].map(|value| in_digits_of(language, value));
                    format!("«{name}» یک بار {earlier} و یک بار {value} است: یک بار بگویید")
                }
            };
            let field = format!("facts.{name}");
            return Err(Failure::invalid(field, "a_fact_is_given_once", explanation));
        }
    }
    Ok(())
}

fn question(tariff: &Tariff, args: &QuoteArgs) -> Result<Question, Refusal> {
    let mut facts = BTreeMap::new();
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

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a fact is written NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// In Persian, Arabic or Latin digits, as people type them.
fn whole_number<N: FromStr<Err = ParseIntError>>(text: &str) -> Result<N, ParseIntError> {
    latin_digits(text).parse()
}
