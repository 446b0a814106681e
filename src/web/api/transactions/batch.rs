//! `POST /v1/transactions/batch`: rows of any number, read as they come. Never here: what a row means.

use std::time::Duration;

use actix_web::web::{Bytes, Data, Json, Payload, Query};
use actix_web::{HttpRequest, post};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::task::{JoinHandle, spawn_blocking};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::originator::Originator;
use crate::domain::submission::{CHUNK_BYTES, CHUNK_ROWS, Format, Line, Reader, Unreadable};
use crate::host::spool::{Spool, SpoolError};
use crate::usecases::submission::{
    Delivery, JudgedLines, SubmissionView, judge_lines, may_be_whole, open_submission, show_submission,
};
use crate::usecases::{Done, Failure};
use crate::web::media::{Decoded, broken, decoded, essence};
use crate::web::{Answer, AppState, Authorised, Problem};

/// A stream may last for hours, but not be silent for so long.
const SILENCE_SECS_MAX: u64 = 60;

pub fn configure(config: &mut ServiceConfig) {
    config.service(post_batch);
}

#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// All rows or none, at most 10,000.
    #[serde(default)]
    pub atomic: bool,
}

/// A file or stream of transactions, refunds and reversals.
///
/// Recorded in chunks while it comes in. Refunds and reversals are recorded when all the rest is, in the order in which they were sent:
/// they may stand before their originals.
/// One that broke off is sent again whole, because such rows may be missing from what was sent already; nothing is booked twice.
/// `Content-Encoding: gzip` is read. A refusal comes once all that was begun has ended, and says in `submission` what became of the
/// rows that had come.
#[utoipa::path(
    tag = "transactions",
    params(BatchQuery),
    request_body(content(
        (String = "application/x-ndjson"),
        (String = "text/csv"),
    ), description = "One JSON object a line, or CSV under a line of the same field names; a fact is a column `fact.NAME`"),
    responses(
        (status = 200, description = "What became of the rows", body = SubmissionView),
        (status = 408, description = "The rest did not come in time: send it again whole", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither lines of JSON nor CSV, or an encoding that is not read", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It cannot be read on from a line, could not be taken whole, or has more refunds and reversals than may wait for its end (`take_backs_have_a_limit`): send them in more than one file", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away, or the refunds and reversals of all files that are under way take all the room there is: send it again whole", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/v1/transactions/batch")]
pub async fn post_batch(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<BatchQuery>,
    payload: Payload,
) -> Answer<Json<SubmissionView>> {
    let format = format_of(&request)?;
    let mut body = decoded(&request, payload.into_inner())?;
    let mut intake = Intake::open(state.into_inner(), by).await?;
    let read = if query.atomic {
        intake.read_wholly(format, &mut body).await
    } else {
        intake.read(format, &mut body).await
    };
    let ended = match read {
        Ok(()) if query.atomic => intake.end_wholly().await,
        Ok(()) => intake.end_shown().await,
        Err(broken) => Err(intake.broken(broken).await),
    };
    Ok(Json(ended?))
}

fn format_of(request: &HttpRequest) -> Answer<Format> {
    match essence(request)?.as_deref() {
        Some("application/x-ndjson" | "application/ndjson" | "application/jsonl") => Ok(Format::Ndjson),
        Some("text/csv") => Ok(Format::Csv),
        Some(_) | None => Err(Problem::unsupported(
            "send `Content-Type: application/x-ndjson` or `text/csv`",
        )),
    }
}

/// Why no more is read.
enum Broken {
    /// What follows has no meaning. What came before is recorded, and nothing more is to come.
    Unreadable(Problem),
    /// It was not to be taken so.
    Refused(Problem),
    /// The rest did not come, or could not be recorded: the file is sent again whole.
    Off(Problem),
}

async fn next_bytes(body: &mut Decoded) -> Result<Option<Bytes>, Broken> {
    let next = tokio::time::timeout(Duration::from_secs(SILENCE_SECS_MAX), body.next()).await;
    match next {
        Err(_silent) => Err(Broken::Off(Problem::too_slow())),
        Ok(None) => Ok(None),
        Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
        Ok(Some(Err(error))) => Err(Broken::Off(broken(&error))),
    }
}

fn unreadable(unreadable: Unreadable) -> Broken {
    let field = format!("line {}", unreadable.line);
    Broken::Unreadable(Failure::invalid(field, "rows_are_readable", unreadable.explanation).into())
}

/// A submission on its way in. One chunk at a time is recorded while the next one is judged and another is read.
struct Intake {
    state: std::sync::Arc<AppState>,
    by: Originator,
    delivery: Delivery,
    /// Nothing of it is recorded before its end.
    is_whole: bool,
    lines: Vec<Line>,
    /// Read since a chunk was full.
    bytes: usize,
    /// The chunk before; then the refunds and reversals of all so far.
    recording: Option<JoinHandle<Done<Spool>>>,
}

impl Intake {
    async fn open(state: std::sync::Arc<AppState>, by: Originator) -> Done<Self> {
        let mut conn = state.connection().await?;
        let delivery = open_submission(&mut conn, &by, state.now()).await?;
        drop(conn);
        let spool = Spool::in_folder(&state.spool_folder);
        let recording = state.spawn(async move { Ok(spool) });
        Ok(Self {
            state,
            by,
            delivery,
            is_whole: false,
            lines: Vec::with_capacity(CHUNK_ROWS),
            bytes: 0,
            recording: Some(recording),
        })
    }

    /// Records what comes in chunks, to the end of the body.
    async fn read(&mut self, format: Format, body: &mut Decoded) -> Result<(), Broken> {
        let mut reader = Reader::new(format);
        while let Some(bytes) = next_bytes(body).await? {
            let pushed = reader.push(&bytes, &mut self.lines);
            self.bytes += bytes.len();
            let recorded = self.record_full_chunks().await;
            recorded.map_err(|failure| Broken::Off(failure.into()))?;
            pushed.map_err(unreadable)?;
        }
        reader.finish(&mut self.lines).map_err(unreadable)
    }

    /// Keeps what comes, to the end of the body.
    async fn read_wholly(&mut self, format: Format, body: &mut Decoded) -> Result<(), Broken> {
        self.is_whole = true;
        let mut reader = Reader::new(format);
        while let Some(bytes) = next_bytes(body).await? {
            reader.push(&bytes, &mut self.lines).map_err(unreadable)?;
            may_be_whole(self.lines.len()).map_err(|failure| Broken::Refused(failure.into()))?;
        }
        reader.finish(&mut self.lines).map_err(unreadable)
    }

    /// What is answered when no more is read: after everything that was begun has ended, with what became of the rows.
    async fn broken(mut self, broken: Broken) -> Problem {
        let (state, by, id) = (self.state.clone(), self.by.clone(), self.delivery.submission_id);
        let (problem, ended) = match broken {
            Broken::Unreadable(problem) if !self.is_whole => (problem, self.end().await),
            Broken::Unreadable(problem) | Broken::Refused(problem) => (problem, self.end_empty().await),
            Broken::Off(problem) => {
                let _take_backs = self.take_backs().await;
                (problem, show(&state, &by, id).await)
            }
        };
        of_submission(problem, id, ended)
    }

    async fn record_full_chunks(&mut self) -> Done<()> {
        while self.lines.len() >= CHUNK_ROWS {
            let rest = self.lines.split_off(CHUNK_ROWS);
            let chunk = std::mem::replace(&mut self.lines, rest);
            self.record_full(chunk).await?;
        }
        if self.bytes >= CHUNK_BYTES {
            let chunk = std::mem::take(&mut self.lines);
            self.record_full(chunk).await?;
        }
        Ok(())
    }

    async fn record_full(&mut self, chunk: Vec<Line>) -> Done<()> {
        self.bytes = 0;
        self.record(chunk).await
    }

    /// On a task of its own, which a client that leaves does not take with it, and beside the thread that reads.
    async fn record(&mut self, chunk: Vec<Line>) -> Done<()> {
        let (state, by) = (self.state.clone(), self.by.clone());
        let judging = spawn_blocking(move || judge_lines(&state.recorder.memory, &by, state.now(), chunk));
        let take_backs = self.take_backs().await?;
        let recording = record_chunk(
            self.state.clone(),
            self.by.clone(),
            self.delivery,
            take_backs,
            judging,
        );
        self.recording = Some(self.state.spawn(recording));
        Ok(())
    }

    /// When the chunk before is recorded.
    async fn take_backs(&mut self) -> Done<Spool> {
        let recording = self.recording.take().ok_or_else(broken_off)?;
        recording.await.map_err(|_| broken_off())?
    }

    /// On a task of its own from the last chunk on: all of it has come, and a client that leaves takes nothing with it.
    async fn end(self) -> Done<SubmissionView> {
        let state = self.state.clone();
        let ending = state.spawn(self.record_rest());
        ending
            .await
            .map_err(|_| Failure::Internal("a submission broke off".to_owned()))?
    }

    async fn record_rest(mut self) -> Done<SubmissionView> {
        let last = std::mem::take(&mut self.lines);
        self.record(last).await?;
        let take_backs = self.take_backs().await?;
        record_take_backs(&self.state, &self.by, self.delivery, take_backs).await?;
        let mut conn = self.state.connection().await?;
        self.delivery.finish(&mut conn, &self.by, self.state.now()).await
    }

    /// A failure tells what became of the rows that were recorded before it.
    async fn end_shown(self) -> Answer<SubmissionView> {
        let (state, by, id) = (self.state.clone(), self.by.clone(), self.delivery.submission_id);
        match self.end().await {
            Ok(view) => Ok(view),
            Err(failure) => Err(of_submission(failure.into(), id, show(&state, &by, id).await)),
        }
    }

    async fn end_wholly(self) -> Answer<SubmissionView> {
        let (state, by, delivery, lines) = (self.state.clone(), self.by, self.delivery, self.lines);
        let ending = self.state.spawn(async move {
            let mut conn = state.connection().await?;
            let (memory, at) = (&state.recorder.memory, state.now());
            let whole = delivery.record_wholly(&mut conn, memory, &by, at, lines).await;
            Ok::<_, Failure>((whole, delivery.finish(&mut conn, &by, state.now()).await?))
        });
        let (whole, view) = ending
            .await
            .map_err(|_| Failure::Internal("a submission broke off".to_owned()))??;
        match whole {
            Ok(()) => Ok(view),
            Err(failure) => Err(Problem::from(failure).of_submission(view)),
        }
    }

    /// Without recording anything.
    async fn end_empty(self) -> Done<SubmissionView> {
        let mut conn = self.state.connection().await?;
        self.delivery.finish(&mut conn, &self.by, self.state.now()).await
    }
}

fn of_submission(problem: Problem, id: i64, ended: Done<SubmissionView>) -> Problem {
    match ended {
        Ok(view) => problem.of_submission(view),
        Err(failure) => {
            tracing::warn!(submission = id, %failure, "a broken submission could not be looked at");
            problem
        }
    }
}

async fn show(state: &AppState, by: &Originator, id: i64) -> Done<SubmissionView> {
    let mut conn = state.connection().await?;
    show_submission(&mut conn, by, id).await
}

async fn record_chunk(
    state: std::sync::Arc<AppState>,
    by: Originator,
    delivery: Delivery,
    mut take_backs: Spool,
    judging: JoinHandle<Done<JudgedLines>>,
) -> Done<Spool> {
    let judged = judging.await.map_err(|_| broken_off())??;
    let mut conn = state.connection().await?;
    let lines = delivery
        .record(&mut conn, &state.recorder.memory, &by, judged)
        .await?;
    drop(conn);
    if lines.is_empty() {
        return Ok(take_backs);
    }
    let spooling = spawn_blocking(move || take_backs.enter(&lines).map(|()| take_backs));
    Ok(spooling.await.map_err(|_| broken_off())??)
}

fn broken_off() -> Failure {
    Failure::Internal("the recording of a chunk broke off".to_owned())
}

async fn record_take_backs(
    state: &AppState,
    by: &Originator,
    delivery: Delivery,
    take_backs: Spool,
) -> Done<()> {
    let mut spooled = take_backs.rewound()?;
    loop {
        let reading = spawn_blocking(move || spooled.next_lines(CHUNK_ROWS).map(|lines| (spooled, lines)));
        let (rest, lines) = reading.await.map_err(|_| broken_off())??;
        if lines.is_empty() {
            return Ok(());
        }
        spooled = rest;
        let mut conn = state.connection().await?;
        let (memory, at) = (&state.recorder.memory, state.now());
        delivery
            .record_take_backs(&mut conn, memory, by, at, lines)
            .await?;
    }
}

impl From<SpoolError> for Failure {
    fn from(error: SpoolError) -> Self {
        let told = error.to_string();
        match error {
            SpoolError::Full => Self::invalid("rows", "take_backs_have_a_limit", told),
            SpoolError::AllFull | SpoolError::File(_) => Self::Unavailable(told),
        }
    }
}
