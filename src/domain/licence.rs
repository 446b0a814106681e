//! Licences: their events, what state that makes of them, and what it means for money (money rule 18).
//! Never here: which legs are the licensee's, how much is held (see `hold`).

pub mod held_span;
pub mod succession;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::interval::Validity;
use super::window::CLOCK_DIFFERENCE_MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceState {
    Active,
    Suspended,
    /// Its term is over.
    Expired,
    /// Taken away.
    Revoked,
    /// Given back.
    Surrendered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceChange {
    Issued,
    Suspended,
    /// Lifts whatever was recorded before it, from its effective moment on.
    Reinstated,
    Revoked,
    Surrendered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceEvent {
    pub change: LicenceChange,
    /// From when it applies; before `recorded_at` in a backdated decision, after it in an announced one.
    pub effective_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

/// A licence's term and all its events in the order in which they were recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    term: Validity,
    events: Vec<LicenceEvent>,
}

/// When something happened, when it arrived, and with the knowledge of which moment it is judged: that of booking, or that
/// of a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    pub happened_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub known_at: DateTime<Utc>,
}

/// What a service, or where it is silent its network, does with cases that were served although the licence was known not to allow
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterRestriction {
    Refuse,
    #[default]
    Quarantine,
}

/// What becomes of the licensee's own legs. Other parties' legs are never held for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyPolicy {
    Earns,
    Held(HeldFor),
    Refused(Unlicensed),
    Quarantined(Unlicensed),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldFor {
    /// It happened before the restriction took effect and arrived when that was on record: held until confirmed.
    LateArrival,
    /// It happened after the restriction took effect and before it was recorded, or arrived before by a clock that is ahead.
    Restriction(LicenceState),
}

/// Why there was no licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unlicensed {
    BeforeTheTerm,
    State(LicenceState),
}

/// A suspension, revocation or surrender, and the reinstatement that lifted it.
#[derive(Clone, Copy, Debug)]
struct Restriction {
    state: LicenceState,
    effective_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    lifted_from: Option<DateTime<Utc>>,
}

/// In ascending order of what it does to the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    None,
    Held(HeldFor),
    Unlicensed(LicenceState),
}

impl LicenceChange {
    const ALL: [Self; 5] = [
        Self::Issued,
        Self::Suspended,
        Self::Reinstated,
        Self::Revoked,
        Self::Surrendered,
    ];

    /// As it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Suspended => "suspended",
            Self::Reinstated => "reinstated",
            Self::Revoked => "revoked",
            Self::Surrendered => "surrendered",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.code() == code)
    }

    /// Whether it takes back what the other one did: a reinstatement what restricts, and what restricts a reinstatement.
    const fn undoes(self, other: Self) -> bool {
        match other {
            Self::Suspended | Self::Revoked | Self::Surrendered => matches!(self, Self::Reinstated),
            Self::Reinstated => matches!(self, Self::Suspended | Self::Revoked | Self::Surrendered),
            Self::Issued => false,
        }
    }
}

impl AfterRestriction {
    /// As it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Quarantine => "quarantine",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Refuse, Self::Quarantine]
            .into_iter()
            .find(|after| after.code() == code)
    }
}

impl Licence {
    /// Events recorded at the same moment keep the order in which they are given.
    pub fn new(term: Validity, mut events: Vec<LicenceEvent>) -> Self {
        events.sort_by_key(|event| event.recorded_at);
        Self { term, events }
    }

    pub const fn term(&self) -> Validity {
        self.term
    }

    pub fn events(&self) -> &[LicenceEvent] {
        &self.events
    }

    /// Whether nothing that was recorded after it undoes a change.
    pub fn stands_as_recorded(&self, change: LicenceChange, recorded_at: DateTime<Utc>) -> bool {
        let mut later = self.events.iter().filter(|event| event.recorded_at > recorded_at);
        !later.any(|event| event.change.undoes(change))
    }

    /// The state at a moment, as known at another one; `None` before the term.
    ///
    /// A decision holds from its effective moment on. It supersedes what was recorded before it, except that only a
    /// reinstatement makes a state milder. One about a renewal leaves a term expired that was over by then.
    pub fn state(&self, at: DateTime<Utc>, known_at: DateTime<Utc>) -> Option<LicenceState> {
        if at < self.term.from() {
            return None;
        }
        let in_force = |r: &Restriction| {
            let has_begun = r.effective_at <= at && !self.term.ended_at(r.effective_at);
            has_begun && r.lifted_from.is_none_or(|from| at < from)
        };
        let restricted = self
            .restrictions(known_at)
            .into_iter()
            .filter(in_force)
            .map(|r| r.state)
            .max_by_key(|state| severity(*state));
        match restricted {
            Some(state @ (LicenceState::Revoked | LicenceState::Surrendered)) => Some(state),
            _ if self.term.ended_at(at) => Some(LicenceState::Expired),
            restricted => Some(restricted.unwrap_or(LicenceState::Active)),
        }
    }

    /// Since when what holds a case restricts the licence or its renewal; `None` where nothing holds it.
    pub fn held_since(&self, case: Happening) -> Option<DateTime<Utc>> {
        let restrictions = self.restrictions(case.known_at).into_iter();
        let holding = restrictions.filter(|r| matches!(r.effect(case), Effect::Held(_)));
        holding.map(|r| r.effective_at).min()
    }

    /// What the licence means for money of that case (money rule 18). With S the instant a restriction takes effect and R the
    /// instant it was recorded: before S earns, [S, R) is held, from R it is refused or quarantined; what arrives from
    /// then on with an earlier event time is held until confirmed. A reinstatement releases what was held, and what
    /// happened from its effective moment on earns.
    pub fn money_policy(&self, case: Happening, after: AfterRestriction) -> MoneyPolicy {
        let unlicensed = |why| match after {
            AfterRestriction::Refuse => MoneyPolicy::Refused(why),
            AfterRestriction::Quarantine => MoneyPolicy::Quarantined(why),
        };
        if case.happened_at < self.term.from() {
            return unlicensed(Unlicensed::BeforeTheTerm);
        }
        let effects = self
            .restrictions(case.known_at)
            .into_iter()
            .map(|r| r.effect(case));
        match effects.max().unwrap_or(Effect::None) {
            Effect::Unlicensed(state) => unlicensed(Unlicensed::State(state)),
            Effect::None | Effect::Held(_) if self.term.ended_at(case.happened_at) => {
                unlicensed(Unlicensed::State(LicenceState::Expired))
            }
            Effect::Held(reason) => MoneyPolicy::Held(reason),
            Effect::None => MoneyPolicy::Earns,
        }
    }

    fn restrictions(&self, known_at: DateTime<Utc>) -> Vec<Restriction> {
        let mut restrictions: Vec<Restriction> = Vec::new();
        for event in self.events.iter().filter(|event| event.recorded_at <= known_at) {
            match event.change {
                LicenceChange::Issued => {}
                LicenceChange::Suspended => restrictions.push(event.restricting(LicenceState::Suspended)),
                LicenceChange::Revoked => restrictions.push(event.restricting(LicenceState::Revoked)),
                LicenceChange::Surrendered => restrictions.push(event.restricting(LicenceState::Surrendered)),
                LicenceChange::Reinstated => {
                    for restriction in &mut restrictions {
                        restriction.lift(event.effective_at);
                    }
                }
            }
        }
        restrictions
    }
}

impl LicenceEvent {
    const fn restricting(&self, state: LicenceState) -> Restriction {
        let (effective_at, recorded_at) = (self.effective_at, self.recorded_at);
        Restriction {
            state,
            effective_at,
            recorded_at,
            lifted_from: None,
        }
    }
}

impl Restriction {
    fn lift(&mut self, from: DateTime<Utc>) {
        self.lifted_from = Some(self.lifted_from.map_or(from, |earlier| earlier.min(from)));
    }

    fn effect(&self, case: Happening) -> Effect {
        let happened_at = case.happened_at;
        // An announced reinstatement releases nothing before its moment.
        let lifts = |from: &DateTime<Utc>| *from <= case.known_at || *from <= happened_at;
        let binds_from = self.binds_from();
        match self.lifted_from.filter(lifts) {
            Some(lifted) if happened_at >= lifted || happened_at < binds_from => Effect::None,
            Some(_) if self.is_overtaken_by(case) => Effect::None,
            Some(_) => Effect::Unlicensed(self.state),
            None if happened_at >= binds_from && !self.is_overtaken_by(case) => {
                Effect::Unlicensed(self.state)
            }
            None if happened_at >= self.effective_at => Effect::Held(HeldFor::Restriction(self.state)),
            None if case.received_at >= binds_from => self.late_arrival(),
            None => Effect::None,
        }
    }

    /// An announced one binds from its effective moment on, a backdated one from when it was on record.
    fn binds_from(&self) -> DateTime<Utc> {
        self.effective_at.max(self.recorded_at)
    }

    /// It arrived, and so could be booked, before the restriction was on record; only its counter's clock says otherwise.
    fn is_overtaken_by(&self, case: Happening) -> bool {
        case.received_at < self.recorded_at && case.happened_at - case.received_at <= CLOCK_DIFFERENCE_MAX
    }

    /// Who gives a licence back is not suspected of making up cases of the time before.
    fn late_arrival(&self) -> Effect {
        match self.state {
            LicenceState::Suspended | LicenceState::Revoked => Effect::Held(HeldFor::LateArrival),
            LicenceState::Surrendered | LicenceState::Expired | LicenceState::Active => Effect::None,
        }
    }
}

fn severity(state: LicenceState) -> u8 {
    match state {
        LicenceState::Active => 0,
        LicenceState::Expired => 1,
        LicenceState::Suspended => 2,
        LicenceState::Surrendered => 3,
        LicenceState::Revoked => 4,
    }
}

#[cfg(test)]
mod tests;
