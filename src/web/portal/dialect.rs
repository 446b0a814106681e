//! In which language a page speaks: as its address says, else as the browser asks. Never here: what it says.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{Error, FromRequest, HttpRequest};
use serde::Deserialize;

use crate::domain::language::Language;
use crate::web::language::accepted_language;

/// Who asks for no language at all is spoken to in Persian, who asks for another one in English.
#[derive(Clone, Copy, Debug)]
pub struct Dialect(pub Language);

#[derive(Deserialize)]
struct Named {
    lang: Option<String>,
}

impl FromRequest for Dialect {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = Query::<Named>::from_query(request.query_string())
            .ok()
            .and_then(|query| Language::parse(query.lang.as_deref()?));
        ready(Ok(Self(
            named.unwrap_or_else(|| accepted_language(request, Language::Fa)),
        )))
    }
}
