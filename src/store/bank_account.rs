//! Rows of `bank_accounts`, and the mail that tells of a change. Never here: which account a payout goes to (see `approval` and
//! `payout`), its wording (see `documents::bank_account_mail`).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::bank_accounts;
use super::word::Word;
use super::{Connection, ROWS_PER_STATEMENT, Stored};
use crate::domain::bank_account::{Approval, BankAccountValidity};

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

#[derive(Clone, Debug, Queryable, QueryableByName, Selectable)]
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
    pub const fn validity(&self) -> BankAccountValidity {
        BankAccountValidity {
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            approval: match (self.made_by, self.cooled_off_at) {
                (None, _) => Approval::NotNeeded,
                (Some(_), None) => Approval::Awaited,
                (Some(_), Some(cooled_off_at)) => Approval::Given { cooled_off_at },
            },
        }
    }
}

/// Whether the party of an account that was approved is told of it.
#[derive(Clone, Debug, QueryableByName)]
pub struct ToldParty {
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Else it reads no mail.
    #[diesel(sql_type = Bool)]
    pub is_told: bool,
}

/// What a mail of an account is about, with the party's names in both languages.
#[derive(Clone, Debug, QueryableByName)]
pub struct AccountOfMail {
    #[diesel(embed)]
    pub account: BankAccountRow,
    #[diesel(sql_type = Text)]
    pub party_fa: String,
    #[diesel(sql_type = Text)]
    pub party_en: String,
    /// Of a network that has paid the party, or else of the first.
    #[diesel(sql_type = Text, deserialize_as = Word<Tz>)]
    pub time_zone: Tz,
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

/// Ends an account in somebody's name. Whether it had no end before, or a later one.
pub async fn end_bank_account(
    conn: &mut Connection,
    id: i32,
    until: DateTime<Utc>,
    (by_id, at): (i32, DateTime<Utc>),
) -> Stored<bool> {
    let lasting = bank_accounts::valid_until
        .is_null()
        .or(bank_accounts::valid_until.gt(until));
    let changed = diesel::update(bank_accounts::table.find(id).filter(lasting))
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

/// Tells the parties of these accounts, where they read mail, that they will be paid there; the party of each.
pub async fn insert_bank_account_mail(
    conn: &mut Connection,
    ids: &[i32],
    at: DateTime<Utc>,
) -> Stored<Vec<ToldParty>> {
    Ok(diesel::sql_query(include_str!("bank_account/tell_of_change.sql"))
        .bind::<Array<Integer>, _>(ids)
        .bind::<Timestamptz, _>(at)
        .load(conn)
        .await?)
}

pub async fn account_of_mail(
    conn: &mut Connection,
    id: i32,
    queued_at: DateTime<Utc>,
) -> Stored<Option<AccountOfMail>> {
    let found = diesel::sql_query(include_str!("bank_account/account_of_mail.sql"))
        .bind::<Integer, _>(id)
        .bind::<Timestamptz, _>(queued_at);
    Ok(found.get_result(conn).await.optional()?)
}
