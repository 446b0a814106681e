//! A sealed statement as texts in reading order: what the PDF template and the mail print. Never here: layout, or a figure
//! that the statement does not have.

use serde::Serialize;

use super::amounts::{amount_spoken, amount_text, amount_with_unit, count_text};
use super::dates;
use super::digits::in_digits_of;
use super::statement_words::{Words, words};
use crate::domain::language::Language;
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::statement::{
    CarryReason, Cycle, DestinationPosition, Due, DueKind, EarlierTotal, EntryKind, Movement, MovementKind,
    ServiceCount, ServiceTotal, Side, Statement, StatementContent, transaction_count,
};

/// All texts are in the statement's language and digits, but codes, numbers and references, which are typed as they are.
#[derive(Debug, Serialize)]
pub struct StatementView {
    pub language: &'static str,
    pub right_to_left: bool,
    pub words: &'static Words,
    pub number: String,
    pub network: String,
    pub party: String,
    pub party_kind: String,
    pub party_code: String,
    pub unit: String,
    pub period: String,
    pub interval: String,
    pub issued: String,
    pub previous: Option<String>,
    pub contact: Option<String>,
    pub headlines: Vec<Headline>,
    pub held: Cell,
    pub carried: Cell,
    pub closing: Cell,
    pub destinations: Vec<Option<String>>,
    pub lines: Vec<Line>,
    pub notes: Vec<String>,
    pub services: Vec<Group>,
    pub earlier: Vec<Group>,
    pub movements: Vec<Row>,
    pub holds: Vec<Row>,
    pub dues: Vec<Row>,
    pub cycles: Vec<Bars>,
    pub verification_code: String,
    pub verification_url: String,
    pub digest: String,
}

/// What the reader came for: a sum that is paid or must be remitted, in figures and as people say it.
#[derive(Debug, Serialize)]
pub struct Headline {
    pub remittance: bool,
    pub label: &'static str,
    pub amount: String,
    pub spoken: Option<String>,
    pub due: Option<String>,
    pub reference: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Cell {
    pub text: String,
    pub negative: bool,
    pub zero: bool,
}

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

/// A row of any list below the position; which texts it has depends on the list.
#[derive(Debug, Serialize)]
pub struct Row {
    pub code: String,
    pub label: String,
    pub detail: String,
    pub tag: Option<&'static str>,
    pub count: String,
    pub amount: Cell,
}

/// A pair of bars. The figures are the smallest parts, for the height only.
#[derive(Debug, Serialize)]
pub struct Bars {
    pub label: String,
    pub earned: i64,
    pub paid: i64,
}

impl StatementView {
    pub fn of(statement: &Statement) -> Result<Self, AmountOverflow> {
        let writer = Writer::of(statement.content());
        let c = statement.content();
        Ok(Self {
            language: c.language.code(),
            right_to_left: c.language == Language::Fa,
            words: writer.words,
            number: c.number.clone(),
            network: c.network.names.in_language(c.language).to_owned(),
            party: c.party.names.in_language(c.language).to_owned(),
            party_kind: c.party.kind.names.in_language(c.language).to_owned(),
            party_code: c.party.code.clone(),
            unit: c.unit.names.in_language(c.language).to_owned(),
            period: dates::period(&c.interval.period, c.language),
            interval: dates::interval(&c.interval, c.language),
            issued: dates::moment(c.issued_at, &c.interval.time_zone, c.language),
            previous: c.previous.as_ref().map(|previous| previous.number.clone()),
            contact: c
                .network
                .contact
                .as_deref()
                .map(|contact| in_digits_of(c.language, contact)),
            headlines: writer.headlines()?,
            held: writer.cell(c.sum_of(|p| p.held)?),
            carried: writer.cell(c.sum_of(|p| p.closing)?.minus(c.sum_of(|p| p.held)?)?),
            closing: writer.cell(c.sum_of(|p| p.closing)?),
            destinations: c.positions.iter().map(|p| p.destination.clone()).collect(),
            lines: writer.position_lines(),
            notes: c.positions.iter().filter_map(|p| writer.note(p)).collect(),
            services: writer.groups(&c.services.iter().map(|total| (total, None)).collect::<Vec<_>>())?,
            earlier: writer.groups(&c.earlier.iter().map(of_earlier).collect::<Vec<_>>())?,
            movements: c
                .movements
                .iter()
                .map(|movement| writer.movement(movement))
                .collect(),
            holds: writer.holds(),
            dues: c.dues.iter().map(|due| writer.due(due)).collect(),
            cycles: c.cycles.iter().map(|cycle| writer.bars(cycle)).collect(),
            verification_code: statement.verification_code(),
            verification_url: statement.verification_url(),
            digest: statement.digest().to_hex(),
        })
    }
}

type Dated<'a> = (&'a ServiceTotal, Option<&'a str>);

fn of_earlier(earlier: &EarlierTotal) -> Dated<'_> {
    (&earlier.total, Some(&earlier.period))
}

struct Writer<'a> {
    content: &'a StatementContent,
    language: Language,
    words: &'static Words,
}

impl<'a> Writer<'a> {
    fn of(content: &'a StatementContent) -> Self {
        Self {
            content,
            language: content.language,
            words: words(content.language),
        }
    }

    fn cell(&self, amount: Amount) -> Cell {
        Cell {
            text: amount_text(amount, self.content.unit.scale, self.language),
            negative: amount.is_negative(),
            zero: amount.is_zero(),
        }
    }

    fn headlines(&self) -> Result<Vec<Headline>, AmountOverflow> {
        let kinds = [DueKind::Payout, DueKind::Remittance];
        let headlines = kinds
            .into_iter()
            .filter_map(|kind| self.headline(kind).transpose());
        let headlines = headlines.collect::<Result<Vec<_>, _>>()?;
        if headlines.is_empty() {
            Ok(vec![self.nothing_due()])
        } else {
            Ok(headlines)
        }
    }

    fn headline(&self, kind: DueKind) -> Result<Option<Headline>, AmountOverflow> {
        let dues = || {
            self.content
                .dues
                .iter()
                .filter(|due| due.kind == kind && !due.amount.is_zero())
        };
        let Some(first) = dues().min_by_key(|due| due.due_on) else {
            return Ok(None);
        };
        let amount = Amount::sum(dues().map(|due| due.amount))?;
        Ok(Some(Headline {
            remittance: kind == DueKind::Remittance,
            label: self.due_label(kind),
            amount: amount_with_unit(amount, &self.content.unit, self.language),
            spoken: amount_spoken(amount, &self.content.unit, self.language),
            due: Some(if dues().all(|due| due.due_on == first.due_on) {
                self.due_on(first)
            } else {
                self.due_of_it(first)
            }),
            reference: (dues().count() == 1).then(|| first.reference.clone()),
        }))
    }

    fn nothing_due(&self) -> Headline {
        Headline {
            remittance: false,
            label: self.words.nothing_due,
            amount: amount_with_unit(Amount::ZERO, &self.content.unit, self.language),
            spoken: None,
            due: None,
            reference: None,
        }
    }

    fn due_label(&self, kind: DueKind) -> &'static str {
        match kind {
            DueKind::Payout => self.words.payout,
            DueKind::Remittance => self.words.remittance,
        }
    }

    fn due_on(&self, due: &Due) -> String {
        let label = match due.kind {
            DueKind::Payout => self.words.payout_on,
            DueKind::Remittance => self.words.remittance_until,
        };
        format!("{label}: {}", dates::day(due.due_on, self.language))
    }

    /// Of several demands, the one that is due first.
    fn due_of_it(&self, first: &Due) -> String {
        let amount = amount_with_unit(first.amount, &self.content.unit, self.language);
        format!("{} {amount} · {}", self.words.of_it, self.due_on(first))
    }

    /// Money rule 14, read from the top: each line with the sign it enters the next sum with.
    fn position_lines(&self) -> Vec<Line> {
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

    /// Why something stays in the account, where it does.
    fn note(&self, position: &DestinationPosition) -> Option<String> {
        let reason = match position.carry_reason.as_ref()? {
            CarryReason::BelowThreshold { threshold } => {
                let threshold = amount_with_unit(*threshold, &self.content.unit, self.language);
                format!("{} {threshold}", self.words.below_threshold)
            }
            CarryReason::OwedByParty => self.words.owed_by_party.to_owned(),
            CarryReason::NoVerifiedAccount => self.words.no_account.to_owned(),
        };
        let destination = position
            .destination
            .as_ref()
            .map(|d| format!(" ({d})"))
            .unwrap_or_default();
        Some(format!("{}{destination}: {reason}", self.words.carried))
    }

    /// One group per destination and side, in the order of the positions.
    fn groups(&self, totals: &[Dated<'_>]) -> Result<Vec<Group>, AmountOverflow> {
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
            code: in_digits_of(self.language, &total.service.code),
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

    fn movement(&self, movement: &Movement) -> Row {
        let time_zone = &self.content.interval.time_zone;
        let kind = match movement.kind {
            MovementKind::Memo => self.words.memo,
            MovementKind::Remitted => self.words.remitted,
            MovementKind::Returned => self.words.returned,
        };
        Row {
            code: movement.reference.clone(),
            label: movement.reason.clone(),
            detail: dates::moment(movement.booked_at, time_zone, self.language),
            tag: Some(kind),
            count: String::new(),
            amount: self.cell(movement.amount),
        }
    }

    fn holds(&self) -> Vec<Row> {
        let row = |label: &str, amount| Row {
            code: String::new(),
            label: label.to_owned(),
            detail: String::new(),
            tag: None,
            count: String::new(),
            amount: self.cell(amount),
        };
        self.content
            .held
            .iter()
            .map(|item| row(item.cause.in_language(self.language), item.amount))
            .collect()
    }

    fn due(&self, due: &Due) -> Row {
        Row {
            code: due.reference.clone(),
            label: self.due_on(due),
            detail: due.destination.clone().unwrap_or_default(),
            tag: None,
            count: String::new(),
            amount: self.cell(due.amount),
        }
    }

    fn bars(&self, cycle: &Cycle) -> Bars {
        Bars {
            label: dates::period_short(&cycle.period, self.language),
            earned: cycle.earned.minor(),
            paid: cycle.paid.minor(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::statement::{Coded, FORMAT_WITHOUT_COUNTS, sample};

    fn view(content: StatementContent) -> StatementView {
        StatementView::of(&Statement::new(content).unwrap()).unwrap()
    }

    #[test]
    fn the_headline_says_what_is_paid_and_when() {
        let view = view(sample::short(Language::Fa));
        assert_eq!(view.headlines.len(), 1);
        assert_eq!(view.headlines[0].amount, "۲٬۴۱۸٬۶۱۲\u{00A0}ریال");
        assert_eq!(
            view.headlines[0].spoken.as_deref(),
            Some("۲۴۱٬۸۶۱٫۲\u{00A0}تومان")
        );
        assert_eq!(
            view.headlines[0].due.as_deref(),
            Some("سررسید پرداخت: ۴ آبان ۱۴۰۴")
        );
    }

    #[test]
    fn an_office_that_holds_cash_reads_what_it_must_remit() {
        let view = view(sample::owing(Language::En));
        assert!(view.headlines[0].remittance);
        assert_eq!(view.headlines[0].amount, "1,047,500\u{00A0}rial");
        assert_eq!(view.carried.text, "−1,047,500");
        assert_eq!(view.notes, ["Carried forward: owed by you to the network"]);
    }

    #[test]
    fn of_two_demands_the_headline_says_the_sum_and_which_of_it_is_due_first() {
        let mut content = sample::owing(Language::En);
        let whole = content.dues.remove(0);
        let part = |amount, days, reference: &str| Due {
            amount: Amount::from_minor(amount),
            due_on: whole.due_on + chrono::Days::new(days),
            reference: reference.to_owned(),
            ..whole.clone()
        };
        content.dues = vec![part(1_000_000, 7, "R-2"), part(47_500, 0, "R-1")];
        let view = view(content);
        assert_eq!(view.headlines[0].amount, "1,047,500\u{00A0}rial");
        assert_eq!(
            view.headlines[0].due.as_deref(),
            Some("of it 47,500\u{00A0}rial · Remit by: 26 October 2025")
        );
        assert_eq!(
            (view.headlines[0].reference.as_deref(), view.dues.len()),
            (None, 2)
        );
    }

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

    #[test]
    fn each_destination_has_its_own_column_and_its_own_groups() {
        let view = view(sample::treasury(Language::En));
        assert!(view.lines.iter().all(|line| line.cells.len() == 2));
        assert_eq!(view.services.len(), 2);
        assert_ne!(view.services[0].destination, view.services[1].destination);
    }
}
