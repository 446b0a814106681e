//! Booked transactions: an office's by time, by reference, one with both sides of its allocation. Never here: posting.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::reading::transactions::{self, Stretch, TransactionDetails, TransactionView};
use crate::web::api::moment::moment;
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_transactions)
        .service(find_transactions)
        .service(show_transaction);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StretchQuery {
    /// Given at this moment or later; or from this day on, in either calendar, as the office's network counts days.
    #[param(example = "1404-07-01")]
    pub from: Option<String>,
    /// Given before this moment, or before this day.
    #[param(example = "1404-08-01")]
    pub until: Option<String>,
}

impl StretchQuery {
    pub fn stretch(&self) -> Answer<Stretch> {
        Ok(Stretch {
            from: moment("from", self.from.as_deref())?,
            until: moment("until", self.until.as_deref())?,
        })
    }
}

/// An office's transactions, newest first by the time when the service was given.
#[utoipa::path(
    tag = "transactions",
    params(("code" = String, Path), StretchQuery, PageQuery),
    responses((status = 200, body = PageOf<TransactionView>))
)]
#[get("/v1/offices/{code}/transactions")]
pub async fn list_transactions(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    query: Query<StretchQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<TransactionView>>> {
    let stretch = query.stretch()?;
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = transactions::list_transactions(&mut conn, &by, &code, stretch, &asked).await?;
    Ok(Json(presented(&request, found, |(key, _)| *key, |(_, row)| row)))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReferenceQuery {
    pub office: String,
    /// The sender's own.
    pub reference: String,
}

/// The transactions of one office under one reference: one per sender that used it.
#[utoipa::path(
    tag = "transactions",
    params(ReferenceQuery, PageQuery),
    responses((status = 200, body = PageOf<TransactionView>))
)]
#[get("/v1/transactions")]
pub async fn find_transactions(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<ReferenceQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<TransactionView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let (office, reference) = (&query.office, &query.reference);
    let found = transactions::find_transactions(&mut conn, &by, office, reference, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |(sender, _)| *sender,
        |(_, row)| row,
    )))
}

/// One transaction with both sides of its allocation.
#[utoipa::path(tag = "transactions", params(("id" = i64, Path)), responses((status = 200, body = TransactionDetails)))]
#[get("/v1/transactions/{id}")]
pub async fn show_transaction(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
) -> Answer<Json<TransactionDetails>> {
    let mut conn = state.connection().await?;
    let found = transactions::show_transaction(&mut conn, &by, *id).await?;
    Ok(Json(found))
}
