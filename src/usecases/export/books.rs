//! All journals with their entries, as hledger reads them, as CSV or as lines of JSON. Never here: what they post.

use crate::documents::journal_book::{self, BookedEntry, BookedJournal, BookedUnit};
use crate::domain::journal::EntryKind;
use crate::domain::money::Amount;
use crate::domain::originator::{NotAllowed, Originator};
use crate::domain::zone::day_of;
use crate::store::reading::book::{EntryRow, entries_after, units};
use crate::store::{Connection, StoreFailure};
use crate::usecases::Done;
use crate::usecases::reading::moment::must_not_be_empty;

pub use crate::store::reading::book::JournalsWanted;

use super::unwritable;

const JOURNALS_AT_ONCE: i64 = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BooksFormat {
    Hledger,
    Csv,
    Json,
}

/// Some journals as text, and after which id the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalPage {
    pub text: Vec<u8>,
    pub journals: usize,
    pub next_after: Option<i64>,
}

/// What stands above all pages.
///
/// # Errors
/// `Forbidden` for whoever acts for a party: the books concern the whole house.
pub async fn journal_head(conn: &mut Connection, by: &Originator, format: BooksFormat) -> Done<Vec<u8>> {
    may_read_books(by)?;
    match format {
        BooksFormat::Hledger => Ok(journal_book::hledger_head(&booked_units(conn).await?).into_bytes()),
        BooksFormat::Csv => journal_book::csv_head().map_err(unwritable),
        BooksFormat::Json => Ok(Vec::new()),
    }
}

/// The next journals after an id, in the order of posting.
pub async fn export_journals(
    conn: &mut Connection,
    by: &Originator,
    wanted: &JournalsWanted,
    format: BooksFormat,
    after: i64,
) -> Done<JournalPage> {
    may_read_books(by)?;
    if let (Some(from), Some(until)) = (wanted.from, wanted.until) {
        must_not_be_empty(from, until)?;
    }
    let units = booked_units(conn).await?;
    let journals = journals(entries_after(conn, wanted, after, JOURNALS_AT_ONCE).await?)?;
    let scale = |code: &str| {
        units
            .iter()
            .find(|unit| unit.code == code)
            .map_or(0, |unit| unit.scale)
    };
    let mut text = Vec::new();
    for journal in &journals {
        match format {
            BooksFormat::Hledger => text.extend(journal_book::hledger(journal, scale).into_bytes()),
            BooksFormat::Csv => text.extend(journal_book::csv(journal).map_err(unwritable)?),
            BooksFormat::Json => text.extend(journal_book::json(journal).into_bytes()),
        }
    }
    let is_full = i64::try_from(journals.len()).unwrap_or(i64::MAX) == JOURNALS_AT_ONCE;
    Ok(JournalPage {
        text,
        journals: journals.len(),
        next_after: journals.last().filter(|_| is_full).map(|journal| journal.id),
    })
}

fn may_read_books(by: &Originator) -> Result<(), NotAllowed> {
    by.may_see_all("read the books")
}

async fn booked_units(conn: &mut Connection) -> Done<Vec<BookedUnit>> {
    let unit = |(code, scale)| BookedUnit {
        code,
        scale: u8::try_from(scale).unwrap_or_default(),
    };
    Ok(units(conn).await?.into_iter().map(unit).collect())
}

fn journals(rows: Vec<EntryRow>) -> Result<Vec<BookedJournal>, StoreFailure> {
    let mut journals: Vec<BookedJournal> = Vec::new();
    for row in rows {
        let id = row.journal_id;
        let (journal, entry) = booked(row)?;
        match journals.last_mut() {
            Some(last) if last.id == id => last.entries.push(entry),
            Some(_) | None => {
                let entries = vec![entry];
                journals.push(BookedJournal { entries, ..journal });
            }
        }
    }
    Ok(journals)
}

fn booked(row: EntryRow) -> Result<(BookedJournal, BookedEntry), StoreFailure> {
    let kind = EntryKind::from_code(row.transaction_kind).ok_or_else(|| {
        let row_key = format!("of journal {}", row.journal_id);
        StoreFailure::corrupt("entries", row_key, format!("kind {}", row.transaction_kind))
    })?;
    let kind = match kind {
        EntryKind::Original => "original",
        EntryKind::Refund => "refund",
        EntryKind::Reversal => "reversal",
        EntryKind::Correction => "correction",
        EntryKind::Other => "",
    };
    let posted_on = day_of(row.time_zone, row.posted_at);
    let entry = BookedEntry {
        account: row.account,
        party: row.account_party,
        deposit_identifier: row.deposit_identifier,
        window: row.account_window,
        unit: row.unit,
        amount: Amount::from_minor(row.amount),
        side: row.side,
        transaction_kind: kind.to_owned(),
        component_kind: row.component_kind,
        count: row.item_count,
    };
    let journal = BookedJournal {
        id: row.journal_id,
        network: row.network,
        kind: row.kind,
        window: row.window,
        party: row.party,
        cause: row.cause,
        posted_on,
        posted_at: row.posted_at,
        originator: row.originator,
        entries: Vec::new(),
    };
    Ok((journal, entry))
}
