//! `GET /v1/offices/{code}/transactions/export`: an owner's raw journal with all terms, streamed. Never here: what it says.

use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpResponse, get};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::read::StretchQuery;
use crate::domain::originator::Originator;
use crate::usecases::export::{Tabular, TransactionPage, export_transactions, transactions_head};
use crate::usecases::reading::transactions::Stretch;
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(export_journal);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `csv` (a row per term) or `json` (a transaction a line).
    #[param(inline, example = "csv")]
    pub format: Option<Tabular>,
}

/// Every transaction of an office with all its terms, oldest first, however many there are: an owner's raw journal.
///
/// Of each transaction, `source` terms are what their party collected and `leg` terms what their party earned; both sides have the
/// same sum, a bill's principal included. `signed_amount` (in CSV `term_signed_amount`) is negative of a refund or reversal. What a
/// statement says was earned and collected is therefore the sum of the party's own legs and sources, by `deposit_identifier`, over the
/// rows whose `window` is a period of the statement, of all the party's offices.
#[utoipa::path(
    tag = "transactions",
    params(("code" = String, Path), StretchQuery, FormatQuery),
    responses((status = 200, description = "CSV with a byte order mark, or lines of JSON", content(
        (String = "text/csv"),
        (String = "application/x-ndjson"),
    )))
)]
#[get("/v1/offices/{code}/transactions/export")]
pub async fn export_journal(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    stretch: Query<StretchQuery>,
    query: Query<FormatQuery>,
) -> Answer<HttpResponse> {
    let wanted = Wanted {
        office: code.into_inner(),
        stretch: stretch.stretch()?,
        format: query.format.unwrap_or(Tabular::Csv),
        by,
    };
    // The first page is read before anything is answered, so that a refusal can still be one.
    let first = wanted.page(&state, None).await?;
    let (kind, ending) = match wanted.format {
        Tabular::Csv => ("text/csv; charset=utf-8", "csv"),
        Tabular::Json => ("application/x-ndjson", "ndjson"),
    };
    let name = format!("attachment; filename=\"transactions-{}.{ending}\"", wanted.office);
    let head = Bytes::from(transactions_head(wanted.format)?);
    let pages = stream::try_unfold((state, wanted, Some(first)), |(state, wanted, page)| async move {
        let Some(page) = page else { return Ok(None) };
        let next = match page.next_after {
            Some(key) => Some(wanted.page(&state, Some(key)).await?),
            None => None,
        };
        Ok::<_, actix_web::Error>(Some((Bytes::from(page.text), (state, wanted, next))))
    });
    let body = stream::once(async move { Ok(head) }).chain(pages);
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", name))
        .streaming(body))
}

/// What is streamed, page after page.
struct Wanted {
    by: Originator,
    office: String,
    stretch: Stretch,
    format: Tabular,
}

impl Wanted {
    async fn page(
        &self,
        state: &AppState,
        after: Option<crate::usecases::export::PageKey>,
    ) -> Answer<TransactionPage> {
        let mut conn = state.connection().await?;
        let page = export_transactions(
            &mut conn,
            &self.by,
            &self.office,
            self.stretch,
            self.format,
            after,
        );
        Ok(page.await?)
    }
}
