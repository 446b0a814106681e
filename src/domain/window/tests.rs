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
    let state = |stored: StoredState, now| stored.since(window.from, now);
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
fn an_item_is_too_late_beyond_the_limit_and_not_yet_beyond_what_clocks_may_differ() {
    let booked = utc("2024-07-23T00:00:00Z");
    let (days, minutes) = (Duration::days(270), Duration::minutes(5));
    let of = |happened| untimeliness(happened, booked, days, minutes);
    let moment = Duration::microseconds(1);
    assert_eq!(of(booked - days), None);
    assert_eq!(of(booked - days - moment), Some(Untimely::TooLate));
    assert_eq!(of(booked + minutes), None);
    assert_eq!(of(booked + minutes + moment), Some(Untimely::NotYet));
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
    }
}
