//! `POST /v1/transactions`: one row. Never here: reading what was booked, files of rows.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::json;
use crate::domain::transaction::{Booked, Difference, Outcome, RowFault, Submitted};
use crate::usecases::Failure;
use crate::usecases::failure::Fault;
use crate::web::media::must_be_json;
use crate::web::{Answer, AppState, Authorised, Problem, Whole};

pub fn configure(config: &mut ServiceConfig) {
    config.service(post_transaction);
}

/// A row that is in the books. The same row again has the same answer, to the byte.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BookedView {
    pub id: i64,
    pub office: String,
    /// The sender's own.
    pub reference: String,
    /// What was split: all that the sources bear, in the smallest part of the unit.
    pub amount: i64,
    /// Passed on whole.
    pub principal: i64,
}

/// A row that is kept until its cause is repaired, or it is sent again and can be booked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitingView {
    pub quarantine_id: i64,
    pub office: String,
    pub reference: String,
    /// The stable name of the reason.
    #[schema(example = "no_tariff")]
    pub reason: &'static str,
    pub explanation: String,
}

/// One transaction, refund or reversal.
///
/// Booked once for ever under office, sender (whose token it is) and reference. What cannot be booked now is kept in
/// quarantine (202).
#[utoipa::path(
    tag = "transactions",
    request_body = Submitted,
    responses(
        (status = 201, description = "Booked", body = BookedView),
        (status = 200, description = "Booked before, with the same content", body = BookedView),
        (status = 202, description = "Kept in quarantine", body = WaitingView),
        (status = 409, description = "Booked before, with other content", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The row cannot be read, or is refused", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/v1/transactions")]
pub async fn post_transaction(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    Whole(body): Whole,
) -> Answer<HttpResponse> {
    by.may_record().map_err(Failure::from)?;
    must_be_json(
        &request,
        "send `Content-Type: application/json`; files of rows go to /v1/transactions/batch",
    )?;
    let row = Submitted::from_json(&body).map_err(unreadable)?;
    let (office, reference) = (row.office.clone(), row.reference.clone());
    let outcome = state.recorder.record(by, row, state.now()).await?;
    let view = |booked: Booked| BookedView {
        id: booked.id.number(),
        amount: booked.amount.minor(),
        principal: booked.principal.minor(),
        office: office.clone(),
        reference: reference.clone(),
    };
    match outcome {
        Outcome::Booked(booked) => Ok(HttpResponse::Created().json(view(booked))),
        Outcome::Repeated(booked) => Ok(HttpResponse::Ok().json(view(booked))),
        Outcome::Quarantined {
            id,
            reason,
            explanation,
        } => Ok(HttpResponse::Accepted().json(WaitingView {
            quarantine_id: id,
            office,
            reference,
            reason: reason.code(),
            explanation,
        })),
        Outcome::Refused { reason, explanation } => {
            // Its licence does not stand, or it is not the sender's own.
            Err(Failure::invalid("office", reason.code(), explanation).into())
        }
        Outcome::Malformed { faults } => Err(unreadable(faults)),
        Outcome::Conflict { .. } => Err(conflict(&outcome)),
    }
}

/// What is no JSON is malformed, a row of another shape is invalid.
fn unreadable(faults: Vec<RowFault>) -> Problem {
    let no_json = faults.iter().any(|fault| fault.rule == json::IS_JSON);
    let fault = |fault: RowFault| Fault {
        field: fault.field,
        rule: fault.rule.to_owned(),
        explanation: fault.explanation,
    };
    let faults = faults.into_iter().map(fault).collect();
    if no_json {
        return Problem::no_json(faults);
    }
    Failure::Invalid(faults).into()
}

fn conflict(outcome: &Outcome) -> Problem {
    let problem = Problem::from(Failure::conflict("same_reference_other_content", outcome.told()));
    let Outcome::Conflict { differences, .. } = outcome else {
        return problem;
    };
    let fault = |difference: &Difference| Fault {
        field: difference.field.to_owned(),
        rule: "same_content".to_owned(),
        explanation: format!(
            "booked was `{}`, sent is `{}`",
            difference.stored, difference.sent
        ),
    };
    problem.with_errors(differences.iter().map(fault).collect())
}
