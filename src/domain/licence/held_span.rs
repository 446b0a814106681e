//! Between which moments everything lies that a licence's restrictions hold, so that nobody has to look elsewhere. Never here: whether
//! a case is held (see [`Licence::money_policy`]).

use chrono::{DateTime, Utc};

use super::{Effect, Licence, Restriction};
use crate::domain::interval::Validity;
use crate::domain::window::CLOCK_DIFFERENCE_MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSpan {
    pub happened_from: DateTime<Utc>,
    /// Exclusive.
    pub happened_until: DateTime<Utc>,
    /// What arrived before is not held; `None` where it does not matter when it did.
    pub received_from: Option<DateTime<Utc>>,
}

impl Licence {
    /// Where to look for what is held by what is known at a moment: two spans at most for each restriction that stands. They may
    /// overlap, and not all that lies in them is held.
    pub fn held_spans(&self, known_at: DateTime<Utc>) -> Vec<HeldSpan> {
        let standing = self.restrictions(known_at).into_iter();
        standing
            .filter(|restriction| restriction.stands(known_at))
            .flat_map(Restriction::held_spans)
            .filter_map(|span| span.within(self.term()))
            .collect()
    }
}

impl Restriction {
    /// Whether nothing lifts it yet, though its end may be announced.
    fn stands(&self, known_at: DateTime<Utc>) -> bool {
        self.lifted_from.is_none_or(|from| known_at < from)
    }

    /// What happened since it took effect until it bound every counter's clock, and what of the time before arrived late.
    fn held_spans(self) -> impl Iterator<Item = HeldSpan> {
        let since = HeldSpan {
            happened_from: self.effective_at,
            happened_until: self.binds_from() + CLOCK_DIFFERENCE_MAX,
            received_from: None,
        };
        let late = HeldSpan {
            happened_from: DateTime::<Utc>::MIN_UTC,
            happened_until: self.effective_at,
            received_from: Some(self.binds_from()),
        };
        let holds_late = self.late_arrival() > Effect::None;
        [Some(since), holds_late.then_some(late)].into_iter().flatten()
    }
}

impl HeldSpan {
    /// What of it lies in the term.
    fn within(self, term: Validity) -> Option<Self> {
        let happened_until = term.until().unwrap_or(self.happened_until);
        let cut = Self {
            happened_from: self.happened_from.max(term.from()),
            happened_until: self.happened_until.min(happened_until),
            ..self
        };
        (cut.happened_from < cut.happened_until).then_some(cut)
    }
}
