//! Tariffs made up at random of every kind of rule, each beside a model of a line or two that says what it comes to.
//! Never here: rules whose shares are only known to balance (`random`), bands and steps by themselves (`boundaries`).

use super::rule_model::{
    AMOUNTS, Asked, MODES, Measure, PAGES_MAX, Rule, Withheld, below, rate_text, rounded,
};
use super::*;
use crate::domain::cases::{Numbers, count};
use crate::domain::tariff::derivation::LineSubject;

/// The least price of a tariff made up here: more than its components take at most, what is withheld, and the rounding.
const BASE: i64 = 20_000;
const QUESTIONS_EACH: u64 = 100;
const LEGS: [&str; 2] = ["acceptance", "distribution"];

/// A document and what its parts and components come to.
struct MadeUp {
    document: Value,
    parts: Vec<Rule>,
    /// In every list of components, beside the wage that takes what they leave.
    components: Vec<MadeUpComponent>,
    /// Of the wage.
    withheld: Vec<Withheld>,
    by_leg: bool,
    /// Price and shares of one, each times the quantity.
    each: bool,
    round: Option<(&'static str, i64)>,
    /// Hundredths of a percent of the price that the agency bears, if it bears any.
    borne: Option<i64>,
}

struct MadeUpComponent {
    take: Rule,
    withheld: Vec<Withheld>,
}

/// Up to so many.
fn random_withheld(numbers: &mut Numbers, most: u64) -> Vec<Withheld> {
    (0..numbers.between(0, most))
        .map(|_| Withheld::random(numbers))
        .collect()
}

fn name_of_withheld(component: &str, at: usize) -> String {
    format!("{component}_tax_{at}")
}

/// A component and what is withheld of it, as they are written.
fn component(name: &str, party: &str, take: &Value, taken_off: &[Withheld]) -> Value {
    let written = |(at, one): (usize, &Withheld)| one.json(&name_of_withheld(name, at));
    let withhold: Vec<_> = taken_off.iter().enumerate().map(written).collect();
    json!({"name": name, "party": party, "take": take, "withhold": withhold})
}

impl MadeUp {
    fn random(numbers: &mut Numbers) -> Self {
        let (by_leg, each) = (numbers.coin(), numbers.between(0, 3) == 0);
        let mut parts = vec![Rule::Fixed(BASE + below(numbers, 100_000))];
        for _ in 0..numbers.between(1, 4) {
            // What is made for one and multiplied names nothing that is stated of all.
            let measures = if each { 1 } else { 3 };
            let of = [Measure::Pages, Measure::Amount, Measure::Quantity][numbers.index(measures)];
            parts.push(Rule::random(numbers, of));
        }
        let made_up = |numbers: &mut Numbers| MadeUpComponent {
            take: Rule::component(numbers),
            withheld: random_withheld(numbers, 1),
        };
        let components = (0..numbers.between(0, 3)).map(|_| made_up(numbers)).collect();
        let round = numbers
            .coin()
            .then(|| (MODES[numbers.index(4)], 1 + below(numbers, 1_000)));
        let mut made = Self {
            document: Value::Null,
            parts,
            components,
            withheld: random_withheld(numbers, 2),
            by_leg,
            each,
            round,
            borne: numbers.coin().then(|| below(numbers, 10_001)),
        };
        made.document = made.written();
        made
    }

    fn written(&self) -> Value {
        let part = |(at, rule): (usize, &Rule)| json!({"name": format!("p{at}"), "amount": rule.json()});
        let parts: Vec<_> = self.parts.iter().enumerate().map(part).collect();
        let [here, there] = ["agency", "operator"].map(|party| self.list(party));
        let split = if self.by_leg {
            json!({"by_leg": {LEGS[0]: here, LEGS[1]: there}})
        } else {
            here
        };
        let mut document = document(&json!(parts), &split);
        if self.by_leg {
            document["activity_legs"] = json!(LEGS);
        }
        if self.reads(Measure::Amount) {
            document["amount"] = json!({"at_least": AMOUNTS[0], "at_most": AMOUNTS[1]});
        }
        if self.reads(Measure::Pages) {
            document["facts"] = json!({"pages": {"kind": "integer", "at_least": 0, "at_most": PAGES_MAX}});
        }
        if self.each {
            document["quantity"] = json!("each");
        }
        if let Some((mode, step)) = self.round {
            document["round_price"] = json!({"mode": mode, "step": step, "taker": "wage"});
        }
        if let Some(rate) = self.borne {
            let take = json!({"percent": {"rate": rate_text(rate), "of": "price"}});
            document["sources"] =
                json!([{"party": "agency", "take": take}, {"party": "holder", "take": "remainder"}]);
        }
        document
    }

    /// The components, of this party, and what is left to the office.
    fn list(&self, party: &str) -> Value {
        let written = |(at, made): (usize, &MadeUpComponent)| {
            component(&format!("c{at}"), party, &made.take.json(), &made.withheld)
        };
        let mut list: Vec<_> = self.components.iter().enumerate().map(written).collect();
        let remainder = json!("remainder");
        list.push(component("wage", "office", &remainder, &self.withheld));
        json!(list)
    }

    fn reads(&self, measure: Measure) -> bool {
        let mut measured = self.parts.iter().filter_map(|rule| match rule {
            Rule::Times(of, _) => Some(*of),
            Rule::Fixed(_)
            | Rule::Bands(..)
            | Rule::Slices(..)
            | Rule::Steps { .. }
            | Rule::Percent { .. } => rule.boundaries().map(|(of, _)| of),
        });
        measured.any(|of| of == measure)
    }

    /// Every other measure lies just before, on or just after a boundary.
    fn asked(&self, numbers: &mut Numbers) -> Asked {
        let mut measured = |of: Measure| {
            let [least, most] = of.range();
            let boundaries = self.parts.iter().filter_map(Rule::boundaries);
            let own: Vec<i64> = boundaries
                .filter(|(by, _)| *by == of)
                .flat_map(|(_, ends)| ends)
                .collect();
            let anywhere = least + numbers.amount(most - least).minor();
            if own.is_empty() || numbers.coin() {
                return anywhere;
            }
            (own[numbers.index(own.len())] - 1 + below(numbers, 3)).clamp(least, most)
        };
        let mut asked = Asked {
            amount: measured(Measure::Amount),
            quantity: measured(Measure::Quantity),
            pages: measured(Measure::Pages),
            price: 0,
        };
        if !self.each && !self.reads(Measure::Quantity) {
            asked.quantity = 1;
        }
        asked.price = self.parts.iter().map(|rule| rule.value(&asked)).sum();
        asked
    }

    fn question(&self, numbers: &mut Numbers, asked: &Asked) -> Question {
        let pages = ("pages".to_owned(), FactValue::Integer(asked.pages));
        Question {
            amount: self
                .reads(Measure::Amount)
                .then(|| Amount::from_minor(asked.amount)),
            quantity: u32::try_from(asked.quantity).unwrap(),
            leg: self.by_leg.then(|| LEGS[numbers.index(2)].to_owned()),
            facts: self.reads(Measure::Pages).then_some(pages).into_iter().collect(),
            ..Question::default()
        }
    }

    /// What the agency bears of one, and what the citizen pays for one.
    fn borne_and_paid(&self, asked: &Asked) -> (i64, i64) {
        let borne = self
            .borne
            .map_or(0, |rate| rounded(asked.price * rate, 10_000, "floor"));
        let (mode, step) = self.round.unwrap_or(("floor", 1));
        (borne, step * rounded(asked.price - borne, step, mode))
    }

    /// The legs of one: of each rounded share what is withheld, and the share without it. The wage takes what the others leave, and
    /// the difference of what the citizen pays, of which nothing is withheld any more.
    fn legs(&self, asked: &Asked) -> Vec<(String, i64)> {
        let mut legs = Vec::new();
        let mut withhold = |name: &str, share: i64, withheld: &[Withheld], beside: i64| {
            let taken: Vec<i64> = withheld.iter().map(|withheld| withheld.of(share)).collect();
            legs.push((name.to_owned(), share - taken.iter().sum::<i64>() + beside));
            let named = taken.into_iter().enumerate();
            legs.extend(named.map(|(at, taken)| (name_of_withheld(name, at), taken)));
        };
        let mut left = asked.price;
        for (at, made) in self.components.iter().enumerate() {
            let share = made.take.value(asked);
            left -= share;
            withhold(&format!("c{at}"), share, &made.withheld, 0);
        }
        let (borne, paid) = self.borne_and_paid(asked);
        withhold("wage", left, &self.withheld, borne + paid - asked.price);
        legs
    }

    /// Parts, legs and sources are what the model says, and what the citizen pays is rounded as declared.
    fn check_figures(&self, tariff: &Tariff, asked: &Asked, quote: &Quote, derivation: &Derivation) {
        let lines = derivation
            .lines
            .iter()
            .filter(|line| line.subject == LineSubject::Part);
        let parts: Vec<i64> = lines.map(|line| line.amount.minor()).collect();
        let expected: Vec<i64> = self.parts.iter().map(|rule| rule.value(asked)).collect();
        assert_eq!(parts, expected, "{asked:?} {:#}", self.document);
        let times = if self.each { asked.quantity } else { 1 };
        let named = |shares: &[Share], name: &str| {
            let mut own = shares
                .iter()
                .filter(|share| tariff.term(share.ordinal).unwrap().name == name);
            own.next().map_or(0, |share| share.amount.minor())
        };
        for (name, one) in self.legs(asked) {
            let earned = named(quote.allocation.legs(), &name);
            assert_eq!(earned, times * one, "{name} {asked:?} {:#}", self.document);
        }
        let (borne, paid) = self.borne_and_paid(asked);
        let [total, price] = [quote.allocation.total(), quote.price].map(Amount::minor);
        let found = [named(quote.allocation.sources(), "agency"), price, total];
        let expected = [borne, paid, borne + paid].map(|one| times * one);
        assert_eq!(found, expected, "{asked:?} {:#}", self.document);
    }
}

/// Both sides are of equal sum and of no negative term, and the derivation ends each term's line with its amount.
fn check_sides(tariff: &Tariff, quote: &Quote, derivation: &Derivation) {
    let sides = [quote.allocation.sources(), quote.allocation.legs()];
    for shares in sides {
        let sum = Amount::sum(shares.iter().map(|share| share.amount)).unwrap();
        assert_eq!(sum, quote.allocation.total());
        assert!(shares.iter().all(|share| !share.amount.is_negative()));
    }
    let holders = sides[0]
        .iter()
        .filter(|share| tariff.term(share.ordinal).unwrap().role.is_holder());
    assert_eq!(
        Amount::sum(holders.map(|share| share.amount)).unwrap(),
        quote.price
    );
    for share in sides.into_iter().flatten() {
        let mut lines = derivation
            .lines
            .iter()
            .filter(|line| line.ordinal == Some(share.ordinal));
        assert_eq!(lines.next().map(|line| line.amount), Some(share.amount));
        assert!(lines.next().is_none(), "two lines of one term");
    }
}

#[test]
fn every_kind_of_rule_comes_to_what_its_model_says_and_both_sides_and_the_derivation_agree() {
    let mut numbers = Numbers::of(31);
    let (mut kinds, mut documents, mut asked_in_all) = (std::collections::BTreeSet::new(), 0_u64, 0);
    while asked_in_all < count() {
        let made = MadeUp::random(&mut numbers);
        documents += 1;
        // The trial questions take longer than all that are asked here, so that every tenth document has them.
        let tariff = if documents.is_multiple_of(10) {
            parse(&made.document)
        } else {
            Tariff::from_published(&made.document.to_string()).unwrap()
        };
        for _ in 0..QUESTIONS_EACH {
            let asked = made.asked(&mut numbers);
            let question = made.question(&mut numbers, &asked);
            let (quote, derivation) = tariff
                .explain(&question)
                .unwrap_or_else(|refusal| panic!("{asked:?} {:#}: {refusal}", made.document));
            assert_eq!(tariff.quote(&question).as_ref(), Ok(&quote));
            made.check_figures(&tariff, &asked, &quote, &derivation);
            check_sides(&tariff, &quote, &derivation);
            asked_in_all += 1;
        }
        kinds.extend(made.parts.iter().map(Rule::kind));
    }
    assert!(kinds.len() == 7 || count() < 50_000, "only {kinds:?} occurred");
}
