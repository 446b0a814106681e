//! The search against trying every combination. Never here: documents.

use super::*;
use crate::domain::cases::{Numbers, count};
use crate::domain::tariff::document::Test;

const VALUES: i64 = 4;

/// Cases at random over facts of a few values each.
fn random_conditions(numbers: &mut Numbers, facts: usize) -> Vec<Condition> {
    let test = |numbers: &mut Numbers| {
        let value = i64::try_from(numbers.index(4)).unwrap();
        Test::Equals(FactValue::Integer(value))
    };
    let condition = |numbers: &mut Numbers| {
        let mut tests = Vec::new();
        for fact in 0..facts {
            if numbers.coin() {
                tests.push((Subject::Fact(fact), test(numbers)));
            }
        }
        Condition(tests)
    };
    let mut conditions: Vec<_> = (0..6).map(|_| condition(numbers)).collect();
    conditions.retain(|condition| !condition.0.is_empty());
    conditions
}

fn combinations_of(facts: usize) -> i64 {
    VALUES.pow(u32::try_from(facts).unwrap())
}

/// The same by trying every combination.
fn tried(conditions: &[Condition], facts: usize) -> (Vec<bool>, bool) {
    let (mut cases, mut falls_through) = (vec![false; conditions.len()], false);
    for number in 0..combinations_of(facts) {
        let look = |subject: Subject| match subject {
            Subject::Fact(fact) => {
                let shift = VALUES.pow(u32::try_from(fact).unwrap());
                Ok(Seen::Integer(number / shift % VALUES))
            }
            Subject::Amount | Subject::Principal | Subject::Quantity | Subject::Leg => Err(()),
        };
        let mut held = conditions.iter();
        match held.position(|condition| condition.holds(look) == Ok(true)) {
            Some(case) => cases[case] = true,
            None => falls_through = true,
        }
    }
    (cases, falls_through)
}

#[test]
fn the_search_reaches_what_every_combination_reaches() {
    let mut numbers = Numbers::of(53);
    let (mut combinations, most) = (0, i64::try_from(count()).unwrap());
    while combinations < most {
        let facts = 1 + numbers.index(3);
        let conditions = random_conditions(&mut numbers, facts);
        let values = (0..VALUES).map(FactValue::Integer).collect::<Vec<_>>();
        let domains: Vec<_> = (0..facts)
            .map(|fact| (Subject::Fact(fact), Domain(values.clone())))
            .collect();
        let found = reached(&conditions.iter().collect::<Vec<_>>(), &domains).unwrap();
        let (cases, falls_through) = tried(&conditions, facts);
        combinations += combinations_of(facts);
        assert_eq!(found.cases, cases, "{conditions:?}");
        assert_eq!(found.fallen_through.is_some(), falls_through, "{conditions:?}");
        let fallen = found.fallen_through.into_iter().flatten().collect::<Vec<_>>();
        let look = |subject: Subject| {
            let value = fallen.iter().find(|(known, _)| *known == subject);
            value.map(|(_, value)| Seen::of(value)).ok_or(())
        };
        let holds = |condition: &Condition| condition.holds(look) == Ok(true);
        assert!(!falls_through || !conditions.iter().any(holds), "{fallen:?}");
    }
}
