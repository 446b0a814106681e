//! `/v1/statements`: listed, read as JSON, CSV or PDF, and checked by their code. Never here: their arithmetic and their look.

use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, ETAG};
use actix_web::web::{Data, Json, Path, Query, block};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::originator::Originator;
use crate::domain::statement::StatementContent;
use crate::usecases::Failure;
use crate::usecases::keep_statement_pdf::{Paper, keep_statement_pdf, render_statement};
use crate::usecases::reading::statements::{self, StatementFilter, StatementView, VerifiedStatement};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised, Problem, Unhurried};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_statements)
        .service(verify_statement)
        .service(show_statement);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// Of this network.
    pub network: Option<String>,
    /// Of this party.
    pub party: Option<String>,
    /// Issued by this settlement.
    pub settlement: Option<i32>,
}

/// Statements, newest first; one who acts for a party sees its own.
#[utoipa::path(
    tag = "statements",
    params(StatementQuery, PageQuery),
    responses((status = 200, body = PageOf<StatementView>))
)]
#[get("/v1/statements")]
pub async fn list_statements(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<StatementQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<StatementView>>> {
    let Query(query) = query;
    let filter = StatementFilter {
        network: query.network,
        party: query.party,
        settlement: query.settlement,
    };
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = statements::list_statements(&mut conn, &by, &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

/// Whether a statement is ours, by the code that is printed on it: its number, party, period and digest.
///
/// Needs no token; one address may ask 30 times a minute.
#[utoipa::path(
    tag = "statements",
    params(("code" = String, Path, example = "7K2M-9QXD-31HF")),
    responses(
        (status = 200, body = VerifiedStatement),
        (status = 429, body = Problem, content_type = "application/problem+json",
            description = "Asked too often; the header Retry-After says when to ask again")
    ),
    security(())
)]
#[get("/v1/statements/verify/{code}")]
pub async fn verify_statement(
    _: Unhurried,
    state: Data<AppState>,
    code: Path<String>,
) -> Answer<Json<VerifiedStatement>> {
    let mut conn = state.connection().await?;
    Ok(Json(statements::verify_statement(&mut conn, &code).await?))
}

/// One statement: its canonical JSON, or as CSV or PDF by the header Accept or by the suffix `.json`, `.csv`, `.pdf`.
///
/// The same bytes whenever it is asked for. The digest, over the JSON, is the ETag.
#[utoipa::path(
    tag = "statements",
    params(("number" = String, Path, example = "pishkhan-office-72010001-IRR-0003.pdf")),
    responses((status = 200, content(
        (StatementContent = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/pdf"),
    )))
)]
#[get("/v1/statements/{number}")]
pub async fn show_statement(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    number: Path<String>,
) -> Answer<HttpResponse> {
    let (number, form) = asked_for(&number, &request);
    match form {
        Form::Json => {
            let found = statements::statement_json(&mut *state.connection().await?, &by, number).await?;
            Ok(answered(found.bytes, form, number, Some(&found.digest)))
        }
        Form::Csv => {
            let found = statements::statement_csv(&mut *state.connection().await?, &by, number).await?;
            Ok(answered(found.bytes, form, number, Some(&found.digest)))
        }
        Form::Pdf => Ok(answered(pdf(&state, &by, number).await?, form, number, None)),
    }
}

/// Rendered when it is first asked for, off the threads that answer others, and kept.
async fn pdf(state: &AppState, by: &Originator, number: &str) -> Answer<Vec<u8>> {
    let found = statements::statement_paper(&mut *state.connection().await?, by, number).await?;
    let (statement_id, statement) = match found {
        (_, Paper::Rendered(bytes)) => return Ok(bytes),
        (id, Paper::Unrendered(statement)) => (id, statement),
    };
    let rendered = block(move || render_statement(&statement))
        .await
        .map_err(|broken| Failure::Internal(format!("the rendering broke off: {broken}")))??;
    let mut conn = state.connection().await?;
    Ok(keep_statement_pdf(&mut conn, state.now(), statement_id, rendered).await?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Pdf,
}

impl Form {
    const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Pdf];

    const fn suffix(self) -> &'static str {
        match self {
            Self::Json => ".json",
            Self::Csv => ".csv",
            Self::Pdf => ".pdf",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }
}

/// The number without its suffix, and the form: the suffix's, else the first that Accept names, else JSON.
fn asked_for<'a>(name: &'a str, request: &HttpRequest) -> (&'a str, Form) {
    for form in Form::ALL {
        if let Some(number) = name.strip_suffix(form.suffix()) {
            return (number, form);
        }
    }
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    let named = accept.unwrap_or_default().split(',').find_map(|range| {
        let range = range.split(';').next().unwrap_or_default().trim();
        Form::ALL
            .into_iter()
            .find(|form| form.media_type().split(';').next() == Some(range))
    });
    (name, named.unwrap_or(Form::Json))
}

fn answered(bytes: Vec<u8>, form: Form, number: &str, digest: Option<&str>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type(form.media_type())
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header(("Vary", "Accept, Authorization"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("inline; filename=\"{number}{}\"", form.suffix()),
        ));
    if let Some(digest) = digest {
        response.insert_header((ETAG, format!("\"{digest}{}\"", form.suffix())));
    }
    response.body(bytes)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_form_is_the_suffixs_or_the_first_that_accept_names() {
        let of = |name, accept: &str| {
            let request = TestRequest::get()
                .insert_header((ACCEPT, accept))
                .to_http_request();
            let (number, form) = asked_for(name, &request);
            (number.to_owned(), form)
        };
        let number = "pishkhan-tax.1-IRR-0001";
        assert_eq!(of(number, "*/*"), (number.to_owned(), Form::Json));
        assert_eq!(
            of(number, "text/html, application/pdf;q=0.9"),
            (number.to_owned(), Form::Pdf)
        );
        assert_eq!(
            of("pishkhan-tax.1-IRR-0001.csv", "application/pdf"),
            (number.to_owned(), Form::Csv)
        );
    }
}
