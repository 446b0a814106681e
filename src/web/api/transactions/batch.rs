//! `POST /v1/transactions/batch`: rows of any number, read as they come. Never here: what a row means.

use std::time::Duration;

use actix_web::web::{Data, Json, Payload, Query};
use actix_web::{HttpRequest, post};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::task::{JoinHandle, spawn_blocking};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::originator::Originator;
use crate::domain::submission::{CHUNK_ROWS, Format, Line, Reader, Unreadable};
use crate::host::spool::{Spool, SpoolError};
use crate::usecases::submission::{
    Delivery, JudgedLines, SubmissionView, judge_lines, may_be_whole, open_submission,
};
use crate::usecases::{Done, Failure};
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
/// Recorded in chunks while it comes in. Refunds and reversals may stand before their originals: they are booked at the end.
/// One that broke off is sent again whole, because such rows may be missing from what was sent already; nothing is booked twice.
#[utoipa::path(
    tag = "transactions",
    params(BatchQuery),
    request_body(content(
        (String = "application/x-ndjson"),
        (String = "text/csv"),
    ), description = "One JSON object a line, or CSV under a line of the same field names; a fact is a column `fact.NAME`"),
    responses((status = 200, description = "What became of the rows", body = SubmissionView))
)]
#[post("/v1/transactions/batch")]
pub async fn post_batch(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<BatchQuery>,
    mut payload: Payload,
) -> Answer<Json<SubmissionView>> {
    let format = format_of(&request)?;
    let mut intake = Intake::open(state.into_inner(), by).await?;
    let mut reader = Reader::new(format);
    while let Some(bytes) = next_bytes(&mut payload).await? {
        reader.push(&bytes, &mut intake.lines).map_err(unreadable)?;
        if query.atomic {
            may_be_whole(intake.lines.len())?;
        } else {
            intake.record_full_chunks().await?;
        }
    }
    reader.finish(&mut intake.lines).map_err(unreadable)?;
    let view = if query.atomic {
        intake.end_wholly().await?
    } else {
        intake.end().await?
    };
    Ok(Json(view))
}

fn format_of(request: &HttpRequest) -> Answer<Format> {
    let kind = request.headers().get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/json" => {
            Ok(Format::Ndjson)
        }
        "text/csv" => Ok(Format::Csv),
        _ => Err(Problem::unsupported(
            "send `Content-Type: application/x-ndjson` or `text/csv`",
        )),
    }
}

async fn next_bytes(payload: &mut Payload) -> Answer<Option<actix_web::web::Bytes>> {
    let next = tokio::time::timeout(Duration::from_secs(SILENCE_SECS_MAX), payload.next()).await;
    match next {
        Err(_silent) => Err(Problem::too_slow()),
        Ok(None) => Ok(None),
        Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
        Ok(Some(Err(broken))) => Err(Problem::malformed(broken.to_string())),
    }
}

fn unreadable(unreadable: Unreadable) -> Problem {
    let field = format!("line {}", unreadable.line);
    Failure::invalid(field, "rows_are_readable", unreadable.explanation).into()
}

/// A submission on its way in. One chunk at a time is recorded while the next one is judged and another is read.
struct Intake {
    state: std::sync::Arc<AppState>,
    by: Originator,
    lines: Vec<Line>,
    recording: Option<JoinHandle<Done<Incoming>>>,
}

/// What is recorded of a submission, and the rows that came before their originals.
struct Incoming {
    delivery: Delivery,
    early: Spool,
}

impl Intake {
    async fn open(state: std::sync::Arc<AppState>, by: Originator) -> Done<Self> {
        let mut conn = state.connection().await?;
        let incoming = Incoming {
            delivery: open_submission(&mut conn, &by, state.now()).await?,
            early: Spool::default(),
        };
        drop(conn);
        let recording = state.spawn(async { Ok(incoming) });
        Ok(Self {
            state,
            by,
            lines: Vec::with_capacity(CHUNK_ROWS),
            recording: Some(recording),
        })
    }

    async fn record_full_chunks(&mut self) -> Done<()> {
        while self.lines.len() >= CHUNK_ROWS {
            let rest = self.lines.split_off(CHUNK_ROWS);
            let chunk = std::mem::replace(&mut self.lines, rest);
            self.record(chunk).await?;
        }
        Ok(())
    }

    /// On a task of its own, which a client that leaves does not take with it, and beside the thread that reads.
    async fn record(&mut self, chunk: Vec<Line>) -> Done<()> {
        let (state, by) = (self.state.clone(), self.by.clone());
        let judging = spawn_blocking(move || judge_lines(&state.recorder.memory, &by, state.now(), chunk));
        let incoming = self.incoming().await?;
        let recording = record_chunk(self.state.clone(), self.by.clone(), incoming, judging);
        self.recording = Some(self.state.spawn(recording));
        Ok(())
    }

    /// When the chunk before is recorded.
    async fn incoming(&mut self) -> Done<Incoming> {
        let recording = self.recording.take().ok_or_else(broken_off)?;
        recording.await.map_err(|_| broken_off())?
    }

    async fn end(mut self) -> Done<SubmissionView> {
        let last = std::mem::take(&mut self.lines);
        self.record(last).await?;
        let incoming = self.incoming().await?;
        let (state, by) = (self.state.clone(), self.by);
        let ending = self.state.spawn(async move {
            let delivery = incoming.delivery;
            record_early(&state, &by, incoming).await?;
            let mut conn = state.connection().await?;
            delivery.finish(&mut conn, &by, state.now()).await
        });
        ending
            .await
            .map_err(|_| Failure::Internal("a submission broke off".to_owned()))?
    }

    async fn end_wholly(mut self) -> Done<SubmissionView> {
        let Incoming { delivery, .. } = self.incoming().await?;
        let (state, by, lines) = (self.state.clone(), self.by, self.lines);
        let ending = self.state.spawn(async move {
            let mut conn = state.connection().await?;
            let (memory, at) = (&state.recorder.memory, state.now());
            let whole = delivery.record_wholly(&mut conn, memory, &by, at, lines).await;
            let view = delivery.finish(&mut conn, &by, state.now()).await?;
            whole.map(|()| view)
        });
        ending
            .await
            .map_err(|_| Failure::Internal("a submission broke off".to_owned()))?
    }
}

async fn record_chunk(
    state: std::sync::Arc<AppState>,
    by: Originator,
    mut incoming: Incoming,
    judging: JoinHandle<Done<JudgedLines>>,
) -> Done<Incoming> {
    let judged = judging.await.map_err(|_| broken_off())??;
    let mut conn = state.connection().await?;
    let early = incoming
        .delivery
        .record(&mut conn, &state.recorder.memory, &by, judged)
        .await?;
    drop(conn);
    if early.is_empty() {
        return Ok(incoming);
    }
    let spooling = spawn_blocking(move || incoming.early.enter(&early).map(|()| incoming));
    Ok(spooling.await.map_err(|_| broken_off())??)
}

fn broken_off() -> Failure {
    Failure::Internal("the recording of a chunk broke off".to_owned())
}

async fn record_early(state: &AppState, by: &Originator, incoming: Incoming) -> Done<()> {
    let mut early = incoming.early.rewound()?;
    loop {
        let reading = spawn_blocking(move || early.next_lines(CHUNK_ROWS).map(|lines| (early, lines)));
        let (rest, lines) = reading.await.map_err(|_| broken_off())??;
        if lines.is_empty() {
            return Ok(());
        }
        early = rest;
        let mut conn = state.connection().await?;
        let (memory, at) = (&state.recorder.memory, state.now());
        let delivery = incoming.delivery;
        delivery.record_early(&mut conn, memory, by, at, lines).await?;
    }
}

impl From<SpoolError> for Failure {
    fn from(error: SpoolError) -> Self {
        let told = error.to_string();
        match error {
            SpoolError::Full => Self::invalid("rows", "originals_come_first", told),
            SpoolError::File(_) => Self::Unavailable(told),
        }
    }
}
