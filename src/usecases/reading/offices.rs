//! Offices with their licences. Never here: applications and decisions.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::naming::{network_is_known, province_is_known};
use super::standing::{LicenceState, state_at};
use crate::domain::binding::{Binding, stretches};
use crate::domain::interval::Validity;
use crate::domain::office::Setting;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::licence::{BindingRow, bindings_of};
use crate::store::reading::licence::{BoundRow, EventRow, LicenceRow, bound_by, events_of, licences_of};
use crate::store::reading::office::{self, OfficeRow, OfficesWanted};
use crate::usecases::{Done, Failure};

/// Offices that are looked at in one go when a page is filtered by state.
const SCANNED_AT_ONCE: i64 = 1_000;

/// Filters of a list of offices; `None` leaves one out.
#[derive(Clone, Debug, Default)]
pub struct OfficeFilter {
    pub province: Option<String>,
    pub setting: Option<Setting>,
    pub network: Option<String>,
    /// Those of whose current terms one is in this state now, in the network asked for if one is.
    pub state: Option<LicenceState>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfficeView {
    #[schema(example = "72110042")]
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub province: String,
    pub county: String,
    pub district: String,
    /// `urban` or `rural`.
    pub setting: String,
    pub licences: Vec<LicenceView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LicenceView {
    pub network: String,
    pub class: String,
    pub state: LicenceState,
    pub valid_from: DateTime<Utc>,
    /// Exclusive.
    pub valid_until: DateTime<Utc>,
    /// Whole days until its term ends; 0 when it has.
    pub days_left: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfficeHistory {
    #[serde(flatten)]
    pub office: OfficeView,
    /// Every change of its licences, in the order of recording.
    pub events: Vec<LicenceEventView>,
    /// Who holds its licences from when until when, in the order of time, as is known now. What was booked under a binding that
    /// another has replaced since keeps it.
    pub licensees: Vec<LicenseeView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LicenceEventView {
    pub network: String,
    /// `issued`, `suspended`, `reinstated`, `revoked` or `surrendered`.
    pub kind: String,
    pub effective_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub deciding_body: String,
    pub decision: String,
    pub instrument: Option<String>,
    pub evidence: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LicenseeView {
    pub network: String,
    pub party: String,
    pub name_fa: String,
    pub name_en: String,
    /// Code of the party that earns as the office's municipality.
    pub municipality: Option<String>,
    /// Code of the party that earns as the office's provincial treasury.
    pub provincial_treasury: Option<String>,
    pub valid_from: DateTime<Utc>,
    /// Exclusive; at the latest where the term ends.
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
    /// Who decided it, and the reference of that decision; left out of what was bound before this was kept.
    pub deciding_body: Option<String>,
    pub decision: Option<String>,
}

/// A page of offices in the order of their codes; one who acts for a party sees the offices of that party.
pub async fn list_offices(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    filter: &OfficeFilter,
    asked: &Asked<String>,
) -> Done<Page<OfficeView>> {
    network_is_known(conn, filter.network.as_deref()).await?;
    province_is_known(conn, filter.province.as_deref()).await?;
    let wanted = OfficesWanted {
        province: filter.province.clone(),
        setting: filter.setting.map(Setting::code),
        network: filter.network.clone(),
        party_id: by.party_id,
    };
    let scanned = if filter.state.is_some() {
        SCANNED_AT_ONCE
    } else {
        asked.fetched()
    };
    let mut after = asked.after.clone();
    let mut found: Vec<OfficeView> = Vec::new();
    loop {
        let rows = office::list_offices(conn, &wanted, after.as_deref(), scanned).await?;
        let exhausted = i64::try_from(rows.len()).unwrap_or(i64::MAX) < scanned;
        after = rows.last().map(|row| row.code.clone());
        let views = with_licences(conn, rows, at).await?;
        found.extend(views.into_iter().filter(|view| is_wanted(view, filter)));
        if exhausted || i64::try_from(found.len()).unwrap_or(i64::MAX) >= asked.fetched() {
            return Ok(asked.page(found));
        }
    }
}

/// One office with its whole history.
///
/// # Errors
/// `NotFound` for an unknown office and for one that is somebody else's.
pub async fn show_office(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    code: &str,
) -> Done<OfficeHistory> {
    let row = find_office(conn, by, code).await?;
    let licences = licences_of(conn, &[row.id]).await?;
    let ids: Vec<i32> = licences.iter().map(|licence| licence.id).collect();
    let events = events_of(conn, &ids).await?;
    let bound = bound_by(conn, &ids).await?;
    let bindings = bindings_of(conn, &ids).await?.into_iter().map(BindingRow::read);
    let bindings = bindings.collect::<Result<Vec<_>, _>>()?;
    Ok(OfficeHistory {
        office: view(row, &licences, &by_licence(&events), at)?,
        events: events
            .into_iter()
            .map(|event| event_view(&licences, event))
            .collect(),
        licensees: licensees(&licences, &bindings, &bound, at)?,
    })
}

pub(in crate::usecases) async fn find_office(
    conn: &mut Connection,
    by: &Originator,
    code: &str,
) -> Done<OfficeRow> {
    office::find_office(conn, code, by.party_id)
        .await?
        .ok_or_else(|| Failure::not_found("office", code))
}

async fn with_licences(
    conn: &mut Connection,
    rows: Vec<OfficeRow>,
    at: DateTime<Utc>,
) -> Done<Vec<OfficeView>> {
    let offices: Vec<i32> = rows.iter().map(|row| row.id).collect();
    let licences = licences_of(conn, &offices).await?;
    let ids: Vec<i32> = licences.iter().map(|licence| licence.id).collect();
    let events = events_of(conn, &ids).await?;
    let events = by_licence(&events);
    let mut by_office: HashMap<i32, Vec<LicenceRow>> = HashMap::new();
    for licence in licences {
        by_office.entry(licence.office_id).or_default().push(licence);
    }
    rows.into_iter()
        .map(|row| {
            let own = by_office.remove(&row.id).unwrap_or_default();
            view(row, &own, &events, at)
        })
        .collect()
}

/// Each licence's in their order.
fn by_licence(events: &[EventRow]) -> HashMap<i32, Vec<&EventRow>> {
    let mut by_licence: HashMap<i32, Vec<&EventRow>> = HashMap::new();
    for event in events {
        by_licence.entry(event.licence_id).or_default().push(event);
    }
    by_licence
}

fn is_wanted(office: &OfficeView, filter: &OfficeFilter) -> bool {
    let Some(state) = filter.state else {
        return true;
    };
    let asked = filter.network.as_deref();
    current_terms(&office.licences)
        .into_iter()
        .filter(|(network, _)| asked.is_none_or(|asked| asked == *network))
        .any(|(_, licence)| licence.state == state)
}

/// Of licences in the order of their terms, those of one network never at once: in each network the one that runs, else the one
/// that ended last, else the first to come.
fn current_terms(licences: &[LicenceView]) -> BTreeMap<&str, &LicenceView> {
    let mut current: BTreeMap<&str, &LicenceView> = BTreeMap::new();
    for licence in licences {
        let last = current.entry(&licence.network).or_insert(licence);
        if licence.state != LicenceState::Planned {
            *last = licence;
        }
    }
    current
}

/// `own`: the licences of the office.
fn view(
    row: OfficeRow,
    own: &[LicenceRow],
    events: &HashMap<i32, Vec<&EventRow>>,
    at: DateTime<Utc>,
) -> Done<OfficeView> {
    let own = own.iter().map(|licence| {
        let events = events.get(&licence.id).map(Vec::as_slice);
        licence_view(licence, events.unwrap_or_default(), at)
    });
    Ok(OfficeView {
        licences: own.collect::<Done<_>>()?,
        code: row.code,
        name_fa: row.name_fa,
        name_en: row.name_en,
        province: row.province,
        county: row.county,
        district: row.district,
        setting: row.setting,
    })
}

/// `own`: the events of the licence.
fn licence_view(licence: &LicenceRow, own: &[&EventRow], at: DateTime<Utc>) -> Done<LicenceView> {
    Ok(LicenceView {
        network: licence.network.clone(),
        class: licence.class.clone(),
        state: state_at(licence, own, at)?,
        valid_from: licence.valid_from,
        valid_until: licence.valid_until,
        days_left: (licence.valid_until - at).max(TimeDelta::zero()).num_days(),
    })
}

fn network_of(licences: &[LicenceRow], licence_id: i32) -> String {
    let found = licences.iter().find(|licence| licence.id == licence_id);
    found.map(|licence| licence.network.clone()).unwrap_or_default()
}

fn event_view(licences: &[LicenceRow], event: EventRow) -> LicenceEventView {
    LicenceEventView {
        network: network_of(licences, event.licence_id),
        kind: event.kind,
        effective_at: event.effective_at,
        recorded_at: event.recorded_at,
        deciding_body: event.deciding_body,
        decision: event.decision,
        instrument: event.instrument,
        evidence: event.evidence,
    }
}

fn licensees(
    licences: &[LicenceRow],
    bindings: &[Binding],
    bound: &[BoundRow],
    at: DateTime<Utc>,
) -> Done<Vec<LicenseeView>> {
    let mut found = Vec::new();
    for licence in licences {
        let own = bindings.iter().filter(|binding| binding.licence == licence.id);
        let own: Vec<Binding> = own.cloned().collect();
        let stretches = stretches(&own, licence.term()?, at);
        let who = |binding: &Binding| bound.iter().find(|row| row.binding_id == binding.id);
        found.extend(stretches.into_iter().filter_map(|(valid, binding)| {
            Some(licensee_view(licence, valid, binding, who(binding)?.clone()))
        }));
    }
    Ok(found)
}

fn licensee_view(licence: &LicenceRow, valid: Validity, binding: &Binding, who: BoundRow) -> LicenseeView {
    LicenseeView {
        network: licence.network.clone(),
        party: who.licensee,
        name_fa: who.name_fa,
        name_en: who.name_en,
        municipality: who.municipality,
        provincial_treasury: who.provincial_treasury,
        valid_from: valid.from(),
        valid_until: valid.until(),
        known_from: binding.known_from,
        deciding_body: who.deciding_body,
        decision: who.decision,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licence(network: &str, state: LicenceState) -> LicenceView {
        LicenceView {
            network: network.to_owned(),
            class: String::new(),
            state,
            valid_from: DateTime::UNIX_EPOCH,
            valid_until: DateTime::UNIX_EPOCH,
            days_left: 0,
        }
    }

    #[test]
    fn of_each_network_the_term_that_runs_is_current_else_the_last_that_ended_else_the_first_to_come() {
        use LicenceState::{Active, Expired, Planned, Revoked};
        for (terms, current) in [
            (&[Expired, Active, Planned][..], Active),
            (&[Revoked, Active], Active),
            (&[Expired, Revoked], Revoked),
            (&[Expired, Planned], Expired),
            (&[Planned, Planned], Planned),
        ] {
            let mut licences: Vec<LicenceView> = terms.iter().map(|state| licence("a", *state)).collect();
            licences.push(licence("b", LicenceState::Surrendered));
            let found = current_terms(&licences).into_iter();
            let found: Vec<_> = found.map(|(network, licence)| (network, licence.state)).collect();
            assert_eq!(
                found,
                [("a", current), ("b", LicenceState::Surrendered)],
                "{terms:?}"
            );
        }
    }
}
