//! What a request says of its body: its media type and how it was encoded for the way. Never here: what a body says.

use std::io;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::mime::{self, Mime};
use actix_web::{HttpMessage, HttpRequest};
use async_compression::tokio::bufread::{GzipDecoder, ZlibDecoder};
use futures_util::TryStreamExt;
use tokio::io::AsyncRead;
use tokio_util::io::{ReaderStream, StreamReader};

use super::problem::{Answer, Problem};

const PIECE_BYTES: usize = 64 * 1024;

/// How a body was encoded for the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Identity,
    Gzip,
    Deflate,
}

/// A body of JSON; one that does not say what it is, is taken for it.
///
/// # Errors
/// Unsupported for any other media type or character set, and for an encoding that is not read here.
pub fn must_be_json(request: &HttpRequest, told: &str) -> Answer<()> {
    encoding_of(request)?;
    match media_type(request)? {
        None => Ok(()),
        Some(kind) if is_json(&kind) => Ok(()),
        Some(_) => Err(Problem::unsupported(told)),
    }
}

/// The essence of the body's media type, in lower case; nothing where it is not named.
///
/// # Errors
/// Unsupported for what is no media type, and for any other character set than UTF-8.
pub fn essence(request: &HttpRequest) -> Answer<Option<String>> {
    Ok(media_type(request)?.map(|kind| kind.essence_str().to_ascii_lowercase()))
}

/// A body as it was before it was encoded for the way, piece by piece.
pub type Decoded = ReaderStream<Pin<Box<dyn AsyncRead>>>;

/// However much a body grows when it is decoded, no more than a piece of it is in memory. What was compressed in several members
/// is read to the end of the last.
///
/// # Errors
/// Unsupported for an encoding that is not read here.
pub fn decoded(request: &HttpRequest, payload: Payload) -> Answer<Decoded> {
    let encoding = encoding_of(request)?;
    let body = StreamReader::new(payload.map_err(io::Error::other));
    let plain: Pin<Box<dyn AsyncRead>> = match encoding {
        Encoding::Identity => Box::pin(body),
        Encoding::Gzip => {
            let mut members = GzipDecoder::new(body);
            members.multiple_members(true);
            Box::pin(members)
        }
        Encoding::Deflate => {
            let mut members = ZlibDecoder::new(body);
            members.multiple_members(true);
            Box::pin(members)
        }
    };
    Ok(ReaderStream::with_capacity(plain, PIECE_BYTES))
}

/// Why the rest of a body cannot be had.
pub fn broken(error: &io::Error) -> Problem {
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<PayloadError>());
    let told = if cause.is_some() {
        "the body broke off on its way".to_owned()
    } else if error.kind() == io::ErrorKind::UnexpectedEof {
        "what is compressed breaks off before its end".to_owned()
    } else {
        format!("it is not compressed as `Content-Encoding` says, or something follows its end: {error}")
    };
    Problem::malformed(told)
}

fn media_type(request: &HttpRequest) -> Answer<Option<Mime>> {
    let kind = request.mime_type();
    let kind = kind.map_err(|_| Problem::unsupported("`Content-Type` names no media type"))?;
    let charset = kind.as_ref().and_then(|kind| kind.get_param(mime::CHARSET));
    match charset {
        Some(charset) if charset != mime::UTF_8 => Err(Problem::unsupported("bodies are in UTF-8")),
        Some(_) | None => Ok(kind),
    }
}

fn is_json(kind: &Mime) -> bool {
    let is_application = kind.type_() == mime::APPLICATION;
    is_application && (kind.subtype() == mime::JSON || kind.suffix() == Some(mime::JSON))
}

fn encoding_of(request: &HttpRequest) -> Answer<Encoding> {
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    let known = match (encodings.next(), encodings.next()) {
        (None, _) => Some(Encoding::Identity),
        (Some(one), None) => one.to_str().ok().and_then(Encoding::named),
        (Some(_), Some(_)) => None,
    };
    let told = "of encodings, `Content-Encoding: gzip` or `deflate` is read";
    known.ok_or_else(|| Problem::unsupported(told))
}

impl Encoding {
    fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "identity" => Some(Self::Identity),
            "gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::CONTENT_TYPE;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn json_is_named_in_any_case_and_with_any_parameters_but_another_character_set() {
        let is_taken = |kind: &str| {
            let request = TestRequest::post().insert_header((CONTENT_TYPE, kind));
            must_be_json(&request.to_http_request(), "send JSON").is_ok()
        };
        for kind in [
            "application/json",
            "Application/JSON",
            "application/json; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/vnd.office+json",
        ] {
            assert!(is_taken(kind), "{kind}");
        }
        for kind in [
            "application/jsonx",
            "application/x-ndjson",
            "text/json",
            "application/json; charset=windows-1256",
            "json",
            "",
        ] {
            assert!(!is_taken(kind), "{kind}");
        }
        let unnamed = TestRequest::post().to_http_request();
        assert!(must_be_json(&unnamed, "send JSON").is_ok());
    }

    #[test]
    fn one_encoding_that_is_known_is_read() {
        let is_read = |encoding: &str| {
            let request = TestRequest::post().insert_header((CONTENT_ENCODING, encoding));
            encoding_of(&request.to_http_request()).is_ok()
        };
        assert!(["gzip", "GZip", "deflate", "identity"].into_iter().all(is_read));
        assert!(!["br", "gzip, gzip", "zstd", ""].into_iter().any(is_read));
    }
}
