//! What an office earned, and what is due next and when. Never here: how a position is settled (see `domain::settlement`).

mod due;
mod gathering;
mod licensee;
mod next_window;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moment::{Moment, must_not_be_empty, network_of_office, zone_for};
use super::naming::network_named;
use super::offices::find_office;
use crate::domain::moment::is_within_calendars;
use crate::domain::originator::Originator;
use crate::domain::period::PeriodKind;
use crate::store::Connection;
use crate::store::reading::earning::{EarningsWanted, HeldLegs, LineBegin, earnings_of};
use crate::store::reading::licence::tenures_of;
use crate::store::reading::network::{NetworkRow, all_networks};
use crate::usecases::settling::held_now::Restrictions;
use crate::usecases::{Done, Failure};

pub use due::{DueOutcome, NextDue};
pub use gathering::{EarningLine, NetworkEarnings, Sums};

/// The longest stretch that one report covers.
const DAYS_MAX: i64 = 400;

/// By what the earnings are gathered into lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gathered {
    #[default]
    Day,
    Month,
    Service,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Calendar {
    #[default]
    Jalali,
    Gregorian,
}

/// What is asked of an office's earnings; without ends, the calendar's month that runs.
#[derive(Clone, Debug, Default)]
pub struct EarningsAsked {
    pub from: Option<Moment>,
    /// Exclusive.
    pub until: Option<Moment>,
    pub gathered: Gathered,
    pub calendar: Calendar,
    pub network: Option<String>,
}

/// Earnings by the time when the service was given; statements count by window and may differ (money rule 11).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarningsReport {
    pub office: String,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    pub by: Gathered,
    pub calendar: Calendar,
    /// Nothing nets across networks and units: each has its own sums.
    pub networks: Vec<NetworkEarnings>,
    /// What is due next, and when, in each network or the asked one: to the party that asks, or else to whoever is the office's
    /// licensee there now, or was it last.
    pub due: Vec<NextDue>,
}

/// The licensee's own earnings from one office.
///
/// # Errors
/// `NotFound` for somebody else's office; `Invalid` for an unknown network or a stretch that is empty or too long.
pub async fn report_earnings(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    code: &str,
    asked: &EarningsAsked,
) -> Done<EarningsReport> {
    // One snapshot for all questions, so that no window is sealed between two of them.
    conn.build_transaction()
        .read_only()
        .repeatable_read()
        .run(async |conn| report(conn, by, at, code, asked).await)
        .await
}

async fn report(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    code: &str,
    asked: &EarningsAsked,
) -> Done<EarningsReport> {
    let office = find_office(conn, by, code).await?;
    let networks = all_networks(conn).await?;
    let network = network_named(&networks, asked.network.as_deref())?;
    let tenures = tenures_of(conn, office.id).await?;
    let zone = zone_for(network.or_else(|| network_of_office(&networks, &tenures)));
    let (from, until) = stretch(asked, zone, at)?;
    let licences = tenures.iter().map(|tenure| tenure.licence_id).collect();
    let restrictions = Restrictions::among(conn, licences, at).await?;
    let held = restrictions.held_originals(conn, None).await?;
    let held = held.iter().map(|original| HeldLegs {
        original_id: original.id,
        deposit_identifier: &original.deposit_identifier,
        cut: original.not_held.minor(),
    });
    let held: Vec<HeldLegs<'_>> = held.collect();
    let asked_networks = network.map_or_else(|| networks.clone(), |network| vec![network.clone()]);
    let lines = line_begins(asked, &asked_networks, from, until);
    let rows = earnings_of(
        conn,
        EarningsWanted {
            office_id: office.id,
            from,
            until,
            licensee: by.party_id,
            network_id: network.map(|n| n.id),
            held: &held,
            moving: None,
            by_service: asked.gathered == Gathered::Service,
            lines: &lines,
        },
    )
    .await?;
    let creditors = match by.party_id {
        Some(party_id) => [(party_id, asked_networks)].into(),
        None => licensee::licensees_at(conn, &tenures, &asked_networks, at).await?,
    };
    let mut due = Vec::new();
    for (party_id, networks) in creditors {
        due.extend(due::next_due(conn, party_id, at, &networks, &restrictions).await?);
    }
    due.sort_by(|one, other| one.network.cmp(&other.network));
    Ok(EarningsReport {
        office: office.code,
        from,
        until,
        by: asked.gathered,
        calendar: asked.calendar,
        networks: gathering::gather(&rows, asked.gathered, month_kind(asked.calendar))?,
        due,
    })
}

const fn month_kind(calendar: Calendar) -> PeriodKind {
    match calendar {
        Calendar::Jalali => PeriodKind::JalaliMonth,
        Calendar::Gregorian => PeriodKind::GregorianMonth,
    }
}

/// The lines of each network that lie in the stretch, if only in part.
fn line_begins(
    asked: &EarningsAsked,
    networks: &[NetworkRow],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Vec<LineBegin> {
    let kind = match asked.gathered {
        Gathered::Day => PeriodKind::Day,
        Gathered::Month => month_kind(asked.calendar),
        Gathered::Service => return Vec::new(),
    };
    let mut lines = Vec::new();
    for network in networks {
        let mut within = Some(from);
        while let Some(instant) = within.filter(|instant| *instant < until) {
            let period = kind.at(instant, network.time_zone);
            let interval = period.interval(network.time_zone);
            lines.push(LineBegin {
                network_id: network.id,
                since: interval.from(),
                day: period.first_day(),
            });
            within = interval.until();
        }
    }
    lines
}

/// From the asked ends; a missing `from` is the beginning of the month that runs, a missing `until` is the end of that month or, if
/// `from` is later, of the month of `from`.
fn stretch(asked: &EarningsAsked, zone: Tz, at: DateTime<Utc>) -> Done<(DateTime<Utc>, DateTime<Utc>)> {
    let instant = |moment: Moment| moment.instant(zone);
    let month = |within| month_kind(asked.calendar).at(within, zone).interval(zone);
    let from = asked.from.map_or_else(|| month(at).from(), instant);
    let until = asked
        .until
        .map(instant)
        .or_else(|| month(from.max(at)).until())
        .unwrap_or(at);
    must_not_be_empty(from, until)?;
    if !is_within_calendars(until) {
        let told = "the end of that month is in no year of four digits: name one that is";
        return Err(Failure::invalid("until", "the_stretch_is_within_calendars", told));
    }
    if until - from > TimeDelta::days(DAYS_MAX) {
        let told = format!("at most {DAYS_MAX} days in one report");
        return Err(Failure::invalid("until", "the_stretch_is_not_too_long", told));
    }
    Ok((from, until))
}
