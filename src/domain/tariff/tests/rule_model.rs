//! Rules and what is withheld, made up at random, each with a line or two that says what it comes to. Never here: tariffs.

use serde_json::{Value, json};

use crate::domain::cases::Numbers;

pub(super) const AMOUNTS: [i64; 2] = [2_000, 1_000_000_000];
const QUANTITY_MAX: i64 = 1_000;
pub(super) const PAGES_MAX: i64 = 10_000;
pub(super) const MODES: [&str; 4] = ["floor", "half_up", "half_even", "ceiling"];
const BEGUN: [&str; 3] = ["charged", "not_charged", "in_proportion"];

/// What a rule measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Amount,
    Quantity,
    Pages,
    Price,
}

/// What is asked; the price as the model found it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) amount: i64,
    pub(super) quantity: i64,
    pub(super) pages: i64,
    pub(super) price: i64,
}

#[derive(Clone, Debug)]
pub(super) enum Rule {
    Fixed(i64),
    Times(Measure, i64),
    Bands(Measure, Vec<(i64, Rule)>),
    /// Where each begins, and its hundredths of a percent.
    Slices(Measure, Vec<(i64, i64)>),
    Steps {
        of: Measure,
        free: i64,
        size: i64,
        charge: i64,
        begun: &'static str,
    },
    /// Of hundredths of a percent; `around`: the limits stand in a rule of their own.
    Percent {
        of: Measure,
        rate: i64,
        round: &'static str,
        limits: [i64; 2],
        around: bool,
    },
}

impl Measure {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Quantity => "quantity",
            Self::Pages => "pages",
            Self::Price => "price",
        }
    }

    pub(super) const fn range(self) -> [i64; 2] {
        match self {
            Self::Amount => AMOUNTS,
            Self::Quantity => [1, QUANTITY_MAX],
            Self::Pages => [0, PAGES_MAX],
            Self::Price => [0, i64::MAX],
        }
    }

    pub(super) const fn of(self, asked: &Asked) -> i64 {
        match self {
            Self::Amount => asked.amount,
            Self::Quantity => asked.quantity,
            Self::Pages => asked.pages,
            Self::Price => asked.price,
        }
    }
}

impl Rule {
    /// A rule that measures this; of bands, each holds a number or a rate.
    pub(super) fn random(numbers: &mut Numbers, of: Measure) -> Self {
        match numbers.between(0, 4) {
            0 => Self::Times(of, below(numbers, 20)),
            1 => {
                let further = numbers.between(1, 5);
                let starts = starts(numbers, of, further);
                let row = |from| (from, Self::Fixed(below(numbers, 5_000)));
                let mut rows: Vec<_> = starts.into_iter().map(row).collect();
                rows.last_mut().unwrap().1 = Self::percent(numbers, of, [0, 9_000]);
                Self::Bands(of, rows)
            }
            2 => {
                let further = numbers.between(1, 5);
                let starts = starts(numbers, of, further);
                let from_zero = starts.into_iter().enumerate();
                let row = |(at, from)| (if at == 0 { 0 } else { from }, below(numbers, 2_000));
                Self::Slices(of, from_zero.map(row).collect())
            }
            3 => Self::Steps {
                of,
                free: below(numbers, of.range()[1].min(1_000)),
                size: 1 + below(numbers, of.range()[1] / 20),
                charge: below(numbers, 700),
                begun: BEGUN[numbers.index(3)],
            },
            _ => Self::percent(numbers, of, [0, 100_000]),
        }
    }

    pub(super) fn percent(numbers: &mut Numbers, of: Measure, [least, most]: [i64; 2]) -> Self {
        let middle = least + below(numbers, most - least);
        Self::Percent {
            of,
            rate: below(numbers, 1_500),
            round: MODES[numbers.index(4)],
            // A minimum must lie below what it is the minimum of.
            limits: [middle.min(of.range()[0].max(0)), middle],
            around: numbers.coin(),
        }
    }

    /// Of the price, which is more than all of them take.
    pub(super) fn component(numbers: &mut Numbers) -> Self {
        Self::Percent {
            of: Measure::Price,
            rate: below(numbers, 1_500),
            round: MODES[numbers.index(4)],
            limits: [below(numbers, 1_000), 1_000 + below(numbers, 4_000)],
            around: numbers.coin(),
        }
    }

    pub(super) fn json(&self) -> Value {
        match self {
            Self::Fixed(minor) => json!(minor),
            Self::Times(of, value) => json!({"times": {"count": of.name(), "value": value}}),
            Self::Bands(of, rows) => {
                let row = |(from, below, rule): (i64, Option<i64>, &Self)| match below {
                    Some(below) if from % 2 == 0 => {
                        json!({"from": from, "below": below, "value": rule.json()})
                    }
                    Some(below) => json!({"from": from, "through": below - 1, "value": rule.json()}),
                    None => json!({"from": from, "value": rule.json()}),
                };
                let rows: Vec<_> = ended(rows).map(row).collect();
                json!({"bands": {"of": of.name(), "rows": rows}})
            }
            Self::Slices(of, rows) => {
                let row = |(from, to, rate): (i64, Option<i64>, &i64)| json!({"from": from, "to": to, "rate": rate_text(*rate)});
                let rows: Vec<_> = ended(rows).map(row).collect();
                json!({"slices": {"of": of.name(), "rows": rows}})
            }
            Self::Steps {
                of,
                free,
                size,
                charge,
                begun,
            } => {
                json!({"steps": {"of": of.name(), "free": free, "size": size, "charge": charge, "begun": begun}})
            }
            Self::Percent {
                of,
                rate,
                round,
                limits: [least, most],
                around,
            } => {
                let mut percent = json!({"rate": rate_text(*rate), "of": of.name(), "round": round});
                if *around {
                    return json!({"clamp": {"value": {"percent": percent}, "at_least": least, "at_most": most}});
                }
                percent["at_least"] = json!(least);
                percent["at_most"] = json!(most);
                json!({"percent": percent})
            }
        }
    }

    /// The model: what it comes to.
    pub(super) fn value(&self, asked: &Asked) -> i64 {
        match self {
            Self::Fixed(minor) => *minor,
            Self::Times(of, value) => of.of(asked) * value,
            // The upper one of two has the boundary.
            Self::Bands(of, rows) => {
                let mut begun = rows.iter().rev().filter(|(from, _)| *from <= of.of(asked));
                begun.next().unwrap().1.value(asked)
            }
            Self::Slices(of, rows) => {
                let part = |(from, to, rate): (i64, Option<i64>, &i64)| {
                    let end = to.unwrap_or(i64::MAX).min(of.of(asked));
                    (end - from).max(0) * rate
                };
                rounded(ended(rows).map(part).sum(), 10_000, "floor")
            }
            Self::Steps {
                of,
                free,
                size,
                charge,
                begun,
            } => {
                let charged = (of.of(asked) - free).max(0);
                match *begun {
                    "charged" => rounded(charged, *size, "ceiling") * charge,
                    "not_charged" => rounded(charged, *size, "floor") * charge,
                    _ => rounded(charged * charge, *size, "floor"),
                }
            }
            Self::Percent {
                of,
                rate,
                round,
                limits: [least, most],
                ..
            } => rounded(of.of(asked) * rate, 10_000, round).clamp(*least, *most),
        }
    }

    /// The measures at which it changes, or begins to be clamped.
    pub(super) fn boundaries(&self) -> Option<(Measure, Vec<i64>)> {
        Some(match self {
            Self::Fixed(_) | Self::Times(..) => return None,
            Self::Bands(of, rows) => (*of, rows.iter().map(|(from, _)| *from).collect()),
            Self::Slices(of, rows) => (*of, rows.iter().map(|(from, _)| *from).collect()),
            Self::Steps { of, free, size, .. } => (*of, (0..9).map(|step| free + step * size).collect()),
            Self::Percent { of, rate, limits, .. } => {
                let binds = limits.iter().map(|limit| limit * 10_000 / (*rate).max(1));
                (*of, binds.collect())
            }
        })
    }

    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Fixed(_) => "fixed",
            Self::Times(..) => "times",
            Self::Bands(..) => "bands",
            Self::Slices(..) => "slices",
            Self::Steps { .. } => "steps",
            Self::Percent { around: false, .. } => "limits of a rate",
            Self::Percent { around: true, .. } => "limits around a rate",
        }
    }
}

/// What is withheld of a share, in hundredths of a percent; `inside`: the share includes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Withheld {
    rate: i64,
    round: &'static str,
    inside: bool,
}

impl Withheld {
    pub(super) fn random(numbers: &mut Numbers) -> Self {
        Self {
            rate: 1 + below(numbers, 1_500),
            round: MODES[numbers.index(4)],
            inside: numbers.coin(),
        }
    }

    pub(super) fn json(&self, name: &str) -> Value {
        let (rate, round, inside) = (rate_text(self.rate), self.round, self.inside);
        json!({"name": name, "party": "tax", "rate": rate, "round": round, "inside": inside})
    }

    /// The model: of a whole number, because a share is rounded before anything is withheld of it.
    pub(super) fn of(&self, share: i64) -> i64 {
        let whole = if self.inside { 10_000 + self.rate } else { 10_000 };
        rounded(share * self.rate, whole, self.round)
    }
}

/// A number from zero up to this one, which is not in it.
pub(super) fn below(numbers: &mut Numbers, end: i64) -> i64 {
    i64::try_from(numbers.between(0, u64::try_from(end - 1).unwrap())).unwrap()
}

/// Where rows begin that cover what is measured: the first at its least, up to so many others above.
pub(super) fn starts(numbers: &mut Numbers, of: Measure, further: u64) -> Vec<i64> {
    let [least, most] = of.range();
    let mut starts = vec![least];
    for _ in 0..further {
        // Rows of one number each stand among wide ones.
        let before = starts[starts.len() - 1];
        let step = if numbers.coin() { 1 } else { most / 8 };
        let next = before + 1 + below(numbers, step);
        if next <= most {
            starts.push(next);
        }
    }
    starts
}

/// Rows with the start of the next as their end.
fn ended<T>(rows: &[(i64, T)]) -> impl Iterator<Item = (i64, Option<i64>, &T)> {
    let ends = rows.iter().skip(1).map(|(from, _)| Some(*from)).chain([None]);
    rows.iter()
        .zip(ends)
        .map(|((from, held), end)| (*from, end, held))
}

pub(super) fn rate_text(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// Of two numbers that are not negative.
pub(super) fn rounded(numerator: i64, denominator: i64, mode: &str) -> i64 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    let is_up = match mode {
        "floor" => false,
        "half_up" => 2 * rest >= denominator,
        "half_even" => 2 * rest > denominator || (2 * rest == denominator && whole % 2 == 1),
        _ => rest > 0,
    };
    whole + i64::from(is_up)
}
