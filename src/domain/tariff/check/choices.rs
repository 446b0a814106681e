//! Judging ordered cases: their facts exist, their tests fit, each can be reached, and nothing falls through.
//! Never here: which case holds for a question (`decision`).

use super::Checker;
use super::reach::{self, Domain};
use crate::domain::language::Language;
use crate::domain::tariff::decision::{Condition, Decision, Subject};
use crate::domain::tariff::document::{Case, Choose, Fact, FactValue, Principal, Range, Test, Within};
use crate::domain::tariff::question::listed;

/// The conditions of ordered cases, and where they stand.
pub(super) struct Cases {
    path: String,
    conditions: Vec<Condition>,
    has_otherwise: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn decision<T, U>(
        &mut self,
        choose: &'a Choose<T>,
        path: &str,
        mut make: impl FnMut(&mut Self, &'a T, &str) -> U,
    ) -> Decision<U> {
        if choose.cases.is_empty() {
            self.fault(path, "empty_list", "there is no case", "give at least one case");
        }
        let mut cases = Vec::new();
        for (at, case) in choose.cases.iter().enumerate() {
            let path = format!("{path}.cases[{at}]");
            let condition = self.condition(case, &format!("{path}.when"));
            cases.push((condition, make(self, &case.then, &format!("{path}.then"))));
        }
        let otherwise = choose
            .otherwise
            .as_ref()
            .map(|then| make(self, then, &format!("{path}.otherwise")));
        self.cases.push(Cases {
            path: path.to_owned(),
            conditions: cases.iter().map(|(condition, _)| condition.clone()).collect(),
            has_otherwise: otherwise.is_some(),
        });
        Decision { cases, otherwise }
    }

    fn condition<T>(&mut self, case: &Case<T>, path: &str) -> Condition {
        if case.when.0.is_empty() {
            self.fault(
                path,
                "empty_condition",
                "a case without a test always holds",
                "use `otherwise`",
            );
        }
        let mut tests = Vec::new();
        for (name, test) in &case.when.0 {
            let path = format!("{path}.{name}");
            if let Some(subject) = self.subject(name, &path) {
                self.check_test(subject, test, &path);
                tests.push((subject, test.clone()));
            }
        }
        Condition(tests)
    }

    fn subject(&mut self, name: &str, path: &str) -> Option<Subject> {
        match name {
            "amount" => {
                self.reads_amount = true;
                return Some(Subject::Amount);
            }
            "principal" => {
                self.read_principal(path, "test `amount`");
                return Some(Subject::Principal);
            }
            "quantity" => {
                self.reads_quantity = true;
                return Some(Subject::Quantity);
            }
            "leg" => {
                if self.activity_legs.is_empty() {
                    let remedy = "declare `activity_legs`";
                    self.fault(path, "unknown_fact", "the tariff has no activity legs", remedy);
                    return None;
                }
                return Some(Subject::Leg);
            }
            _ => {}
        }
        let found = self.facts.iter().position(|fact| fact.name == name);
        let Some(index) = found else {
            let facts = self.facts.iter().map(|fact| fact.name.as_str());
            let known = listed(facts.chain(["amount", "principal", "quantity", "leg"]));
            let remedy = format!("declare it in `facts`, or test one of: {known}");
            self.fault(
                path,
                "unknown_fact",
                format!("the fact `{name}` is not declared"),
                remedy,
            );
            return None;
        };
        self.facts[index].is_read = true;
        Some(Subject::Fact(index))
    }

    fn check_test(&mut self, subject: Subject, test: &Test, path: &str) {
        let fact = self.fact_of(subject);
        if let Test::Within(within) = test {
            self.check_within(within, &fact, path);
        }
        for value in values_of(test) {
            if !fact.admits(&value) {
                let remedy = format!("it is {}", fact.expectation(Language::En));
                self.fault(
                    path,
                    "impossible_test",
                    format!("the fact is never {value}"),
                    remedy,
                );
            }
        }
        let values = around(test);
        let numbers = values.iter().filter_map(as_number);
        match subject {
            Subject::Fact(index) => self.points.facts.entry(index).or_default().extend(values),
            Subject::Amount => self.points.amount.extend(numbers),
            Subject::Principal => self.points.principal.extend(numbers),
            Subject::Quantity => self.points.quantity.extend(numbers),
            Subject::Leg => {}
        }
    }

    fn check_within(&mut self, within: &Within, fact: &Fact, path: &str) {
        if *within == Within::default() {
            self.fault(
                path,
                "empty_condition",
                "the test is empty",
                "such as {\"at_least\": 3}",
            );
        }
        let compares = [within.at_least, within.at_most, within.above, within.below]
            .iter()
            .any(Option::is_some);
        if compares && !matches!(fact, Fact::Integer { .. }) {
            let reason = "only whole numbers are compared";
            self.fault(
                path,
                "fact_is_no_number",
                reason,
                "use a value, `one_of` or `none_of`",
            );
        }
    }

    /// Amounts, a quantity and an activity leg are tested like facts.
    fn fact_of(&self, subject: Subject) -> Fact {
        let number = |range: Range| Fact::Integer {
            at_least: range.at_least,
            at_most: range.at_most,
            default: None,
        };
        match subject {
            Subject::Fact(index) => self.facts[index].fact.clone(),
            Subject::Amount => number(self.document.amount.clone().unwrap_or_default()),
            Subject::Principal => number(
                self.document
                    .principal
                    .as_ref()
                    .map(Principal::range)
                    .unwrap_or_default(),
            ),
            Subject::Quantity => Fact::Integer {
                at_least: 1,
                at_most: Some(i64::from(u32::MAX)),
                default: None,
            },
            Subject::Leg => Fact::OneOf {
                values: self.activity_legs.clone(),
                default: None,
            },
        }
    }

    /// Every case of the document can be reached, and nothing falls through.
    pub(super) fn search_cases(&mut self) {
        for cases in std::mem::take(&mut self.cases) {
            self.check_reach(&cases);
        }
    }

    fn check_reach(&mut self, cases: &Cases) {
        let path = &cases.path;
        let conditions = cases.conditions.iter().collect::<Vec<_>>();
        if conditions.iter().any(|condition| condition.0.is_empty()) {
            return;
        }
        let mut subjects = conditions
            .iter()
            .flat_map(|c| &c.0)
            .map(|(subject, _)| *subject)
            .collect::<Vec<_>>();
        subjects.sort_unstable();
        subjects.dedup();
        let tests = |subject: Subject| {
            let all = conditions.iter().flat_map(|condition| &condition.0);
            all.filter(move |(tested, _)| *tested == subject)
                .flat_map(|(_, test)| around(test))
                .collect()
        };
        let domain = |subject: &Subject| (*subject, Domain::of(&self.fact_of(*subject), tests(*subject)));
        let domains = subjects.iter().map(domain).collect::<Vec<_>>();
        let Some(reached) = reach::reached(&conditions, &domains) else {
            return;
        };
        for at in (0..conditions.len()).filter(|at| !reached.cases[*at]) {
            let reason = "no facts lead here: earlier cases hold first, or its tests exclude each other";
            self.fault(
                &format!("{path}.cases[{at}]"),
                "unreachable_case",
                reason,
                "remove or reorder it",
            );
        }
        if !cases.has_otherwise
            && let Some(example) = reached.fallen_through
        {
            let reason = format!("no case holds for {}", self.example_text(&example));
            let remedy =
                "give `otherwise`; an amount may also be refused there: \"otherwise\": {\"refuse\": \"why\"}";
            self.fault(path, "no_otherwise", reason, remedy);
        }
    }

    fn example_text(&self, example: &[(Subject, FactValue)]) -> String {
        let told = example.iter().map(|(subject, value)| match subject {
            Subject::Fact(index) => format!("{} = {value}", self.facts[*index].name),
            Subject::Amount => format!("amount = {value}"),
            Subject::Principal => format!("principal = {value}"),
            Subject::Quantity => format!("quantity = {value}"),
            Subject::Leg => format!("leg = {value}"),
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

fn as_number(value: &FactValue) -> Option<i64> {
    if let FactValue::Integer(number) = value {
        Some(*number)
    } else {
        None
    }
}

/// The values that a test names.
fn values_of(test: &Test) -> Vec<FactValue> {
    match test {
        Test::Equals(value) => vec![value.clone()],
        Test::Within(within) => within
            .one_of
            .iter()
            .chain(&within.none_of)
            .flatten()
            .cloned()
            .collect(),
    }
}

/// The values at which a test may change its answer, with their neighbours.
fn around(test: &Test) -> Vec<FactValue> {
    let mut values = values_of(test);
    if let Test::Within(within) = test {
        let limits = [within.at_least, within.at_most, within.above, within.below];
        values.extend(limits.into_iter().flatten().map(FactValue::Integer));
    }
    let neighbours = values
        .iter()
        .filter_map(as_number)
        .flat_map(|n| [n.saturating_sub(1), n.saturating_add(1)]);
    let neighbours = neighbours.map(FactValue::Integer).collect::<Vec<_>>();
    values.extend(neighbours);
    values
}
