//! The bank's answers and remittances, as a finance system sends them. Never here: which payouts may leave.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, post};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::money::Amount;
use crate::usecases::Failure;
use crate::usecases::answer_payout::{AnsweredPayout, BankAnswer, BankOutcome, answer_payout};
use crate::usecases::payout_answers::{AnsweredFile, Answering, Answers};
use crate::usecases::reading::moment::Moment;
use crate::usecases::record_remittance::{RecordedRemittance, RemittanceEntry, record_remittance};
use crate::web::media::essence;
use crate::web::{Answer, AppState, Authorised, Problem, Sent, Whole};

pub fn configure(config: &mut ServiceConfig) {
    config.service(answer).service(answer_all).service(record);
}

/// What the bank said of a payout.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentAnswer {
    pub outcome: SentOutcome,
    #[schema(example = "TRX-140507-118")]
    pub bank_reference: String,
    /// Why it came back: needed with `returned`.
    pub reason: Option<String>,
    /// Compared with the payout's, in the smallest part of the unit.
    pub amount: Option<i64>,
    /// Compared with the payout's.
    pub iban: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SentOutcome {
    Settled,
    Returned,
}

/// Money that a party sent to the network's account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentRemittance {
    #[schema(example = "pishkhan")]
    pub network: String,
    pub party: String,
    /// Of the party's destination, where it is not the plain one.
    #[serde(default)]
    pub deposit_identifier: String,
    /// In the smallest part of the network's unit.
    pub amount: i64,
    /// The bank's own: once in a network, for ever. 1 to 200 characters that can be seen, without outer blanks.
    pub bank_reference: String,
    /// When the bank received it, since the network's first window: a moment, or a day in either calendar as the network counts
    /// days; now when left out.
    #[schema(value_type = Option<String>, example = "2025-09-23T08:30:00Z")]
    pub received_at: Option<Moment>,
}

/// Write down what the bank said: `settled` or `returned`. Said again the same way it changes nothing.
///
/// A person decides. A return is a line of the window that takes bookings now, and is owed again.
#[utoipa::path(
    tag = "payouts",
    params(("id" = i64, Path)),
    request_body = SentAnswer,
    responses((status = 200, body = AnsweredPayout))
)]
#[post("/v1/payouts/{id}/answer")]
pub async fn answer(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
    Sent(sent): Sent<SentAnswer>,
) -> Answer<Json<AnsweredPayout>> {
    let said = said(sent)?;
    let mut conn = state.connection().await?;
    Ok(Json(
        answer_payout(&mut conn, &by, state.now(), *id, &said).await?,
    ))
}

/// Write down what the bank said of many payouts, from a CSV file of at most 1 MiB.
///
/// A person decides. Each line is written down by itself, so that a faulty one holds up no other: where lines were refused, the
/// problem names them, and the others are written all the same. The file sent again repeats nothing.
#[utoipa::path(
    tag = "payouts",
    request_body(content(
        (String = "text/csv"),
    ), description = "A line with the names payout, amount, iban, outcome, bank_reference and, if any came back, reason; then a line \
        for each answer, whose outcome is settled or returned"),
    responses(
        (status = 200, description = "All lines are written down", body = AnsweredFile),
        (status = 415, description = "No CSV, or an encoding that is not read", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The first line does not name the columns, or lines were refused: `errors` says of the first hundred which and why, and at its end, under `csv`, what became of all", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away: send the file again", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/v1/payouts/answers")]
pub async fn answer_all(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    Whole(text): Whole,
) -> Answer<Json<AnsweredFile>> {
    if essence(&request)?.as_deref() != Some("text/csv") {
        return Err(Problem::unsupported("send `Content-Type: text/csv`"));
    }
    let mut answers = Answers::read(&by, &text)?;
    let mut answering = Answering::default();
    let mut conn = state.connection().await?;
    for line in answers.lines() {
        answering.answer(&mut conn, &by, state.now(), line).await?;
    }
    Ok(Json(answering.finish()?))
}

/// Record a remittance. The same reference with the same content is the same remittance.
#[utoipa::path(
    tag = "payouts",
    request_body = SentRemittance,
    responses((status = 200, body = RecordedRemittance))
)]
#[post("/v1/remittances")]
pub async fn record(
    state: Data<AppState>,
    Authorised(by): Authorised,
    Sent(sent): Sent<SentRemittance>,
) -> Answer<Json<RecordedRemittance>> {
    let entry = RemittanceEntry {
        network: sent.network,
        party: sent.party,
        deposit_identifier: sent.deposit_identifier,
        amount: Amount::from_minor(sent.amount),
        bank_reference: sent.bank_reference,
        received_at: sent.received_at,
    };
    let mut conn = state.connection().await?;
    Ok(Json(
        record_remittance(&mut conn, &by, state.now(), &entry).await?,
    ))
}

fn said(sent: SentAnswer) -> Result<BankAnswer, Failure> {
    let outcome = match (sent.outcome, sent.reason) {
        (SentOutcome::Settled, None) => BankOutcome::Settled,
        (SentOutcome::Settled, Some(_)) => {
            let told = "what was settled has no reason";
            return Err(Failure::invalid("reason", "only_a_return_has_a_reason", told));
        }
        (SentOutcome::Returned, reason) => BankOutcome::Returned {
            reason: reason.unwrap_or_default(),
        },
    };
    Ok(BankAnswer {
        outcome,
        bank_reference: sent.bank_reference,
        amount: sent.amount.map(Amount::from_minor),
        iban: sent.iban,
    })
}
