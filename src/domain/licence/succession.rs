//! How far a decision about one term of an office reaches: its renewals share it. Never here: what it does to a term.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::{Licence, LicenceChange, LicenceState, Restriction};
use crate::domain::binding::{Binding, LICENSEE, in_force, player, stretches};
use crate::domain::moment::before;

/// All that is on record.
const EVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// One term of an office in a network: its licence and to whom it was bound.
#[derive(Clone, Debug)]
pub struct Term {
    pub licence: Licence,
    pub bindings: Vec<Binding>,
}

/// The terms, of an office in a network in ascending order, that a decision about one of them reaches, by all that is on
/// record. It reaches the renewals that stand already: a licence that was taken away in March is not back in April because the
/// next term begins. Who is suspended or loses the licence may still send in what is said to have happened in the terms before, which
/// are over and hold what arrives so late: in those that nobody else held for a part, whose money would be held too, and that were not
/// taken away or given back, which nothing would lift together with the decision. A reinstatement lifts what it can of the terms before too, if that is a suspension or
/// the very decision that it lifts of the later one: what they hold would be held for ever.
pub fn reached(
    terms: &[Term],
    decided: usize,
    change: LicenceChange,
    effective_at: DateTime<Utc>,
) -> Range<usize> {
    let is_renewed = |at: usize| {
        let renewal = terms.get(at + 1).and_then(Term::first_licensee);
        renewal.is_some() && renewal == terms[at].last_licensee()
    };
    let licensee = terms[decided].licensee_at(effective_at);
    let reaches_before = |renewal: usize| {
        let renewed = &terms[renewal - 1];
        match change {
            LicenceChange::Suspended | LicenceChange::Revoked => {
                let is_own = licensee.is_some_and(|licensee| renewed.is_held_throughout_by(licensee));
                is_own && !renewed.licence.was_ended()
            }
            LicenceChange::Reinstated => {
                let renewal = &terms[renewal].licence;
                renewed.licence.is_lifted_with(renewal, effective_at)
            }
            LicenceChange::Issued | LicenceChange::Surrendered => false,
        }
    };
    let mut reached = decided..decided + 1;
    while is_renewed(reached.end - 1) {
        reached.end += 1;
    }
    while reached.start > 0 && is_renewed(reached.start - 1) && reaches_before(reached.start) {
        reached.start -= 1;
    }
    reached
}

/// The terms that a change of who plays the roles of one of them reaches: the renewals that were to go on with all of them. One
/// that names others was announced, and stands.
pub fn reached_by_binding(terms: &[Term], bound: usize) -> Range<usize> {
    let goes_on = |at: usize| {
        let renewal = terms.get(at + 1).and_then(Term::first);
        renewal.is_some() && renewal == terms[at].last()
    };
    let mut reached = bound..bound + 1;
    while goes_on(reached.end - 1) {
        reached.end += 1;
    }
    reached
}

impl Term {
    /// Who plays the roles when it begins.
    fn first(&self) -> Option<&[Option<i32>]> {
        self.players(self.licence.term().from())
    }

    /// Who plays them when it ends.
    fn last(&self) -> Option<&[Option<i32>]> {
        self.players(before(self.licence.term().until()?))
    }

    fn players(&self, at: DateTime<Utc>) -> Option<&[Option<i32>]> {
        in_force(&self.bindings, at, EVER).map(|binding| binding.parties.as_slice())
    }

    /// Whether it stands suspended with that licensee: whose renewal would let the office serve again.
    pub fn bars(&self, licensee: i32) -> bool {
        self.last_licensee() == Some(licensee) && self.licence.stands_suspended()
    }

    fn is_held_throughout_by(&self, licensee: i32) -> bool {
        let stretches = stretches(&self.bindings, self.licence.term(), EVER);
        stretches
            .iter()
            .all(|(_, binding)| binding.party(LICENSEE) == Some(licensee))
    }

    fn licensee_at(&self, at: DateTime<Utc>) -> Option<i32> {
        player(self.players(at)?, LICENSEE)
    }

    fn first_licensee(&self) -> Option<i32> {
        player(self.first()?, LICENSEE)
    }

    fn last_licensee(&self) -> Option<i32> {
        player(self.last()?, LICENSEE)
    }
}

impl Licence {
    /// Whether a suspension within the term stands that nothing has lifted, of a licence that was not taken away or given back.
    fn stands_suspended(&self) -> bool {
        let standing = self.standing_restrictions();
        !standing.is_empty() && standing.iter().all(|r| r.state == LicenceState::Suspended)
    }

    /// Whether it was taken away or given back within the term, and nothing has lifted that.
    fn was_ended(&self) -> bool {
        let standing = self.standing_restrictions();
        standing.iter().any(|r| r.state != LicenceState::Suspended)
    }

    /// Those within the term that nothing has lifted.
    fn standing_restrictions(&self) -> Vec<Restriction> {
        let mut standing = self.restrictions(EVER);
        standing.retain(|r| r.lifted_from.is_none() && !self.term.ended_at(r.effective_at));
        standing
    }

    /// Whether all that a reinstatement from a moment on would lift of it is a suspension, or by a decision that it would lift of
    /// its renewal too.
    fn is_lifted_with(&self, renewal: &Self, from: DateTime<Utc>) -> bool {
        let (lifted, shared) = (self.lifted_by(from), renewal.lifted_by(from));
        let is_shared = |r: &Restriction| shared.iter().any(|other| other.is_same_decision(r));
        let is_lifted = |r: &Restriction| r.state == LicenceState::Suspended || is_shared(r);
        !lifted.is_empty() && lifted.iter().all(is_lifted)
    }

    /// Whether a reinstatement from a moment on would lift anything.
    pub fn would_be_lifted(&self, from: DateTime<Utc>) -> bool {
        !self.lifted_by(from).is_empty()
    }

    /// What nothing has lifted, or only from a later moment on: a reinstatement that was announced can be brought forward, and a
    /// suspension be annulled from its beginning after it was lifted.
    fn lifted_by(&self, from: DateTime<Utc>) -> Vec<Restriction> {
        let mut restrictions = self.restrictions(EVER);
        restrictions.retain(|r| r.lifted_from.is_none_or(|lifted| from < lifted));
        restrictions
    }
}

impl Restriction {
    fn is_same_decision(&self, other: &Self) -> bool {
        (self.state, self.effective_at, self.recorded_at)
            == (other.state, other.effective_at, other.recorded_at)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::domain::interval::Interval;
    use crate::domain::licence::LicenceEvent;

    fn day(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(n)
    }

    /// A term of ten days with the licensees of its beginning and of its fifth day on.
    fn term(nth: i64, licensees: [i32; 2], suspended_on: Option<i64>) -> Term {
        let from = day(10 * nth);
        let binding = |id: i32, party, from| Binding {
            id,
            licence: 1,
            parties: vec![Some(party)],
            valid: Interval::new(from, None).unwrap(),
            known_from: day(0),
        };
        let events = suspended_on.map(|on| LicenceEvent {
            change: LicenceChange::Suspended,
            effective_at: day(on),
            recorded_at: day(on),
        });
        Term {
            licence: Licence::new(
                Interval::new(from, Some(from + Duration::days(10))).unwrap(),
                events.into_iter().collect(),
            ),
            bindings: vec![
                binding(1, licensees[0], from),
                binding(2, licensees[1], from + Duration::days(5)),
            ],
        }
    }

    #[test]
    fn a_decision_reaches_the_renewals_and_no_term_of_another_licensee() {
        let terms = [
            term(0, [7, 7], None),
            term(1, [7, 7], None),
            term(2, [7, 8], None),
            term(3, [7, 7], None),
        ];
        let reached = |decided, on| reached(&terms, decided, LicenceChange::Suspended, day(on));
        assert_eq!(reached(0, 2), 0..3);
        assert_eq!(reached(3, 32), 3..4);
    }

    #[test]
    fn a_suspension_or_revocation_reaches_the_terms_that_the_same_licensee_had_before_and_a_surrender_does_not()
     {
        let terms = [
            term(0, [7, 7], None),
            term(1, [7, 7], None),
            term(2, [7, 8], None),
            term(3, [7, 7], None),
        ];
        for change in [LicenceChange::Suspended, LicenceChange::Revoked] {
            assert_eq!(reached(&terms, 1, change, day(12)), 0..3);
            assert_eq!(reached(&terms, 2, change, day(22)), 0..3, "before the handover");
            assert_eq!(
                reached(&terms, 2, change, day(27)),
                2..3,
                "of whom it was handed to"
            );
        }
        assert_eq!(reached(&terms, 1, LicenceChange::Surrendered, day(12)), 1..3);
    }

    #[test]
    fn a_suspension_or_revocation_reaches_back_to_no_term_that_another_licensee_held_for_a_part() {
        for change in [LicenceChange::Suspended, LicenceChange::Revoked] {
            let begun_by_another = [
                term(0, [8, 8], None),
                term(1, [7, 8], None),
                term(2, [8, 8], None),
            ];
            assert_eq!(reached(&begun_by_another, 2, change, day(22)), 2..3);
            let mut held_between = [term(0, [7, 8], None), term(1, [7, 7], None)];
            let back = Binding {
                id: 3,
                parties: vec![Some(7)],
                valid: Interval::new(day(8), None).unwrap(),
                ..held_between[0].bindings[1].clone()
            };
            held_between[0].bindings.push(back);
            assert_eq!(reached(&held_between, 1, change, day(12)), 1..2);
        }
    }

    #[test]
    fn a_suspension_reaches_back_to_no_term_that_was_given_back_where_no_reinstatement_would_follow_it() {
        let event = |change, on| LicenceEvent {
            change,
            effective_at: day(on),
            recorded_at: day(on),
        };
        let given_back = |events: Vec<LicenceEvent>| {
            let first = term(0, [7, 7], None);
            let licence = Licence::new(first.licence.term(), events);
            [Term { licence, ..first }, term(1, [7, 7], None)]
        };
        for ended in [LicenceChange::Surrendered, LicenceChange::Revoked] {
            let terms = given_back(vec![event(ended, 5)]);
            assert_eq!(reached(&terms, 1, LicenceChange::Suspended, day(14)), 1..2);
            let taken_up_again = vec![event(ended, 5), event(LicenceChange::Reinstated, 6)];
            let terms = given_back(taken_up_again);
            assert_eq!(reached(&terms, 1, LicenceChange::Suspended, day(14)), 0..2);
        }
    }

    #[test]
    fn a_decision_that_reached_back_is_lifted_where_it_reached_and_bars_no_term_that_it_does_not_concern() {
        let event = |change, on| LicenceEvent {
            change,
            effective_at: day(on),
            recorded_at: day(on),
        };
        for change in [LicenceChange::Suspended, LicenceChange::Revoked] {
            let terms = [0, 1].map(|nth| {
                let term = term(nth, [7, 7], None);
                Term {
                    licence: Licence::new(term.licence.term(), vec![event(change, 14)]),
                    ..term
                }
            });
            assert_eq!(reached(&terms, 1, LicenceChange::Reinstated, day(16)), 0..2);
            let bars = terms.each_ref().map(|term| term.bars(7));
            assert_eq!(bars, [false, change == LicenceChange::Suspended]);
        }
    }

    #[test]
    fn a_change_of_roles_reaches_the_renewals_that_were_to_go_on_with_all_of_them() {
        let mut terms = [
            term(0, [7, 7], None),
            term(1, [7, 7], None),
            term(2, [7, 7], None),
        ];
        assert_eq!(reached_by_binding(&terms, 0), 0..3);
        for binding in &mut terms[2].bindings {
            binding.parties.push(Some(9));
        }
        assert_eq!(
            reached_by_binding(&terms, 0),
            0..2,
            "announced with a municipality"
        );
    }

    #[test]
    fn a_reinstatement_reaches_back_over_the_terms_that_ended_suspended() {
        let terms = [
            term(0, [7, 7], Some(3)),
            term(1, [7, 7], None),
            term(2, [7, 7], Some(23)),
            term(3, [7, 7], Some(33)),
        ];
        let lifted = |decided| reached(&terms, decided, LicenceChange::Reinstated, day(40));
        assert_eq!(lifted(3), 2..4, "the second term was never suspended");
        assert_eq!(lifted(1), 0..4);
    }

    #[test]
    fn what_was_taken_away_is_not_lifted_by_a_later_terms_reinstatement() {
        let mut taken = term(0, [7, 7], Some(3));
        taken.licence = Licence::new(
            taken.licence.term(),
            [
                taken.licence.events(),
                &[LicenceEvent {
                    change: LicenceChange::Revoked,
                    effective_at: day(4),
                    recorded_at: day(4),
                }],
            ]
            .concat(),
        );
        assert!(taken.licence.would_be_lifted(day(40)));
        let terms = [taken, term(1, [7, 7], Some(13))];
        assert_eq!(reached(&terms, 1, LicenceChange::Reinstated, day(14)), 1..2);
    }

    #[test]
    fn a_decision_that_reached_several_terms_is_lifted_of_all_of_them() {
        let revoked = LicenceEvent {
            change: LicenceChange::Revoked,
            effective_at: day(4),
            recorded_at: day(15),
        };
        let terms = [0, 1].map(|nth| {
            let term = term(nth, [7, 7], None);
            Term {
                licence: Licence::new(term.licence.term(), vec![revoked]),
                ..term
            }
        });
        assert_eq!(reached(&terms, 1, LicenceChange::Reinstated, day(16)), 0..2);
    }

    /// Suspended on day 3, which two terms share, and reinstated from a day on.
    fn lifted_from(on: i64) -> [Term; 2] {
        [0, 1].map(|nth| {
            let term = term(nth, [7, 7], Some(3));
            let reinstated = LicenceEvent {
                change: LicenceChange::Reinstated,
                effective_at: day(on),
                recorded_at: day(4),
            };
            let events = [term.licence.events(), &[reinstated]].concat();
            Term {
                licence: Licence::new(term.licence.term(), events),
                ..term
            }
        })
    }

    #[test]
    fn what_was_lifted_is_lifted_again_from_an_earlier_moment_and_not_from_the_same_or_a_later_one() {
        let [first, _] = lifted_from(8);
        let lifted = [3, 7, 8, 9].map(|on| first.licence.would_be_lifted(day(on)));
        assert_eq!(lifted, [true, true, false, false]);
    }

    #[test]
    fn a_reinstatement_that_is_brought_forward_within_the_renewal_reaches_back_and_a_later_one_does_not() {
        let terms = lifted_from(18);
        let reached = |on| reached(&terms, 1, LicenceChange::Reinstated, day(on));
        assert_eq!([12, 18, 19].map(reached), [0..2, 1..2, 1..2]);
    }
}
