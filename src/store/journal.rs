//! Rows of `accounts`, `journals` and `entries`, and the balances that they make. Never here: which journals there are
//! (see `domain::posting`).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::accounts;
use super::{Connection, Stored};
use crate::domain::journal::{Account, Destination, Journal, JournalHead};
use crate::domain::money::Amount;

/// Who posts, in which network, and when.
#[derive(Clone, Copy, Debug)]
pub struct Posting {
    pub network_id: i16,
    pub originator_id: i32,
    pub at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct FoundAccount {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Integer)]
    id: i32,
}

#[derive(QueryableByName)]
struct Balance {
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

#[derive(QueryableByName)]
struct InsertedJournal {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    party_id: i32,
    #[diesel(sql_type = BigInt)]
    cause_id: i64,
}

/// Accounts by columns. Ids count from 1, so that 0 can stand for none in an array.
#[derive(Default)]
struct AccountColumns<'a> {
    unit_ids: Vec<i16>,
    kinds: Vec<&'static str>,
    party_ids: Vec<i32>,
    deposit_identifiers: Vec<&'a str>,
    window_ids: Vec<i32>,
}

#[derive(Default)]
struct EntryColumns<'a> {
    journal_ids: Vec<i64>,
    lines: Vec<i16>,
    account_ids: Vec<i32>,
    amounts: Vec<i64>,
    sides: Vec<&'static str>,
    transaction_kinds: Vec<i16>,
    component_kinds: Vec<&'a str>,
    item_counts: Vec<i64>,
}

/// Writes journals with all their entries, making the accounts that are missing.
///
/// # Errors
/// The database's `a_cause_is_posted_once` when one of them was posted before.
pub async fn post_journals(conn: &mut Connection, posting: Posting, journals: &[Journal]) -> Stored<()> {
    if journals.is_empty() {
        return Ok(());
    }
    let account_ids = intern_accounts(conn, posting.network_id, journals).await?;
    let journal_ids = insert_journals(conn, posting, journals).await?;
    let mut columns = EntryColumns::default();
    for journal in journals {
        let head = journal.head();
        let journal_id = journal_ids.get(&(head.kind.code(), head.party, head.cause));
        for (line, entry) in (1_i16..).zip(journal.entries()) {
            let account_id = account_ids.get(&(head.unit, &entry.account));
            columns.journal_ids.push(journal_id.copied().unwrap_or_default());
            columns.lines.push(line);
            columns.account_ids.push(account_id.copied().unwrap_or_default());
            columns.amounts.push(entry.amount.minor());
            columns.sides.push(entry.side.code());
            columns.transaction_kinds.push(entry.kind.code());
            columns.component_kinds.push(&entry.component_kind);
            columns.item_counts.push(entry.count);
        }
    }
    insert_entries(conn, &columns).await
}

/// The balance of an account, credit positive; zero if nothing was ever posted there.
pub async fn balance(
    conn: &mut Connection,
    network_id: i16,
    unit_id: i16,
    account: &Account,
) -> Stored<Amount> {
    let (party_id, deposit_identifier, window_id) = place_of(account);
    let row: Balance = diesel::sql_query(include_str!("journal/balance.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<SmallInt, _>(unit_id)
        .bind::<Text, _>(account.code())
        .bind::<Integer, _>(party_id)
        .bind::<Text, _>(deposit_identifier)
        .bind::<Integer, _>(window_id)
        .get_result(conn)
        .await?;
    Ok(Amount::from_minor(row.amount))
}

/// Those that the party's accounts in a network bear.
pub async fn deposit_identifiers_of(
    conn: &mut Connection,
    network_id: i16,
    party_id: i32,
) -> Stored<Vec<String>> {
    Ok(accounts::table
        .filter(accounts::network_id.eq(network_id))
        .filter(accounts::party_id.eq(party_id))
        .filter(accounts::deposit_identifier.ne(""))
        .select(accounts::deposit_identifier)
        .distinct()
        .order(accounts::deposit_identifier)
        .load(conn)
        .await?)
}

async fn intern_accounts<'a>(
    conn: &mut Connection,
    network_id: i16,
    journals: &'a [Journal],
) -> Stored<HashMap<(i16, &'a Account), i32>> {
    let of_journal = |journal: &'a Journal| {
        let unit = journal.head().unit;
        journal.entries().iter().map(move |entry| (unit, &entry.account))
    };
    let asked: BTreeSet<(i16, &Account)> = journals.iter().flat_map(of_journal).collect();
    let asked: Vec<(i16, &Account)> = asked.into_iter().collect();
    let columns = AccountColumns::of(&asked);
    diesel::sql_query(include_str!("journal/insert_accounts.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Array<SmallInt>, _>(&columns.unit_ids)
        .bind::<Array<Text>, _>(&columns.kinds)
        .bind::<Array<Integer>, _>(&columns.party_ids)
        .bind::<Array<Text>, _>(&columns.deposit_identifiers)
        .bind::<Array<Integer>, _>(&columns.window_ids)
        .execute(conn)
        .await?;
    let found: Vec<FoundAccount> = diesel::sql_query(include_str!("journal/find_accounts.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Array<SmallInt>, _>(&columns.unit_ids)
        .bind::<Array<Text>, _>(&columns.kinds)
        .bind::<Array<Integer>, _>(&columns.party_ids)
        .bind::<Array<Text>, _>(&columns.deposit_identifiers)
        .bind::<Array<Integer>, _>(&columns.window_ids)
        .load(conn)
        .await?;
    let of_place = |row: FoundAccount| {
        let place = usize::try_from(row.place - 1).ok()?;
        Some((*asked.get(place)?, row.id))
    };
    Ok(found.into_iter().filter_map(of_place).collect())
}

async fn insert_journals(
    conn: &mut Connection,
    posting: Posting,
    journals: &[Journal],
) -> Stored<HashMap<(&'static str, i32, i64), i64>> {
    let heads: Vec<_> = journals.iter().map(Journal::head).collect();
    let kinds: Vec<&str> = heads.iter().map(|head| head.kind.code()).collect();
    let window_ids: Vec<i32> = heads.iter().map(|head| head.window).collect();
    let party_ids: Vec<i32> = heads.iter().map(|head| head.party).collect();
    let cause_ids: Vec<i64> = heads.iter().map(|head| head.cause).collect();
    let inserted: Vec<InsertedJournal> = diesel::sql_query(include_str!("journal/insert_journals.sql"))
        .bind::<SmallInt, _>(posting.network_id)
        .bind::<Array<Text>, _>(&kinds)
        .bind::<Array<Integer>, _>(&window_ids)
        .bind::<Array<Integer>, _>(&party_ids)
        .bind::<Array<BigInt>, _>(&cause_ids)
        .bind::<Timestamptz, _>(posting.at)
        .bind::<Integer, _>(posting.originator_id)
        .load(conn)
        .await?;
    let by_key: HashMap<(&str, i32, i64), i64> = inserted
        .iter()
        .map(|row| ((row.kind.as_str(), row.party_id, row.cause_id), row.id))
        .collect();
    let of_head = |head: &JournalHead| {
        let key = (head.kind.code(), head.party, head.cause);
        by_key.get(&key).map(|id| (key, *id))
    };
    Ok(heads.iter().filter_map(of_head).collect())
}

async fn insert_entries(conn: &mut Connection, columns: &EntryColumns<'_>) -> Stored<()> {
    diesel::sql_query(include_str!("journal/insert_entries.sql"))
        .bind::<Array<BigInt>, _>(&columns.journal_ids)
        .bind::<Array<SmallInt>, _>(&columns.lines)
        .bind::<Array<Integer>, _>(&columns.account_ids)
        .bind::<Array<BigInt>, _>(&columns.amounts)
        .bind::<Array<Text>, _>(&columns.sides)
        .bind::<Array<SmallInt>, _>(&columns.transaction_kinds)
        .bind::<Array<Text>, _>(&columns.component_kinds)
        .bind::<Array<BigInt>, _>(&columns.item_counts)
        .execute(conn)
        .await?;
    Ok(())
}

impl<'a> AccountColumns<'a> {
    fn of(asked: &[(i16, &'a Account)]) -> Self {
        let mut columns = Self::default();
        for (unit_id, account) in asked {
            let (party_id, deposit_identifier, window_id) = place_of(account);
            columns.unit_ids.push(*unit_id);
            columns.kinds.push(account.code());
            columns.party_ids.push(party_id);
            columns.deposit_identifiers.push(deposit_identifier);
            columns.window_ids.push(window_id);
        }
        columns
    }
}

/// Party, deposit identifier and window, 0 or empty for none.
fn place_of(account: &Account) -> (i32, &str, i32) {
    match account {
        Account::Due(destination) | Account::Held(destination) => {
            let Destination {
                party,
                deposit_identifier,
            } = destination;
            (*party, deposit_identifier, 0)
        }
        Account::Clearing { window } => (0, "", *window),
        Account::Transit | Account::Bank | Account::Suspense | Account::Conversion => (0, "", 0),
    }
}
