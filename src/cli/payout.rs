//! `daftar payout`: which payouts wait, letting them leave, and what the bank says of them. Never here: banks' file formats.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};
use serde_json::json;

use super::acting::{Acting, connected};
use super::list;
use super::output;
use crate::domain::json;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::payout::PayoutState;
use crate::host::{Host, clock};
use crate::usecases::answer_payout::{BankAnswer, BankOutcome, answer_payout};
use crate::usecases::payout_answers::{Answering, Answers};
use crate::usecases::reading::money::MoneyFilter;
use crate::usecases::reading::payouts::{PayoutView, WaitsFor, list_payouts};
use crate::usecases::release_payouts::release_payouts;
use crate::usecases::{Connection, Done, Failure};

/// Payment instructions to the parties' accounts.
#[derive(Debug, Args)]
pub struct PayoutArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: PayoutVerb,
}

#[derive(Debug, Subcommand)]
enum PayoutVerb {
    /// Payouts, newest first.
    List(ListArgs),
    /// Let those leave for which the books show the money; the job `release-payouts` does the same.
    Release(Acting),
    /// Write down what the bank said: of one payout, or of all in a CSV file.
    Answer(AnswerArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    #[arg(long, value_name = "CODE")]
    network: Option<String>,
    #[arg(long, value_name = "CODE")]
    party: Option<String>,
    /// waiting, released, settled or returned.
    #[arg(long, value_parser = json::word::<PayoutState>)]
    state: Option<PayoutState>,
    #[arg(long, default_value_t = 50, value_parser = list::rows())]
    limit: u32,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["id", "csv"]))]
#[command(group = ArgGroup::new("outcome").args(["settled", "returned"]))]
struct AnswerArgs {
    /// The payout; its outcome and the bank's reference are needed with it.
    #[arg(requires = "outcome", requires = "bank_reference")]
    id: Option<i64>,
    /// The money has arrived.
    #[arg(long)]
    settled: bool,
    /// The money came back, or never left; with the bank's reason.
    #[arg(long, value_name = "REASON")]
    returned: Option<String>,
    /// The bank's reference: needed with the payout's id.
    #[arg(long, value_name = "TEXT")]
    bank_reference: Option<String>,
    /// Compared with the payout's, in the smallest part of the unit.
    #[arg(long, allow_negative_numbers = true)]
    amount: Option<i64>,
    /// Compared with the payout's.
    #[arg(long)]
    iban: Option<String>,
    /// With the columns payout, amount, iban, outcome (settled or returned), bank_reference and, if any came back, reason.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["settled", "returned", "bank_reference", "amount", "iban"])]
    csv: Option<PathBuf>,
    #[command(flatten)]
    acting: Acting,
}

/// A bank's file is read whole: some half a million answers.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub async fn carry_out(args: &PayoutArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    match &args.verb {
        PayoutVerb::List(asked) => list(&mut conn, asked, args.json).await,
        PayoutVerb::Release(acting) => release(&mut conn, acting, args.json).await,
        PayoutVerb::Answer(asked) => answer(&mut conn, asked, args.json).await,
    }
}

async fn list(conn: &mut Connection, asked: &ListArgs, as_json: bool) -> Done<String> {
    let filter = MoneyFilter {
        network: asked.network.clone(),
        party: asked.party.clone(),
        state: asked.state,
        settlement: None,
    };
    let page = Asked::first(asked.limit);
    let found = list_payouts(conn, &Originator::host(), clock::now(), &filter, &page).await?;
    Ok(output::answer(as_json, found.items.as_slice(), table))
}

fn table(payouts: &[PayoutView]) -> String {
    let mut text = format!(
        "{:<8}{:<16}{:<24}{:>18} {:<6}{:<10}{:<5}{:<18}account\n",
        "id", "network", "party", "amount", "unit", "state", "rank", "waits for"
    );
    for payout in payouts {
        let _ = writeln!(
            text,
            "{:<8}{:<16}{:<24}{:>18} {:<6}{:<10}{:<5}{:<18}{}",
            payout.id,
            payout.network,
            payout.party,
            payout.amount.minor(),
            payout.unit,
            payout.state,
            payout.priority,
            waits_for(payout),
            payout.iban.as_deref().unwrap_or("not known")
        );
    }
    text
}

fn waits_for(payout: &PayoutView) -> String {
    match payout.waits_for {
        None => String::new(),
        Some(WaitsFor::Account) => "an account".to_owned(),
        Some(WaitsFor::Money) => "money".to_owned(),
        Some(WaitsFor::Hold) => format!("hold {}", payout.hold_cause.as_deref().unwrap_or_default()),
    }
}

async fn release(conn: &mut Connection, acting: &Acting, as_json: bool) -> Done<String> {
    let by = acting.person(conn).await?;
    let mut all = Vec::new();
    while let Some(released) = release_payouts(conn, &by, clock::now()).await? {
        all.push(released);
    }
    if as_json {
        return Ok(json!(all).to_string());
    }
    if all.is_empty() {
        return Ok("no payout may leave".to_owned());
    }
    let told = all.iter().map(|released| {
        let (count, amount) = (released.count, released.amount.minor());
        format!(
            "{}: {count} payouts of {amount} in sum have left",
            released.network
        )
    });
    Ok(told.collect::<Vec<_>>().join("\n"))
}

async fn answer(conn: &mut Connection, asked: &AnswerArgs, as_json: bool) -> Done<String> {
    let by = asked.acting.person(conn).await?;
    match (&asked.csv, asked.id) {
        (Some(file), _) => answer_all(conn, &by, file, as_json).await,
        (None, Some(id)) => {
            let said = BankAnswer {
                outcome: match &asked.returned {
                    Some(reason) => BankOutcome::Returned {
                        reason: reason.clone(),
                    },
                    None => BankOutcome::Settled,
                },
                bank_reference: asked.bank_reference.clone().unwrap_or_default(),
                amount: asked.amount.map(Amount::from_minor),
                iban: asked.iban.clone(),
            };
            let answered = answer_payout(conn, &by, clock::now(), id, &said).await?;
            Ok(output::answer(as_json, &answered, |answered| {
                format!("payout {id} is {}", answered.state)
            }))
        }
        (None, None) => Err(Failure::invalid(
            "id",
            "an_answer_names_the_payout",
            "give its id or a file",
        )),
    }
}

/// Each line by itself, so that a faulty one holds up no other; sending the file again repeats nothing.
async fn answer_all(conn: &mut Connection, by: &Originator, file: &Path, as_json: bool) -> Done<String> {
    let text = text_of(file)?;
    let mut answers = Answers::read(by, &text)?;
    let mut answering = Answering::default();
    for line in answers.lines() {
        answering.answer(conn, by, clock::now(), line).await?;
    }
    let answered = answering.finish()?;
    Ok(output::answer(as_json, &answered, ToString::to_string))
}

fn text_of(file: &Path) -> Done<Vec<u8>> {
    let refused = |told: String| Failure::invalid("csv", "a_file_is_readable", told);
    let unreadable = |error: io::Error| refused(error.to_string());
    let mut text = Vec::new();
    let file = File::open(file).map_err(unreadable)?;
    let taken = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut text);
    taken.map_err(unreadable)?;
    if u64::try_from(text.len()).is_ok_and(|bytes| bytes <= FILE_BYTES_MAX) {
        return Ok(text);
    }
    Err(refused(format!("it has more than {FILE_BYTES_MAX} bytes")))
}
