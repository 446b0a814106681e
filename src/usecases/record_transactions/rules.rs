//! Reads the rules of all networks into a rulebook. Never here: what they mean for a row.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;

use crate::domain::canonical::Digest;
use crate::domain::interval::Interval;
use crate::domain::licence::{Licence, LicenceEvent};
use crate::domain::proof::{BindingFields, binding_digest};
use crate::domain::rulebook::{BindingRules, LicenceRules, NetworkRules, Rulebook, TariffRules};
use crate::domain::tariff::Tariff;
use crate::store::licence::{BindingRow, LicenceEventRow, LicenceRow};
use crate::store::network::NetworkRow;
use crate::store::tariff::TariffVersionRow;
use crate::store::{Connection, licence, network, office, service, tariff};
use crate::usecases::booking::schedule_of;
use crate::usecases::{Done, Failure};

/// A rulebook with the rows of its networks, which windows are made from.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    pub(super) book: Rulebook,
    networks: HashMap<i16, NetworkRow>,
}

impl Snapshot {
    pub(super) fn network_row(&self, id: i16) -> Done<&NetworkRow> {
        let row = self.networks.get(&id);
        row.ok_or_else(|| Failure::Internal(format!("network {id} is not among the rules")))
    }
}

/// The versions are read first: whatever changes while the rest is read raises them again.
pub(super) async fn read_rules(conn: &mut Connection, before: &Snapshot) -> Done<Snapshot> {
    let networks = network::networks_with_versions(conn).await?;
    let offices = office::all_office_ids(conn).await?;
    let services = service::services_with_parties(conn).await?;
    let own_after_restrictions = service::own_after_restrictions(conn).await?;
    let licences = licence::all_licences(conn).await?;
    let events = licence::all_licence_events(conn).await?;
    let bindings = licence::all_bindings(conn).await?;
    let versions = tariff::published_versions(conn).await?;
    let known = events.iter().map(|event| event.recorded_at);
    let known = known.chain(bindings.iter().map(|binding| binding.known_from));
    let known = known.chain(versions.iter().map(|version| version.known_from));
    let known = known.chain(versions.iter().filter_map(|version| version.known_until));
    let mut book = Rulebook {
        known_since: known.max().unwrap_or_default(),
        offices: offices
            .into_iter()
            .map(|(code, id)| (code.into_boxed_str(), id))
            .collect(),
        agencies: services.values().copied().collect(),
        services: services
            .into_iter()
            .map(|(code, (id, _))| (code.into_boxed_str(), id))
            .collect(),
        after_restriction: own_after_restrictions.into_iter().collect(),
        networks: networks
            .iter()
            .map(|(row, version)| network_rules(row, *version))
            .collect(),
        licences: licence_rules(licences, events, bindings)?,
        ..Rulebook::default()
    };
    for row in versions {
        enter_version(&mut book, row, &before.book)?;
    }
    Ok(Snapshot {
        book,
        networks: networks.into_iter().map(|(row, _)| (row.id, row)).collect(),
    })
}

fn network_rules(row: &NetworkRow, version: i64) -> NetworkRules {
    NetworkRules {
        id: row.id,
        code: row.code.as_str().into(),
        version,
        schedule: schedule_of(row),
        lateness_max: Duration::days(i64::from(row.lateness_max_days)),
        after_restriction: row.after_suspension,
    }
}

fn licence_rules(
    licences: Vec<LicenceRow>,
    events: Vec<LicenceEventRow>,
    bindings: Vec<BindingRow>,
) -> Done<HashMap<i32, Vec<LicenceRules>>> {
    let mut events_of: HashMap<i32, Vec<LicenceEvent>> = HashMap::new();
    for event in events {
        events_of.entry(event.licence_id).or_default().push(event.read()?);
    }
    let mut bindings_of: HashMap<i32, Vec<BindingRow>> = HashMap::new();
    for binding in bindings {
        bindings_of.entry(binding.licence_id).or_default().push(binding);
    }
    let mut rules: HashMap<i32, Vec<LicenceRules>> = HashMap::new();
    for row in licences {
        let bindings = bindings_of.remove(&row.id).unwrap_or_default();
        let bindings = bindings
            .into_iter()
            .map(|binding| binding_rules(&row, binding))
            .collect::<Done<_>>()?;
        let licence = Licence::new(row.term()?, events_of.remove(&row.id).unwrap_or_default());
        rules.entry(row.office_id).or_default().push(LicenceRules {
            id: row.id,
            network: row.network_id,
            licence,
            bindings,
        });
    }
    Ok(rules)
}

fn binding_rules(licence: &LicenceRow, row: BindingRow) -> Done<BindingRules> {
    let digest = binding_digest(&BindingFields {
        office: licence.office_id,
        licence: row.licence_id,
        parties: &row.party_ids,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        known_from: row.known_from,
    });
    Ok(BindingRules {
        binding: row.read()?,
        digest,
    })
}

/// A document never changes: one that was read before is not read again.
fn enter_version(book: &mut Rulebook, row: TariffVersionRow, before: &Rulebook) -> Done<()> {
    let tariff = match before.versions.get(&row.id) {
        Some(known) => Arc::clone(&known.tariff),
        None => Arc::new(published(&row)?),
    };
    let valid = Interval::new(row.valid_from, row.valid_until)
        .map_err(|empty| broken("tariff_versions", row.id, empty))?;
    let rules = Arc::new(TariffRules {
        id: row.id,
        unit: row.unit_id,
        valid,
        known_from: row.known_from,
        known_until: row.known_until,
        tariff,
        digest: Digest::from_slice(&row.digest).map_err(|none| broken("tariff_versions", row.id, none))?,
    });
    let of_service = book.tariffs.entry((row.service_id, row.network_id)).or_default();
    of_service.push(Arc::clone(&rules));
    book.versions.insert(row.id, rules);
    Ok(())
}

fn published(row: &TariffVersionRow) -> Done<Tariff> {
    Tariff::from_published(&row.document).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        broken("tariff_versions", row.id, told.join("; "))
    })
}

fn broken(table: &str, id: impl std::fmt::Display, what: impl std::fmt::Display) -> Failure {
    Failure::Internal(format!("row {id} of {table} cannot be read: {what}"))
}
