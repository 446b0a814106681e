//! Bodies with a limit on size and time, and what is wrong with JSON that cannot be read. Never here: streamed batches,
//! which are read as they come.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, PathConfig, QueryConfig};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::media::{Decoded, broken, decoded, must_be_json};
use super::problem::Problem;
use crate::domain::json::{self, Misread};
use crate::domain::printable;
use crate::usecases::Failure;
use crate::usecases::failure::Fault;

const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The server's own time-out covers headers only.
const BODY_SECS_MAX: u64 = 20;

/// A JSON body, read whole within the limits.
#[derive(Clone, Debug)]
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let named = must_be_json(request, "send `Content-Type: application/json`");
        let reading = Whole::from_request(request, payload);
        Box::pin(async move {
            named?;
            let Whole(body) = reading.await?;
            let read = json::object(&body).map_err(misread)?;
            is_printable(&body)?;
            Ok(Self(read))
        })
    }
}

/// A body as its bytes, read whole within the limits.
#[derive(Clone, Debug)]
pub struct Whole(pub Bytes);

impl FromRequest for Whole {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = decoded(request, payload.take());
        Box::pin(async move {
            let reading = whole(body?);
            match tokio::time::timeout(Duration::from_secs(BODY_SECS_MAX), reading).await {
                Ok(read) => read.map(Self),
                Err(_) => Err(Problem::too_slow()),
            }
        })
    }
}

async fn whole(mut body: Decoded) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| broken(&error))?;
        if bytes.len() + piece.len() > BODY_BYTES_MAX {
            return Err(Problem::too_large(format!("at most {BODY_BYTES_MAX} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

/// Parameters of the query that the door let through and that cannot be read all the same become problems.
pub fn query_config() -> QueryConfig {
    QueryConfig::default()
        .error_handler(|error, _| Problem::malformed(format!("in the query: {error}")).into())
}

/// Parts of the path likewise.
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|error, _| Problem::malformed(format!("in the path: {error}")).into())
}

/// What is no JSON is malformed, JSON of another shape is invalid.
fn misread(misread: Misread) -> Problem {
    let no_json = misread.rule == json::IS_JSON;
    let faults = vec![Fault {
        field: misread.field,
        rule: misread.rule.to_owned(),
        explanation: misread.explanation,
    }];
    if no_json {
        return Problem::no_json(faults);
    }
    Failure::Invalid(faults).into()
}

fn is_printable(body: &[u8]) -> Result<(), Failure> {
    let document = serde_json::from_slice(body).unwrap_or_default();
    match printable::unprintable_in(&document) {
        None => Ok(()),
        Some(field) => Err(Failure::invalid(field, printable::RULE, printable::TOLD)),
    }
}
