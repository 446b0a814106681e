//! Bank accounts as people read them. Never here: which one a payout goes to.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::domain::bank_account::BankAccountTerm;
use crate::store::bank_account::approval;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, QueryableByName)]
pub struct BankAccountRow {
    #[diesel(sql_type = Integer)]
    pub id: i32,
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = Text)]
    pub iban: String,
    #[diesel(sql_type = Timestamptz)]
    pub valid_from: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub valid_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub made_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub approved_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub cooled_off_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub ended_by: Option<String>,
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
) -> Stored<Vec<BankAccountRow>> {
    Ok(diesel::sql_query(include_str!("bank_accounts.sql"))
        .bind::<Nullable<Integer>, _>(wanted.party_id)
        .bind::<Bool, _>(wanted.waiting)
        .bind::<Timestamptz, _>(at)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}
