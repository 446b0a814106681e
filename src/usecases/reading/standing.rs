//! A licence's rows as the licence that they make: its state at a moment.
//! Never here: what events mean (see `domain::licence`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::licence::{self, Licence};
use crate::store::reading::licence::{EventRow, LicenceRow};
use crate::usecases::Done;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LicenceState {
    /// Its term has not begun.
    Planned,
    Active,
    Suspended,
    Expired,
    Revoked,
    Surrendered,
}

/// `events`: those of the licence in the order in which they were recorded.
pub fn state_at(licence: &LicenceRow, events: &[&EventRow], at: DateTime<Utc>) -> Done<LicenceState> {
    Ok(match read(licence, events)?.state(at, at) {
        None => LicenceState::Planned,
        Some(licence::LicenceState::Active) => LicenceState::Active,
        Some(licence::LicenceState::Suspended) => LicenceState::Suspended,
        Some(licence::LicenceState::Expired) => LicenceState::Expired,
        Some(licence::LicenceState::Revoked) => LicenceState::Revoked,
        Some(licence::LicenceState::Surrendered) => LicenceState::Surrendered,
    })
}

fn read(licence: &LicenceRow, events: &[&EventRow]) -> Done<Licence> {
    let events: Result<Vec<_>, _> = events.iter().map(|event| event.read()).collect();
    Ok(Licence::new(licence.term()?, events?))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn moment(day: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn licence() -> LicenceRow {
        LicenceRow {
            id: 1,
            office_id: 1,
            network: "n".to_owned(),
            class: String::new(),
            valid_from: moment(0),
            valid_until: moment(100),
        }
    }

    fn event(kind: &str, effective: i64, recorded: i64) -> EventRow {
        EventRow {
            licence_id: 1,
            kind: kind.to_owned(),
            effective_at: moment(effective),
            recorded_at: moment(recorded),
            deciding_body: String::new(),
            decision: String::new(),
            instrument: None,
            evidence: None,
        }
    }

    #[test]
    fn a_licence_is_active_from_its_first_day_until_its_last() {
        let state = |day| state_at(&licence(), &[], moment(day)).unwrap();
        assert_eq!(
            [-1, 0, 99, 100].map(state),
            [
                LicenceState::Planned,
                LicenceState::Active,
                LicenceState::Active,
                LicenceState::Expired
            ]
        );
    }

    #[test]
    fn a_backdated_suspension_is_known_from_its_recording() {
        let suspended = event("suspended", 10, 12);
        let state = |day| state_at(&licence(), &[&suspended], moment(day)).unwrap();
        assert_eq!(state(11), LicenceState::Active);
        assert_eq!(state(12), LicenceState::Suspended);
    }

    #[test]
    fn reinstatement_releases() {
        let suspended = event("suspended", 10, 10);
        let reinstated = event("reinstated", 20, 20);
        let events = [&suspended, &reinstated];
        assert_eq!(
            state_at(&licence(), &events, moment(20)).unwrap(),
            LicenceState::Active
        );
    }

    #[test]
    fn only_a_reinstatement_makes_a_state_milder() {
        let revoked = event("revoked", 10, 10);
        let suspended = event("suspended", 15, 15);
        let events = [&revoked, &suspended];
        assert_eq!(
            state_at(&licence(), &events, moment(20)).unwrap(),
            LicenceState::Revoked
        );
    }
}
