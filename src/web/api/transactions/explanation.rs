//! `GET /v1/transactions/{id}/explanation`: the derivation down to tariff version, clause and rounding step.
//! Never here: arithmetic.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::language::Language;
use crate::usecases::explain::{TransactionExplained, explain_transaction};
use crate::web::{Answer, AppState, Authorised, Spoken};

pub fn configure(config: &mut ServiceConfig) {
    config.service(show_explanation);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// The language of the texts. Left out: as `Accept-Language` asks, else English.
    #[param(inline, example = "fa")]
    pub lang: Option<Language>,
}

/// Why the legs of a transaction are what they are: tariff version, instruments, each line with its steps, what a refund
/// takes of each term, and whether it is held.
#[utoipa::path(
    tag = "transactions",
    params(("id" = i64, Path), LanguageQuery),
    responses((status = 200, body = TransactionExplained))
)]
#[get("/v1/transactions/{id}/explanation")]
pub async fn show_explanation(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
    query: Query<LanguageQuery>,
    Spoken(spoken): Spoken,
) -> Answer<Json<TransactionExplained>> {
    let mut conn = state.connection().await?;
    let language = query.lang.unwrap_or(spoken);
    let explained = explain_transaction(&mut conn, &by, state.now(), *id, language).await?;
    Ok(Json(explained))
}
