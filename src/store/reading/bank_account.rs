//! Bank accounts as people read them. Never here: which one a payout goes to.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::bank_account::BankAccountRow;
use crate::store::{Connection, Stored};

/// An account with the codes of its party and of whoever entered, approved and ended it.
#[derive(Clone, Debug, QueryableByName)]
pub struct ListedBankAccount {
    #[diesel(embed)]
    pub account: BankAccountRow,
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub maker: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub approver: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub ender: Option<String>,
}

/// Which accounts are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct BankAccountsWanted {
    pub party_id: Option<i32>,
    /// Only those that wait for an approval.
    pub waiting: bool,
}

/// The newest so many.
pub async fn list_bank_accounts(
    conn: &mut Connection,
    wanted: BankAccountsWanted,
    at: DateTime<Utc>,
    rows: i64,
) -> Stored<Vec<ListedBankAccount>> {
    Ok(diesel::sql_query(include_str!("bank_accounts.sql"))
        .bind::<Nullable<Integer>, _>(wanted.party_id)
        .bind::<Bool, _>(wanted.waiting)
        .bind::<Timestamptz, _>(at)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}
