//! Who is an office's licensee in each network at a moment. Never here: what is due to it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::binding::{Binding, LICENSEE, in_force};
use crate::domain::moment::before;
use crate::store::Connection;
use crate::store::licence::{BindingRow, bindings_of};
use crate::store::reading::licence::Tenure;
use crate::store::reading::network::NetworkRow;
use crate::usecases::Done;

/// Whoever is the office's licensee in any of these networks at a moment, or was it last before, as known then; each with the
/// networks where that is so.
pub(super) async fn licensees_at(
    conn: &mut Connection,
    tenures: &[Tenure],
    networks: &[NetworkRow],
    at: DateTime<Utc>,
) -> Done<BTreeMap<i32, Vec<NetworkRow>>> {
    let ids: Vec<i32> = tenures.iter().map(|tenure| tenure.licence_id).collect();
    let bindings = bindings_of(conn, &ids).await?.into_iter().map(BindingRow::read);
    let bindings = bindings.collect::<Result<Vec<_>, _>>()?;
    let mut licensees: BTreeMap<i32, Vec<NetworkRow>> = BTreeMap::new();
    for network in networks {
        let own = tenures.iter().filter(|tenure| tenure.network == network.code);
        if let Some(licensee) = licensee_at(own.collect(), &bindings, at) {
            licensees.entry(licensee).or_default().push(network.clone());
        }
    }
    Ok(licensees)
}

/// Of the term that runs, or of the last that ran: whoever it was bound to at its end. `tenures`: of one network.
fn licensee_at(mut tenures: Vec<&Tenure>, bindings: &[Binding], at: DateTime<Utc>) -> Option<i32> {
    tenures.retain(|tenure| tenure.valid_from <= at);
    tenures.sort_unstable_by_key(|tenure| tenure.valid_from);
    let licensee = |tenure: &Tenure| {
        let own = bindings.iter().filter(|b| b.licence == tenure.licence_id);
        in_force(own, at.min(before(tenure.valid_until)), at)?.party(LICENSEE)
    };
    tenures.into_iter().rev().find_map(licensee)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::interval::Interval;

    fn day(day: u32) -> DateTime<Utc> {
        format!("2026-01-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn tenure(licence_id: i32, from: u32, until: u32) -> Tenure {
        Tenure {
            licence_id,
            network: "pishkhan".to_owned(),
            valid_from: day(from),
            valid_until: day(until),
        }
    }

    fn binding(licence: i32, party: i32, from: u32, known: u32) -> Binding {
        Binding {
            id: party,
            licence,
            parties: vec![Some(party)],
            valid: Interval::since(day(from)),
            known_from: day(known),
        }
    }

    #[test]
    fn the_licensee_is_that_of_the_moment_and_between_two_terms_that_of_the_end_of_the_one_before() {
        let (first, next) = (tenure(1, 5, 10), tenure(2, 15, 20));
        let bindings = [
            binding(1, 11, 5, 1),
            binding(1, 12, 8, 1),
            binding(1, 13, 12, 1),
            binding(2, 14, 15, 1),
        ];
        let licensee = |at| licensee_at(vec![&next, &first], &bindings, day(at));
        let days = [4, 5, 7, 8, 9, 10, 13, 14, 15, 19, 20, 25];
        let [one, other, then] = [Some(11), Some(12), Some(14)];
        let expected = [
            None, one, one, other, other, other, other, other, then, then, then, then,
        ];
        assert_eq!(days.map(licensee), expected);
    }

    #[test]
    fn a_licensee_who_is_not_on_record_yet_is_nobodys_present_one() {
        let (first, next) = (tenure(1, 5, 10), tenure(2, 10, 20));
        let bindings = [binding(1, 11, 5, 1), binding(2, 12, 10, 13)];
        let licensee = |at| licensee_at(vec![&first, &next], &bindings, day(at));
        assert_eq!([12, 13, 14].map(licensee), [Some(11), Some(12), Some(12)]);
    }
}
