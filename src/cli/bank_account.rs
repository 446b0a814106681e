//! `daftar bank-account`: where parties are paid, and accounts that wait for a second person. Never here: entering and ending them
//! (see `register`).

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::acting::{Acting, connected};
use super::{list, output};
use crate::domain::bank_account::BankAccountState;
use crate::domain::originator::Originator;
use crate::host::{Host, clock};
use crate::usecases::reading::bank_accounts::{BankAccountFilter, BankAccountView, list_bank_accounts};
use crate::usecases::register::bank_account::{ToldParties, approve_bank_accounts};
use crate::usecases::{Connection, Done};

/// Where parties are paid.
#[derive(Debug, Args)]
pub struct BankAccountArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: BankAccountVerb,
}

#[derive(Debug, Subcommand)]
enum BankAccountVerb {
    /// Accounts, newest first, and who entered, approved and ended them.
    List(ListArgs),
    /// Approve accounts that another person entered: four eyes. Nothing is paid into them for three days yet, and their parties are
    /// told by mail; the answer names those that read none.
    Approve(ApproveArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    #[arg(long, value_name = "CODE")]
    party: Option<String>,
    /// Only those that wait for an approval.
    #[arg(long)]
    waiting: bool,
    #[arg(long, default_value_t = 50, value_parser = list::rows())]
    limit: u32,
}

#[derive(Debug, Args)]
struct ApproveArgs {
    /// Ids of accounts, all or none.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i32>,
    #[command(flatten)]
    acting: Acting,
}

pub async fn carry_out(args: &BankAccountArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    match &args.verb {
        BankAccountVerb::List(asked) => list(&mut conn, asked, args.json).await,
        BankAccountVerb::Approve(asked) => approve(&mut conn, asked, args.json).await,
    }
}

async fn list(conn: &mut Connection, asked: &ListArgs, as_json: bool) -> Done<String> {
    let filter = BankAccountFilter {
        party: asked.party.clone(),
        waiting: asked.waiting,
    };
    let found = list_bank_accounts(conn, &Originator::host(), clock::now(), &filter, asked.limit).await?;
    Ok(output::answer(as_json, found.as_slice(), table))
}

fn table(accounts: &[BankAccountView]) -> String {
    let mut text = format!(
        "{:<8}{:<24}{:<34}{:<10}{:<22}{:<22}{:<16}{:<16}{:<16}destination\n",
        "id", "party", "iban", "state", "from", "until", "entered by", "approved by", "ended by"
    );
    for account in accounts {
        let _ = writeln!(
            text,
            "{:<8}{:<24}{:<34}{:<10}{:<22}{:<22}{:<16}{:<16}{:<16}{}",
            account.id,
            account.party,
            account.iban,
            state(account.state),
            moment(account.valid_from),
            account.valid_until.map(moment).unwrap_or_default(),
            account.made_by.as_deref().unwrap_or_default(),
            account.approved_by.as_deref().unwrap_or_default(),
            account.ended_by.as_deref().unwrap_or_default(),
            account.deposit_identifier
        );
    }
    text
}

const fn state(state: BankAccountState) -> &'static str {
    match state {
        BankAccountState::Waiting => "waiting",
        BankAccountState::Coming => "coming",
        BankAccountState::InForce => "in force",
        BankAccountState::Ended => "ended",
    }
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn approve(conn: &mut Connection, asked: &ApproveArgs, as_json: bool) -> Done<String> {
    let by = asked.acting.person(conn).await?;
    let told = approve_bank_accounts(conn, &by, clock::now(), &asked.ids).await?;
    let answer =
        json!({ "approved": asked.ids, "told": told.by_mail, "without_address": told.without_address });
    Ok(output::answer(as_json, &answer, |_| {
        approved(asked.ids.len(), &told)
    }))
}

fn approved(count: usize, told: &ToldParties) -> String {
    let mut text = format!(
        "{count} bank accounts are approved, and paid once they have cooled off; {} parties are told by mail",
        told.by_mail.len()
    );
    if !told.without_address.is_empty() {
        let codes: Vec<&str> = told.without_address.iter().map(String::as_str).collect();
        let _ = write!(
            text,
            "; tell these yourself, for they read no mail: {}",
            codes.join(", ")
        );
    }
    text
}
