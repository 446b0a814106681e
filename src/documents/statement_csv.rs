//! A sealed statement as a table for spreadsheets: every line with its raw amount. Never here: sums that the statement does
//! not have, or digits and dates for the eye.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::statement::{
    CarryReason, Cycle, DestinationPosition, Due, DueKind, HeldItem, Movement, MovementKind, Names,
    ServiceCount, ServiceTotal, Statement, StatementContent,
};

/// The layout of the table: its columns, its rows and their order, down to the byte. A statement is the same bytes whenever it is
/// asked for (money rule 22), and its table is written anew each time: so a layout that was handed out is never changed. Another
/// one has the next number and is that of statements of a new [`crate::domain::statement::FORMAT_VERSION`]; those that stand keep
/// this one.
pub const LAYOUT: u16 = 2;

/// Tells spreadsheets that the bytes are UTF-8, or Persian turns to rubbish.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const HEAD: [&str; 15] = [
    "statement",
    "section",
    "destination",
    "line",
    "period",
    "code",
    "name_fa",
    "name_en",
    "component",
    "kind",
    "count",
    "amount",
    "unit",
    "date",
    "reason",
];

#[derive(Debug, thiserror::Error)]
pub enum CsvFailure {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// The statement as CSV with a byte order mark; amounts count the unit's smallest part, dates are ISO 8601 and UTC. A reason is
/// a code of the canonical JSON or, of a movement, a text in whichever language it was written.
pub fn statement_csv(statement: &Statement) -> Result<Vec<u8>, CsvFailure> {
    let content = statement.content();
    let mut table = Table {
        content,
        writer: csv::Writer::from_writer(BYTE_ORDER_MARK.to_vec()),
    };
    table.writer.write_record(HEAD)?;
    table.statement(statement)?;
    content
        .positions
        .iter()
        .try_for_each(|position| table.position(position))?;
    content
        .services
        .iter()
        .try_for_each(|total| table.total("service", &content.interval.period, total))?;
    content
        .earlier
        .iter()
        .try_for_each(|earlier| table.total("earlier", &earlier.period, &earlier.total))?;
    let mut counts = content.counts.iter().flatten();
    counts.try_for_each(|count| table.count(count))?;
    content
        .movements
        .iter()
        .try_for_each(|movement| table.movement(movement))?;
    content.held.iter().try_for_each(|item| table.held(item))?;
    content.dues.iter().try_for_each(|due| table.due(due))?;
    content.cycles.iter().try_for_each(|cycle| table.cycle(cycle))?;
    let bytes = table.writer.into_inner();
    Ok(bytes.map_err(|e| csv::Error::from(e.into_error()))?)
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe instead.
pub fn escaped(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

struct Table<'a> {
    content: &'a StatementContent,
    writer: csv::Writer<Vec<u8>>,
}

/// The cells of one row that differ between the sections.
#[derive(Default)]
struct Cells<'a> {
    section: &'a str,
    destination: Option<&'a str>,
    line: &'a str,
    period: &'a str,
    code: &'a str,
    name_fa: &'a str,
    name_en: &'a str,
    component: &'a str,
    kind: &'a str,
    count: Option<u64>,
    amount: Option<Amount>,
    date: String,
    reason: &'a str,
}

impl<'a> Table<'a> {
    fn row(&mut self, cells: &Cells<'_>) -> Result<(), csv::Error> {
        let texts = [
            self.content.number.as_str(),
            cells.section,
            cells.destination.unwrap_or(""),
            cells.line,
            cells.period,
            cells.code,
            cells.name_fa,
            cells.name_en,
            cells.component,
            cells.kind,
        ];
        let mut record: Vec<String> = texts.into_iter().map(escaped).collect();
        record.push(cells.count.map(|count| count.to_string()).unwrap_or_default());
        // A negative number is a number: it is written here, never taken from outside, so it is not escaped.
        record.push(cells.amount.map(|amount| amount.to_string()).unwrap_or_default());
        record.push(self.content.unit.code.to_string());
        record.push(cells.date.clone());
        record.push(escaped(cells.reason));
        self.writer.write_record(&record)
    }

    /// Whose the statement is, of when, and by what it is checked.
    fn statement(&mut self, statement: &Statement) -> Result<(), csv::Error> {
        let content = self.content;
        self.named("network", &content.network.code, &content.network.names)?;
        self.named("party", &content.party.code, &content.party.names)?;
        self.dated("from", content.interval.from)?;
        self.dated("until", content.interval.until)?;
        self.dated("issued", content.issued_at)?;
        if let Some(previous) = &content.previous {
            self.coded("previous", &previous.number)?;
        }
        self.coded("verification_code", &statement.verification_code())?;
        self.coded("verification_url", &statement.verification_url())?;
        self.coded("digest", &statement.digest().to_hex())
    }

    fn named(&mut self, line: &str, code: &str, names: &Names) -> Result<(), csv::Error> {
        self.row(&Cells {
            line,
            code,
            name_fa: &names.fa,
            name_en: &names.en,
            ..self.of_statement()
        })
    }

    fn coded(&mut self, line: &str, code: &str) -> Result<(), csv::Error> {
        self.row(&Cells {
            line,
            code,
            ..self.of_statement()
        })
    }

    fn dated(&mut self, line: &str, at: DateTime<Utc>) -> Result<(), csv::Error> {
        self.row(&Cells {
            line,
            date: moment(at),
            ..self.of_statement()
        })
    }

    fn of_statement(&self) -> Cells<'a> {
        let content = self.content;
        Cells {
            section: "statement",
            period: &content.interval.period,
            ..Cells::default()
        }
    }

    fn position(&mut self, p: &DestinationPosition) -> Result<(), CsvFailure> {
        let code = p.carry_reason.as_ref().map_or("", CarryReason::code);
        let (of_paid, of_carried, threshold) = match p.carry_reason {
            Some(CarryReason::NoVerifiedAccount) => (code, "", None),
            Some(CarryReason::OwedByParty) => ("", code, None),
            Some(CarryReason::BelowThreshold { threshold }) => ("", code, Some(("threshold", threshold, ""))),
            None => ("", "", None),
        };
        let lines = [
            ("opening", p.opening, ""),
            ("earned", p.earned, ""),
            ("collected", p.collected, ""),
            ("memos", p.memos, ""),
            ("remitted", p.remitted, ""),
            ("returned", p.returned, ""),
            ("before", p.before, ""),
            ("held", p.held, ""),
            ("payable", p.payable, ""),
            ("paid", p.paid, of_paid),
            ("closing", p.closing, ""),
            ("carried", p.carried()?, of_carried),
        ];
        let (content, destination) = (self.content, p.destination.as_deref());
        let period = content.interval.period.as_str();
        let mut lines = lines.into_iter().chain(threshold);
        lines.try_for_each(|(line, amount, reason)| {
            self.row(&Cells {
                section: "position",
                destination,
                line,
                period,
                amount: Some(amount),
                reason,
                ..Cells::default()
            })
        })?;
        Ok(())
    }

    fn total(&mut self, section: &str, period: &str, total: &ServiceTotal) -> Result<(), csv::Error> {
        self.row(&Cells {
            section,
            destination: total.destination.as_deref(),
            line: total.side.code(),
            period,
            code: &total.service.code,
            name_fa: &total.service.names.fa,
            name_en: &total.service.names.en,
            component: &total.component.code,
            kind: total.kind.code(),
            count: Some(total.count),
            amount: Some(total.amount),
            ..Cells::default()
        })
    }

    /// The transactions of a service, whose lines of several components may be of the same ones.
    fn count(&mut self, one: &ServiceCount) -> Result<(), csv::Error> {
        self.row(&Cells {
            section: if one.earlier { "earlier_count" } else { "count" },
            destination: one.destination.as_deref(),
            line: one.side.code(),
            code: &one.service.code,
            name_fa: &one.service.names.fa,
            name_en: &one.service.names.en,
            kind: one.kind.code(),
            count: Some(one.count),
            ..Cells::default()
        })
    }

    fn movement(&mut self, movement: &Movement) -> Result<(), csv::Error> {
        let line = match movement.kind {
            MovementKind::Memo => "memo",
            MovementKind::Remitted => "remitted",
            MovementKind::Returned => "returned",
        };
        self.row(&Cells {
            section: "movement",
            destination: movement.destination.as_deref(),
            line,
            code: &movement.reference,
            amount: Some(movement.amount),
            date: moment(movement.booked_at),
            reason: &movement.reason,
            ..Cells::default()
        })
    }

    fn held(&mut self, item: &HeldItem) -> Result<(), csv::Error> {
        self.row(&Cells {
            section: "hold",
            destination: item.destination.as_deref(),
            name_fa: &item.cause.fa,
            name_en: &item.cause.en,
            amount: Some(item.amount),
            ..Cells::default()
        })
    }

    fn due(&mut self, due: &Due) -> Result<(), csv::Error> {
        let line = match due.kind {
            DueKind::Payout => "payout",
            DueKind::Remittance => "remittance",
        };
        self.row(&Cells {
            section: "due",
            destination: due.destination.as_deref(),
            line,
            code: &due.reference,
            amount: Some(due.amount),
            date: due.due_on.to_string(),
            ..Cells::default()
        })
    }

    /// One of the last cycles, over all destinations.
    fn cycle(&mut self, cycle: &Cycle) -> Result<(), csv::Error> {
        let lines = [("earned", cycle.earned), ("paid", cycle.paid)];
        lines.into_iter().try_for_each(|(line, amount)| {
            self.row(&Cells {
                section: "cycle",
                line,
                period: &cycle.period,
                amount: Some(amount),
                ..Cells::default()
            })
        })
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
