//! A sealed statement as texts in reading order: what the PDF template and the mail print. Never here: layout, or a figure
//! that the statement does not have.

pub mod headline;
pub mod position;
pub mod services;

use serde::Serialize;

use self::headline::Headline;
use self::position::Line;
use self::services::{Group, of_earlier};
use super::amounts::amount_text;
use super::dates;
use super::direction::with_codes_isolated;
use super::statement_words::{Words, words};
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::statement::{
    Cycle, DestinationPosition, Due, Movement, MovementKind, Statement, StatementContent,
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
    /// Of all destinations, where none is netted against another.
    pub carried: Option<Cell>,
    pub closing: Option<Cell>,
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

#[derive(Debug, Serialize)]
pub struct Cell {
    pub text: String,
    pub negative: bool,
    pub zero: bool,
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
            issued: dates::moment(c.issued_at, c.interval.time_zone, c.language),
            previous: c.previous.as_ref().map(|previous| previous.number.clone()),
            contact: c
                .network
                .contact
                .as_deref()
                .map(|contact| writer.contact(contact)),
            headlines: writer.headlines()?,
            held: writer.cell(c.sum_of(|p| p.held)?),
            carried: c
                .balance_of(DestinationPosition::carried)?
                .map(|it| writer.cell(it)),
            closing: c.balance_of(|p| Ok(p.closing))?.map(|it| writer.cell(it)),
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

    /// A telephone number in the reader's digits, a mail address as it is typed.
    fn contact(&self, contact: &str) -> String {
        let is_number = !contact.chars().any(char::is_alphabetic);
        if is_number {
            in_digits_of(self.language, contact)
        } else {
            contact.to_owned()
        }
    }

    fn cell(&self, amount: Amount) -> Cell {
        Cell {
            text: amount_text(amount, self.content.unit.scale, self.language),
            negative: amount.is_negative(),
            zero: amount.is_zero(),
        }
    }

    fn movement(&self, movement: &Movement) -> Row {
        let time_zone = self.content.interval.time_zone;
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
            label: with_codes_isolated(label),
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
    use crate::domain::statement::sample;

    pub(super) fn view(content: StatementContent) -> StatementView {
        StatementView::of(&Statement::new(content).unwrap()).unwrap()
    }

    #[test]
    fn an_office_that_holds_cash_reads_what_it_must_remit() {
        let view = view(sample::owing(Language::En));
        assert!(view.headlines[0].remittance);
        assert_eq!(view.headlines[0].amount, "1,047,500\u{00A0}rial");
        assert_eq!(view.carried.unwrap().text, "−1,047,500");
        assert_eq!(view.notes, ["Carried forward: owed by you to the network"]);
    }

    #[test]
    fn each_destination_has_its_own_column_and_its_own_groups() {
        let view = view(sample::treasury(Language::En));
        assert!(view.lines.iter().all(|line| line.cells.len() == 2));
        assert_eq!(view.services.len(), 2);
        assert_ne!(view.services[0].destination, view.services[1].destination);
    }
}
