//! What must hold before a statement is sealed: it is contiguous and every figure is the sum of what stands below it.
//! Never here: repairing a statement that does not foot.

use std::collections::BTreeSet;

use super::{
    DestinationPosition, DueKind, FORMAT_VERSION, FORMAT_WITHOUT_COUNTS, LINES_MAX, MovementKind, Side,
    StatementContent,
};
use crate::domain::money::{Amount, AmountOverflow};

/// Which rule the content breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementRefused {
    #[error(
        "format {0} is neither {FORMAT_WITHOUT_COUNTS} without counts of services nor {FORMAT_VERSION} with them"
    )]
    UnknownFormat(u16),
    #[error("the transactions of service {service} are {count}, which its lines cannot be")]
    Miscounted { service: String, count: u64 },
    #[error("not the canonical JSON of a statement: {0}")]
    NotJson(String),
    #[error("{0} lines are more than the {LINES_MAX} of a statement")]
    TooManyLines(usize),
    #[error("the interval is empty")]
    EmptyInterval,
    #[error("statement {sequence} of a chain needs a previous one from the second on, and only then")]
    BrokenChain { sequence: u32 },
    #[error("the opening balance {opening} is not the previous closing {closing}")]
    NotContiguous { opening: Amount, closing: Amount },
    #[error("{line} is {stated}, but its parts make {computed}")]
    DoesNotFoot {
        line: &'static str,
        stated: Amount,
        computed: Amount,
    },
    #[error("paid is {paid}, but only all of the payable {payable} or nothing is paid")]
    PartlyPaid { paid: Amount, payable: Amount },
    #[error("a statement has exactly one position per destination, and at least one")]
    NotOnePositionPerDestination,
    #[error("a line belongs to the destination {destination:?}, which has no position")]
    NoPositionFor { destination: Option<String> },
    #[error("{0} is negative")]
    Negative(&'static str),
    #[error("a remittance of {due} is asked for, but the party owes {owed}")]
    RemittanceAboveDebt { due: Amount, owed: Amount },
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

impl StatementContent {
    pub(super) fn check(&self) -> Result<(), StatementRefused> {
        self.check_frame()?;
        self.check_signs()?;
        self.check_destinations()?;
        self.check_chain()?;
        for position in &self.positions {
            self.check_lines(position)?;
            self.check_parts(position)?;
            self.check_dues(position)?;
        }
        self.check_counts()
    }

    fn check_signs(&self) -> Result<(), StatementRefused> {
        if self.held.iter().any(|item| item.amount.is_negative()) {
            return Err(StatementRefused::Negative("a held item"));
        }
        if self.dues.iter().any(|due| due.amount.is_negative()) {
            return Err(StatementRefused::Negative("a due amount"));
        }
        Ok(())
    }

    fn check_frame(&self) -> Result<(), StatementRefused> {
        let known = if self.counts.is_some() {
            FORMAT_VERSION
        } else {
            FORMAT_WITHOUT_COUNTS
        };
        if self.format != known {
            return Err(StatementRefused::UnknownFormat(self.format));
        }
        let lines = self.positions.len() + self.services.len() + self.earlier.len();
        let lines = lines + self.movements.len() + self.held.len() + self.dues.len();
        if lines > LINES_MAX {
            return Err(StatementRefused::TooManyLines(lines));
        }
        if self.interval.from >= self.interval.until {
            return Err(StatementRefused::EmptyInterval);
        }
        Ok(())
    }

    fn check_destinations(&self) -> Result<(), StatementRefused> {
        let known: BTreeSet<_> = self.positions.iter().map(|p| p.destination.as_deref()).collect();
        if known.is_empty() || known.len() < self.positions.len() {
            return Err(StatementRefused::NotOnePositionPerDestination);
        }
        let services = self.services.iter().map(|total| &total.destination);
        let earlier = self.earlier.iter().map(|earlier| &earlier.total.destination);
        let movements = self.movements.iter().map(|movement| &movement.destination);
        let held = self.held.iter().map(|item| &item.destination);
        let dues = self.dues.iter().map(|due| &due.destination);
        let mut used = services.chain(earlier).chain(movements).chain(held).chain(dues);
        match used.find(|destination| !known.contains(&destination.as_deref())) {
            Some(unknown) => Err(StatementRefused::NoPositionFor {
                destination: unknown.clone(),
            }),
            None => Ok(()),
        }
    }

    fn check_chain(&self) -> Result<(), StatementRefused> {
        let first = self.sequence == 1;
        if self.sequence == 0 || first == self.previous.is_some() {
            return Err(StatementRefused::BrokenChain {
                sequence: self.sequence,
            });
        }
        let closings = self
            .previous
            .as_ref()
            .map_or(&[][..], |previous| &previous.closings);
        for position in &self.positions {
            let closing = closings.iter().find(|c| c.destination == position.destination);
            contiguous(position.opening, closing.map_or(Amount::ZERO, |c| c.closing))?;
        }
        for closing in closings {
            let position = self
                .positions
                .iter()
                .find(|p| p.destination == closing.destination);
            contiguous(position.map_or(Amount::ZERO, |p| p.opening), closing.closing)?;
        }
        Ok(())
    }

    fn check_lines(&self, p: &DestinationPosition) -> Result<(), StatementRefused> {
        let collected = Amount::ZERO.minus(p.collected)?;
        let before = Amount::sum([p.opening, p.earned, collected, p.memos, p.remitted, p.returned])?;
        foots("before", p.before, before)?;
        let holds = self.holds_on(p.destination.as_deref())?;
        foots("held", p.held, before.max(Amount::ZERO).min(holds))?;
        foots("payable", p.payable, before.minus(p.held)?)?;
        if !(p.paid.is_zero() || (p.paid == p.payable && !p.paid.is_negative())) {
            return Err(StatementRefused::PartlyPaid {
                paid: p.paid,
                payable: p.payable,
            });
        }
        foots("closing", p.closing, before.minus(p.paid)?)
    }

    fn check_parts(&self, p: &DestinationPosition) -> Result<(), StatementRefused> {
        let destination = p.destination.as_deref();
        foots("earned", p.earned, self.total_of(destination, Side::Earned)?)?;
        foots(
            "collected",
            p.collected,
            self.total_of(destination, Side::Collected)?,
        )?;
        foots("memos", p.memos, self.moved_by(destination, MovementKind::Memo)?)?;
        foots(
            "remitted",
            p.remitted,
            self.moved_by(destination, MovementKind::Remitted)?,
        )?;
        foots(
            "returned",
            p.returned,
            self.moved_by(destination, MovementKind::Returned)?,
        )
    }

    fn check_dues(&self, p: &DestinationPosition) -> Result<(), StatementRefused> {
        let destination = p.destination.as_deref();
        foots("paid", p.paid, self.due_by(destination, DueKind::Payout)?)?;
        let due = self.due_by(destination, DueKind::Remittance)?;
        let owed = Amount::ZERO.minus(p.closing)?.max(Amount::ZERO);
        if due > owed {
            Err(StatementRefused::RemittanceAboveDebt { due, owed })
        } else {
            Ok(())
        }
    }
}

fn contiguous(opening: Amount, closing: Amount) -> Result<(), StatementRefused> {
    if opening == closing {
        Ok(())
    } else {
        Err(StatementRefused::NotContiguous { opening, closing })
    }
}

fn foots(line: &'static str, stated: Amount, computed: Amount) -> Result<(), StatementRefused> {
    if stated == computed {
        Ok(())
    } else {
        Err(StatementRefused::DoesNotFoot {
            line,
            stated,
            computed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{long, owing, rials, short, treasury};
    use super::super::{Due, Statement, StatementDigest};
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn a_statement_that_foots_is_sealed_and_read_back_with_its_digest() {
        for content in [short(Language::Fa), long(Language::En), owing(Language::Fa)] {
            let sealed = Statement::new(content).unwrap();
            let read = Statement::read(sealed.bytes().to_vec()).unwrap();
            assert_eq!(read, sealed);
            assert_eq!(sealed.digest(), StatementDigest::of(sealed.bytes()));
        }
    }

    #[test]
    fn the_order_in_which_totals_were_found_does_not_change_the_bytes() {
        let mut turned = short(Language::Fa);
        turned.services.reverse();
        let (turned, straight) = (Statement::new(turned), Statement::new(short(Language::Fa)));
        assert_eq!(turned.unwrap().bytes(), straight.unwrap().bytes());
    }

    #[test]
    fn what_is_due_first_stands_first() {
        let mut content = owing(Language::En);
        let whole = content.dues.remove(0);
        let part = |minor, days| Due {
            amount: rials(minor),
            due_on: whole.due_on + chrono::Days::new(days),
            ..whole.clone()
        };
        content.dues = vec![part(500_000, 14), part(47_500, 7), part(500_000, 0)];
        let sealed = Statement::new(content).unwrap();
        assert_eq!(
            sealed.content().dues,
            [part(500_000, 0), part(47_500, 7), part(500_000, 14)]
        );
    }

    #[test]
    fn a_total_that_is_a_rial_off_is_refused() {
        let mut content = short(Language::Fa);
        content.services[0].amount = content.services[0].amount.plus(rials(1)).unwrap();
        assert!(matches!(
            Statement::new(content),
            Err(StatementRefused::DoesNotFoot { .. })
        ));
    }

    #[test]
    fn a_closing_that_is_not_before_less_paid_is_refused() {
        let mut content = short(Language::Fa);
        content.positions[0].closing = content.positions[0].closing.plus(rials(1)).unwrap();
        let refusal = Statement::new(content).unwrap_err();
        assert!(matches!(
            refusal,
            StatementRefused::DoesNotFoot { line: "closing", .. }
        ));
    }

    #[test]
    fn a_payable_is_paid_whole_or_not_at_all() {
        let mut content = short(Language::Fa);
        content.positions[0].paid = content.positions[0].paid.minus(rials(1)).unwrap();
        assert!(matches!(
            Statement::new(content),
            Err(StatementRefused::PartlyPaid { .. })
        ));
    }

    #[test]
    fn the_opening_is_the_previous_closing() {
        let first = Statement::new(short(Language::Fa)).unwrap();
        let mut second = short(Language::Fa);
        second.sequence = 2;
        assert_eq!(
            Statement::new(second.clone()).unwrap_err(),
            StatementRefused::BrokenChain { sequence: 2 }
        );
        second.previous = Some(first.as_previous());
        assert!(matches!(
            Statement::new(second),
            Err(StatementRefused::NotContiguous { .. })
        ));
    }

    #[test]
    fn a_remittance_is_never_more_than_what_is_owed() {
        let mut content = owing(Language::Fa);
        content.dues[0].amount = rials(1_047_501);
        let refusal = Statement::new(content).unwrap_err();
        assert!(matches!(refusal, StatementRefused::RemittanceAboveDebt { .. }));
    }

    #[test]
    fn what_is_earned_for_one_destination_never_foots_another() {
        let mut content = treasury(Language::Fa);
        Statement::new(content.clone()).unwrap();
        content.services[0]
            .destination
            .clone_from(&content.positions[1].destination);
        content.services[1]
            .destination
            .clone_from(&content.positions[0].destination);
        assert!(matches!(
            Statement::new(content),
            Err(StatementRefused::DoesNotFoot { line: "earned", .. })
        ));
    }

    #[test]
    fn a_line_without_a_position_for_its_destination_is_refused() {
        let mut content = treasury(Language::Fa);
        content.services[0].destination = Some("999".to_owned());
        assert!(matches!(
            Statement::new(content),
            Err(StatementRefused::NoPositionFor { .. })
        ));
    }

    #[test]
    fn a_balance_carried_never_vanishes_from_the_chain() {
        let first = Statement::new(owing(Language::Fa)).unwrap();
        let mut second = treasury(Language::Fa);
        second.sequence = 2;
        second.previous = Some(first.as_previous());
        assert!(matches!(
            Statement::new(second),
            Err(StatementRefused::NotContiguous { .. })
        ));
    }

    #[test]
    fn a_hold_is_never_larger_than_what_is_there() {
        let mut content = short(Language::Fa);
        content.held[0].amount = rials(1_000_000_000);
        assert!(matches!(
            Statement::new(content),
            Err(StatementRefused::DoesNotFoot { line: "held", .. })
        ));
    }
}
