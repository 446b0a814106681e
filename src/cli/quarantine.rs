//! `daftar quarantine`: rows that could not be booked, and what persons decide about them. Never here: why a row waits.

use std::fmt::Write;

use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use serde_json::json;

use super::acting::{Acting, connected};
use super::{list, tariff};
use crate::domain::json;
use crate::domain::language::Language;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::quarantine::QuarantineState;
use crate::host::{Host, clock};
use crate::usecases::quarantine::QuarantinedView;
use crate::usecases::record_transactions::Memory;
use crate::usecases::{Connection, Done, quarantine};

/// Rows that could not be booked: list, release, reject.
#[derive(Debug, Args)]
pub struct QuarantineArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: QuarantineVerb,
}

#[derive(Debug, Subcommand)]
pub enum QuarantineVerb {
    /// Rows with their reasons, the oldest first.
    List {
        /// waiting, released, rejected or superseded.
        #[arg(long, default_value = "waiting", value_parser = json::word::<QuarantineState>)]
        state: QuarantineState,
        /// Only rows after this one.
        #[arg(long, value_name = "ID")]
        after: Option<i64>,
        #[arg(long, default_value_t = 50, value_parser = list::rows())]
        limit: u32,
        /// The language in which the reasons are named beside their explanations: fa or en.
        #[arg(long, default_value = "en", value_parser = tariff::language)]
        lang: Language,
    },
    /// Book a row whose cause was repaired.
    Release(DecisionArgs),
    /// Decide that a row is never booked; it stays on record.
    Reject(DecisionArgs),
}

#[derive(Debug, Args)]
pub struct DecisionArgs {
    pub id: i64,
    #[command(flatten)]
    pub acting: Acting,
    /// Why; a rejection needs it.
    #[arg(long, default_value = "")]
    pub note: String,
}

pub async fn carry_out(args: &QuarantineArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    match &args.verb {
        QuarantineVerb::List {
            state,
            after,
            limit,
            lang,
        } => {
            let asked = Asked {
                after: *after,
                rows: *limit,
            };
            list(args, &mut conn, *state, &asked, *lang).await
        }
        QuarantineVerb::Release(decision) => release(args, &mut conn, decision).await,
        QuarantineVerb::Reject(decision) => reject(args, &mut conn, decision).await,
    }
}

async fn list(
    args: &QuarantineArgs,
    conn: &mut Connection,
    state: QuarantineState,
    asked: &Asked<i64>,
    language: Language,
) -> Done<String> {
    let page = quarantine::list_quarantine(conn, &Originator::host(), clock::now(), state, asked).await?;
    if args.json {
        return Ok(json!({ "items": page.items, "more": page.more }).to_string());
    }
    let mut text = format!(
        "{:<7} {:<21} {:<9} {:<15} {:<23} reason\n",
        "id", "received", "office", "sender", "reference"
    );
    for row in &page.items {
        let received = row.received_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let _ = writeln!(
            text,
            "{:<7} {received:<21} {:<9} {:<15} {:<23} {}",
            row.id,
            row.office,
            row.sender,
            row.reference,
            why(row, language)
        );
    }
    if let (true, Some(last)) = (page.more, page.items.last()) {
        let _ = writeln!(text, "more: --after {}", last.id);
    }
    Ok(text)
}

/// The reason with its explanation, which was written when the row came, in English.
fn why(row: &QuarantinedView, language: Language) -> String {
    let (reason, explanation) = (&row.reason, &row.explanation);
    match (language, &row.reason_names) {
        (Language::Fa, Some(names)) => format!("{reason}: {} · {explanation}", names.fa),
        (Language::Fa, None) | (Language::En, _) => format!("{reason}: {explanation}"),
    }
}

async fn release(args: &QuarantineArgs, conn: &mut Connection, decision: &DecisionArgs) -> Done<String> {
    let by = decision.acting.person(conn).await?;
    let (memory, at) = (Memory::default(), clock::now());
    let booked = quarantine::release_quarantined(conn, &memory, &by, at, decision.id, &decision.note).await?;
    if args.json {
        return Ok(json!(booked).to_string());
    }
    Ok(format!(
        "row {} is booked as transaction {}",
        decision.id, booked.id
    ))
}

async fn reject(args: &QuarantineArgs, conn: &mut Connection, decision: &DecisionArgs) -> Done<String> {
    let by = decision.acting.person(conn).await?;
    quarantine::reject_quarantined(conn, &by, clock::now(), decision.id, &decision.note).await?;
    if args.json {
        return Ok(json!({ "id": decision.id, "state": "rejected" }).to_string());
    }
    Ok(format!("row {} is rejected", decision.id))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::transaction::Reason;

    #[test]
    fn a_reason_is_named_in_persian_beside_its_explanation() {
        let reason = Reason::NoTariff;
        let row = QuarantinedView {
            id: 1,
            office: "1001".to_owned(),
            sender: "counters".to_owned(),
            reference: "r-1".to_owned(),
            row: json!({}),
            reason: reason.code().to_owned(),
            reason_names: Some(reason.names()),
            explanation: "no tariff of copy is in force then".to_owned(),
            received_at: DateTime::UNIX_EPOCH,
            state: "waiting".to_owned(),
            decided_at: None,
            note: String::new(),
        };
        assert_eq!(
            [Language::Fa, Language::En].map(|language| why(&row, language)),
            [
                "no_tariff: تعرفه‌ای در اعتبار نیست · no tariff of copy is in force then",
                "no_tariff: no tariff of copy is in force then"
            ]
        );
        let unknown = QuarantinedView {
            reason_names: None,
            ..row
        };
        assert_eq!(why(&unknown, Language::Fa), why(&unknown, Language::En));
    }
}
