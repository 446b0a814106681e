//! Before, on and after every border of money rule 18. Days are those of January 2026, at noon.

use chrono::Duration;
use proptest::prelude::*;

use super::super::interval::Interval;
use super::held_span::HeldSpan;
use super::*;

const REFUSE: AfterRestriction = AfterRestriction::Refuse;
const SUSPENDED: LicenceState = LicenceState::Suspended;
const EARNS: MoneyPolicy = MoneyPolicy::Earns;
const HELD: MoneyPolicy = MoneyPolicy::Held(HeldFor::Restriction(SUSPENDED));
const HELD_AS_LATE: MoneyPolicy = MoneyPolicy::Held(HeldFor::LateArrival);
const REFUSED: MoneyPolicy = MoneyPolicy::Refused(Unlicensed::State(SUSPENDED));

/// A moment before noon of a day, on it, after it.
fn around(day: i64) -> [DateTime<Utc>; 3] {
    [-1, 0, 1].map(|moment| noon(day) + Duration::microseconds(moment))
}

fn noon(day: i64) -> DateTime<Utc> {
    "2025-12-31T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day)
}

fn event(change: LicenceChange, effective: i64, recorded: i64) -> LicenceEvent {
    LicenceEvent {
        change,
        effective_at: noon(effective),
        recorded_at: noon(recorded),
    }
}

/// Valid from day 1 to day 100, issued on day 1.
fn licence(events: impl IntoIterator<Item = (LicenceChange, i64, i64)>) -> Licence {
    let issued = event(LicenceChange::Issued, 1, 1);
    let later = events
        .into_iter()
        .map(|(change, effective, recorded)| event(change, effective, recorded));
    let term = Interval::new(noon(1), Some(noon(100))).unwrap();
    Licence::new(term, std::iter::once(issued).chain(later).collect())
}

/// Suspended from day 10 on by a decision that was recorded on day 20.
fn suspended() -> Licence {
    licence([(LicenceChange::Suspended, 10, 20)])
}

fn reinstated(effective: i64) -> Licence {
    licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, effective, 40),
    ])
}

/// The states that the term goes through, each from when, as known at a moment. They differ from each other.
fn timeline(licence: &Licence, known_at: DateTime<Utc>) -> Vec<(DateTime<Utc>, LicenceState)> {
    let mut moments: Vec<_> = licence.events().iter().map(|event| event.effective_at).collect();
    moments.push(licence.term().from());
    moments.extend(licence.term().until());
    moments.sort_unstable();
    let mut timeline: Vec<(DateTime<Utc>, LicenceState)> = Vec::new();
    for at in moments {
        let Some(state) = licence.state(at, known_at) else {
            continue;
        };
        if timeline.last().is_none_or(|(_, last)| *last != state) {
            timeline.push((at, state));
        }
    }
    timeline
}

/// Booked when it arrives and judged with the knowledge of that moment.
fn at_once(licence: &Licence, happened_at: DateTime<Utc>) -> MoneyPolicy {
    let case = Happening {
        happened_at,
        received_at: happened_at,
        known_at: happened_at,
    };
    licence.money_policy(case, REFUSE)
}

/// Booked when it happened and judged by a settlement on that day.
fn settled_on(day: i64, licence: &Licence, happened_at: DateTime<Utc>) -> MoneyPolicy {
    let case = Happening {
        happened_at,
        received_at: happened_at,
        known_at: noon(day),
    };
    licence.money_policy(case, REFUSE)
}

/// Sent in on that day.
fn sent_on(day: i64, licence: &Licence, happened_at: DateTime<Utc>) -> MoneyPolicy {
    let case = Happening {
        happened_at,
        received_at: noon(day),
        known_at: noon(day),
    };
    licence.money_policy(case, REFUSE)
}

#[test]
fn a_licence_suspended_at_noon_earns_until_noon() {
    assert_eq!(
        around(10).map(|at| settled_on(30, &suspended(), at)),
        [EARNS, HELD, HELD]
    );
}

#[test]
fn what_happened_before_the_decision_was_recorded_is_held_and_what_happened_after_is_refused() {
    assert_eq!(
        around(20).map(|at| settled_on(30, &suspended(), at)),
        [HELD, REFUSED, REFUSED]
    );
}

#[test]
fn at_booking_nothing_is_held_for_a_decision_that_is_not_on_record_yet() {
    assert_eq!(
        around(10).map(|at| at_once(&suspended(), at)),
        [EARNS, EARNS, EARNS]
    );
    assert_eq!(
        around(20).map(|at| at_once(&suspended(), at)),
        [EARNS, REFUSED, REFUSED]
    );
}

#[test]
fn what_arrives_after_the_recording_with_an_earlier_event_time_is_held_until_confirmed() {
    let happened_at = noon(5);
    let arrived = around(20).map(|received_at| {
        let case = Happening {
            happened_at,
            received_at,
            known_at: noon(30),
        };
        suspended().money_policy(case, REFUSE)
    });
    assert_eq!(arrived, [EARNS, HELD_AS_LATE, HELD_AS_LATE]);
    assert_eq!(sent_on(25, &suspended(), noon(15)), HELD);
}

#[test]
fn what_arrived_before_the_recording_by_a_clock_that_is_ahead_is_held_until_a_reinstatement() {
    let ahead = |licence: &Licence, by: Duration| {
        around(20).map(|received_at| {
            let case = Happening {
                happened_at: received_at + by,
                received_at,
                known_at: noon(50),
            };
            licence.money_policy(case, REFUSE)
        })
    };
    let within = CLOCK_DIFFERENCE_MAX;
    assert_eq!(ahead(&suspended(), within), [HELD, REFUSED, REFUSED]);
    assert_eq!(ahead(&reinstated(40), within), [EARNS, REFUSED, REFUSED]);
    let beyond = within + Duration::microseconds(1);
    assert_eq!(ahead(&suspended(), beyond), [REFUSED, REFUSED, REFUSED]);
}

#[test]
fn from_the_recording_on_the_service_says_whether_a_case_is_refused_or_quarantined() {
    let case = Happening {
        happened_at: noon(25),
        received_at: noon(25),
        known_at: noon(25),
    };
    let quarantined = MoneyPolicy::Quarantined(Unlicensed::State(SUSPENDED));
    assert_eq!(
        suspended().money_policy(case, AfterRestriction::Quarantine),
        quarantined
    );
    assert_eq!(suspended().money_policy(case, REFUSE), REFUSED);
}

#[test]
fn an_announced_suspension_holds_nothing_and_binds_from_its_day_on() {
    let announced = licence([(LicenceChange::Suspended, 20, 10)]);
    assert_eq!(
        around(10).map(|at| at_once(&announced, at)),
        [EARNS, EARNS, EARNS]
    );
    assert_eq!(
        around(20).map(|at| at_once(&announced, at)),
        [EARNS, REFUSED, REFUSED]
    );
    assert_eq!(sent_on(15, &announced, noon(5)), EARNS);
    assert_eq!(sent_on(25, &announced, noon(15)), HELD_AS_LATE);
}

#[test]
fn a_suspension_that_is_recorded_when_it_takes_effect_holds_nothing() {
    let at_once_effective = licence([(LicenceChange::Suspended, 10, 10)]);
    assert_eq!(
        around(10).map(|at| settled_on(30, &at_once_effective, at)),
        [EARNS, REFUSED, REFUSED]
    );
}

#[test]
fn a_reinstatement_releases_what_was_held() {
    assert_eq!(settled_on(39, &reinstated(40), noon(15)), HELD);
    assert_eq!(settled_on(40, &reinstated(40), noon(15)), EARNS);
    assert_eq!(sent_on(45, &reinstated(40), noon(5)), EARNS);
}

#[test]
fn from_the_reinstatement_on_a_case_earns_and_before_it_stays_refused() {
    assert_eq!(
        around(40).map(|at| sent_on(50, &reinstated(40), at)),
        [REFUSED, EARNS, EARNS]
    );
    assert_eq!(
        around(20).map(|at| sent_on(50, &reinstated(40), at)),
        [EARNS, REFUSED, REFUSED]
    );
}

#[test]
fn an_announced_reinstatement_releases_what_was_held_from_its_moment_on_and_not_before() {
    let announced = licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, 40, 30),
    ]);
    let known = around(40).map(|known_at| {
        let case = Happening {
            happened_at: noon(15),
            received_at: noon(15),
            known_at,
        };
        announced.money_policy(case, REFUSE)
    });
    assert_eq!(known, [HELD, EARNS, EARNS]);
}

#[test]
fn a_backdated_reinstatement_lets_everything_earn_from_its_effective_moment_on() {
    let annulled = reinstated(10);
    for day in [10, 15, 20, 25, 40] {
        assert_eq!(
            around(day).map(|at| sent_on(50, &annulled, at)),
            [EARNS, EARNS, EARNS]
        );
    }
    let half = reinstated(30);
    assert_eq!(
        around(30).map(|at| sent_on(50, &half, at)),
        [REFUSED, EARNS, EARNS]
    );
    assert_eq!(sent_on(35, &half, noon(32)), REFUSED);
}

#[test]
fn a_second_suspension_holds_again_after_a_reinstatement() {
    let events = [
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, 40, 40),
        (LicenceChange::Suspended, 50, 60),
    ];
    let twice = licence(events);
    let judged = [15, 25, 45, 55, 65].map(|day| settled_on(70, &twice, noon(day)));
    assert_eq!(judged, [EARNS, REFUSED, EARNS, HELD, REFUSED]);
}

#[test]
fn a_suspension_that_is_annulled_after_it_was_lifted_lets_everything_earn() {
    let annulled = licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, 40, 40),
        (LicenceChange::Reinstated, 10, 60),
    ]);
    let judged = |day| [15, 25, 45].map(|happened| sent_on(day, &annulled, noon(happened)));
    assert_eq!(judged(59), [EARNS, REFUSED, EARNS]);
    assert_eq!(judged(60), [EARNS, EARNS, EARNS]);
}

#[test]
fn a_reinstatement_that_is_brought_forward_releases_from_its_new_moment_on() {
    let sooner = licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, 40, 25),
        (LicenceChange::Reinstated, 30, 28),
    ]);
    let held = around(30).map(|known_at| {
        let case = Happening {
            happened_at: noon(15),
            received_at: noon(15),
            known_at,
        };
        sooner.money_policy(case, REFUSE)
    });
    assert_eq!(held, [HELD, EARNS, EARNS]);
    assert_eq!(
        around(30).map(|at| sent_on(35, &sooner, at)),
        [REFUSED, EARNS, EARNS]
    );
}

#[test]
fn a_decision_stands_as_it_was_recorded_until_the_opposite_is_recorded_after_it() {
    let licence = licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Revoked, 25, 25),
        (LicenceChange::Reinstated, 40, 40),
        (LicenceChange::Suspended, 10, 60),
    ]);
    let stands = |change, recorded| licence.stands_as_recorded(change, noon(recorded));
    assert!(!stands(LicenceChange::Suspended, 20));
    assert!(!stands(LicenceChange::Revoked, 25));
    assert!(!stands(LicenceChange::Reinstated, 40));
    assert!(stands(LicenceChange::Suspended, 60));
}

#[test]
fn a_licence_earns_from_the_first_instant_of_its_term_to_the_last() {
    let never = MoneyPolicy::Refused(Unlicensed::BeforeTheTerm);
    let expired = MoneyPolicy::Refused(Unlicensed::State(LicenceState::Expired));
    assert_eq!(
        around(1).map(|at| at_once(&licence([]), at)),
        [never, EARNS, EARNS]
    );
    assert_eq!(
        around(100).map(|at| at_once(&licence([]), at)),
        [EARNS, expired, expired]
    );
    assert_eq!(sent_on(120, &licence([]), noon(99)), EARNS);
}

#[test]
fn revoked_and_surrendered_licences_hold_and_refuse_each_under_its_own_name() {
    for (change, state) in [
        (LicenceChange::Revoked, LicenceState::Revoked),
        (LicenceChange::Surrendered, LicenceState::Surrendered),
    ] {
        let ended = licence([(change, 10, 20)]);
        let judged = [5, 15, 25].map(|day| settled_on(30, &ended, noon(day)));
        let held = MoneyPolicy::Held(HeldFor::Restriction(state));
        assert_eq!(
            judged,
            [EARNS, held, MoneyPolicy::Refused(Unlicensed::State(state))]
        );
    }
}

#[test]
fn a_late_arrival_is_held_after_a_revocation_and_not_after_a_surrender() {
    assert_eq!(
        sent_on(25, &licence([(LicenceChange::Revoked, 20, 20)]), noon(5)),
        HELD_AS_LATE
    );
    assert_eq!(
        sent_on(25, &licence([(LicenceChange::Surrendered, 20, 20)]), noon(5)),
        EARNS
    );
}

#[test]
fn a_term_that_was_over_when_its_renewal_was_restricted_stays_expired_and_holds_what_arrives_late() {
    for change in [LicenceChange::Suspended, LicenceChange::Revoked] {
        let renewed = licence([(change, 105, 106)]);
        let states = [99, 100, 105, 110].map(|day| renewed.state(noon(day), noon(110)));
        let (active, expired) = (Some(LicenceState::Active), Some(LicenceState::Expired));
        assert_eq!(states, [active, expired, expired, expired]);
        let arrived = around(106).map(|received_at| {
            let case = Happening {
                happened_at: noon(95),
                received_at,
                known_at: noon(110),
            };
            renewed.money_policy(case, REFUSE)
        });
        assert_eq!(arrived, [EARNS, HELD_AS_LATE, HELD_AS_LATE]);
        let late = HeldSpan {
            happened_from: noon(1),
            happened_until: noon(100),
            received_from: Some(noon(106)),
        };
        assert_eq!(renewed.held_spans(noon(110)), [late]);
    }
    let lifted = licence([
        (LicenceChange::Suspended, 105, 106),
        (LicenceChange::Reinstated, 108, 108),
    ]);
    assert_eq!(sent_on(109, &lifted, noon(95)), EARNS);
}

#[test]
fn what_is_held_is_so_since_the_first_restriction_that_holds_it_and_not_since_one_that_was_lifted() {
    let since = |licence: &Licence, happened, received| {
        licence.held_since(Happening {
            happened_at: noon(happened),
            received_at: noon(received),
            known_at: noon(115),
        })
    };
    assert_eq!(since(&suspended(), 12, 13), Some(noon(10)));
    assert_eq!(since(&suspended(), 5, 6), None);
    let revoked = licence([
        (LicenceChange::Revoked, 10, 10),
        (LicenceChange::Suspended, 15, 15),
    ]);
    assert_eq!(since(&revoked, 5, 16), Some(noon(10)));
    let suspended_again = [
        (LicenceChange::Suspended, 90, 90),
        (LicenceChange::Reinstated, 102, 102),
        (LicenceChange::Suspended, 105, 106),
    ];
    assert_eq!(since(&licence(suspended_again), 50, 107), Some(noon(105)));
    let given_back = [
        (LicenceChange::Suspended, 105, 106),
        (LicenceChange::Surrendered, 90, 107),
    ];
    assert_eq!(since(&licence(given_back), 50, 108), Some(noon(105)));
}

#[test]
fn the_state_depends_on_what_was_known() {
    let licence = reinstated(15);
    let state = |at, known| licence.state(noon(at), noon(known));
    assert_eq!(state(0, 50), None);
    assert_eq!(
        [19, 20, 40].map(|known| state(16, known)),
        [
            Some(LicenceState::Active),
            Some(SUSPENDED),
            Some(LicenceState::Active)
        ]
    );
    assert_eq!(state(12, 50), Some(SUSPENDED));
    assert_eq!(state(100, 50), Some(LicenceState::Expired));
}

#[test]
fn a_suspension_does_not_make_a_revocation_milder() {
    let revoked = licence([
        (LicenceChange::Revoked, 20, 10),
        (LicenceChange::Suspended, 15, 15),
    ]);
    let names = timeline(&revoked, noon(50));
    let expected = [
        (1, LicenceState::Active),
        (15, SUSPENDED),
        (20, LicenceState::Revoked),
    ];
    assert_eq!(names, expected.map(|(day, state)| (noon(day), state)));
}

#[test]
fn the_timeline_shows_each_state_once_from_its_moment_on() {
    let expected = [
        (1, LicenceState::Active),
        (10, SUSPENDED),
        (40, LicenceState::Active),
        (100, LicenceState::Expired),
    ];
    assert_eq!(
        timeline(&reinstated(40), noon(50)),
        expected.map(|(day, state)| (noon(day), state))
    );
}

#[test]
fn what_a_backdated_restriction_holds_lies_between_its_moments_or_arrived_late() {
    let since = HeldSpan {
        happened_from: noon(10),
        happened_until: noon(20) + CLOCK_DIFFERENCE_MAX,
        received_from: None,
    };
    let late = HeldSpan {
        happened_from: noon(1),
        happened_until: noon(10),
        received_from: Some(noon(20)),
    };
    let known = [19, 20].map(|known| suspended().held_spans(noon(known)));
    assert_eq!(known, [vec![], vec![since, late]]);
    let surrendered = licence([(LicenceChange::Surrendered, 10, 20)]);
    assert_eq!(surrendered.held_spans(noon(20)), [since], "nothing arrives late");
}

#[test]
fn a_restriction_that_was_lifted_holds_nothing_anywhere_and_one_whose_end_is_announced_does() {
    let known = |licence: &Licence| [39, 40].map(|known| licence.held_spans(noon(known)).len());
    assert_eq!(known(&reinstated(40)), [2, 0]);
    let announced = licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, 40, 30),
    ]);
    assert_eq!(known(&announced), [2, 0]);
    let again = licence([
        (LicenceChange::Suspended, 10, 20),
        (LicenceChange::Reinstated, 30, 30),
        (LicenceChange::Suspended, 35, 35),
    ]);
    let from: Vec<_> = again
        .held_spans(noon(40))
        .iter()
        .map(|span| span.happened_from)
        .collect();
    assert_eq!(from, [noon(35), noon(1)], "by the second alone");
}

fn any_event() -> impl Strategy<Value = (LicenceChange, i64, i64)> {
    let changes = prop_oneof![
        Just(LicenceChange::Suspended),
        Just(LicenceChange::Reinstated),
        Just(LicenceChange::Revoked),
        Just(LicenceChange::Surrendered),
    ];
    (changes, 1..90_i64, 1..90_i64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn policy_and_state_never_contradict_each_other(
        events in proptest::collection::vec(any_event(), 0..6),
        happened in 1..110_i64,
        delay in 0..30_i64,
        known in 0..60_i64,
    ) {
        let licence = licence(events);
        let received_at = noon(happened + delay);
        let case = Happening { happened_at: noon(happened), received_at, known_at: received_at + Duration::days(known) };
        let state = licence.state(case.happened_at, case.known_at).unwrap();
        match licence.money_policy(case, REFUSE) {
            MoneyPolicy::Refused(_) | MoneyPolicy::Held(HeldFor::Restriction(_)) => {
                prop_assert_ne!(state, LicenceState::Active);
            }
            MoneyPolicy::Held(HeldFor::LateArrival) => prop_assert_ne!(state, LicenceState::Expired),
            // Released money may have been earned in a time that counts as suspended.
            MoneyPolicy::Earns => prop_assert_ne!(state, LicenceState::Expired),
            MoneyPolicy::Quarantined(_) => prop_assert!(false, "the service refuses"),
        }
    }

    #[test]
    fn whatever_is_held_lies_in_a_span_of_what_holds_it(
        events in proptest::collection::vec(any_event(), 0..6),
        happened in 0..110_i64,
        ahead in 0..7_i64,
        delay in 0..60_i64,
        known in 0..60_i64,
    ) {
        let licence = licence(events);
        let received_at = noon(happened + delay);
        let case = Happening {
            happened_at: noon(happened) + Duration::minutes(ahead),
            received_at,
            known_at: received_at + Duration::days(known),
        };
        let lies_in = |span: &HeldSpan| {
            span.happened_from <= case.happened_at
                && case.happened_at < span.happened_until
                && span.received_from.is_none_or(|from| from <= received_at)
        };
        if let MoneyPolicy::Held(_) = licence.money_policy(case, REFUSE) {
            prop_assert!(licence.held_spans(case.known_at).iter().any(lies_in));
        }
    }

    #[test]
    fn what_is_recorded_later_does_not_change_what_was_known(
        events in proptest::collection::vec(any_event(), 0..6),
        later in any_event(),
        happened in 1..110_i64,
        known in 1..90_i64,
    ) {
        let before = licence(events.clone());
        let after = licence(events.into_iter().chain([(later.0, later.1, known + 1)]));
        let case = Happening { happened_at: noon(happened), received_at: noon(happened), known_at: noon(known) };
        prop_assert_eq!(before.money_policy(case, REFUSE), after.money_policy(case, REFUSE));
        prop_assert_eq!(timeline(&before, noon(known)), timeline(&after, noon(known)));
    }

    #[test]
    fn a_reinstatement_from_the_beginning_lets_the_whole_term_earn(
        events in proptest::collection::vec(any_event(), 0..6),
        happened in 1..100_i64,
    ) {
        let annulled = licence(events.into_iter().chain([(LicenceChange::Reinstated, 1, 95)]));
        prop_assert_eq!(sent_on(110, &annulled, noon(happened)), EARNS);
    }
}
