//! Holds as they stand, and the transactions of restricted licences that may have to be held. Never here: whether they are
//! (see `domain::licence`), how a hold moves (see `domain::hold`).

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::licence::{LicenceRow, licences_of_ids};
use super::schema::{licence_events, licences};
use super::{Connection, Stored};
use crate::domain::licence::held_span::HeldSpan;

/// What is held of one destination for one cause.
#[derive(Clone, Debug, QueryableByName)]
pub struct HeldSum {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Text)]
    pub cause: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// Where to look for the transactions of a licence that may have to be held. Several of one licence may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestrictedSpan {
    pub licence_id: i32,
    pub office_id: i32,
    pub span: HeldSpan,
}

/// What a licensee earned of what happened and arrived at the same moments, at one destination.
#[derive(Clone, Debug, QueryableByName)]
pub struct HoldableItem {
    #[diesel(sql_type = Integer)]
    pub licence_id: i32,
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub received_at: DateTime<Utc>,
}

/// An original that may have to be held: its licensee's own legs at one destination, net of what took them back.
#[derive(Clone, Debug, QueryableByName)]
pub struct HoldableOriginal {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(embed)]
    pub item: HoldableItem,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// The licensee's own legs of an item, net of what took them back.
#[derive(Clone, Debug, QueryableByName)]
pub struct HoldableSum {
    #[diesel(embed)]
    pub item: HoldableItem,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// A settlement that carried nothing payable of a destination.
#[derive(Clone, Debug, QueryableByName)]
pub struct PaymentRow {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    #[diesel(sql_type = Timestamptz)]
    pub approved_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub paid: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    pub returned_in: Option<i32>,
}

/// The active holds of a network.
pub async fn held_sums(conn: &mut Connection, network_id: i16) -> Stored<Vec<HeldSum>> {
    Ok(diesel::sql_query(include_str!("hold/held.sql"))
        .bind::<SmallInt, _>(network_id)
        .load(conn)
        .await?)
}

/// What in these spans may have to be held of the windows up to the one of this ordinal.
pub async fn holdable_sums(
    conn: &mut Connection,
    network_id: i16,
    ordinal: i32,
    restricted: &[RestrictedSpan],
) -> Stored<Vec<HoldableSum>> {
    let query = concat!(
        include_str!("hold/candidates.sql"),
        include_str!("hold/own.sql"),
        include_str!("hold/holdable.sql")
    );
    Ok(of_candidates(query, network_id, ordinal, restricted, None)
        .load(conn)
        .await?)
}

/// The originals behind [`holdable_sums`] of all windows, one by one and by destination; or `only` this one.
pub async fn holdable_originals(
    conn: &mut Connection,
    network_id: i16,
    restricted: &[RestrictedSpan],
    only: Option<i64>,
) -> Stored<Vec<HoldableOriginal>> {
    let query = concat!(
        include_str!("hold/candidates.sql"),
        include_str!("hold/own.sql"),
        include_str!("hold/originals.sql")
    );
    Ok(of_candidates(query, network_id, i32::MAX, restricted, only)
        .load(conn)
        .await?)
}

/// With what `hold/candidates.sql` asks for.
fn of_candidates(
    query: &'static str,
    network_id: i16,
    ordinal: i32,
    restricted: &[RestrictedSpan],
    only: Option<i64>,
) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
    let moments = |of: fn(&HeldSpan) -> DateTime<Utc>| {
        let spans = restricted.iter().map(|r| &r.span);
        spans.map(of).collect::<Vec<_>>()
    };
    let received_from: Vec<_> = restricted.iter().map(|r| r.span.received_from).collect();
    let licence_ids: Vec<i32> = restricted.iter().map(|r| r.licence_id).collect();
    let office_ids: Vec<i32> = restricted.iter().map(|r| r.office_id).collect();
    diesel::sql_query(query)
        .into_boxed()
        .bind::<SmallInt, _>(network_id)
        .bind::<Integer, _>(ordinal)
        .bind::<Array<Integer>, _>(licence_ids)
        .bind::<Array<Integer>, _>(office_ids)
        .bind::<Array<Timestamptz>, _>(moments(|span| span.happened_from))
        .bind::<Array<Timestamptz>, _>(moments(|span| span.happened_until))
        .bind::<Array<Nullable<Timestamptz>>, _>(received_from)
        .bind::<Nullable<BigInt>, _>(only)
}

/// What paid these parties in windows from one ordinal on and before another, in ascending order.
pub async fn payments_to(
    conn: &mut Connection,
    network_id: i16,
    party_ids: &[i32],
    (from, before): (i32, i32),
) -> Stored<Vec<PaymentRow>> {
    Ok(diesel::sql_query(include_str!("hold/payments.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Array<Integer>, _>(party_ids)
        .bind::<Integer, _>(from)
        .bind::<Integer, _>(before)
        .load(conn)
        .await?)
}

/// Those of these licences that were ever restricted.
pub async fn restricted_licences(conn: &mut Connection, ids: &[i32]) -> Stored<Vec<LicenceRow>> {
    let restricting = licence_events::table
        .filter(licence_events::licence_id.eq(licences::id))
        .filter(licence_events::kind.eq_any(["suspended", "revoked", "surrendered"]));
    Ok(licences::table
        .filter(licences::id.eq_any(ids))
        .filter(exists(restricting))
        .order(licences::id)
        .select(LicenceRow::as_select())
        .load(conn)
        .await?)
}

/// The licences of a network that were ever restricted, and all others of licensees who may have none left: whose licence
/// was taken away or given back, or is bound to somebody else.
pub async fn unsettled_licences(conn: &mut Connection, network_id: i16) -> Stored<Vec<LicenceRow>> {
    let found = diesel::sql_query(include_str!("hold/unsettled_licences.sql"))
        .bind::<SmallInt, _>(network_id)
        .load(conn)
        .await?;
    licences_found(conn, found).await
}

/// The licences of a network that were ever restricted and whose licensee one of these parties is or was.
pub async fn restricted_licences_of(
    conn: &mut Connection,
    network_id: i16,
    party_ids: &[i32],
) -> Stored<Vec<LicenceRow>> {
    let found = diesel::sql_query(include_str!("hold/restricted_of_parties.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Array<Integer>, _>(party_ids)
        .load(conn)
        .await?;
    licences_found(conn, found).await
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Integer)]
    id: i32,
}

async fn licences_found(conn: &mut Connection, found: Vec<Found>) -> Stored<Vec<LicenceRow>> {
    let ids: Vec<i32> = found.into_iter().map(|row| row.id).collect();
    licences_of_ids(conn, &ids).await
}
