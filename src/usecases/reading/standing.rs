//! In which state a licence is at a moment, folded from its events, and since when its earnings are held.
//! Never here: what recording does with it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::store::reading::earning::HeldStretch;
use crate::store::reading::licence::{EventRow, LicenceRow};

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
pub fn state_at(licence: &LicenceRow, events: &[&EventRow], at: DateTime<Utc>) -> LicenceState {
    match last_effective(events, at) {
        Some("revoked") => LicenceState::Revoked,
        Some("surrendered") => LicenceState::Surrendered,
        _ if at >= licence.valid_until => LicenceState::Expired,
        _ if at < licence.valid_from => LicenceState::Planned,
        Some("suspended") => LicenceState::Suspended,
        _ => LicenceState::Active,
    }
}

/// While a suspension lasts, what was earned since it took effect is held; reinstatement releases it (money rule 18).
pub fn held_stretch(licence: &LicenceRow, events: &[&EventRow], at: DateTime<Utc>) -> Option<HeldStretch> {
    let suspended = last_effective(events, at)? == "suspended";
    let since = in_effect(events, at).map(|event| event.effective_at).last();
    since.filter(|_| suspended).map(|from| HeldStretch {
        licence_id: licence.id,
        from,
        until: None,
    })
}

fn last_effective<'a>(events: &[&'a EventRow], at: DateTime<Utc>) -> Option<&'a str> {
    in_effect(events, at).last().map(|event| event.kind.as_str())
}

fn in_effect<'a>(events: &[&'a EventRow], at: DateTime<Utc>) -> impl Iterator<Item = &'a EventRow> {
    let mut known: Vec<&EventRow> = events
        .iter()
        .filter(|event| event.effective_at <= at && event.recorded_at <= at)
        .copied()
        .collect();
    known.sort_by_key(|event| event.effective_at);
    known.into_iter()
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
        let state = |day| state_at(&licence(), &[], moment(day));
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
    fn a_backdated_suspension_is_known_from_its_recording_and_holds_from_its_effect() {
        let suspended = event("suspended", 10, 12);
        let state = |day| state_at(&licence(), &[&suspended], moment(day));
        assert_eq!(state(11), LicenceState::Active);
        assert_eq!(state(12), LicenceState::Suspended);
        let held = held_stretch(&licence(), &[&suspended], moment(12)).unwrap();
        assert_eq!(held.from, moment(10));
    }

    #[test]
    fn reinstatement_releases() {
        let suspended = event("suspended", 10, 10);
        let reinstated = event("reinstated", 20, 20);
        let events = [&suspended, &reinstated];
        assert_eq!(state_at(&licence(), &events, moment(20)), LicenceState::Active);
        assert_eq!(held_stretch(&licence(), &events, moment(20)), None);
    }
}
