//! A sealed statement as a table for spreadsheets: every line with its raw amount. Never here: sums that the statement does
//! not have, or digits and dates for the eye.

use crate::domain::money::Amount;
use crate::domain::statement::{
    DestinationPosition, Due, DueKind, HeldItem, Movement, MovementKind, ServiceCount, ServiceTotal,
    Statement, StatementContent,
};

/// Tells spreadsheets that the bytes are UTF-8, or Persian turns to rubbish.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const HEAD: [&str; 14] = [
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
];

/// The statement as CSV with a byte order mark; amounts count the unit's smallest part, dates are ISO 8601 and UTC.
pub fn statement_csv(statement: &Statement) -> Result<Vec<u8>, csv::Error> {
    let content = statement.content();
    let mut table = Table {
        content,
        writer: csv::Writer::from_writer(BYTE_ORDER_MARK.to_vec()),
    };
    table.writer.write_record(HEAD)?;
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
    table
        .writer
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))
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
}

impl Table<'_> {
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
        self.writer.write_record(&record)
    }

    fn position(&mut self, p: &DestinationPosition) -> Result<(), csv::Error> {
        let lines = [
            ("opening", p.opening),
            ("earned", p.earned),
            ("collected", p.collected),
            ("memos", p.memos),
            ("remitted", p.remitted),
            ("returned", p.returned),
            ("before", p.before),
            ("held", p.held),
            ("payable", p.payable),
            ("paid", p.paid),
            ("closing", p.closing),
        ];
        let (content, destination) = (self.content, p.destination.as_deref());
        let period = content.interval.period.as_str();
        lines.into_iter().try_for_each(|(line, amount)| {
            self.row(&Cells {
                section: "position",
                destination,
                line,
                period,
                amount: Some(amount),
                ..Cells::default()
            })
        })
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
            name_fa: &movement.reason,
            amount: Some(movement.amount),
            date: movement
                .booked_at
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::statement::sample;

    fn csv_of(content: StatementContent) -> String {
        let bytes = statement_csv(&Statement::new(content).unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_statement_as_csv_has_every_line_with_its_raw_amount() {
        insta::assert_snapshot!(csv_of(sample::short(Language::Fa)));
    }

    #[test]
    fn a_spreadsheet_knows_the_bytes_for_utf_8() {
        assert!(csv_of(sample::owing(Language::Fa)).starts_with('\u{FEFF}'));
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_compute_is_escaped() {
        let mut content = sample::short(Language::Fa);
        content.movements[0].reason = "=HYPERLINK(\"http://evil\")".to_owned();
        assert!(csv_of(content).contains("\"'=HYPERLINK(\"\"http://evil\"\")\""));
        for (cell, safe) in [
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(escaped(cell), safe);
        }
    }
}
