//! A statement's totals by service, of its interval and of earlier ones, in groups of a side and destination, each with how
//! many transactions it sums. Never here: counting them (see `domain::statement::counts`).

use serde::Serialize;

use super::{Cell, Row, Writer};
use crate::documents::amounts::count_text;
use crate::documents::dates;
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::statement::{
    EarlierTotal, EntryKind, ServiceCount, ServiceTotal, Side, transaction_count,
};

/// The totals of one side and destination, with their sum.
#[derive(Debug, Serialize)]
pub struct Group {
    pub label: &'static str,
    pub destination: Option<String>,
    pub rows: Vec<Row>,
    /// Empty where a statement of an old format does not say it.
    pub count: String,
    pub total: Cell,
}

pub(super) type Dated<'a> = (&'a ServiceTotal, Option<&'a str>);

pub(super) fn of_earlier(earlier: &EarlierTotal) -> Dated<'_> {
    (&earlier.total, Some(&earlier.period))
}

impl Writer<'_> {
    /// One group per destination and side, in the order of the positions.
    pub(super) fn groups(&self, totals: &[Dated<'_>]) -> Result<Vec<Group>, AmountOverflow> {
        let mut groups = vec![];
        for position in &self.content.positions {
            for side in [Side::Earned, Side::Collected] {
                let of_group =
                    |total: &ServiceTotal| total.side == side && total.destination == position.destination;
                let members: Vec<_> = totals
                    .iter()
                    .copied()
                    .filter(|(total, _)| of_group(total))
                    .collect();
                if !members.is_empty() {
                    groups.push(self.group(side, position.destination.clone(), &members)?);
                }
            }
        }
        Ok(groups)
    }

    fn group(
        &self,
        side: Side,
        destination: Option<String>,
        members: &[Dated<'_>],
    ) -> Result<Group, AmountOverflow> {
        let count = self.transactions(side, destination.as_deref(), members);
        Ok(Group {
            label: match side {
                Side::Earned => self.words.earned,
                Side::Collected => self.words.collected,
            },
            destination,
            rows: members
                .iter()
                .map(|(total, period)| self.total_row(total, *period))
                .collect(),
            count: count.map_or_else(String::new, |count| count_text(count, self.language)),
            total: self.cell(Amount::sum(members.iter().map(|(total, _)| total.amount))?),
        })
    }

    /// How many transactions a group sums, each once; of an old format, where that is certain.
    fn transactions(&self, side: Side, destination: Option<&str>, members: &[Dated<'_>]) -> Option<u64> {
        let earlier = members.iter().any(|(_, period)| period.is_some());
        let of_group = |one: &ServiceCount| {
            (one.side, one.destination.as_deref(), one.earlier) == (side, destination, earlier)
        };
        let counted = self.content.counted(of_group);
        counted.or_else(|| transaction_count(members.iter().map(|(total, _)| *total)))
    }

    fn total_row(&self, total: &ServiceTotal, period: Option<&str>) -> Row {
        let component = total.component.names.in_language(self.language);
        let period = period.and_then(|key| dates::earlier_period(key, self.language));
        Row {
            code: total.service.code.clone(),
            label: total.service.names.in_language(self.language).to_owned(),
            detail: period.map_or_else(
                || component.to_owned(),
                |period| format!("{component} · {period}"),
            ),
            tag: match total.kind {
                EntryKind::Original => None,
                EntryKind::Refund => Some(self.words.refund),
                EntryKind::Correction => Some(self.words.correction),
            },
            count: count_text(total.count, self.language),
            amount: self.cell(total.amount),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::statement_view::tests::view;
    use crate::domain::language::Language;
    use crate::domain::statement::{Coded, FORMAT_WITHOUT_COUNTS, StatementContent, sample};

    #[test]
    fn an_item_of_earlier_periods_names_its_component() {
        let mut content = sample::short(Language::En);
        content.earlier[0].period = "earlier".to_owned();
        let view = view(content);
        assert_eq!(view.earlier[0].rows[0].detail, "Office share");
    }

    /// A bill of which two lines tell, a fee and a principal.
    fn billed() -> StatementContent {
        let mut content = sample::short(Language::En);
        let principal = ServiceTotal {
            component: Coded::new("principal", "اصل", "Principal"),
            count: 5,
            amount: Amount::ZERO,
            ..content.services[0].clone()
        };
        content.services.push(principal);
        content
    }

    #[test]
    fn a_transaction_with_lines_of_two_components_is_counted_once() {
        let view = view(billed());
        assert_eq!(
            view.services[0].count, "39",
            "7 with a fee, 1 refund and 31 cards"
        );
        assert_eq!(view.earlier[0].count, "2");
    }

    #[test]
    fn an_old_statement_keeps_what_it_said() {
        let mut content = billed();
        (content.format, content.counts) = (FORMAT_WITHOUT_COUNTS, None);
        let old = view(content);
        assert_eq!(old.services[0].count, "", "it does not say who has both lines");
        assert_eq!(old.services[1].count, "3");
    }
}
