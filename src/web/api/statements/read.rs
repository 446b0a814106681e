//! `/v1/statements`: listed, read as JSON, CSV or PDF, and checked by their code. Never here: how a line came about.

use std::cmp::Reverse;

use actix_web::http::header::{
    Accept, CACHE_CONTROL, CONTENT_DISPOSITION, ETag, EntityTag, Header, IfNoneMatch, Quality, QualityItem,
};
use actix_web::mime::{self, Mime, Name};
use actix_web::web::{Data, Json, Path, Query, block};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::originator::Originator;
use crate::domain::statement::StatementContent;
use crate::usecases::Failure;
use crate::usecases::keep_statement_pdf::{Paper, keep_statement_pdf, render_statement};
use crate::usecases::reading::statements::{
    self, StatementBytes, StatementFilter, StatementView, VerifiedStatement,
};
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
/// Not whether a paper bears the statement's amounts: those are compared with its PDF or JSON. Needs no token; one address may ask
/// 30 times a minute.
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
/// The same bytes whenever it is asked for. The ETag is the digest, over the JSON, with the suffix; that of a CSV also names its
/// layout, which is for ever that of this statement: columns that come later are those of later statements.
///
/// A row of the CSV is a figure or a fact, and its section and line say which. Amounts count the unit's smallest part, moments are
/// in UTC; a reason is a code as in the JSON or, of a movement, a text in whichever language it was written.
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
    let found = match form {
        Form::Json => statements::statement_json(&mut *state.connection().await?, &by, number).await?,
        Form::Csv => statements::statement_csv(&mut *state.connection().await?, &by, number).await?,
        Form::Pdf => pdf(&state, &by, number).await?,
    };
    let tag = EntityTag::new_strong(format!("{}{}", found.tag, form.suffix()));
    Ok(answered(&request, found.bytes, form, number, tag))
}

/// Rendered when it is first asked for, off the threads that answer others, and kept.
async fn pdf(state: &AppState, by: &Originator, number: &str) -> Answer<StatementBytes> {
    let found = statements::statement_paper(&mut *state.connection().await?, by, number).await?;
    let tag = found.digest;
    let statement = match found.paper {
        Paper::Rendered(bytes) => return Ok(StatementBytes { bytes, tag }),
        Paper::Unrendered(statement) => statement,
    };
    let rendered = block(move || render_statement(&statement))
        .await
        .map_err(|broken| Failure::Internal(format!("the rendering broke off: {broken}")))??;
    let mut conn = state.connection().await?;
    let bytes = keep_statement_pdf(&mut conn, state.now(), found.id, rendered).await?;
    Ok(StatementBytes { bytes, tag })
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

    fn kind(self) -> (Name<'static>, Name<'static>) {
        match self {
            Self::Json => (mime::APPLICATION, mime::JSON),
            Self::Csv => (mime::TEXT, mime::CSV),
            Self::Pdf => (mime::APPLICATION, mime::PDF),
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

/// The number without its suffix, and the form: the suffix's, else the one that Accept likes best, else JSON.
fn asked_for<'a>(name: &'a str, request: &HttpRequest) -> (&'a str, Form) {
    for form in Form::ALL {
        if let Some(number) = name.strip_suffix(form.suffix()) {
            return (number, form);
        }
    }
    (name, accepted(request))
}

/// Of forms that are liked equally, the one that is named first. Where none is named or wanted it is the first that is not refused.
fn accepted(request: &HttpRequest) -> Form {
    let accept = Accept::parse(request).map(|accept| accept.0).unwrap_or_default();
    let liked = |form: Form| {
        let of_form = |(place, range): (usize, &QualityItem<Mime>)| {
            let exactness = exactness(&range.item, form)?;
            Some((exactness, range.quality, place))
        };
        // The most exact range says how a form is liked.
        let ranges = accept.iter().enumerate().filter_map(of_form);
        ranges.max_by_key(|(exactness, _, place)| (*exactness, Reverse(*place)))
    };
    let told = Form::ALL.map(|form| (form, liked(form)));
    let wanted = told.iter().filter_map(|(form, liked)| {
        let (_, quality, place) = (*liked)?;
        (quality > Quality::ZERO).then_some((*form, quality, place))
    });
    let best = wanted.min_by_key(|(_, quality, place)| (Reverse(*quality), *place));
    let unnamed = told.iter().find(|(_, liked)| liked.is_none());
    best.map(|(form, ..)| form)
        .or_else(|| unnamed.map(|(form, _)| *form))
        .unwrap_or(Form::Json)
}

/// How exactly a range names a form; nothing if it does not.
fn exactness(range: &Mime, form: Form) -> Option<u8> {
    let (kind, subkind) = form.kind();
    if range.type_() == mime::STAR {
        return Some(0);
    }
    if range.type_() != kind {
        return None;
    }
    if range.subtype() == mime::STAR {
        return Some(1);
    }
    (range.subtype() == subkind).then_some(2)
}

fn answered(request: &HttpRequest, bytes: Vec<u8>, form: Form, number: &str, tag: EntityTag) -> HttpResponse {
    let is_kept = is_kept_by(request, &tag);
    let mut response = if is_kept {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header(("Vary", "Accept, Authorization"))
        .insert_header(ETag(tag));
    if is_kept {
        return response.finish();
    }
    response
        .content_type(form.media_type())
        .insert_header((
            CONTENT_DISPOSITION,
            format!("inline; filename=\"{number}{}\"", form.suffix()),
        ))
        .body(bytes)
}

/// Whether who asks has it already.
fn is_kept_by(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(kept)) => kept.iter().any(|kept| kept.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT;
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
        for (accept, form) in [
            ("*/*", Form::Json),
            ("", Form::Json),
            ("application/json;q=0, text/csv", Form::Csv),
            ("application/json;q=0.2, application/pdf;q=0.9", Form::Pdf),
            ("application/pdf;q=0.2, text/csv;q=0.3", Form::Csv),
            ("application/pdf, application/json", Form::Pdf),
            ("Application/PDF", Form::Pdf),
            ("application/*;q=0.1, text/*", Form::Csv),
            ("*/*;q=0.1, application/json;q=0", Form::Csv),
            ("application/json;q=0", Form::Csv),
            ("text/html", Form::Json),
        ] {
            assert_eq!(of(number, accept), (number.to_owned(), form), "{accept}");
        }
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
