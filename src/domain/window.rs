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

impl StoredState {
    pub const fn of(is_closed: bool, is_sealed: bool) -> Self {
        match (is_closed, is_sealed) {
            (_, true) => Self::Sealed,
            (true, false) => Self::Closed,
            (false, false) => Self::Unclosed,
        }
    }

    /// The state now of a window that begins at a moment.
    pub fn since(self, begins_at: DateTime<Utc>, now: DateTime<Utc>) -> WindowState {
        match self {
            Self::Sealed => WindowState::Sealed,
            Self::Closed => WindowState::Closed,
            Self::Unclosed if now < begins_at => WindowState::Planned,
            Self::Unclosed => WindowState::Open,
        }
    }
}

impl WindowState {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Sealed => "sealed",
        }
    }
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

/// Why an event is not booked by its time alone (money rule 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untimely {
    /// Older than the allowed lateness.
    TooLate,
    /// Later than the moment of booking by more than clocks may differ.
    NotYet,
}

/// Whether the limit of lateness binds a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    Limited,
    /// A person releases it from quarantine, and answers for it.
    Accepted,
}

/// Clocks of counters may be ahead of ours by so much.
pub const CLOCK_DIFFERENCE_MAX: Duration = Duration::minutes(5);

/// `lateness_max` counts back from the moment of booking, inclusive; `clock_difference_max` forward, inclusive. What is neither too
/// late nor not yet is booked, in whichever window takes it.
pub fn untimeliness(
    happened_at: DateTime<Utc>,
    booked_at: DateTime<Utc>,
    lateness_max: Duration,
    clock_difference_max: Duration,
) -> Option<Untimely> {
    if happened_at - booked_at > clock_difference_max {
        Some(Untimely::NotYet)
    } else if booked_at - happened_at > lateness_max {
        Some(Untimely::TooLate)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
