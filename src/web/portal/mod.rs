//! Pages for people, without scripts: the start page and the check of a statement's code. Never here: what only a token
//! may see.

pub mod assets;
pub mod dialect;
pub mod overviews;
pub mod start;
pub mod verify;
mod words;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, VARY};
use actix_web::web::ServiceConfig;
use askama::Template;

use super::problem::{Answer, Problem};
use crate::usecases::Failure;

pub use words::Words;

/// Nothing but our own style sheet, fonts and forms.
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(start::start)
        .service(verify::verify_typed)
        .service(verify::verify_code)
        .service(assets::asset);
}

/// A page as an answer; `problem` gives it its status where something went wrong.
fn page(template: &impl Template, problem: Option<&Problem>) -> Answer<HttpResponse> {
    let text = template
        .render()
        .map_err(|error| Failure::Internal(format!("a page cannot be filled: {error}")))?;
    let mut response = match problem {
        Some(problem) => problem.page(),
        None => HttpResponse::Ok(),
    };
    Ok(response
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((VARY, "Accept-Language"))
        .body(text))
}
