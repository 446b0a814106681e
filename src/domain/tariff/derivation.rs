//! How each line of a quote came about: the steps, recorded by the computation itself while it runs.
//! Never here: a second computation.

mod english;
mod name;
mod persian;

use std::num::NonZeroU32;

use super::document::rule::BegunStep;
use super::term::{Side, TermDeclaration, Title};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::rate::Rate;
use crate::domain::split::{Exact, Rounding};
pub use name::Name;

/// The lines of a quote in the order in which they were computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derivation {
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub subject: LineSubject,
    pub name: String,
    /// What people call it.
    pub title: Title,
    /// Of sources and legs: the term.
    pub ordinal: Option<i16>,
    /// The key of the instrument that orders it.
    pub instrument: Option<String>,
    pub amount: Amount,
    pub steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSubject {
    Part,
    Base,
    Price,
    Group,
    Source,
    Leg,
}

/// How many steps a measure takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepsTaken {
    Whole(Amount),
    /// What is charged of the measure, and what it comes to.
    Proportion {
        charged: Amount,
        exact: Exact,
        rounding: Rounding,
    },
}

/// What a case decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    Amount,
    Sources,
    Split,
    DepositIdentifier,
}

/// A fact as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Flag(bool),
    /// Of money, which is told in groups.
    Amount(Amount),
    /// Such as a year or a count.
    Number(i64),
    /// As it was stated, whatever the language.
    Text(String),
}

/// One step of arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Fixed {
        amount: Amount,
    },
    Named {
        name: Name,
        amount: Amount,
    },
    Rate {
        rate: Rate,
        inside: bool,
        base_name: Option<Name>,
        base: Amount,
        exact: Exact,
        rounding: Rounding,
        result: Amount,
    },
    Clamp {
        value: Amount,
        at_least: Option<Amount>,
        at_most: Option<Amount>,
        result: Amount,
    },
    Sum {
        names: Vec<Option<Name>>,
        terms: Vec<Amount>,
        result: Amount,
    },
    Less {
        from_name: Option<Name>,
        from: Amount,
        names: Vec<Option<Name>>,
        taken: Vec<Amount>,
        /// What is left, which may lie below zero.
        left: Amount,
        result: Amount,
    },
    Times {
        count_name: Option<Name>,
        count: Amount,
        value_name: Option<Name>,
        value: Amount,
        result: Amount,
    },
    Band {
        measure: Option<Name>,
        value: Amount,
        from: i64,
        below: Option<i64>,
    },
    Slices {
        base_name: Option<Name>,
        base: Amount,
        slices: Vec<(Amount, Rate)>,
        exact: Exact,
        rounding: Rounding,
        result: Amount,
    },
    Steps {
        measure: Option<Name>,
        value: Amount,
        free: Amount,
        size: NonZeroU32,
        begun: BegunStep,
        steps: StepsTaken,
        charge: Amount,
        result: Amount,
    },
    Case {
        chosen: Chosen,
        number: Option<usize>,
        facts: Vec<(Name, Told)>,
    },
    ActivityLeg {
        leg: String,
    },
    Rounded {
        name: Option<Name>,
        value: Amount,
        rounding: Rounding,
        result: Amount,
    },
    Share {
        share: String,
        base_name: Name,
        base: Amount,
        exact: Exact,
        residue: Amount,
        largest_remainder: bool,
        result: Amount,
    },
    Withheld {
        gross: Amount,
        result: Amount,
    },
    RoundingDifference {
        paid: Amount,
        price: Amount,
        /// What of the difference is this share's.
        own: Amount,
        before: Amount,
        result: Amount,
    },
    Each {
        one: Amount,
        quantity: u32,
        result: Amount,
    },
}

/// A step as a row of its own: which rule, of what, the arithmetic, and how it was rounded.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct StepText {
    pub rule: String,
    pub base: Option<String>,
    pub arithmetic: String,
    pub rounding: Option<String>,
}

impl Line {
    pub(super) fn of_term(term: &TermDeclaration, amount: Amount, steps: Vec<Step>) -> Self {
        let subject = match term.side {
            Side::Source => LineSubject::Source,
            Side::Leg => LineSubject::Leg,
        };
        Self {
            subject,
            name: term.name.clone(),
            title: term.called().title,
            ordinal: Some(term.ordinal),
            instrument: Some(term.instrument.clone()),
            amount,
            steps,
        }
    }

    /// The name for people.
    #[must_use]
    pub fn label(&self, language: Language) -> &str {
        self.title.in_language(language)
    }

    /// Each of its steps in words.
    #[must_use]
    pub fn steps_in(&self, language: Language) -> Vec<StepText> {
        let tell = match language {
            Language::En => english::tell,
            Language::Fa => persian::tell,
        };
        self.steps.iter().map(tell).collect()
    }

    /// All of it as one sentence.
    #[must_use]
    pub fn text_in(&self, language: Language) -> String {
        let amount = amount_text(language, self.amount);
        let joint = match language {
            Language::En => "; ",
            Language::Fa => "؛ ",
        };
        let steps = self.steps_in(language).into_iter();
        let steps = steps.map(StepText::sentence).collect::<Vec<_>>();
        let kind = match language {
            Language::En => english::subject(self.subject),
            Language::Fa => persian::subject(self.subject),
        };
        format!(
            "{kind} {} = {amount}: {}",
            self.label(language),
            steps.join(joint)
        )
    }
}

impl StepText {
    fn sentence(self) -> String {
        match self.rounding {
            Some(rounding) => format!("{} ({rounding})", self.arithmetic),
            None => self.arithmetic,
        }
    }
}

/// An amount for people: 1,476,112 or ۱٬۴۷۶٬۱۱۲.
#[must_use]
pub fn amount_text(language: Language, amount: Amount) -> String {
    match language {
        Language::En => english::amount(amount),
        Language::Fa => persian::amount(amount),
    }
}

/// A name that the tariff language itself gives, such as `amount`, in the language of people; others stay as they are.
pub(super) fn own_word(name: &str, language: Language) -> &str {
    match language {
        Language::Fa => persian::word(name),
        Language::En => name,
    }
}

/// Keeps the steps if somebody will read them.
pub(super) enum Trace {
    Silent,
    Kept(Kept),
}

#[derive(Default)]
pub(super) struct Kept {
    lines: Vec<Line>,
    /// The steps since the last line.
    pending: Vec<Step>,
    /// The steps of components, by slot, until their terms are told.
    stored: Vec<(usize, Vec<Step>)>,
}

impl Trace {
    pub(super) fn kept() -> Self {
        Self::Kept(Kept::default())
    }

    pub(super) const fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    pub(super) fn step(&mut self, step: impl FnOnce() -> Step) {
        if let Self::Kept(kept) = self {
            kept.pending.push(step());
        }
    }

    pub(super) fn push(&mut self, step: Option<Step>) {
        if let (Self::Kept(kept), Some(step)) = (self, step) {
            kept.pending.push(step);
        }
    }

    /// Ends a line with the pending steps.
    pub(super) fn line(&mut self, line: impl FnOnce(Vec<Step>) -> Line) {
        if let Self::Kept(kept) = self {
            let steps = std::mem::take(&mut kept.pending);
            kept.lines.push(line(steps));
        }
    }

    pub(super) fn store(&mut self, slot: usize) {
        if let Self::Kept(kept) = self {
            let steps = std::mem::take(&mut kept.pending);
            kept.stored.push((slot, steps));
        }
    }

    pub(super) fn push_all(&mut self, steps: &[Step]) {
        if let Self::Kept(kept) = self {
            kept.pending.extend_from_slice(steps);
        }
    }

    /// The stored steps of a slot are pending again.
    pub(super) fn recall(&mut self, slot: usize) {
        if let Self::Kept(kept) = self
            && let Some(at) = kept.stored.iter().position(|(stored, _)| *stored == slot)
        {
            kept.pending.extend(kept.stored.swap_remove(at).1);
        }
    }

    /// A later step changes the amount of a term's line.
    pub(super) fn amend(&mut self, ordinal: i16, amount: Amount, step: impl FnOnce() -> Step) {
        if let Self::Kept(kept) = self
            && let Some(line) = kept
                .lines
                .iter_mut()
                .rev()
                .find(|line| line.ordinal == Some(ordinal))
        {
            line.amount = amount;
            line.steps.push(step());
        }
    }

    pub(super) fn finish(self) -> Derivation {
        match self {
            Self::Silent => Derivation::default(),
            Self::Kept(kept) => Derivation { lines: kept.lines },
        }
    }
}
