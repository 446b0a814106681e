//! `daftar export`: the books for hledger and spreadsheets, and an office's raw journal, streamed into a file or to
//! standard output. Never here: what they say.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::{Args, Subcommand, ValueEnum};

use super::acting::connected;
use super::output;
use crate::domain::originator::Originator;
use crate::host::Host;
use crate::host::database::PooledConnection;
use crate::usecases::export::{
    BooksFormat, JournalsWanted, Tabular, export_journals, export_transactions, journal_head,
    transactions_head,
};
use crate::usecases::network::require_network;
use crate::usecases::reading::moment::Moment;
use crate::usecases::reading::transactions::Stretch;
use crate::usecases::{Done, Failure};

/// The books, or the raw journal of an office, for other programs.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    pub verb: ExportVerb,
}

#[derive(Debug, Subcommand)]
pub enum ExportVerb {
    /// All journals with their entries. In hledger's format debits are positive and credits negative, as hledger has it;
    /// in CSV and JSON amounts count the unit's smallest part, and JSON has one journal a line, credits positive
    Journal(JournalArgs),
    /// The transactions of an office with all their terms: CSV has a row per term, JSON a transaction a line.
    ///
    /// Source terms are what their party collected, leg terms what it earned; both sides have the same sum, a bill's
    /// principal included. The signed amount is negative of a refund or reversal: what a statement says was earned and
    /// collected is the sum of the party's own legs and sources, by deposit identifier, over the rows whose window is a
    /// period of the statement, of all its offices.
    Transactions(TransactionsArgs),
}

#[derive(Debug, Args)]
pub struct JournalArgs {
    #[arg(long, value_enum, default_value_t = JournalFormat::Hledger)]
    pub format: JournalFormat,
    /// The journals of this network alone.
    #[arg(long, value_name = "CODE")]
    pub network: Option<String>,
    #[command(flatten)]
    pub stretch: StretchArgs,
    /// Write into this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct TransactionsArgs {
    /// Code of the office.
    #[arg(long, value_name = "CODE")]
    pub office: String,
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub format: TableFormat,
    #[command(flatten)]
    pub stretch: StretchArgs,
    /// Write into this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct StretchArgs {
    /// From this moment or day on, in either calendar: of posting (days in UTC), or of the service given (days of the
    /// office's network).
    #[arg(long, value_name = "TIME")]
    pub from: Option<Moment>,
    /// Before this moment or day.
    #[arg(long, value_name = "TIME")]
    pub until: Option<Moment>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum JournalFormat {
    Hledger,
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TableFormat {
    Csv,
    Json,
}

pub async fn carry_out(args: &ExportArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    match &args.verb {
        ExportVerb::Journal(args) => journals(&mut conn, args).await,
        ExportVerb::Transactions(args) => transactions(&mut conn, args).await,
    }
}

async fn journals(conn: &mut PooledConnection, args: &JournalArgs) -> Done<String> {
    let format = match args.format {
        JournalFormat::Hledger => BooksFormat::Hledger,
        JournalFormat::Csv => BooksFormat::Csv,
        JournalFormat::Json => BooksFormat::Json,
    };
    let wanted = JournalsWanted {
        network: args.network.clone(),
        from: args.stretch.from.map(|from| from.instant(Tz::UTC)),
        until: args.stretch.until.map(|until| until.instant(Tz::UTC)),
    };
    let by = Originator::host();
    if let Some(code) = &args.network {
        require_network(conn, code).await?;
    }
    let mut page = export_journals(conn, &by, &wanted, format, 0).await?;
    let mut sink = Sink::open(args.output.as_ref())?;
    sink.write(&journal_head(conn, &by, format).await?)?;
    let mut count = page.journals;
    sink.write(&page.text)?;
    while let Some(id) = page.next_after {
        page = export_journals(conn, &by, &wanted, format, id).await?;
        sink.write(&page.text)?;
        count += page.journals;
    }
    sink.finish(args.output.as_ref(), &format!("{count} journals"))
}

async fn transactions(conn: &mut PooledConnection, args: &TransactionsArgs) -> Done<String> {
    let format = match args.format {
        TableFormat::Csv => Tabular::Csv,
        TableFormat::Json => Tabular::Json,
    };
    let stretch = Stretch {
        from: args.stretch.from,
        until: args.stretch.until,
    };
    let by = Originator::host();
    let mut page = export_transactions(conn, &by, &args.office, stretch, format, None).await?;
    let mut sink = Sink::open(args.output.as_ref())?;
    sink.write(&transactions_head(format)?)?;
    let mut count = page.transactions;
    sink.write(&page.text)?;
    while let Some(key) = page.next_after {
        page = export_transactions(conn, &by, &args.office, stretch, format, Some(key)).await?;
        sink.write(&page.text)?;
        count += page.transactions;
    }
    sink.finish(args.output.as_ref(), &format!("{count} transactions"))
}

/// Where an export goes. A reader that has gone away, such as `head`, ends it without complaint.
struct Sink {
    to: BufWriter<Box<dyn Write + Send>>,
    reader_is_gone: bool,
}

impl Sink {
    fn open(file: Option<&PathBuf>) -> Done<Self> {
        let to: Box<dyn Write + Send> = match file {
            Some(file) => Box::new(File::create(file).map_err(|error| unwritable(&error))?),
            None => output::sink(),
        };
        Ok(Self {
            to: BufWriter::new(to),
            reader_is_gone: false,
        })
    }

    fn write(&mut self, text: &[u8]) -> Done<()> {
        if self.reader_is_gone {
            return Ok(());
        }
        let written = self.to.write_all(text);
        self.noted(written)
    }

    /// What is said at the end: nothing where the export itself went to standard output.
    fn finish(mut self, file: Option<&PathBuf>, told: &str) -> Done<String> {
        if !self.reader_is_gone {
            let flushed = self.to.flush();
            self.noted(flushed)?;
        }
        Ok(file.map_or_else(String::new, |file| format!("{told} are in {}", file.display())))
    }

    fn noted(&mut self, done: io::Result<()>) -> Done<()> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.reader_is_gone = true;
                Ok(())
            }
            done => done.map_err(|error| unwritable(&error)),
        }
    }
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::invalid("output", "the_file_is_writable", error.to_string())
}
