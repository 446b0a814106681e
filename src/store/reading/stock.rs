//! How much there is of everything. Never here: sums of money.

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use crate::store::{Connection, Stored};

#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Stock {
    #[diesel(sql_type = BigInt)]
    pub offices: i64,
    /// Booked, refunds and reversals among them.
    #[diesel(sql_type = BigInt)]
    pub transactions: i64,
    /// In quarantine.
    #[diesel(sql_type = BigInt)]
    pub waiting_rows: i64,
    /// Approved.
    #[diesel(sql_type = BigInt)]
    pub settlements: i64,
    #[diesel(sql_type = BigInt)]
    pub statements: i64,
    #[diesel(sql_type = BigInt)]
    pub settled_payouts: i64,
    #[diesel(sql_type = BigInt)]
    pub returned_payouts: i64,
    #[diesel(sql_type = BigInt)]
    pub remittances: i64,
    /// Whose mails were accepted, by a mail server or the mailbox folder.
    #[diesel(sql_type = BigInt)]
    pub mailed_statements: i64,
    /// Of all kinds, queued or being sent.
    #[diesel(sql_type = BigInt)]
    pub waiting_mails: i64,
}

pub async fn count_stock(conn: &mut Connection) -> Stored<Stock> {
    Ok(diesel::sql_query(include_str!("stock.sql"))
        .get_result(conn)
        .await?)
}
