//! The accounts where parties are paid: entered with their parties, ended, and others begun by two people. Never here: which
//! account a payout goes to (see `store::approval` and `store::payout`).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::known;
use super::text::{Text, each_within_limits};
use crate::domain::bank_account::BankAccountRule;
use crate::domain::identifiers::Iban;
use crate::domain::moment::kept;
use crate::domain::originator::Originator;
use crate::store::bank_account::{BankAccountRow, NewBankAccount, ToldParty};
use crate::store::{Connection, bank_account, party};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug)]
pub struct BankAccountEntry {
    pub party: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    pub iban: String,
    pub valid_from: DateTime<Utc>,
}

/// What becomes of the accounts of a party that stands already.
#[derive(Clone, Debug)]
pub enum BankAccountChange {
    /// Another one: it waits for the approval of another person.
    Begin(BankAccountEntry),
    /// One that stands, named by all that it was entered with, ends at this moment, exclusive: sooner than was said before, if so.
    End(BankAccountEntry, DateTime<Utc>),
}

impl BankAccountChange {
    const fn entry(&self) -> &BankAccountEntry {
        match self {
            Self::Begin(entry) | Self::End(entry, _) => entry,
        }
    }
}

/// Enters accounts together with their parties.
///
/// # Errors
/// Conflict `a_bank_account_changes_by_two_people` for a party that was entered at another moment than `at`.
pub async fn add_bank_accounts(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entries: Vec<BankAccountEntry>,
) -> Done<()> {
    by.may_register()?;
    within_their_limits(entries.iter())?;
    let ibans = entries.iter().map(iban_of).collect::<Done<Vec<_>>>()?;
    conn.transaction(async |conn| {
        let codes: Vec<&str> = entries.iter().map(|entry| entry.party.as_str()).collect();
        let ids = party::party_ids(conn, &codes).await?;
        let rows = entries
            .iter()
            .zip(&ibans)
            .map(|(entry, iban)| {
                let party_id = known(&ids, "party", &entry.party)?;
                Ok(row(entry, iban, party_id, (None, at)))
            })
            .collect::<Done<Vec<_>>>()?;
        Ok(bank_account::insert_bank_accounts(conn, &rows).await?)
    })
    .await
}

/// Ends accounts, then enters others that wait for another person's approval; their ids. A payout that bears an account already
/// goes there still.
///
/// # Errors
/// Conflicts by the rules of `domain::bank_account`, and `one_bank_account_per_destination_and_time` beside one that holds;
/// `Invalid` where an account that is to end is not there.
pub async fn change_bank_accounts(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    changes: &[BankAccountChange],
) -> Done<Vec<i32>> {
    by.may_register()?;
    within_their_limits(changes.iter().map(BankAccountChange::entry))?;
    conn.transaction(async |conn| {
        let codes: Vec<&str> = changes
            .iter()
            .map(|change| change.entry().party.as_str())
            .collect();
        let ids = party::party_ids(conn, &codes).await?;
        for change in changes {
            let BankAccountChange::End(entry, until) = change else {
                continue;
            };
            let party_id = known(&ids, "party", &entry.party)?;
            let ended = end(conn, by, at, (party_id, entry), *until).await;
            ended.map_err(|failure| failure.within(&entry.party))?;
        }
        let mut waiting = Vec::new();
        for change in changes {
            let BankAccountChange::Begin(entry) = change else {
                continue;
            };
            let party_id = known(&ids, "party", &entry.party)?;
            let begun = begin(conn, by, at, (party_id, entry)).await;
            waiting.push(begun.map_err(|failure| failure.within(&entry.party))?);
        }
        Ok(waiting)
    })
    .await
}

/// The codes of parties to which accounts were approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldParties {
    pub by_mail: BTreeSet<String>,
    /// They read no mail, and are to be told in another way.
    pub without_address: BTreeSet<String>,
}

/// Another person than the one who entered them approves accounts: they are paid once they have cooled off, and their parties are
/// told where they read mail until now.
///
/// # Errors
/// Conflict `a_bank_account_is_approved_by_another_than_its_maker` and those of the rules of `domain::bank_account`.
pub async fn approve_bank_accounts(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    ids: &[i32],
) -> Done<ToldParties> {
    by.may_decide()?;
    conn.transaction(async |conn| {
        for id in ids {
            let approved = approve(conn, by, at, *id).await;
            approved.map_err(|failure| failure.within(&format!("bank account {id}")))?;
        }
        let of_each = bank_account::insert_bank_account_mail(conn, ids, at).await?;
        Ok(told_parties(of_each))
    })
    .await
}

fn told_parties(of_each: Vec<ToldParty>) -> ToldParties {
    let mut parties = ToldParties::default();
    for party in of_each {
        let such = if party.is_told {
            &mut parties.by_mail
        } else {
            &mut parties.without_address
        };
        such.insert(party.code);
    }
    parties
}

async fn approve(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, id: i32) -> Done<()> {
    let found = bank_account::bank_account_of_id(conn, id).await?;
    let account = found.ok_or_else(|| Failure::not_found("bank account", id))?;
    if account.made_by == Some(by.id) {
        let told = format!("it was entered by {}", by.code);
        let rule = "a_bank_account_is_approved_by_another_than_its_maker";
        return Err(Failure::conflict(rule, told));
    }
    let cooled_off_at = account.validity().approve(at).map_err(broken)?;
    if bank_account::approve_bank_account(conn, id, cooled_off_at, (by.id, at)).await? {
        return Ok(());
    }
    Err(meanwhile())
}

async fn end(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    (party_id, entry): (i32, &BankAccountEntry),
    until: DateTime<Utc>,
) -> Done<()> {
    let iban = iban_of_field(&entry.iban)?;
    let standing = bank_account::accounts_of_destination(conn, party_id, &entry.deposit_identifier).await?;
    let named = |row: &BankAccountRow| row.iban == iban.as_str() && row.valid_from == kept(entry.valid_from);
    // One that was taken back can have been entered again.
    let found = standing.into_iter().filter(named).max_by_key(|row| row.id);
    let account = found.ok_or_else(|| {
        let told = "no account with this number and beginning stands there to be ended; to begin another, leave out `valid_until`";
        Failure::invalid("valid_until", "the_account_that_ends_is_there", told)
    })?;
    account.validity().may_end(until, at).map_err(broken)?;
    if bank_account::end_bank_account(conn, account.id, until, (by.id, at)).await? {
        return Ok(());
    }
    Err(meanwhile())
}

async fn begin(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    (party_id, entry): (i32, &BankAccountEntry),
) -> Done<i32> {
    let iban = iban_of_field(&entry.iban)?;
    let standing = bank_account::accounts_of_destination(conn, party_id, &entry.deposit_identifier).await?;
    let valid_from = kept(entry.valid_from);
    let holds_then = |row: &&BankAccountRow| !row.validity().has_ended_at(valid_from);
    if let Some(other) = standing.iter().find(holds_then) {
        let told = format!(
            "the account {} stands there from {}: end it first, by stating it with its `valid_until`",
            other.iban,
            other.valid_from.to_rfc3339()
        );
        return Err(Failure::conflict(
            "one_bank_account_per_destination_and_time",
            told,
        ));
    }
    let row = row(entry, &iban, party_id, (Some(by.id), at));
    Ok(bank_account::insert_bank_account(conn, &row).await?)
}

fn row(
    entry: &BankAccountEntry,
    iban: &Iban,
    party_id: i32,
    (made_by, made_at): (Option<i32>, DateTime<Utc>),
) -> NewBankAccount {
    NewBankAccount {
        party_id,
        deposit_identifier: entry.deposit_identifier.clone(),
        iban: iban.as_str().to_owned(),
        valid_from: entry.valid_from,
        made_by,
        made_at,
    }
}

fn within_their_limits<'a>(entries: impl Iterator<Item = &'a BankAccountEntry>) -> Done<()> {
    each_within_limits(entries.map(|entry| {
        let identifier = Text::deposit_identifier(&entry.deposit_identifier);
        (entry.party.as_str(), [identifier])
    }))
}

fn iban_of(entry: &BankAccountEntry) -> Done<Iban> {
    iban_of_field(&entry.iban).map_err(|failure| failure.within(&entry.party))
}

fn iban_of_field(text: &str) -> Done<Iban> {
    Iban::parse(text).map_err(|invalid| Failure::invalid("iban", invalid.rule(), invalid.to_string()))
}

fn broken(rule: BankAccountRule) -> Failure {
    Failure::conflict(rule.code(), rule.to_string())
}

fn meanwhile() -> Failure {
    Failure::Unavailable("it was changed meanwhile; look again".to_owned())
}
