//! `daftar remittance`: money that arrived in a network's account, and what was demanded. Never here: what became of a demand.

use std::fmt::Write;

use clap::{Args, Subcommand};

use super::acting::{Acting, connected};
use super::list;
use super::output;
use crate::domain::demand::DemandState;
use crate::domain::json;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::host::{Host, clock};
use crate::usecases::reading::demands::{DemandFilter, DemandView, list_demands};
use crate::usecases::reading::moment::Moment;
use crate::usecases::reading::money::MoneyFilter;
use crate::usecases::reading::remittances::{RemittanceView, list_remittances};
use crate::usecases::record_remittance::{RecordedRemittance, RemittanceEntry, record_remittance};
use crate::usecases::{Connection, Done};

/// Money that parties sent to the networks' accounts.
#[derive(Debug, Args)]
pub struct RemittanceArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: RemittanceVerb,
}

#[derive(Debug, Subcommand)]
enum RemittanceVerb {
    /// Book a credit of the network's bank statement.
    Record(RecordArgs),
    /// Remittances, newest first.
    List(ListArgs),
    /// What settlements demanded, newest first, and how much of it has come in.
    Demands(DemandsArgs),
}

#[derive(Debug, Args)]
struct RecordArgs {
    #[arg(long, value_name = "CODE")]
    network: String,
    /// Who sent it.
    #[arg(long, value_name = "CODE")]
    party: String,
    /// Of the party's destination, where it is not the plain one.
    #[arg(long, value_name = "TEXT", default_value = "")]
    deposit_identifier: String,
    /// In the smallest part of the network's unit.
    #[arg(long, allow_negative_numbers = true)]
    amount: i64,
    /// The bank's reference: once in a network, for ever.
    #[arg(long, value_name = "TEXT")]
    bank_reference: String,
    /// When the bank received it: a moment (RFC 3339), or a day in either calendar, as the network counts days; now when left
    /// out.
    #[arg(long, value_name = "TIME")]
    received_at: Option<Moment>,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[arg(long, value_name = "CODE")]
    network: Option<String>,
    #[arg(long, value_name = "CODE")]
    party: Option<String>,
    #[arg(long, default_value_t = 50, value_parser = list::rows())]
    limit: u32,
}

#[derive(Debug, Args)]
struct DemandsArgs {
    #[command(flatten)]
    list: ListArgs,
    /// due, partly_paid, overdue or paid, as it is now.
    #[arg(long, value_parser = json::word::<DemandState>)]
    state: Option<DemandState>,
}

pub async fn carry_out(args: &RemittanceArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    match &args.verb {
        RemittanceVerb::Record(asked) => record(&mut conn, asked, args.json).await,
        RemittanceVerb::List(asked) => list(&mut conn, asked, args.json).await,
        RemittanceVerb::Demands(asked) => demands(&mut conn, asked, args.json).await,
    }
}

async fn record(conn: &mut Connection, asked: &RecordArgs, as_json: bool) -> Done<String> {
    let by = asked.acting.person(conn).await?;
    let entry = RemittanceEntry {
        network: asked.network.clone(),
        party: asked.party.clone(),
        deposit_identifier: asked.deposit_identifier.clone(),
        amount: Amount::from_minor(asked.amount),
        bank_reference: asked.bank_reference.clone(),
        received_at: asked.received_at,
    };
    let recorded = record_remittance(conn, &by, clock::now(), &entry).await?;
    Ok(output::answer(as_json, &recorded, recorded_text))
}

fn recorded_text(recorded: &RecordedRemittance) -> String {
    let how = if recorded.repeated {
        "was recorded before"
    } else {
        "is recorded"
    };
    format!("remittance {} of {} {how}", recorded.id, recorded.party)
}

impl ListArgs {
    fn filter(&self) -> MoneyFilter {
        MoneyFilter {
            network: self.network.clone(),
            party: self.party.clone(),
            ..MoneyFilter::default()
        }
    }
}

async fn list(conn: &mut Connection, asked: &ListArgs, as_json: bool) -> Done<String> {
    let found = list_remittances(
        conn,
        &Originator::host(),
        &asked.filter(),
        &Asked::first(asked.limit),
    )
    .await?;
    Ok(output::answer(as_json, found.items.as_slice(), table))
}

fn table(remittances: &[RemittanceView]) -> String {
    let mut text = format!(
        "{:<8}{:<16}{:<24}{:>18} {:<6}{:<14}reference\n",
        "id", "network", "party", "amount", "unit", "counts in"
    );
    for remittance in remittances {
        let _ = writeln!(
            text,
            "{:<8}{:<16}{:<24}{:>18} {:<6}{:<14}{}",
            remittance.id,
            remittance.network,
            remittance.party,
            remittance.amount.minor(),
            remittance.unit,
            remittance.period,
            remittance.bank_reference
        );
    }
    text
}

async fn demands(conn: &mut Connection, asked: &DemandsArgs, as_json: bool) -> Done<String> {
    let (by, at) = (Originator::host(), clock::now());
    let filter = DemandFilter {
        money: asked.list.filter(),
        state: asked.state,
    };
    let found = list_demands(conn, &by, at, &filter, &Asked::first(asked.list.limit)).await?;
    Ok(output::answer(as_json, found.items.as_slice(), table_of_demands))
}

fn table_of_demands(demands: &[DemandView]) -> String {
    let mut text = format!(
        "{:<8}{:<16}{:<24}{:>18}{:>18} {:<6}{:<13}{:<13}reference\n",
        "id", "network", "party", "amount", "open", "unit", "due", "state"
    );
    for demand in demands {
        let _ = writeln!(
            text,
            "{:<8}{:<16}{:<24}{:>18}{:>18} {:<6}{:<13}{:<13}{}",
            demand.id,
            demand.network,
            demand.party,
            demand.amount.minor(),
            demand.open.minor(),
            demand.unit,
            demand.due_at.date_naive().to_string(),
            state(demand.state),
            demand.reference
        );
    }
    text
}

const fn state(state: DemandState) -> &'static str {
    match state {
        DemandState::Due => "due",
        DemandState::PartlyPaid => "partly paid",
        DemandState::Overdue => "overdue",
        DemandState::Paid => "paid",
    }
}
