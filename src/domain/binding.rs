//! Bindings: which parties play the roles that hang on an office, and when. Never here: roles that a tariff resolves.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::interval::{Interval, Validity};
use super::tariff::Role;

/// The role of the office itself, by its id.
pub const LICENSEE: i16 = 1;
/// The roles that hang on an office, in the order of their ids, which count from 1.
const SEATS: [&str; 3] = ["office", "municipality", "provincial_treasury"];

/// Some of the roles that hang on an office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seats([bool; SEATS.len()]);

impl Seats {
    /// With that role too, if it hangs on the office.
    #[must_use]
    pub fn with(mut self, role: &Role) -> Self {
        for (is_in, seat) in self.0.iter_mut().zip(SEATS) {
            *is_in |= role.as_str() == seat;
        }
        self
    }
}

/// Immutable: a relocation or a transfer of ownership makes another binding and changes no old money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub id: i32,
    pub licence: i32,
    /// The party of each role, indexed by the role's id from 1: the licensee first.
    pub parties: Vec<Option<i32>>,
    pub valid: Validity,
    /// Since when it is on record.
    pub known_from: DateTime<Utc>,
}

impl Binding {
    /// Who plays a role that hangs on the office; `role` is its id, from 1.
    pub fn party(&self, role: i16) -> Option<i32> {
        player(&self.parties, role)
    }

    /// The first of these roles that nobody plays.
    pub fn vacant(&self, seats: Seats) -> Option<&'static str> {
        let mut asked = (1..).zip(SEATS).zip(seats.0);
        let vacant = asked.find(|((id, _), is_asked)| *is_asked && self.party(*id).is_none());
        vacant.map(|((_, role), _)| role)
    }
}

/// Who plays a role, where there is one party of each; `role` is its id, from 1.
pub fn player(parties: &[Option<i32>], role: i16) -> Option<i32> {
    let index = usize::try_from(role).ok()?.checked_sub(1)?;
    parties.get(index).copied().flatten()
}

/// The binding that applied at a moment, as known at another one: of the valid ones, the one recorded last.
pub fn in_force<'a>(
    bindings: impl IntoIterator<Item = &'a Binding>,
    at: DateTime<Utc>,
    known_at: DateTime<Utc>,
) -> Option<&'a Binding> {
    let applies = |binding: &&Binding| binding.valid.contains(at) && binding.known_from <= known_at;
    bindings
        .into_iter()
        .filter(applies)
        .max_by_key(|binding| (binding.known_from, binding.id))
}

/// Which binding applies when within a licence's term, as known at a moment: in the order of time, each stretch with its own.
pub fn stretches(bindings: &[Binding], term: Validity, known_at: DateTime<Utc>) -> Vec<(Validity, &Binding)> {
    let ends = bindings
        .iter()
        .flat_map(|binding| [Some(binding.valid.from()), binding.valid.until()]);
    let changes: BTreeSet<DateTime<Utc>> = ends.flatten().chain([term.from()]).collect();
    let mut found: Vec<(Validity, &Binding)> = Vec::new();
    let nexts = changes.iter().skip(1).copied().map(Some).chain([None]);
    for (from, until) in changes.iter().copied().zip(nexts) {
        let within = Interval::new(from, until)
            .ok()
            .and_then(|all| all.intersect(&term));
        let applies = in_force(bindings, from, known_at);
        let Some((valid, binding)) = within.zip(applies) else {
            continue;
        };
        match found.last_mut() {
            Some((before, same)) if same.id == binding.id && before.meets(&valid) => {
                *before = before.through(&valid);
            }
            Some(_) | None => found.push((valid, binding)),
        }
    }
    found
}

/// What it comes to when roles are bound anew from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebinding {
    /// Indexed by the role's id from 1.
    pub parties: Vec<Option<i32>>,
    /// Exclusive: from then on stands what was announced for later.
    pub until: Option<DateTime<Utc>>,
    /// Since when the very same is on record, so that nothing is to be written.
    pub known_from: Option<DateTime<Utc>>,
}

/// Whoever plays a role that is not asked for goes on to play it. `on_record`: all bindings of the licence; `asked`: indexed by the
/// role's id from 1.
pub fn rebind(on_record: &[Binding], asked: &[Option<i32>], from: DateTime<Utc>) -> Rebinding {
    let current = in_force(on_record, from, DateTime::<Utc>::MAX_UTC);
    let plays = |(role, asked): (i16, &Option<i32>)| asked.or_else(|| current?.party(role));
    let parties: Vec<Option<i32>> = (1..).zip(asked).map(plays).collect();
    let same = on_record.iter().filter(|binding| binding.valid.from() == from);
    let last = same.max_by_key(|binding| (binding.known_from, binding.id));
    if let Some(repeated) = last.filter(|last| last.parties == parties) {
        return Rebinding {
            parties,
            until: repeated.valid.until(),
            known_from: Some(repeated.known_from),
        };
    }
    let later = on_record.iter().map(|binding| binding.valid.from());
    Rebinding {
        parties,
        until: later.filter(|later| *later > from).min(),
        known_from: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> DateTime<Utc> {
        format!("2026-01-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn binding(id: i32, from: u32, until: Option<u32>, known: u32) -> Binding {
        let valid = Interval::new(day(from), until.map(day)).unwrap();
        Binding {
            id,
            licence: 1,
            parties: vec![Some(10 + id), None],
            valid,
            known_from: day(known),
        }
    }

    #[test]
    fn a_transfer_changes_the_licensee_from_its_day_on_and_no_earlier() {
        let bindings = [binding(1, 1, None, 1), binding(2, 10, None, 10)];
        let licensee = |at| in_force(&bindings, day(at), day(20)).and_then(|b| b.party(1));
        assert_eq!([9, 10, 11].map(licensee), [Some(11), Some(12), Some(12)]);
    }

    #[test]
    fn a_role_that_nobody_plays_is_vacant_where_it_is_asked_for() {
        let of = |roles: &[&str]| {
            let roles = roles.iter().map(|role| Role::parse(role).unwrap());
            roles.fold(Seats::default(), |seats, role| seats.with(&role))
        };
        let binding = binding(1, 1, None, 1);
        let vacant = |roles: &[&str]| binding.vacant(of(roles));
        assert_eq!(vacant(&["office", "agency", "holder", "tax"]), None);
        assert_eq!(vacant(&["office", "municipality"]), Some("municipality"));
        assert_eq!(vacant(&["provincial_treasury"]), Some("provincial_treasury"));
    }

    #[test]
    fn a_backdated_transfer_counts_once_it_is_on_record() {
        let bindings = [binding(1, 1, None, 1), binding(2, 5, None, 10)];
        let known = |known| in_force(&bindings, day(6), day(known)).map(|b| b.id);
        assert_eq!([9, 10].map(known), [Some(1), Some(2)]);
    }

    #[test]
    fn the_stretches_of_a_term_are_those_of_the_bindings_that_are_known_to_apply() {
        let term = Interval::new(day(2), Some(day(25))).unwrap();
        let bindings = [
            binding(1, 1, None, 1),
            binding(2, 10, None, 3),
            binding(3, 5, Some(20), 12),
            binding(4, 10, Some(15), 13),
        ];
        let told = |known| {
            let found = stretches(&bindings, term, day(known)).into_iter();
            let told = found.map(|(valid, binding)| (binding.id, valid.from(), valid.until()));
            told.collect::<Vec<_>>()
        };
        let stretch = |id, from, until| (id, day(from), Some(day(until)));
        assert_eq!(told(1), [stretch(1, 2, 25)]);
        assert_eq!(told(3), [stretch(1, 2, 10), stretch(2, 10, 25)]);
        assert_eq!(
            told(12),
            [stretch(1, 2, 5), stretch(3, 5, 20), stretch(2, 20, 25)]
        );
        assert_eq!(
            told(13),
            [
                stretch(1, 2, 5),
                stretch(3, 5, 10),
                stretch(4, 10, 15),
                stretch(3, 15, 20),
                stretch(2, 20, 25)
            ]
        );
    }

    #[test]
    fn roles_that_are_not_asked_for_stay_and_what_was_announced_for_later_stands() {
        let bindings = [binding(1, 1, None, 1), binding(2, 20, None, 5)];
        let other = [None, Some(30)];
        let rebound = rebind(&bindings, &other, day(10));
        assert_eq!(rebound.parties, [Some(11), Some(30)]);
        assert_eq!((rebound.until, rebound.known_from), (Some(day(20)), None));
        assert_eq!(rebind(&bindings, &other, day(20)).parties, [Some(12), Some(30)]);
        let again = rebind(&bindings, &[Some(12), None], day(20));
        assert_eq!((again.until, again.known_from), (None, Some(day(5))));
    }

    #[test]
    fn nothing_applies_outside_of_all_validity_and_nobody_plays_an_unknown_role() {
        let bindings = [binding(1, 5, Some(8), 1)];
        assert_eq!(
            [4, 5, 7, 8].map(|at| in_force(&bindings, day(at), day(20)).is_some()),
            [false, true, true, false]
        );
        assert_eq!(
            [-1, 0, 1, 2, 3].map(|role| bindings[0].party(role)),
            [None, None, Some(11), None, None]
        );
    }
}
