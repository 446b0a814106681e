//! What holds for recording, as it was at one version of each network's rules: offices, licences, bindings, tariffs.
//! Never here: how it is read or kept up to date, prices (see `tariff`), windows.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::binding::Binding;
use super::canonical::Digest;
use super::interval::Validity;
use super::licence::{AfterRestriction, Licence};
use super::tariff::Tariff;
use super::window::Schedule;

mod concern;
mod finding;
mod handover;
mod presumption;

pub use finding::{Case, Found, NotBookable};
pub use handover::HandedOver;
pub use presumption::{Presumption, admits_part};

/// Everything that a recorder remembers. It never changes: newer rules are another rulebook.
#[derive(Debug, Default)]
pub struct Rulebook {
    pub offices: HashMap<Box<str>, i32>,
    pub services: HashMap<Box<str>, i32>,
    /// Of the services that say it themselves.
    pub after_restriction: HashMap<i32, AfterRestriction>,
    /// The party of each service's agency.
    pub agencies: HashMap<i32, i32>,
    /// By ascending id.
    pub networks: Vec<NetworkRules>,
    /// The licences of each office, in all networks.
    pub licences: HashMap<i32, Vec<LicenceRules>>,
    /// The published versions of each service in each network.
    pub tariffs: HashMap<(i32, i16), Vec<Arc<TariffRules>>>,
    /// The same by their ids.
    pub versions: HashMap<i32, Arc<TariffRules>>,
    /// When the last of all this became known; from then on any moment knows the same.
    pub known_since: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct NetworkRules {
    pub id: i16,
    pub code: Box<str>,
    /// Of the rules, as read.
    pub version: i64,
    pub schedule: Schedule,
    /// An item that happened longer ago is quarantined.
    pub lateness_max: Duration,
    pub after_restriction: AfterRestriction,
}

#[derive(Clone, Debug)]
pub struct LicenceRules {
    pub id: i32,
    pub network: i16,
    pub licence: Licence,
    pub bindings: Vec<BindingRules>,
}

#[derive(Clone, Debug)]
pub struct BindingRules {
    pub binding: Binding,
    pub digest: Digest,
}

/// A published version of a tariff.
#[derive(Debug)]
pub struct TariffRules {
    pub id: i32,
    pub unit: i16,
    pub valid: Validity,
    pub known_from: DateTime<Utc>,
    /// Exclusive: when a corrected version took its place.
    pub known_until: Option<DateTime<Utc>>,
    pub tariff: Arc<Tariff>,
    /// Of the document.
    pub digest: Digest,
}

impl Rulebook {
    pub fn network(&self, id: i16) -> Option<&NetworkRules> {
        let at = self
            .networks
            .binary_search_by_key(&id, |network| network.id)
            .ok()?;
        self.networks.get(at)
    }

    pub fn network_of_code(&self, code: &str) -> Option<&NetworkRules> {
        self.networks.iter().find(|network| *network.code == *code)
    }

    /// The binding of an office's licence.
    pub fn binding(&self, office: i32, id: i32) -> Option<&BindingRules> {
        self.licences
            .get(&office)?
            .iter()
            .flat_map(|licence| &licence.bindings)
            .find(|rules| rules.binding.id == id)
    }

    /// Whether these are the versions that it was read at.
    pub fn has_versions(&self, versions: impl IntoIterator<Item = (i16, i64)>) -> bool {
        let mut count = 0;
        let agree = versions.into_iter().all(|(id, version)| {
            count += 1;
            self.network(id).is_some_and(|network| network.version == version)
        });
        agree && count == self.networks.len()
    }

    /// The version of a service's tariff in a network that prices what happened then, as known at another moment.
    pub fn tariff(
        &self,
        service: i32,
        network: i16,
        happened_at: DateTime<Utc>,
        known_at: DateTime<Utc>,
    ) -> Option<&Arc<TariffRules>> {
        self.tariffs
            .get(&(service, network))?
            .iter()
            .filter(|rules| rules.applies(happened_at, known_at))
            .max_by_key(|rules| (rules.known_from, rules.id))
    }
}

impl TariffRules {
    fn applies(&self, happened_at: DateTime<Utc>, known_at: DateTime<Utc>) -> bool {
        self.valid.contains(happened_at)
            && self.known_from <= known_at
            && self.known_until.is_none_or(|until| known_at < until)
    }
}
