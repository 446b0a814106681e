//! `POST /v1/settlements` and its decisions: proposed by one, approved or rejected by another. Never here: what one comes to.

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::approve_settlement::{ApprovedSettlement, approve_settlement};
use crate::usecases::propose_settlement::{ProposedSettlement, propose_settlement};
use crate::usecases::reject_settlement::{RejectedSettlement, reject_settlement};
use crate::web::body::Sent;
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(propose).service(approve).service(reject);
}

/// Whose settlement is proposed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    #[schema(example = "pishkhan")]
    pub network: String,
    /// Id of the window; the earliest that is not settled when left out.
    pub window: Option<i32>,
}

/// Propose the settlement of a sealed window; another person decides on it.
#[utoipa::path(tag = "settling", request_body = Proposal, responses((status = 200, body = ProposedSettlement)))]
#[post("/v1/settlements")]
pub async fn propose(
    state: Data<AppState>,
    Authorised(by): Authorised,
    Sent(proposal): Sent<Proposal>,
) -> Answer<Json<ProposedSettlement>> {
    let mut conn = state.connection().await?;
    let proposed = propose_settlement(&mut conn, &by, state.now(), &proposal.network, proposal.window);
    Ok(Json(proposed.await?))
}

/// Approve a proposed settlement: payouts, demands, journals, statements and mail, all or nothing.
#[utoipa::path(tag = "settling", params(("id" = i32, Path)), responses((status = 200, body = ApprovedSettlement)))]
#[post("/v1/settlements/{id}/approve")]
pub async fn approve(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
) -> Answer<Json<ApprovedSettlement>> {
    let mut conn = state.connection().await?;
    Ok(Json(approve_settlement(&mut conn, &by, state.now(), *id).await?))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    pub reason: String,
}

/// Reject a proposed settlement with a reason, so that it is proposed anew.
#[utoipa::path(tag = "settling", params(("id" = i32, Path)), request_body = Rejection, responses((status = 200, body = RejectedSettlement)))]
#[post("/v1/settlements/{id}/reject")]
pub async fn reject(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
    Sent(rejection): Sent<Rejection>,
) -> Answer<Json<RejectedSettlement>> {
    let mut conn = state.connection().await?;
    let rejected = reject_settlement(&mut conn, &by, state.now(), *id, &rejection.reason).await?;
    Ok(Json(rejected))
}
