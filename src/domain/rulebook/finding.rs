//! Under which rules a row is booked, or why it is not. Never here: its price, what was booked before.

use chrono::{DateTime, Utc};

use super::{BindingRules, LicenceRules, NetworkRules, Rulebook, TariffRules};
use crate::domain::binding::{LICENSEE, in_force};
use crate::domain::licence::{AfterRestriction, Happening, LicenceState, MoneyPolicy, Unlicensed};
use crate::domain::transaction::{Reason, Submitted};
use crate::domain::window::{CLOCK_DIFFERENCE_MAX, Lateness, Untimely, untimeliness};

/// A row with the moment when it was received and the moment of booking, with whose knowledge it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub row: &'a Submitted,
    pub received_at: DateTime<Utc>,
    pub booked_at: DateTime<Utc>,
    pub lateness: Lateness,
}

/// The rules that a row is booked under.
#[derive(Clone, Copy, Debug)]
pub struct Found<'r> {
    pub office: i32,
    pub service: i32,
    pub network: &'r NetworkRules,
    pub licence: i32,
    pub binding: &'r BindingRules,
    pub tariff: &'r TariffRules,
}

/// Why a row is not booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotBookable {
    pub reason: Reason,
    pub explanation: String,
    /// The network takes no such rows in, not even into quarantine.
    pub is_refused: bool,
}

impl NotBookable {
    pub fn quarantined(reason: Reason, explanation: impl Into<String>) -> Self {
        Self {
            reason,
            explanation: explanation.into(),
            is_refused: false,
        }
    }

    pub(super) fn refused(reason: Reason, explanation: impl Into<String>) -> Self {
        Self {
            is_refused: true,
            ..Self::quarantined(reason, explanation)
        }
    }
}

impl Rulebook {
    /// Office, service, network, licence, binding and tariff of a row, as in force when it happened.
    pub fn find(&self, case: Case<'_>) -> Result<Found<'_>, NotBookable> {
        let office = self.office(case.row)?;
        let service = self.service(case.row)?;
        let licences = self.licences.get(&office).map(Vec::as_slice).unwrap_or_default();
        let network = self.network_of(case, licences, service)?;
        network.timely(case)?;
        let licence = licence_of(licences, network, case)?;
        licence.allows(self.after_restriction(service, network), case)?;
        let binding = licence.binding(case)?;
        let tariff = self
            .tariff(service, network.id, case.row.occurred_at, case.booked_at)
            .ok_or_else(|| {
                let told = format!(
                    "no tariff was in force in {} at {}",
                    network.code, case.row.occurred_at
                );
                NotBookable::quarantined(Reason::NoTariff, told)
            })?;
        Ok(Found {
            office,
            service,
            network,
            licence: licence.id,
            binding,
            tariff,
        })
    }

    /// Whether what was found for a case in a network by the knowledge of another moment is found by that of its booking too:
    /// nothing became known between them, and it is still timely.
    pub fn still_finds(&self, network: i16, judged_at: DateTime<Utc>, case: Case<'_>) -> bool {
        judged_at.min(case.booked_at) >= self.known_since
            && self
                .network(network)
                .is_some_and(|network| network.timely(case).is_ok())
    }

    /// Who held an office in a network when something happened there, as known when it is booked.
    pub(super) fn licensee(&self, office: i32, network: &NetworkRules, case: Case<'_>) -> Option<i32> {
        let licence = licence_of(self.licences.get(&office)?, network, case).ok()?;
        licence.binding(case).ok()?.binding.party(LICENSEE)
    }

    pub fn office(&self, row: &Submitted) -> Result<i32, NotBookable> {
        let office = self.offices.get(row.office.as_str()).copied();
        let unknown = || format!("there is no office {}", row.office);
        office.ok_or_else(|| NotBookable::quarantined(Reason::UnknownOffice, unknown()))
    }

    fn service(&self, row: &Submitted) -> Result<i32, NotBookable> {
        let code = row.service.as_deref().unwrap_or_default();
        let unknown =
            || NotBookable::quarantined(Reason::UnknownService, format!("there is no service {code}"));
        self.services.get(code).copied().ok_or_else(unknown)
    }

    /// The one that the sender names, or the only one that allows the service at that time (money rule 9).
    fn network_of(
        &self,
        case: Case<'_>,
        licences: &[LicenceRules],
        service: i32,
    ) -> Result<&NetworkRules, NotBookable> {
        if let Some(code) = &case.row.network {
            let unknown =
                || NotBookable::quarantined(Reason::UnknownNetwork, format!("there is no network {code}"));
            return self.network_of_code(code).ok_or_else(unknown);
        }
        let offered = self.networks.iter().filter(|network| {
            let is_licensed = licences.iter().any(|licence| licence.network == network.id);
            let priced = self.tariff(service, network.id, case.row.occurred_at, case.booked_at);
            is_licensed && priced.is_some()
        });
        let offered: Vec<&NetworkRules> = offered.collect();
        if let [only] = offered[..] {
            return Ok(only);
        }
        let allows = |network: &&&NetworkRules| {
            let after = self.after_restriction(service, network);
            licence_of(licences, network, case).is_ok_and(|licence| licence.allows(after, case).is_ok())
        };
        let allowed: Vec<&&NetworkRules> = offered.iter().filter(allows).collect();
        match allowed[..] {
            [only] => Ok(only),
            [] => Err(NotBookable::quarantined(
                Reason::NoNetworkAllowsIt,
                "no network in which the office is licensed allows the service at that time",
            )),
            _ => Err(NotBookable::quarantined(
                Reason::SeveralNetworksAllowIt,
                "more than one network allows the service at that time: name one",
            )),
        }
    }
}

impl NetworkRules {
    /// Neither older than the network allows, unless that is accepted, nor later than clocks may differ.
    pub fn timely(&self, case: Case<'_>) -> Result<(), NotBookable> {
        let (happened_at, booked_at) = (case.row.occurred_at, case.booked_at);
        self.schedule
            .has_begun(booked_at)
            .map_err(|rule| NotBookable::quarantined(Reason::BeforeTheFirstWindow, rule.to_string()))?;
        match untimeliness(happened_at, booked_at, self.lateness_max, CLOCK_DIFFERENCE_MAX) {
            None => Ok(()),
            Some(Untimely::TooLate) if case.lateness == Lateness::Accepted => Ok(()),
            Some(Untimely::TooLate) => Err(NotBookable::quarantined(
                Reason::TooLate,
                format!(
                    "it happened at {happened_at}, longer ago than {} allows",
                    self.code
                ),
            )),
            Some(Untimely::NotYet) => Err(NotBookable::quarantined(
                Reason::InTheFuture,
                format!("it is said to happen at {happened_at}, which is yet to come"),
            )),
        }
    }
}

impl Rulebook {
    fn after_restriction(&self, service: i32, network: &NetworkRules) -> AfterRestriction {
        let own = self.after_restriction.get(&service).copied();
        own.unwrap_or(network.after_restriction)
    }
}

impl LicenceRules {
    /// What the licence means for the money of the case; held money is booked like any other (money rule 18).
    fn allows(&self, after: AfterRestriction, case: Case<'_>) -> Result<(), NotBookable> {
        let happening = Happening {
            happened_at: case.row.occurred_at,
            received_at: case.received_at,
            known_at: case.booked_at,
        };
        match self.licence.money_policy(happening, after) {
            MoneyPolicy::Earns | MoneyPolicy::Held(_) => Ok(()),
            MoneyPolicy::Quarantined(why) => {
                Err(NotBookable::quarantined(Reason::LicenceNotStanding, told(why)))
            }
            MoneyPolicy::Refused(why) => Err(NotBookable::refused(Reason::LicenceNotStanding, told(why))),
        }
    }

    fn binding(&self, case: Case<'_>) -> Result<&BindingRules, NotBookable> {
        let applied = in_force(
            self.bindings.iter().map(|rules| &rules.binding),
            case.row.occurred_at,
            case.booked_at,
        );
        applied
            .and_then(|binding| self.bindings.iter().find(|rules| rules.binding.id == binding.id))
            .ok_or_else(|| {
                let told = "nobody is on record as the office's licensee at that time";
                NotBookable::quarantined(Reason::NoBinding, told)
            })
    }
}

/// The licence whose term contains the moment; else the last one that ended before, else the first that begins after.
fn licence_of<'r>(
    licences: &'r [LicenceRules],
    network: &NetworkRules,
    case: Case<'_>,
) -> Result<&'r LicenceRules, NotBookable> {
    let at = case.row.occurred_at;
    let own = || licences.iter().filter(|licence| licence.network == network.id);
    own()
        .filter(|rules| rules.licence.term().from() <= at)
        .max_by_key(|rules| rules.licence.term().from())
        .or_else(|| own().min_by_key(|rules| rules.licence.term().from()))
        .ok_or_else(|| {
            let told = format!("the office has no licence in {}", network.code);
            NotBookable::quarantined(Reason::NoLicence, told)
        })
}

fn told(why: Unlicensed) -> &'static str {
    match why {
        Unlicensed::BeforeTheTerm => "the licence's term had not begun",
        Unlicensed::State(LicenceState::Active) => "the licence does not allow it",
        Unlicensed::State(LicenceState::Suspended) => "the licence was suspended, and that was on record",
        Unlicensed::State(LicenceState::Expired) => "the licence had expired",
        Unlicensed::State(LicenceState::Revoked) => "the licence was revoked, and that was on record",
        Unlicensed::State(LicenceState::Surrendered) => "the licence was surrendered, and that was on record",
    }
}
