//! Issues licences with their first binding, and records what befalls them. Never here: what a licence allows (see
//! `domain::licence`).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::known;
use super::terms::{NamedOffice, StandingTerms};
use super::text::{Text, each_within_limits, within_limits};
use crate::domain::licence::LicenceChange;
use crate::domain::licence::succession::{Term, reached};
use crate::domain::moment::{after, kept};
use crate::domain::originator::Originator;
use crate::store::{Connection, booking, instrument, licence, locks, network, office, party, settlement};
use crate::usecases::failure::Fault;
use crate::usecases::reading::moment::Moment;
use crate::usecases::reading::naming::unknown;
use crate::usecases::{Done, Failure};

/// An office's authorisation for one term, and who plays the roles that hang on the office.
#[derive(Clone, Debug)]
pub struct LicenceEntry {
    pub office: String,
    pub network: String,
    pub class: String,
    pub valid_from: DateTime<Utc>,
    /// Exclusive.
    pub valid_until: DateTime<Utc>,
    pub roles: OfficeRoles,
    pub deciding_body: String,
    pub decision: String,
}

/// Codes of the parties that hang on an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeRoles {
    pub licensee: String,
    pub municipality: Option<String>,
    pub provincial_treasury: Option<String>,
}

/// What befell a licence after it was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LicenceEventKind {
    Suspended,
    Reinstated,
    Revoked,
    Surrendered,
}

#[derive(Clone, Debug)]
pub struct LicenceEventEntry {
    pub office: String,
    pub network: String,
    pub kind: LicenceEventKind,
    /// May lie before the moment of recording, when the decision is backdated.
    pub effective_at: Moment,
    pub deciding_body: String,
    pub decision: String,
    /// Code of the instrument that it rests on.
    pub instrument: Option<String>,
    pub evidence: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordedLicenceEvent {
    pub office: String,
    pub network: String,
    pub kind: LicenceEventKind,
    pub effective_at: DateTime<Utc>,
    /// From when it is known: what was served in between is held, not refused.
    pub recorded_at: DateTime<Utc>,
    pub decision: String,
    /// Of how many of the office's licences it is on record: a decision reaches the renewals of the one that it names; a suspension
    /// or revocation also the terms before that the same licensee held alone and did not lose, so that what arrives late of them is held; and a reinstatement those before
    /// that are suspended, or restricted by the very decision that it lifts.
    pub terms: usize,
    /// It had been recorded so before, and the opposite not since; nothing was written.
    pub repeated: bool,
}

/// Issues licences with their first bindings, all or none.
///
/// # Errors
/// Invalid `licence_validity_is_half_open`; conflicts `one_licence_per_office_network_and_time` and
/// `a_suspended_licence_is_not_renewed`, each with its office.
pub async fn issue_licences(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entries: &[LicenceEntry],
) -> Done<()> {
    by.may_register()?;
    each_within_limits(entries.iter().map(|entry| {
        let texts = [
            Text::class(&entry.class),
            Text::decision("deciding_body", &entry.deciding_body),
            Text::decision("decision", &entry.decision),
        ];
        (entry.office.as_str(), texts)
    }))?;
    conn.transaction(async |conn| {
        let offices = office_ids(conn, entries.iter().map(|entry| entry.office.as_str())).await?;
        let networks = network::network_ids(conn).await?;
        let parties = parties_of(conn, entries.iter().map(|entry| &entry.roles)).await?;
        let rows = entries
            .iter()
            .map(|entry| {
                let row = licence_row(entry, &offices, &networks);
                row.map_err(|failure| failure.within(&entry.office))
            })
            .collect::<Done<Vec<_>>>()?;
        let at = change_rules(conn, rows.iter().map(|row| row.network_id), at).await?;
        let standing = StandingTerms::of_offices(conn, &rows).await?;
        for (entry, row) in entries.iter().zip(&rows) {
            let licensee = known(&parties, "party", &entry.roles.licensee);
            let follows = licensee.and_then(|licensee| standing.may_be_followed_by(row, licensee));
            follows.map_err(|failure| failure.within(&entry.office))?;
        }
        let ids = licence_ids(conn, &rows).await?;
        let issued = entries
            .iter()
            .zip(&rows)
            .map(|(entry, row)| {
                let issued = Issued::of(entry, row, &ids, &parties, by, at);
                issued.map_err(|failure| failure.within(&entry.office))
            })
            .collect::<Done<Vec<_>>>()?;
        let (events, bindings): (Vec<_>, Vec<_>) = issued.into_iter().map(|i| (i.event, i.binding)).unzip();
        licence::insert_licence_events(conn, &events).await?;
        Ok(licence::insert_bindings(conn, &bindings).await?)
    })
    .await
}

/// Records a decision about the licence whose term contains the instant when the decision takes effect, and about the other
/// terms that it reaches (see `domain::licence::succession`).
///
/// # Errors
/// `Forbidden` for whoever is not a person that decides for the network; `NotFound` for an office without such a licence;
/// conflict `a_reinstatement_lifts_a_restriction` where nothing on record restricts it from then on.
pub async fn record_licence_event(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &LicenceEventEntry,
) -> Done<RecordedLicenceEvent> {
    by.may_decide()?;
    require_reference(&entry.decision, &entry.deciding_body)?;
    within_limits(entry.evidence.as_deref().map(Text::evidence))?;
    conn.transaction(async |conn| {
        let named = NamedOffice::find(conn, &entry.office, &entry.network).await?;
        let effective_at = named.instant(entry.effective_at);
        let at = change_rules(conn, [named.network_id], kept(at)).await?;
        let office = named.terms(conn, effective_at).await?;
        let reached = reached(&office.terms, office.named, entry.kind.change(), effective_at);
        let terms = &office.terms[reached.clone()];
        let ids: Vec<i32> = office.rows[reached].iter().map(|row| row.id).collect();
        // Of two servers' clocks one is behind: what is decided last is recorded last.
        let at = after(licence::last_decision(conn, &ids).await?, at);
        let instrument_id = instrument_id(conn, entry.instrument.as_deref()).await?;
        let event = |licence_id: &i32| licence::NewLicenceEvent {
            licence_id: *licence_id,
            kind: entry.kind.code(),
            effective_at,
            recorded_at: at,
            deciding_body: entry.deciding_body.clone(),
            decision: entry.decision.clone(),
            instrument_id,
            evidence: entry.evidence.clone(),
            originator_id: by.id,
        };
        let recorded =
            |recorded_at, terms, novelty| recorded(entry, (effective_at, recorded_at), terms, novelty);
        let named_id = office.rows[office.named].id;
        let before = licence::recorded_before(conn, &event(&named_id), &ids).await?;
        let stands = |(id, term): (&i32, &Term)| {
            let recorded_at = before.get(id);
            recorded_at.is_none_or(|at| term.licence.stands_as_recorded(entry.kind.change(), *at))
        };
        if let Some(recorded_at) = before.get(&named_id)
            && ids.iter().zip(terms).all(stands)
        {
            return Ok(recorded(*recorded_at, before.len(), Novelty::Repeated));
        }
        lifts_something(entry, effective_at, terms)?;
        let events: Vec<licence::NewLicenceEvent> = ids.iter().map(event).collect();
        licence::insert_licence_events(conn, &events).await?;
        Ok(recorded(at, ids.len(), Novelty::New))
    })
    .await
}

fn lifts_something(entry: &LicenceEventEntry, from: DateTime<Utc>, reached: &[Term]) -> Done<()> {
    match entry.kind {
        LicenceEventKind::Reinstated if !reached.iter().any(|term| term.licence.would_be_lifted(from)) => {
            let told = format!(
                "nothing on record that restricts the licence of {} in {} is left to be lifted from {from} on: record the \
                 suspension first, or name an earlier moment",
                entry.office, entry.network
            );
            Err(Failure::conflict("a_reinstatement_lifts_a_restriction", told))
        }
        LicenceEventKind::Suspended
        | LicenceEventKind::Reinstated
        | LicenceEventKind::Revoked
        | LicenceEventKind::Surrendered => Ok(()),
    }
}

impl LicenceEventKind {
    const fn change(self) -> LicenceChange {
        match self {
            Self::Suspended => LicenceChange::Suspended,
            Self::Reinstated => LicenceChange::Reinstated,
            Self::Revoked => LicenceChange::Revoked,
            Self::Surrendered => LicenceChange::Surrendered,
        }
    }

    pub const fn code(self) -> &'static str {
        self.change().code()
    }
}

/// Refuses a decision that nobody could find again: it is kept for ever.
pub(super) fn require_reference(decision: &str, deciding_body: &str) -> Done<()> {
    let faults: Vec<Fault> = [("decision", decision), ("deciding_body", deciding_body)]
        .into_iter()
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(field, _)| Fault {
            field: field.to_owned(),
            rule: "a_decision_names_its_reference_and_body".to_owned(),
            explanation: "it is empty".to_owned(),
        })
        .collect();
    if !faults.is_empty() {
        return Err(Failure::Invalid(faults));
    }
    within_limits([
        Text::decision("decision", decision),
        Text::decision("deciding_body", deciding_body),
    ])
}

#[derive(PartialEq, Eq)]
enum Novelty {
    New,
    Repeated,
}

fn recorded(
    entry: &LicenceEventEntry,
    (effective_at, recorded_at): (DateTime<Utc>, DateTime<Utc>),
    terms: usize,
    novelty: Novelty,
) -> RecordedLicenceEvent {
    RecordedLicenceEvent {
        office: entry.office.clone(),
        network: entry.network.clone(),
        kind: entry.kind,
        effective_at,
        recorded_at,
        decision: entry.decision.clone(),
        terms,
        repeated: novelty == Novelty::Repeated,
    }
}

async fn instrument_id(conn: &mut Connection, code: Option<&str>) -> Done<Option<i32>> {
    let Some(code) = code else { return Ok(None) };
    let ids = instrument::instrument_ids(conn).await?;
    let id = ids.get(code).copied();
    id.map(Some).ok_or_else(|| unknown("instrument", code))
}

struct Issued {
    event: licence::NewLicenceEvent,
    binding: licence::NewBinding,
}

type LicenceIds = HashMap<(i32, i16, DateTime<Utc>), i32>;

impl Issued {
    fn of(
        entry: &LicenceEntry,
        row: &licence::NewLicence,
        ids: &LicenceIds,
        parties: &HashMap<String, i32>,
        by: &Originator,
        at: DateTime<Utc>,
    ) -> Done<Self> {
        let licence_id = ids
            .get(&(row.office_id, row.network_id, row.valid_from))
            .copied()
            .ok_or_else(|| Failure::not_found("licence of office", &entry.office))?;
        Ok(Self {
            event: licence::NewLicenceEvent {
                licence_id,
                kind: "issued",
                effective_at: row.valid_from,
                recorded_at: at,
                deciding_body: entry.deciding_body.clone(),
                decision: entry.decision.clone(),
                instrument_id: None,
                evidence: None,
                originator_id: by.id,
            },
            binding: licence::NewBinding {
                office_id: row.office_id,
                licence_id,
                party_ids: bound_parties(&entry.roles, parties)?,
                valid_from: row.valid_from,
                valid_until: None,
                known_from: at,
                deciding_body: entry.deciding_body.clone(),
                decision: entry.decision.clone(),
                originator_id: by.id,
            },
        })
    }
}

/// Takes each network's locks, in ascending order, and raises the versions of the rules. Returns the moment from which the
/// change is known: `at`, or the instant after an approval or a booking that did not see it. Both are judged anew by what was
/// known when they were made, and a change with an earlier moment would seem to have been known then.
pub(super) async fn change_rules(
    conn: &mut Connection,
    network_ids: impl IntoIterator<Item = i16>,
    at: DateTime<Utc>,
) -> Done<DateTime<Utc>> {
    let ascending: BTreeSet<i16> = network_ids.into_iter().collect();
    let ascending: Vec<i16> = ascending.into_iter().collect();
    wait_for_licences(conn, &ascending).await?;
    let approved_at = settlement::last_approval(conn, &ascending).await?;
    for network_id in &ascending {
        locks::take_network(conn, *network_id, locks::RULES_WAIT_MS).await?;
    }
    network::raise_rules_versions(conn).await?;
    let booked_at = booking::last_booking_since(conn, &ascending, at).await?;
    Ok(after(approved_at.max(booked_at), at))
}

/// Between two waits it holds nothing, so that approvals and releases that queued behind it go on.
async fn wait_for_licences(conn: &mut Connection, ascending: &[i16]) -> Done<()> {
    for _ in 1..locks::LICENCES_WAITS_MAX {
        match take_licences(conn, ascending).await {
            Err(failure) if failure.is_passing() => {}
            taken_or_failed => return taken_or_failed,
        }
    }
    take_licences(conn, ascending).await
}

async fn take_licences(conn: &mut Connection, ascending: &[i16]) -> Done<()> {
    conn.transaction(async |conn| Ok(locks::take_licences(conn, ascending).await?))
        .await
}

async fn licence_ids(conn: &mut Connection, rows: &[licence::NewLicence]) -> Done<LicenceIds> {
    let inserted = licence::insert_licences(conn, rows).await?;
    Ok(inserted
        .into_iter()
        .map(|row| ((row.office_id, row.network_id, row.valid_from), row.id))
        .collect())
}

async fn office_ids<'a>(
    conn: &mut Connection,
    codes: impl IntoIterator<Item = &'a str>,
) -> Done<HashMap<String, i32>> {
    let codes: Vec<&str> = codes.into_iter().collect();
    Ok(office::office_ids(conn, &codes).await?)
}

pub(super) async fn parties_of<'a>(
    conn: &mut Connection,
    roles: impl IntoIterator<Item = &'a OfficeRoles>,
) -> Done<HashMap<String, i32>> {
    let codes: Vec<&str> = roles
        .into_iter()
        .flat_map(|roles| {
            [
                Some(roles.licensee.as_str()),
                roles.municipality.as_deref(),
                roles.provincial_treasury.as_deref(),
            ]
        })
        .flatten()
        .collect();
    Ok(party::party_ids(conn, &codes).await?)
}

fn licence_row(
    entry: &LicenceEntry,
    offices: &HashMap<String, i32>,
    networks: &HashMap<String, i16>,
) -> Done<licence::NewLicence> {
    Ok(licence::NewLicence {
        office_id: known(offices, "office", &entry.office)?,
        network_id: known(networks, "network", &entry.network)?,
        class: entry.class.clone(),
        valid_from: kept(entry.valid_from),
        valid_until: kept(entry.valid_until),
    })
}

/// In the order of the roles' ids: licensee, municipality, provincial treasury.
fn bound_parties(roles: &OfficeRoles, parties: &HashMap<String, i32>) -> Done<Vec<Option<i32>>> {
    let find = |code: &Option<String>| {
        code.as_ref()
            .map(|code| known(parties, "party", code))
            .transpose()
    };
    Ok(vec![
        Some(known(parties, "party", &roles.licensee)?),
        find(&roles.municipality)?,
        find(&roles.provincial_treasury)?,
    ])
}
