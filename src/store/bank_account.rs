//! Rows of `bank_accounts`, and the mail that tells of a change. Never here: which account a payout goes to (see `approval` and
//! `payout`), its wording (see `documents::bank_account_mail`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{bank_accounts, parties};
use super::{Connection, ROWS_PER_STATEMENT, Stored};
use crate::domain::bank_account::{Approval, BankAccountTerm};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = bank_accounts)]
pub struct NewBankAccount {
    pub party_id: i32,
    pub deposit_identifier: String,
    pub iban: String,
    pub valid_from: DateTime<Utc>,
    /// `None` where it is entered with its party.
    pub made_by: Option<i32>,
    pub made_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bank_accounts)]
pub struct BankAccountRow {
    pub id: i32,
    pub iban: String,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub made_by: Option<i32>,
    pub cooled_off_at: Option<DateTime<Utc>>,
}

impl BankAccountRow {
    pub fn term(&self) -> BankAccountTerm {
        BankAccountTerm {
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            approval: approval(self.made_by.as_ref(), self.cooled_off_at),
        }
    }
}

/// As the columns say it; whoever made it by id or by code.
pub fn approval<Who>(made_by: Option<&Who>, cooled_off_at: Option<DateTime<Utc>>) -> Approval {
    match (made_by, cooled_off_at) {
        (None, _) => Approval::NotNeeded,
        (Some(_), None) => Approval::Awaited,
        (Some(_), Some(cooled_off_at)) => Approval::Given { cooled_off_at },
    }
}

pub async fn insert_bank_accounts(conn: &mut Connection, new: &[NewBankAccount]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(bank_accounts::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The id of the account.
pub async fn insert_bank_account(conn: &mut Connection, new: &NewBankAccount) -> Stored<i32> {
    Ok(diesel::insert_into(bank_accounts::table)
        .values(new)
        .returning(bank_accounts::id)
        .get_result(conn)
        .await?)
}

/// All accounts of a party's destination that ever were, by when they begin.
pub async fn accounts_of_destination(
    conn: &mut Connection,
    party_id: i32,
    deposit_identifier: &str,
) -> Stored<Vec<BankAccountRow>> {
    Ok(bank_accounts::table
        .filter(bank_accounts::party_id.eq(party_id))
        .filter(bank_accounts::deposit_identifier.eq(deposit_identifier))
        .order(bank_accounts::valid_from)
        .select(BankAccountRow::as_select())
        .load(conn)
        .await?)
}

pub async fn bank_account_of_id(conn: &mut Connection, id: i32) -> Stored<Option<BankAccountRow>> {
    Ok(bank_accounts::table
        .find(id)
        .select(BankAccountRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// Ends an account in somebody's name. Whether it had no end before.
pub async fn end_bank_account(
    conn: &mut Connection,
    id: i32,
    until: DateTime<Utc>,
    (by_id, at): (i32, DateTime<Utc>),
) -> Stored<bool> {
    let endless = bank_accounts::table
        .find(id)
        .filter(bank_accounts::valid_until.is_null());
    let changed = diesel::update(endless)
        .set((
            bank_accounts::valid_until.eq(until),
            bank_accounts::ended_by.eq(by_id),
            bank_accounts::ended_at.eq(at),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// Approves an account in somebody's name. Whether it waited for that.
pub async fn approve_bank_account(
    conn: &mut Connection,
    id: i32,
    cooled_off_at: DateTime<Utc>,
    (by_id, at): (i32, DateTime<Utc>),
) -> Stored<bool> {
    let waiting = bank_accounts::table
        .find(id)
        .filter(bank_accounts::approved_by.is_null());
    let changed = diesel::update(waiting)
        .set((
            bank_accounts::approved_by.eq(by_id),
            bank_accounts::approved_at.eq(at),
            bank_accounts::cooled_off_at.eq(cooled_off_at),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// Tells the parties of these accounts, where they read mail, that they will be paid there.
pub async fn insert_bank_account_mail(conn: &mut Connection, ids: &[i32], at: DateTime<Utc>) -> Stored<()> {
    diesel::sql_query(include_str!("bank_account/tell_of_change.sql"))
        .bind::<Array<Integer>, _>(ids)
        .bind::<Timestamptz, _>(at)
        .execute(conn)
        .await?;
    Ok(())
}

/// The names of the party whose account it is, Persian and English.
pub async fn names_of_holder(conn: &mut Connection, id: i32) -> Stored<Option<(String, String)>> {
    Ok(bank_accounts::table
        .inner_join(parties::table.on(parties::id.eq(bank_accounts::party_id)))
        .filter(bank_accounts::id.eq(id))
        .select((parties::name_fa, parties::name_en))
        .first(conn)
        .await
        .optional()?)
}
