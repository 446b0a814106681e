//! The bank's answers and remittances, as a finance system sends them. Never here: which payouts may leave.

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::money::Amount;
use crate::usecases::Failure;
use crate::usecases::answer_payout::{AnsweredPayout, BankAnswer, BankOutcome, answer_payout};
use crate::usecases::reading::moment::Moment;
use crate::usecases::record_remittance::{RecordedRemittance, RemittanceEntry, record_remittance};
use crate::web::{Answer, AppState, Authorised, Sent};

pub fn configure(config: &mut ServiceConfig) {
    config.service(answer).service(record);
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
