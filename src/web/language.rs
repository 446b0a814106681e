//! Which language a request asks for by `Accept-Language`. Never here: what is said in it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{Error, FromRequest, HttpRequest};

use crate::domain::language::Language;

/// The language of the API's texts, where the query names none: as is accepted, else English, as on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Spoken(pub Language);

impl FromRequest for Spoken {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(accepted_language(request, Language::En))))
    }
}

/// Whoever asks for no language at all is spoken to in `silent`, who asks for one that is not spoken here in English.
pub fn accepted_language(request: &HttpRequest, silent: Language) -> Language {
    let header = request.headers().get(ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    best_of(header).unwrap_or(silent)
}

/// `None` where no language is named.
fn best_of(header: &str) -> Option<Language> {
    let mut wanted: Vec<(u16, Option<Language>)> = header.split(',').filter_map(range).collect();
    // Equal weights keep the order in which they were named.
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let named_any = !wanted.is_empty();
    let spoken = wanted.into_iter().find_map(|(_, language)| language);
    named_any.then(|| spoken.unwrap_or(Language::En))
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
            ("fa-IR,fa;q=0.9,en;q=0.8", Language::Fa),
            ("en-US,en;q=0.9,fa;q=0.8", Language::En),
            ("de,fa;q=0.7,en;q=0.3", Language::Fa),
            ("en;q=0.2,fa;q=0.25", Language::Fa),
            ("de-DE,de", Language::En),
            ("fa;q=0,en;q=0.1", Language::En),
        ] {
            assert_eq!(best_of(header), Some(language), "{header}");
        }
        assert_eq!(best_of(""), None);
    }
}
