//! `daftar import`: records a file of rows, in memory that does not grow with it. Never here: what a row means.
//!
//! One thread reads and parses ahead and another judges, while a chunk is recorded. After a kill the same file is sent again: nothing is booked
//! twice.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::acting::connected;
use super::output;
use crate::domain::originator::{Originator, Scope};
use crate::domain::page::Asked;
use crate::domain::submission::{ATOMIC_ROWS_MAX, CHUNK_BYTES, CHUNK_ROWS, Format, Line, Reader};
use crate::host::spool::Spool;
use crate::host::{Host, clock};
use crate::usecases::record_transactions::Memory;
use crate::usecases::register::originator::originator_of_code;
use crate::usecases::submission::{
    Delivery, JudgedLines, SubmissionView, judge_lines, list_unbooked, may_be_whole, open_submission,
};
use crate::usecases::{Connection, Done, Failure};

/// Record a file of transactions, refunds and reversals.
///
/// Refunds and reversals are recorded when all the rest is, in the order in which they stand.
///
/// The exit status is 0 when every row is in the books or waits in quarantine, and 1 when the file could not be read to its
/// end or a row was unreadable, refused, or in conflict with what is booked: what became of each is told all the same.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// One JSON object a line, or CSV under a line of field names.
    pub file: PathBuf,
    /// How the file is written; told from its name if it ends in .csv, .ndjson or .jsonl.
    #[arg(long, value_enum)]
    pub format: Option<FormatName>,
    /// Code of the originator whose references the rows bear.
    #[arg(long, value_name = "CODE")]
    pub sender: String,
    /// All rows or none, at most 10,000.
    #[arg(long)]
    pub atomic: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FormatName {
    Csv,
    Ndjson,
}

const PIECE_BYTES: usize = 256 * 1024;
/// Chunks that are read ahead.
const AHEAD_MAX: usize = 2;
/// Chunks that are judged ahead.
const JUDGED_MAX: usize = 1;
/// Unbooked rows that are told; all can be fetched.
const UNBOOKED_TOLD: u32 = 10;

/// Rows that were read, and how many bytes of the file that took.
struct ReadChunk {
    lines: Vec<Line>,
    bytes: u64,
}

/// When a chunk is full.
#[derive(Clone, Copy)]
struct Full {
    rows: usize,
    bytes: usize,
}

const FULL: Full = Full {
    rows: CHUNK_ROWS,
    bytes: CHUNK_BYTES,
};
/// The first chunk has all rows of a file that is not too long.
const WHOLE: Full = Full {
    rows: ATOMIC_ROWS_MAX + 1,
    bytes: usize::MAX,
};

pub async fn carry_out(args: &ImportArgs, host: &Host) -> Done<String> {
    let format = format_of(args)?;
    let (file, length) = open(&args.file)?;
    let mut conn = connected(host).await?;
    let by = originator_of_code(&mut conn, &args.sender, Scope::Record).await?;
    let full = if args.atomic { WHOLE } else { FULL };
    let (send, chunks) = mpsc::channel(AHEAD_MAX);
    let reading = spawn_blocking(move || read_ahead(file, format, full, &send));
    let import = Import {
        by,
        memory: Arc::default(),
        bar: progress_bar(length, "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}"),
        spool_folder: host.configuration.data_dir.clone(),
    };
    let view = if args.atomic {
        let lines = whole(reading, chunks).await?;
        let recorded = import.record_wholly(&mut conn, lines).await;
        import.bar.finish_and_clear();
        let (whole, view) = recorded?;
        if whole.is_err() {
            output::say(&told(args, &import.by, &mut conn, &view).await?);
        }
        whole?;
        view
    } else {
        let recorded = import.record(&mut conn, chunks).await;
        import.bar.finish_and_clear();
        let read = ended(reading).await;
        let view = recorded?;
        if read.is_err() {
            output::say(&told(args, &import.by, &mut conn, &view).await?);
        }
        read?;
        view
    };
    let said = told(args, &import.by, &mut conn, &view).await?;
    let Some(fault) = fault_of(&view, format) else {
        return Ok(said);
    };
    output::say(&said);
    let (rule, explanation) = fault;
    Err(Failure::invalid(
        args.file.display().to_string(),
        rule,
        explanation,
    ))
}

/// All lines of a file that can be read to its end, and has not too many.
async fn whole(reading: JoinHandle<Done<()>>, mut chunks: mpsc::Receiver<ReadChunk>) -> Done<Vec<Line>> {
    let lines = chunks.recv().await.map(|chunk| chunk.lines).unwrap_or_default();
    may_be_whole(lines.len())?;
    ended(reading).await?;
    Ok(lines)
}

async fn ended(reading: JoinHandle<Done<()>>) -> Done<()> {
    reading
        .await
        .map_err(|error| Failure::Internal(error.to_string()))?
}

/// What is wrong with a file whose rows are not all in the books or waiting: the rule, and how many rows break it.
fn fault_of(view: &SubmissionView, format: Format) -> Option<(&'static str, String)> {
    let taken = view.booked + view.repeated + view.quarantined;
    if view.malformed > 0 && taken + view.conflicting + view.refused == 0 {
        let told = format!("none of its {} rows could be read as {format}", view.malformed);
        return Some(("rows_are_readable", told));
    }
    let faults = [
        (view.malformed, "could not be read"),
        (view.refused, "were refused"),
        (view.conflicting, "are booked with other content"),
    ];
    let told: Vec<String> = faults
        .into_iter()
        .filter(|(rows, _)| *rows > 0)
        .map(|(rows, what)| format!("{rows} {what}"))
        .collect();
    (!told.is_empty()).then(|| ("every_row_is_taken", format!("of its rows {}", told.join(", "))))
}

fn format_of(args: &ImportArgs) -> Done<Format> {
    match args.format {
        Some(FormatName::Csv) => return Ok(Format::Csv),
        Some(FormatName::Ndjson) => return Ok(Format::Ndjson),
        None => {}
    }
    match args.file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(Format::Csv),
        Some("ndjson" | "jsonl") => Ok(Format::Ndjson),
        Some(_) | None => Err(Failure::invalid(
            "--format",
            "the_format_is_known",
            "say csv or ndjson, because the file's name does not",
        )),
    }
}

fn open(path: &Path) -> Done<(File, u64)> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    match opened {
        Ok((length, file)) => Ok((file, length)),
        Err(error) => Err(unreadable(path.display().to_string(), error)),
    }
}

fn unreadable(field: String, why: impl std::fmt::Display) -> Failure {
    Failure::invalid(field, "rows_are_readable", why.to_string())
}

/// On a thread of its own, until the file ends, cannot be read on, or nobody takes the chunks any more.
fn read_ahead(mut file: File, format: Format, full: Full, send: &mpsc::Sender<ReadChunk>) -> Done<()> {
    let mut reader = Reader::new(format);
    let (mut piece, mut lines, mut bytes) = (vec![0; PIECE_BYTES], Vec::new(), 0);
    loop {
        let length = file
            .read(&mut piece)
            .map_err(|error| unreadable("file".to_owned(), error))?;
        if length == 0 {
            break;
        }
        bytes += length;
        let pushed = reader.push(piece.get(..length).unwrap_or_default(), &mut lines);
        while lines.len() >= full.rows || bytes >= full.bytes {
            let rest = lines.split_off(full.rows.min(lines.len()));
            let chunk = ReadChunk::of(std::mem::replace(&mut lines, rest), bytes);
            if send.blocking_send(chunk).is_err() {
                return Ok(());
            }
            bytes = 0;
        }
        if let Err(broken) = pushed {
            let _nobody = send.blocking_send(ReadChunk::of(lines, bytes));
            return Err(unreadable(format!("line {}", broken.line), broken.explanation));
        }
    }
    let finished = reader.finish(&mut lines);
    let _nobody = send.blocking_send(ReadChunk::of(lines, bytes));
    finished.map_err(|broken| unreadable(format!("line {}", broken.line), broken.explanation))
}

impl ReadChunk {
    fn of(lines: Vec<Line>, bytes: usize) -> Self {
        let bytes = u64::try_from(bytes).unwrap_or_default();
        Self { lines, bytes }
    }
}

fn progress_bar(length: u64, style: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

struct Import {
    by: Originator,
    memory: Arc<Memory>,
    bar: ProgressBar,
    /// Where refunds and reversals wait.
    spool_folder: PathBuf,
}

/// As [`ReadChunk`], judged.
struct JudgedChunk {
    lines: JudgedLines,
    bytes: u64,
}

/// On a thread of its own, until no more is read, or nobody takes the chunks any more.
fn judge_chunks(
    memory: &Memory,
    by: &Originator,
    mut read: mpsc::Receiver<ReadChunk>,
    send: &mpsc::Sender<Done<JudgedChunk>>,
) {
    while let Some(ReadChunk { lines, bytes }) = read.blocking_recv() {
        let judged = judge_lines(memory, by, clock::now(), lines);
        let chunk = judged.map(|lines| JudgedChunk { lines, bytes });
        if send.blocking_send(chunk).is_err() {
            return;
        }
    }
}

impl Import {
    async fn record(&self, conn: &mut Connection, chunks: mpsc::Receiver<ReadChunk>) -> Done<SubmissionView> {
        let delivery = open_submission(conn, &self.by, clock::now()).await?;
        let (mut take_backs, mut count) = (Spool::in_folder(&self.spool_folder), 0);
        let (send, mut judged) = mpsc::channel(JUDGED_MAX);
        let (memory, by) = (Arc::clone(&self.memory), self.by.clone());
        spawn_blocking(move || judge_chunks(&memory, &by, chunks, &send));
        while let Some(chunk) = judged.recv().await {
            let chunk = chunk?;
            let lines = delivery.record(conn, &self.memory, &self.by, chunk.lines).await?;
            take_backs.enter(&lines)?;
            count += u64::try_from(lines.len()).unwrap_or_default();
            self.bar.inc(chunk.bytes);
        }
        self.bar.finish_and_clear();
        self.record_take_backs(conn, delivery, take_backs, count).await?;
        delivery.finish(conn, &self.by, clock::now()).await
    }

    /// `count`: of those that were spooled.
    async fn record_take_backs(
        &self,
        conn: &mut Connection,
        delivery: Delivery,
        take_backs: Spool,
        count: u64,
    ) -> Done<()> {
        let bar = progress_bar(count, "{wide_bar} {pos}/{len} refunds and reversals {eta}");
        let mut spooled = take_backs.rewound()?;
        loop {
            let lines = spooled.next_lines(CHUNK_ROWS)?;
            if lines.is_empty() {
                bar.finish_and_clear();
                return Ok(());
            }
            let rows = u64::try_from(lines.len()).unwrap_or_default();
            delivery
                .record_take_backs(conn, &self.memory, &self.by, clock::now(), lines)
                .await?;
            bar.inc(rows);
        }
    }

    /// Whether the rows were taken, and what became of the submission.
    async fn record_wholly(
        &self,
        conn: &mut Connection,
        lines: Vec<Line>,
    ) -> Done<(Done<()>, SubmissionView)> {
        let delivery = open_submission(conn, &self.by, clock::now()).await?;
        let (memory, at) = (&self.memory, clock::now());
        let whole = delivery.record_wholly(conn, memory, &self.by, at, lines).await;
        Ok((whole, delivery.finish(conn, &self.by, clock::now()).await?))
    }
}

async fn told(
    args: &ImportArgs,
    by: &Originator,
    conn: &mut Connection,
    view: &SubmissionView,
) -> Done<String> {
    if args.json {
        return Ok(serde_json::json!(view).to_string());
    }
    let mut text = format!(
        "submission {}: {} booked, {} booked before, {} in quarantine, {} in conflict, {} refused, {} unreadable\n",
        view.id, view.booked, view.repeated, view.quarantined, view.conflicting, view.refused, view.malformed
    );
    let asked = Asked::first(UNBOOKED_TOLD);
    let unbooked = list_unbooked(conn, by, view.id, &asked).await?;
    for row in &unbooked.items {
        let (line, reference) = (row.line, &row.reference);
        text.push_str(&format!(
            "  line {line} {reference}: {} ({})\n",
            row.explanation, row.reason
        ));
    }
    if unbooked.more {
        text.push_str(&format!("  all of them: GET /v1/submissions/{}/rows\n", view.id));
    }
    Ok(text)
}
