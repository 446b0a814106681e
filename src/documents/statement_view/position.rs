//! The lines of a statement's position as money rule 14 reads, and why something stays in the account. Never here: a sum.

use serde::Serialize;

use super::{Cell, Writer};
use crate::documents::amounts::amount_with_unit;
use crate::domain::money::Amount;
use crate::domain::statement::{CarryReason, DestinationPosition};

/// A line of the position, with one cell per destination.
#[derive(Debug, Serialize)]
pub struct Line {
    pub sign: &'static str,
    pub label: &'static str,
    /// How the line is computed, where its sign does not say it.
    pub hint: &'static str,
    pub weight: Weight,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Plain,
    Sum,
    Total,
}

impl Writer<'_> {
    /// Money rule 14, read from the top: each line with the sign it enters the next sum with.
    pub(super) fn position_lines(&self) -> Vec<Line> {
        let w = self.words;
        let line = |sign, label, weight, of: fn(&DestinationPosition) -> Amount| Line {
            sign,
            label,
            hint: if weight == Weight::Total {
                w.closing_hint
            } else {
                ""
            },
            weight,
            cells: self
                .content
                .positions
                .iter()
                .map(|position| self.cell(of(position)))
                .collect(),
        };
        vec![
            line("", w.opening, Weight::Plain, |p| p.opening),
            line("+", w.earned, Weight::Plain, |p| p.earned),
            line("−", w.collected, Weight::Plain, |p| p.collected),
            line("±", w.memos, Weight::Plain, |p| p.memos),
            line("+", w.remitted, Weight::Plain, |p| p.remitted),
            line("+", w.returned, Weight::Plain, |p| p.returned),
            line("=", w.before, Weight::Sum, |p| p.before),
            line("−", w.held, Weight::Plain, |p| p.held),
            line("=", w.payable, Weight::Sum, |p| p.payable),
            line("", w.paid, Weight::Plain, |p| p.paid),
            line("=", w.closing, Weight::Total, |p| p.closing),
        ]
    }

    /// Why something stays in the account or has not left, where it is so.
    pub(super) fn note(&self, position: &DestinationPosition) -> Option<String> {
        let (of_what, reason) = match position.carry_reason.as_ref()? {
            CarryReason::BelowThreshold { threshold } => {
                let threshold = amount_with_unit(*threshold, &self.content.unit, self.language);
                let reason = format!("{} {threshold}", self.words.below_threshold);
                (self.words.carried, reason)
            }
            CarryReason::OwedByParty => (self.words.carried, self.words.owed_by_party.to_owned()),
            CarryReason::NoVerifiedAccount => (self.words.paid, self.words.no_account.to_owned()),
        };
        let destination = position
            .destination
            .as_ref()
            .map(|d| format!(" ({d})"))
            .unwrap_or_default();
        Some(format!("{of_what}{destination}: {reason}"))
    }
}
