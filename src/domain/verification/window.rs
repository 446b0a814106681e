//! Whether a window is the one that its network's schedule makes. Never here: its totals and its proof.

use chrono::{DateTime, Utc};

use super::{Comparison, Finding};
use crate::domain::window::Schedule;

/// A window as it stands in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWindow {
    pub id: i32,
    pub period_key: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// Each row by itself: the window of the schedule in which it starts, so that one that is wrong makes no other so.
pub fn check_window(stored: &StoredWindow, schedule: &Schedule, findings: &mut Vec<Finding>) {
    let mut row = Comparison::of("windows", stored.id, findings);
    match schedule.window_at(stored.starts_at) {
        Ok(window) => {
            row.same("starts_at", stored.starts_at, window.from);
            row.same("ends_at", stored.ends_at, window.until);
            row.same("period_key", stored.period_key.clone(), window.period.to_string());
        }
        Err(rule) => row.differs("starts_at", stored.starts_at, rule),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, NaiveTime};
    use chrono_tz::Asia::Tehran;

    use super::*;
    use crate::domain::period::PeriodKind;
    use crate::domain::window::Cycle;

    #[test]
    fn a_window_starts_ends_and_is_called_as_the_schedule_says() {
        let first: DateTime<Utc> = "2026-03-20T20:30:00Z".parse().unwrap();
        let cycle = Cycle {
            kind: PeriodKind::JalaliMonth,
            cut_off: NaiveTime::MIN,
        };
        let schedule = Schedule::unchanged(Tehran, first, cycle);
        let right = StoredWindow {
            id: 7,
            period_key: "j1405-01".to_owned(),
            starts_at: first,
            ends_at: "2026-04-20T20:30:00Z".parse().unwrap(),
        };
        let told = |stored: StoredWindow| {
            let mut findings = Vec::new();
            check_window(&stored, &schedule, &mut findings);
            findings.into_iter().map(|f| f.what).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        let just = Duration::microseconds(1);
        assert_eq!(told(right.clone()), none);
        let (starts_at, ends_at) = (right.starts_at, right.ends_at);
        let earlier = starts_at - just;
        assert_eq!(
            told(StoredWindow {
                starts_at: earlier,
                ..right.clone()
            }),
            ["starts_at"]
        );
        let later = starts_at + just;
        assert_eq!(
            told(StoredWindow {
                starts_at: later,
                ..right.clone()
            }),
            ["starts_at"]
        );
        let later = ends_at + just;
        assert_eq!(
            told(StoredWindow {
                ends_at: later,
                ..right.clone()
            }),
            ["ends_at"]
        );
        let period_key = "j1405-02".to_owned();
        assert_eq!(told(StoredWindow { period_key, ..right }), ["period_key"]);
    }
}
