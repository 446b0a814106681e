//! In which language a page speaks: as its address says, else as the browser asks. Never here: what it says.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::web::Query;
use actix_web::{Error, FromRequest, HttpRequest};
use serde::Deserialize;

use crate::domain::language::Language;

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
        let header = request.headers().get(ACCEPT_LANGUAGE);
        let accepted = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        ready(Ok(Self(named.unwrap_or_else(|| accepted_language(accepted)))))
    }
}

fn accepted_language(header: &str) -> Language {
    let mut wanted: Vec<(u16, Option<Language>)> = header.split(',').filter_map(range).collect();
    // Equal weights keep the order in which they were named.
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let named_any = !wanted.is_empty();
    let spoken = wanted.into_iter().find_map(|(_, language)| language);
    spoken.unwrap_or(if named_any { Language::En } else { Language::Fa })
}

/// The weight in thousandths, and the language if it is spoken here; nothing for what is not wanted.
fn range(text: &str) -> Option<(u16, Option<Language>)> {
    let mut parts = text.split(';');
    let tag = parts.next()?.trim();
    let weight = parts
        .find_map(|part| part.trim().strip_prefix("q="))
        .map_or(1_000, thousandths);
    let primary = tag.split('-').next()?.to_ascii_lowercase();
    (!primary.is_empty() && weight > 0).then(|| (weight, Language::parse(&primary)))
}

/// `0.8` is 800.
fn thousandths(weight: &str) -> u16 {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let part: u16 = digits.parse().unwrap_or(0);
    if whole.trim() == "1" { 1_000 } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_the_browser_likes_best_is_spoken() {
        for (header, language) in [
            ("", Language::Fa),
            ("fa-IR,fa;q=0.9,en;q=0.8", Language::Fa),
            ("en-US,en;q=0.9,fa;q=0.8", Language::En),
            ("de,fa;q=0.7,en;q=0.3", Language::Fa),
            ("en;q=0.2,fa;q=0.25", Language::Fa),
            ("de-DE,de", Language::En),
            ("fa;q=0,en;q=0.1", Language::En),
        ] {
            assert_eq!(accepted_language(header), language, "{header}");
        }
    }
}
