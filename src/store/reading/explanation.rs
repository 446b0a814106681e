//! What explanations of transactions and of lines of statements are made from. Never here: arithmetic.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use crate::store::schema::transactions;
use crate::store::{Connection, Stored};

/// Allocation and licence of a transaction.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct AskedRow {
    pub allocation_id: i64,
    pub licence_id: i32,
    pub original_id: Option<i64>,
    pub kind: i16,
}

/// Who a statement is for and which windows it covers.
#[derive(Clone, Debug, QueryableByName)]
pub struct CoveredRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = SmallInt)]
    pub network_id: i16,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = Integer)]
    pub first_ordinal: i32,
    #[diesel(sql_type = Integer)]
    pub last_ordinal: i32,
}

/// A line of a statement that is to be explained.
#[derive(Clone, Debug)]
pub struct LineWanted {
    pub party_id: i32,
    pub network_id: i16,
    pub first_ordinal: i32,
    pub last_ordinal: i32,
    /// `None` for all of them.
    pub service: Option<String>,
    pub component: Option<String>,
    /// The offices at which alone the party can have a share; `None` if it may have one anywhere.
    pub office_ids: Option<Vec<i32>>,
}

/// Equal shares of one allocation: so many transactions, each of the same amount for the party.
#[derive(Clone, Debug, QueryableByName)]
pub struct GroupRow {
    #[diesel(sql_type = SmallInt)]
    pub side: i16,
    #[diesel(sql_type = Text)]
    pub component: String,
    #[diesel(sql_type = Text)]
    pub term: String,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub transaction_kind: i16,
    #[diesel(sql_type = Bool)]
    pub earlier: bool,
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = BigInt)]
    pub allocation_id: i64,
    #[diesel(sql_type = BigInt)]
    pub each: i64,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// What all groups of the statement's total come to, told or not.
    #[diesel(sql_type = BigInt)]
    pub of_total: i64,
    /// How many groups the line has, told or not.
    #[diesel(sql_type = BigInt)]
    pub all_groups: i64,
}

#[derive(Clone, Debug, QueryableByName)]
pub struct BehindRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub office: String,
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub earned: i64,
    #[diesel(sql_type = BigInt)]
    pub collected: i64,
}

pub async fn asked_at(conn: &mut Connection, batch_id: i64, line: i16) -> Stored<Option<AskedRow>> {
    Ok(transactions::table
        .filter(transactions::batch_id.eq(batch_id))
        .filter(transactions::line.eq(line))
        .select((
            transactions::allocation_id,
            transactions::licence_id,
            transactions::original_id,
            transactions::kind,
        ))
        .first(conn)
        .await
        .optional()?)
}

/// The statement of this number, of whoever it is or of this party alone.
pub async fn covered(
    conn: &mut Connection,
    number: &str,
    party_id: Option<i32>,
) -> Stored<Option<CoveredRow>> {
    Ok(diesel::sql_query(include_str!("explanation/covered.sql"))
        .bind::<Text, _>(number)
        .bind::<Nullable<Integer>, _>(party_id)
        .get_result(conn)
        .await
        .optional()?)
}

/// The offices that a party is bound to, if it plays no part in the network but theirs.
pub async fn confining_offices(
    conn: &mut Connection,
    party_id: i32,
    network_id: i16,
) -> Stored<Option<Vec<i32>>> {
    #[derive(QueryableByName)]
    struct Confined {
        #[diesel(sql_type = Nullable<Array<Integer>>)]
        office_ids: Option<Vec<i32>>,
    }
    let confined: Confined = diesel::sql_query(include_str!("explanation/confining_offices.sql"))
        .bind::<Integer, _>(party_id)
        .bind::<SmallInt, _>(network_id)
        .get_result(conn)
        .await?;
    Ok(confined.office_ids)
}

/// The greatest groups of each total, `rows_max` at most in all.
pub async fn groups(conn: &mut Connection, wanted: &LineWanted, rows_max: i64) -> Stored<Vec<GroupRow>> {
    let query = concat!(
        include_str!("explanation/shares.sql"),
        include_str!("explanation/groups.sql")
    );
    Ok(about_line(query, wanted, 0)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}

/// The transactions behind a line after an id, by id.
pub async fn behind(
    conn: &mut Connection,
    wanted: &LineWanted,
    after: i64,
    rows: i64,
) -> Stored<Vec<BehindRow>> {
    let query = concat!(
        include_str!("explanation/shares.sql"),
        include_str!("explanation/behind.sql")
    );
    Ok(about_line(query, wanted, after)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}

/// With what `explanation/shares.sql` asks for; the query's own parameter follows.
fn about_line<'a>(
    query: &'static str,
    wanted: &'a LineWanted,
    after: i64,
) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    diesel::sql_query(query)
        .into_boxed()
        .bind::<Integer, _>(wanted.party_id)
        .bind::<SmallInt, _>(wanted.network_id)
        .bind::<Integer, _>(wanted.first_ordinal)
        .bind::<Integer, _>(wanted.last_ordinal)
        .bind::<Nullable<Text>, _>(&wanted.service)
        .bind::<Nullable<Text>, _>(&wanted.component)
        .bind::<Nullable<Array<Integer>>, _>(&wanted.office_ids)
        .bind::<BigInt, _>(after)
}
