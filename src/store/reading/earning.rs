//! What an office's licensee earned, by lines of time and by service. Never here: other parties' legs.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::prepared::prepared;
use crate::store::{Connection, Stored};

/// Whose earnings, and of when.
#[derive(Clone, Copy, Debug)]
pub struct EarningsWanted<'a> {
    pub office_id: i32,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// `None`: of all licensees that the office had.
    pub licensee: Option<i32>,
    pub network_id: Option<i16>,
    /// The originals whose own legs are held, each at every destination where they are.
    pub held: &'a [HeldLegs<'a>],
    /// Only what moves the licensee's destination of this deposit identifier in these windows; `None`: all of all windows.
    pub moving: Option<(&'a [i32], &'a str)>,
    pub by_service: bool,
    /// The days, months or the like of which sums are wanted, of each network; empty for sums of all time.
    pub lines: &'a [LineBegin],
}

/// Where a line of a report begins in one network: it ends where the next one does.
#[derive(Clone, Copy, Debug)]
pub struct LineBegin {
    pub network_id: i16,
    pub since: DateTime<Utc>,
    /// The local day that begins then.
    pub day: NaiveDate,
}

/// The own legs of an original at one destination, which are held.
#[derive(Clone, Copy, Debug)]
pub struct HeldLegs<'a> {
    pub original_id: i64,
    pub deposit_identifier: &'a str,
    /// What of them is not.
    pub cut: i64,
}

/// Sums of one line, service if wanted, and state; amounts are signed, in the unit's smallest part.
#[derive(Clone, Debug, QueryableByName)]
pub struct EarningRow {
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    /// With which the line begins.
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    pub service: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub name_fa: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub name_en: Option<String>,
    #[diesel(sql_type = Bool)]
    pub settled: bool,
    /// Services given.
    #[diesel(sql_type = BigInt)]
    pub given: i64,
    /// Refunds and reversals.
    #[diesel(sql_type = BigInt)]
    pub taken_back: i64,
    #[diesel(sql_type = BigInt)]
    pub earned: i64,
    #[diesel(sql_type = BigInt)]
    pub collected: i64,
    /// Of what was earned.
    #[diesel(sql_type = BigInt)]
    pub held: i64,
}

pub async fn earnings_of(conn: &mut Connection, wanted: EarningsWanted<'_>) -> Stored<Vec<EarningRow>> {
    let held = wanted.held.iter();
    let held_ids: Vec<i64> = held.clone().map(|legs| legs.original_id).collect();
    let held_at: Vec<&str> = held.clone().map(|legs| legs.deposit_identifier).collect();
    let held_cuts: Vec<i64> = held.map(|legs| legs.cut).collect();
    let lines = wanted.lines.iter();
    let line_networks: Vec<i16> = lines.clone().map(|line| line.network_id).collect();
    let line_since: Vec<DateTime<Utc>> = lines.clone().map(|line| line.since).collect();
    let line_days: Vec<NaiveDate> = lines.map(|line| line.day).collect();
    Ok(prepared(include_str!("earnings.sql"))
        .bind::<Integer, _>(wanted.office_id)
        .bind::<Timestamptz, _>(wanted.from)
        .bind::<Timestamptz, _>(wanted.until)
        .bind::<Nullable<Integer>, _>(wanted.licensee)
        .bind::<Nullable<SmallInt>, _>(wanted.network_id)
        .bind::<Array<BigInt>, _>(held_ids)
        .bind::<Array<Text>, _>(held_at)
        .bind::<Array<BigInt>, _>(held_cuts)
        .bind::<Nullable<Array<Integer>>, _>(wanted.moving.map(|(windows, _)| windows))
        .bind::<Nullable<Text>, _>(wanted.moving.map(|(_, identifier)| identifier))
        .bind::<Bool, _>(wanted.by_service)
        .bind::<Array<SmallInt>, _>(line_networks)
        .bind::<Array<Timestamptz>, _>(line_since)
        .bind::<Array<Date>, _>(line_days)
        .load(conn)
        .await?)
}

/// When the oldest happened of what a person has released from quarantine for these offices into these windows: no limit of
/// lateness binds it.
pub async fn oldest_released(
    conn: &mut Connection,
    office_ids: &[i32],
    window_ids: &[i32],
) -> Stored<Option<DateTime<Utc>>> {
    #[derive(QueryableByName)]
    struct Oldest {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        occurred_at: Option<DateTime<Utc>>,
    }
    let oldest: Oldest = prepared(include_str!("oldest_released.sql"))
        .bind::<Array<Integer>, _>(office_ids)
        .bind::<Array<Integer>, _>(window_ids)
        .get_result(conn)
        .await?;
    Ok(oldest.occurred_at)
}

/// What is due next to a party in one network at one destination; amounts as in the position of a statement.
#[derive(Clone, Debug, QueryableByName)]
pub struct DueRow {
    /// Code of the party.
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = SmallInt)]
    pub network_id: i16,
    #[diesel(sql_type = Text)]
    pub network: String,
    /// Empty for the plain destination.
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = BigInt)]
    pub threshold: i64,
    #[diesel(sql_type = SmallInt)]
    pub carried_cycles_max: i16,
    /// Of the last approved position.
    #[diesel(sql_type = BigInt)]
    pub closing: i64,
    #[diesel(sql_type = SmallInt)]
    pub carried_cycles: i16,
    /// Earned less collected in the window that is settled next, if that is sealed.
    #[diesel(sql_type = BigInt)]
    pub sealed: i64,
    #[diesel(sql_type = BigInt)]
    pub remitted: i64,
    #[diesel(sql_type = BigInt)]
    pub returned: i64,
    /// Payouts that were made and are not settled.
    #[diesel(sql_type = BigInt)]
    pub on_its_way: i64,
    /// The first window that is not settled: it is settled next. `None` while nothing was booked in it.
    #[diesel(embed)]
    pub window: Option<DueWindow>,
}

#[derive(Clone, Debug, QueryableByName)]
pub struct DueWindow {
    #[diesel(sql_type = Integer, column_name = window_id)]
    pub id: i32,
    #[diesel(sql_type = Integer, column_name = window_ordinal)]
    pub ordinal: i32,
    #[diesel(sql_type = Timestamptz, column_name = window_starts_at)]
    pub starts_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz, column_name = window_ends_at)]
    pub ends_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub period_key: String,
    #[diesel(sql_type = Bool, column_name = window_is_sealed)]
    pub is_sealed: bool,
}

pub async fn due_to(conn: &mut Connection, party_id: i32) -> Stored<Vec<DueRow>> {
    Ok(prepared(include_str!("due.sql"))
        .bind::<Integer, _>(party_id)
        .load(conn)
        .await?)
}

/// A licence of an office.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct OfficeLicence {
    #[diesel(sql_type = Integer)]
    pub office_id: i32,
    #[diesel(sql_type = Integer)]
    pub licence_id: i32,
}

/// All licences of the offices of which this party is or was the licensee, by office.
pub async fn licences_at_offices_of(conn: &mut Connection, party_id: i32) -> Stored<Vec<OfficeLicence>> {
    let query = "SELECT l.office_id, l.id AS licence_id FROM licences l \
        WHERE l.office_id IN (SELECT b.office_id FROM bindings b WHERE b.party_ids[1] = $1) ORDER BY l.office_id, l.id";
    Ok(prepared(query).bind::<Integer, _>(party_id).load(conn).await?)
}
