//! Rows of `networks`, who plays which role in a whole network, and the version of its rules. Never here: windows.

use std::collections::HashMap;

use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{network_parties, network_rules, networks};
use super::{Connection, StoreFailure, Stored};
use crate::domain::licence::AfterRestriction;
use crate::domain::period::PeriodKind;

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = networks)]
pub struct NewNetwork {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub time_zone: String,
    pub cycle: String,
    pub week_starts_on: i16,
    pub first_window_starts_at: DateTime<Utc>,
    pub unit_id: i16,
    pub central_party_id: i32,
    pub payout_threshold: i64,
    pub carried_cycles_max: i16,
    pub remittance_due_days: i16,
    pub lateness_max_days: i16,
    pub after_suspension: &'static str,
    /// `None`: the order that the table declares.
    pub payout_priority: Option<Vec<&'static str>>,
    pub contact: Option<String>,
    pub verification_url: String,
}

/// A network as recording and tariffs need it.
#[derive(Clone, Debug)]
pub struct NetworkRow {
    pub id: i16,
    pub code: String,
    pub time_zone: Tz,
    pub cycle: PeriodKind,
    pub first_window_starts_at: DateTime<Utc>,
    pub unit_id: i16,
    pub central_party_id: i32,
    pub lateness_max_days: i16,
    pub after_suspension: AfterRestriction,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = networks)]
struct StoredNetwork {
    id: i16,
    code: String,
    time_zone: String,
    cycle: String,
    week_starts_on: i16,
    first_window_starts_at: DateTime<Utc>,
    unit_id: i16,
    central_party_id: i32,
    lateness_max_days: i16,
    after_suspension: String,
}

impl TryFrom<StoredNetwork> for NetworkRow {
    type Error = StoreFailure;

    fn try_from(stored: StoredNetwork) -> Stored<Self> {
        let corrupt = |told: String| StoreFailure::corrupt("networks", &stored.code, told);
        let time_zone = stored.time_zone.parse();
        let after_suspension = AfterRestriction::parse(&stored.after_suspension)
            .ok_or_else(|| corrupt(format!("after suspension {}", stored.after_suspension)))?;
        Ok(Self {
            time_zone: time_zone.map_err(|_| corrupt(format!("`{}` is no time zone", stored.time_zone)))?,
            cycle: stored
                .period_kind()
                .ok_or_else(|| corrupt(format!("cycle {} from {}", stored.cycle, stored.week_starts_on)))?,
            id: stored.id,
            code: stored.code,
            first_window_starts_at: stored.first_window_starts_at,
            unit_id: stored.unit_id,
            central_party_id: stored.central_party_id,
            lateness_max_days: stored.lateness_max_days,
            after_suspension,
        })
    }
}

impl StoredNetwork {
    fn period_kind(&self) -> Option<PeriodKind> {
        Some(match self.cycle.as_str() {
            "daily" => PeriodKind::Day,
            "weekly" => PeriodKind::Week {
                first_day: weekday(self.week_starts_on)?,
            },
            "jalali_month" => PeriodKind::JalaliMonth,
            "gregorian_month" => PeriodKind::GregorianMonth,
            _ => return None,
        })
    }
}

/// ISO 8601 counts from Monday, which is 1.
fn weekday(iso: i16) -> Option<Weekday> {
    let from_monday = u8::try_from(iso.checked_sub(1)?).ok()?;
    Weekday::try_from(from_monday).ok()
}

/// Inserts the network with the first version of its rules.
pub async fn insert_network(conn: &mut Connection, new: &NewNetwork) -> Stored<i16> {
    let id: i16 = diesel::insert_into(networks::table)
        .values(new)
        .returning(networks::id)
        .get_result(conn)
        .await?;
    diesel::insert_into(network_rules::table)
        .values(network_rules::network_id.eq(id))
        .execute(conn)
        .await?;
    Ok(id)
}

pub async fn insert_network_parties(
    conn: &mut Connection,
    network_id: i16,
    players: &[(i16, i32)],
) -> Stored<()> {
    let rows: Vec<_> = players
        .iter()
        .map(|(role_id, party_id)| {
            (
                network_parties::network_id.eq(network_id),
                network_parties::role_id.eq(*role_id),
                network_parties::party_id.eq(*party_id),
            )
        })
        .collect();
    diesel::insert_into(network_parties::table)
        .values(rows)
        .execute(conn)
        .await?;
    Ok(())
}

/// The party of each role in a network, by the role's id.
pub async fn players_of(conn: &mut Connection, network_id: i16) -> Stored<HashMap<i16, i32>> {
    let rows: Vec<(i16, i32)> = network_parties::table
        .filter(network_parties::network_id.eq(network_id))
        .select((network_parties::role_id, network_parties::party_id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

pub async fn network_ids(conn: &mut Connection) -> Stored<HashMap<String, i16>> {
    let rows: Vec<(String, i16)> = networks::table
        .select((networks::code, networks::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The code of a network.
pub async fn network_code(conn: &mut Connection, network_id: i16) -> Stored<String> {
    let code = networks::table.find(network_id).select(networks::code);
    Ok(code.first(conn).await?)
}

/// All networks with the version of their rules, by ascending id.
pub async fn networks_with_versions(conn: &mut Connection) -> Stored<Vec<(NetworkRow, i64)>> {
    let rows: Vec<(StoredNetwork, i64)> = networks::table
        .inner_join(network_rules::table.on(network_rules::network_id.eq(networks::id)))
        .order(networks::id)
        .select((StoredNetwork::as_select(), network_rules::version))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(network, version)| Ok((network.try_into()?, version)))
        .collect()
}

/// Each network by ascending id, one that cannot be read beside those that can.
pub async fn networks_one_by_one(conn: &mut Connection) -> Stored<Vec<(i16, Stored<NetworkRow>)>> {
    let rows: Vec<StoredNetwork> = networks::table
        .order(networks::id)
        .select(StoredNetwork::as_select())
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|network| (network.id, network.try_into()))
        .collect())
}

/// The version of each network's rules.
pub async fn rules_versions(conn: &mut Connection) -> Stored<Vec<(i16, i64)>> {
    Ok(network_rules::table
        .select((network_rules::network_id, network_rules::version))
        .load(conn)
        .await?)
}

/// Tells every server that what it remembers of these networks is old. For a change of licences, bindings or tariffs the caller
/// holds the networks' exclusive locks; all locks of a transaction are had before, and `ascending` are so, or two would wait for
/// each other.
pub async fn raise_rules_versions(conn: &mut Connection) -> Stored<()> {
    let ascending: Vec<i16> = network_rules::table
        .select(network_rules::network_id)
        .order(network_rules::network_id)
        .load(conn)
        .await?;
    for network_id in ascending {
        diesel::update(network_rules::table.find(network_id))
            .set(network_rules::version.eq(network_rules::version + 1))
            .execute(conn)
            .await?;
    }
    Ok(())
}
