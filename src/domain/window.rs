//! The booking windows of a network's cycles: which one an instant falls in, which one takes a booking, when one may close.
//! Never here: how a window is stored or locked.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::interval::Interval;
use super::period::{PeriodKey, PeriodKind};
use super::zone::{day_of, instant_of};

/// How long a window lasts and when, by the local clock, one ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    pub kind: PeriodKind,
    /// On the first day of each period; midnight makes the window the period itself.
    pub cut_off: NaiveTime,
}

/// A network's cycles, each from an instant on. The windows of all of them follow each other without gap or overlap:
/// the last window before a change of cycle ends at the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    zone: Tz,
    cycles: Vec<(DateTime<Utc>, Cycle)>,
}

/// The interval in which bookings are settled together. Within a network `from` identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    pub period: PeriodKey,
}

/// What is stored of a window. Planned and open are read off the time, see [`Window::state`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredState {
    #[default]
    Unclosed,
    Closed,
    Sealed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowState {
    /// It has not begun.
    Planned,
    /// It has begun and takes bookings; after its end it waits for being closed.
    Open,
    /// Nothing more comes in.
    Closed,
    /// Proven, its journals posted, its digest fixed.
    Sealed,
}

/// The rule of windows that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowRule {
    #[error("a schedule has at least one cycle, and its cycles are in the order of time")]
    CyclesInOrder,
    #[error("the network's first window begins at {0}")]
    NotBeforeTheFirst(DateTime<Utc>),
    #[error("no window takes bookings at {0}: the next {WINDOWS_AHEAD_MAX} are closed")]
    NoneOpen(DateTime<Utc>),
    #[error("a window is not closed before its end, {0}")]
    NotBeforeItsEnd(DateTime<Utc>),
    #[error("windows are closed in their order: the one before is not closed")]
    ClosedInOrder,
    #[error("windows are sealed in their order: the one before is not sealed")]
    SealedInOrder,
    #[error("the window is closed already")]
    ClosedOnce,
    #[error("only a closed window is sealed")]
    SealedAfterClosing,
    #[error("the window is sealed already; a sealed window never reopens")]
    SealedOnce,
}

impl WindowRule {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CyclesInOrder => "a_schedule_has_its_cycles_in_order",
            Self::NotBeforeTheFirst(_) => "nothing_is_booked_before_the_first_window",
            Self::NoneOpen(_) => "a_window_is_open",
            Self::NotBeforeItsEnd(_) => "no_window_closes_before_its_end",
            Self::ClosedInOrder => "windows_are_closed_in_order",
            Self::SealedInOrder => "windows_are_sealed_in_order",
            Self::ClosedOnce => "a_window_is_closed_once",
            Self::SealedAfterClosing => "only_a_closed_window_is_sealed",
            Self::SealedOnce => "a_sealed_window_never_reopens",
        }
    }
}

/// How far past the present one an open window is looked for.
const WINDOWS_AHEAD_MAX: usize = 100;

impl Schedule {
    /// `cycles`: from when each applies; the first instant is the beginning of the network's first window.
    pub fn new(zone: Tz, cycles: Vec<(DateTime<Utc>, Cycle)>) -> Result<Self, WindowRule> {
        let in_order = cycles.is_sorted_by(|(a, _), (b, _)| a < b);
        if cycles.is_empty() || !in_order {
            return Err(WindowRule::CyclesInOrder);
        }
        Ok(Self { zone, cycles })
    }

    /// The schedule of a network that never changed its cycle.
    pub fn unchanged(zone: Tz, first_window_starts_at: DateTime<Utc>, cycle: Cycle) -> Self {
        Self {
            zone,
            cycles: vec![(first_window_starts_at, cycle)],
        }
    }

    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether the network's first window has begun.
    pub fn has_begun(&self, at: DateTime<Utc>) -> Result<(), WindowRule> {
        match self.cycles.first() {
            Some((first, _)) if at < *first => Err(WindowRule::NotBeforeTheFirst(*first)),
            Some(_) | None => Ok(()),
        }
    }

    /// The window whose interval contains the instant.
    pub fn window_at(&self, at: DateTime<Utc>) -> Result<Window, WindowRule> {
        let applies = self.cycles.partition_point(|(from, _)| *from <= at);
        let Some((begins, cycle)) = applies.checked_sub(1).and_then(|last| self.cycles.get(last)) else {
            let first = self.cycles.first().map_or(at, |(from, _)| *from);
            return Err(WindowRule::NotBeforeTheFirst(first));
        };
        let whole = cycle.window_at(self.zone, at);
        let changes = self.cycles.get(applies).map_or(whole.until, |(from, _)| *from);
        Ok(Window {
            from: whole.from.max(*begins),
            until: whole.until.min(changes),
            ..whole
        })
    }

    pub fn after(&self, window: &Window) -> Result<Window, WindowRule> {
        self.window_at(window.until)
    }

    /// `None` for the network's first window.
    pub fn before(&self, window: &Window) -> Option<Window> {
        self.window_at(window.from - Duration::microseconds(1)).ok()
    }

    /// The window that many windows after the one that contains the instant.
    pub fn nth_after(&self, at: DateTime<Utc>, count: u32) -> Result<Window, WindowRule> {
        (0..count).try_fold(self.window_at(at)?, |window, _| self.after(&window))
    }

    /// The windows, in order, that have ended at `now`, from the one that contains `since` on: what is due for closing.
    pub fn ended(
        &self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<impl Iterator<Item = Window>, WindowRule> {
        let first = self.window_at(since)?;
        let windows = std::iter::successors(Some(first), |window| self.after(window).ok());
        Ok(windows.take_while(move |window| window.until <= now))
    }
}

impl Cycle {
    /// Without regard to where a schedule begins or changes.
    fn window_at(self, zone: Tz, at: DateTime<Utc>) -> Window {
        let mut period = self.kind.of_day(day_of(zone, at));
        while at < self.begins(zone, period) {
            period = period.previous();
        }
        while self.begins(zone, period.next()) <= at {
            period = period.next();
        }
        let (from, until) = (self.begins(zone, period), self.begins(zone, period.next()));
        Window { from, until, period }
    }

    fn begins(self, zone: Tz, period: PeriodKey) -> DateTime<Utc> {
        instant_of(zone, period.first_day().and_time(self.cut_off))
    }
}

impl Window {
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }

    pub fn interval(&self) -> Interval<DateTime<Utc>> {
        Interval::new(self.from, Some(self.until)).unwrap_or(Interval::since(self.from))
    }

    pub fn state(&self, stored: StoredState, now: DateTime<Utc>) -> WindowState {
        match stored {
            StoredState::Sealed => WindowState::Sealed,
            StoredState::Closed => WindowState::Closed,
            StoredState::Unclosed if now < self.from => WindowState::Planned,
            StoredState::Unclosed => WindowState::Open,
        }
    }

    /// Whether the window may be closed now. `before` is the state of the window before it, if there is one.
    pub fn may_close(
        &self,
        stored: StoredState,
        before: Option<StoredState>,
        now: DateTime<Utc>,
    ) -> Result<(), WindowRule> {
        match stored {
            StoredState::Sealed => Err(WindowRule::SealedOnce),
            StoredState::Closed => Err(WindowRule::ClosedOnce),
            StoredState::Unclosed if now < self.until => Err(WindowRule::NotBeforeItsEnd(self.until)),
            StoredState::Unclosed if before == Some(StoredState::Unclosed) => Err(WindowRule::ClosedInOrder),
            StoredState::Unclosed => Ok(()),
        }
    }
}

/// Whether a window in this state may be sealed. `before` is the state of the window before it, if there is one.
pub fn may_seal(stored: StoredState, before: Option<StoredState>) -> Result<(), WindowRule> {
    match stored {
        StoredState::Unclosed => Err(WindowRule::SealedAfterClosing),
        StoredState::Sealed => Err(WindowRule::SealedOnce),
        StoredState::Closed if before.is_some_and(|b| b != StoredState::Sealed) => {
            Err(WindowRule::SealedInOrder)
        }
        StoredState::Closed => Ok(()),
    }
}

/// The one window in which something is booked now: the one that contains the moment or, if that is closed (by a server
/// whose clock is ahead), the earliest open one (money rule 10). As windows close in order, that one lies after it.
pub fn booking_window(
    schedule: &Schedule,
    now: DateTime<Utc>,
    is_closed: impl Fn(&Window) -> bool,
) -> Result<Window, WindowRule> {
    let mut window = schedule.window_at(now)?;
    for _ in 0..WINDOWS_AHEAD_MAX {
        if !is_closed(&window) {
            return Ok(window);
        }
        window = schedule.after(&window)?;
    }
    Err(WindowRule::NoneOpen(now))
}

/// How an event lies to the window that books it (money rule 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    InTime,
    /// Printed under "items of earlier periods".
    Late,
    /// Older than the allowed lateness: quarantined.
    TooLate,
    /// Later than the moment of booking by more than clocks may differ: quarantined.
    NotYet,
}

/// Whether it is too late or not yet; what is neither is booked, in whichever window takes it.
pub fn untimeliness(
    happened_at: DateTime<Utc>,
    booked_at: DateTime<Utc>,
    lateness_max: Duration,
    clock_difference_max: Duration,
) -> Option<Timeliness> {
    if happened_at - booked_at > clock_difference_max {
        Some(Timeliness::NotYet)
    } else if booked_at - happened_at > lateness_max {
        Some(Timeliness::TooLate)
    } else {
        None
    }
}

/// `lateness_max` counts back from the moment of booking, inclusive; `clock_difference_max` forward, inclusive.
pub fn timeliness(
    happened_at: DateTime<Utc>,
    booked_at: DateTime<Utc>,
    window: &Window,
    lateness_max: Duration,
    clock_difference_max: Duration,
) -> Timeliness {
    let booked = if happened_at < window.from {
        Timeliness::Late
    } else {
        Timeliness::InTime
    };
    untimeliness(happened_at, booked_at, lateness_max, clock_difference_max).unwrap_or(booked)
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use proptest::prelude::*;

    use super::*;

    const TEHRAN: Tz = Tz::Asia__Tehran;
    const WEEKLY: Cycle = Cycle {
        kind: PeriodKind::Week {
            first_day: Weekday::Sat,
        },
        cut_off: NaiveTime::MIN,
    };
    const MONTHLY: Cycle = Cycle {
        kind: PeriodKind::JalaliMonth,
        cut_off: NaiveTime::MIN,
    };

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn at_eight(kind: PeriodKind) -> Cycle {
        Cycle {
            kind,
            cut_off: NaiveTime::from_hms_opt(20, 0, 0).unwrap(),
        }
    }

    fn monthly() -> Schedule {
        Schedule::unchanged(TEHRAN, utc("2024-03-19T20:30:00Z"), MONTHLY)
    }

    #[test]
    fn a_window_ends_where_the_local_month_ends() {
        let last = monthly().window_at(utc("2025-03-20T20:29:59Z")).unwrap();
        let first = monthly().window_at(utc("2025-03-20T20:30:00Z")).unwrap();
        assert_eq!(last.period.to_string(), "j1403-12");
        assert_eq!(first.period.to_string(), "j1404-01");
        assert_eq!(last.until, first.from);
    }

    #[test]
    fn a_cut_off_in_the_evening_moves_the_border_to_that_hour() {
        let schedule = Schedule::unchanged(TEHRAN, utc("2024-01-01T00:00:00Z"), at_eight(PeriodKind::Day));
        let before = schedule.window_at(utc("2024-07-23T16:29:59Z")).unwrap();
        let on = schedule.window_at(utc("2024-07-23T16:30:00Z")).unwrap();
        assert_eq!(before.period.to_string(), "2024-07-22");
        assert_eq!(on.period.to_string(), "2024-07-23");
        assert_eq!(schedule.before(&on), Some(before));
    }

    #[test]
    fn the_first_window_begins_with_the_network_and_nothing_lies_before_it() {
        let start = utc("2024-04-02T05:00:00Z");
        let schedule = Schedule::unchanged(TEHRAN, start, MONTHLY);
        let first = schedule.window_at(start).unwrap();
        assert_eq!((first.from, first.until), (start, utc("2024-04-19T20:30:00Z")));
        assert_eq!(schedule.before(&first), None);
        assert_eq!(
            schedule.window_at(start - Duration::seconds(1)),
            Err(WindowRule::NotBeforeTheFirst(start))
        );
    }

    #[test]
    fn a_change_of_cycle_cuts_the_running_window_short() {
        let change = utc("2024-07-29T20:30:00Z");
        let schedule = Schedule::new(
            TEHRAN,
            vec![(utc("2024-03-19T20:30:00Z"), WEEKLY), (change, MONTHLY)],
        )
        .unwrap();
        let last = schedule.window_at(change - Duration::seconds(1)).unwrap();
        let first = schedule.after(&last).unwrap();
        assert_eq!((last.until, first.from), (change, change));
        assert_eq!(first.period.to_string(), "j1403-05");
        assert_eq!(schedule.before(&first), Some(last));
    }

    #[test]
    fn cycles_out_of_order_are_refused() {
        let at = utc("2024-01-01T00:00:00Z");
        assert_eq!(Schedule::new(TEHRAN, vec![]), Err(WindowRule::CyclesInOrder));
        let twice = vec![(at, WEEKLY), (at, MONTHLY)];
        assert_eq!(Schedule::new(TEHRAN, twice), Err(WindowRule::CyclesInOrder));
    }

    #[test]
    fn planned_and_open_are_read_off_the_time() {
        let window = monthly().window_at(utc("2024-07-23T00:00:00Z")).unwrap();
        let state = |stored, now| window.state(stored, now);
        let moment = Duration::microseconds(1);
        assert_eq!(
            state(StoredState::Unclosed, window.from - moment),
            WindowState::Planned
        );
        assert_eq!(state(StoredState::Unclosed, window.from), WindowState::Open);
        assert_eq!(state(StoredState::Unclosed, window.until), WindowState::Open);
        assert_eq!(state(StoredState::Closed, window.until), WindowState::Closed);
        assert_eq!(state(StoredState::Sealed, window.until), WindowState::Sealed);
    }

    #[test]
    fn a_window_closes_at_its_end_once_and_in_order() {
        let window = monthly().window_at(utc("2024-07-23T00:00:00Z")).unwrap();
        let (sealed, closed, unclosed) = (StoredState::Sealed, StoredState::Closed, StoredState::Unclosed);
        let early = window.until - Duration::microseconds(1);
        assert_eq!(
            window.may_close(unclosed, Some(sealed), early),
            Err(WindowRule::NotBeforeItsEnd(window.until))
        );
        assert_eq!(window.may_close(unclosed, Some(closed), window.until), Ok(()));
        assert_eq!(window.may_close(unclosed, None, window.until), Ok(()));
        assert_eq!(
            window.may_close(unclosed, Some(unclosed), window.until),
            Err(WindowRule::ClosedInOrder)
        );
        assert_eq!(
            window.may_close(closed, None, window.until),
            Err(WindowRule::ClosedOnce)
        );
        assert_eq!(
            window.may_close(sealed, None, window.until),
            Err(WindowRule::SealedOnce)
        );
    }

    #[test]
    fn a_window_is_sealed_once_after_closing_and_in_order() {
        let (sealed, closed, unclosed) = (StoredState::Sealed, StoredState::Closed, StoredState::Unclosed);
        assert_eq!(may_seal(closed, Some(sealed)), Ok(()));
        assert_eq!(may_seal(closed, None), Ok(()));
        assert_eq!(may_seal(closed, Some(closed)), Err(WindowRule::SealedInOrder));
        assert_eq!(
            may_seal(unclosed, Some(sealed)),
            Err(WindowRule::SealedAfterClosing)
        );
        assert_eq!(may_seal(sealed, Some(sealed)), Err(WindowRule::SealedOnce));
    }

    #[test]
    fn a_booking_goes_to_the_window_of_its_moment_or_else_to_the_earliest_open_one() {
        let schedule = monthly();
        let now = utc("2024-07-23T00:00:00Z");
        let its_own = schedule.window_at(now).unwrap();
        assert_eq!(booking_window(&schedule, now, |_| false), Ok(its_own));
        let until_autumn = |w: &Window| w.until <= utc("2024-09-21T20:30:00Z");
        let open = booking_window(&schedule, now, until_autumn).unwrap();
        assert_eq!(open.period.to_string(), "j1403-07");
        assert_eq!(
            booking_window(&schedule, now, |_| true),
            Err(WindowRule::NoneOpen(now))
        );
    }

    #[test]
    fn what_has_ended_is_listed_in_order() {
        let due = |now| {
            let schedule = monthly();
            let windows = schedule.ended(utc("2024-03-20T00:00:00Z"), now).unwrap();
            windows.map(|w| w.period.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(due(utc("2024-05-20T20:29:59Z")), ["j1403-01"]);
        assert_eq!(due(utc("2024-05-20T20:30:00Z")), ["j1403-01", "j1403-02"]);
    }

    #[test]
    fn an_item_is_late_before_its_window_and_too_late_beyond_the_limit() {
        let booked = utc("2024-07-23T00:00:00Z");
        let window = monthly().window_at(booked).unwrap();
        let (days, minutes) = (Duration::days(270), Duration::minutes(5));
        let of = |happened| timeliness(happened, booked, &window, days, minutes);
        let moment = Duration::microseconds(1);
        assert_eq!(of(window.from - moment), Timeliness::Late);
        assert_eq!(of(window.from), Timeliness::InTime);
        assert_eq!(of(booked - days), Timeliness::Late);
        assert_eq!(of(booked - days - moment), Timeliness::TooLate);
        assert_eq!(of(booked + minutes), Timeliness::InTime);
        assert_eq!(of(booked + minutes + moment), Timeliness::NotYet);
    }

    fn any_cycle() -> impl Strategy<Value = Cycle> {
        let kinds = prop_oneof![
            Just(PeriodKind::Day),
            Just(PeriodKind::Week {
                first_day: Weekday::Sat
            }),
            Just(PeriodKind::JalaliMonth),
            Just(PeriodKind::GregorianMonth),
        ];
        (kinds, 0..86_400_u32).prop_map(|(kind, second)| Cycle {
            kind,
            cut_off: NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap(),
        })
    }

    proptest! {
        #[test]
        fn windows_are_contiguous_and_every_instant_is_in_exactly_one(
            first in any_cycle(),
            second in any_cycle(),
            zone in prop_oneof![Just(TEHRAN), Just(Tz::Europe__Berlin), Just(Tz::Pacific__Apia)],
            change in 0..40_000_000_i64,
            second_of in 0..90_000_000_i64,
        ) {
            let start = utc("2010-11-05T10:00:00Z");
            let change = start + Duration::seconds(change + 1);
            let schedule = Schedule::new(zone, vec![(start, first), (change, second)]).unwrap();
            let at = start + Duration::seconds(second_of);
            let window = schedule.window_at(at).unwrap();
            prop_assert!(window.contains(at));
            prop_assert_eq!(schedule.window_at(window.from), Ok(window));
            prop_assert_eq!(schedule.window_at(window.until - Duration::microseconds(1)), Ok(window));
            let next = schedule.after(&window).unwrap();
            prop_assert!(next.from == window.until && next.until > next.from);
            prop_assert_eq!(schedule.before(&next), Some(window));
            prop_assert_eq!(schedule.nth_after(at, 1), Ok(next));
        }
    }
}
