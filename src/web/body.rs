//! JSON bodies with a limit on size and time. Never here: streamed batches, which are read as they come.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::JsonPayloadError;
use actix_web::web::{Bytes, Json, JsonConfig, PathConfig, QueryConfig};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::problem::Problem;

const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The server's own time-out covers headers only.
const BODY_SECS_MAX: u64 = 20;

/// A JSON body, read whole within the limits.
#[derive(Clone, Debug)]
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = Json::<T>::from_request(request, payload);
        Box::pin(async move {
            match tokio::time::timeout(Duration::from_secs(BODY_SECS_MAX), reading).await {
                Ok(read) => read.map(|json| Self(json.into_inner())),
                Err(_) => Err(Problem::too_slow().into()),
            }
        })
    }
}

/// A body as its bytes, read whole within the limits of the framework and of time.
#[derive(Clone, Debug)]
pub struct Whole(pub Bytes);

impl FromRequest for Whole {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = Bytes::from_request(request, payload);
        Box::pin(async move {
            match tokio::time::timeout(Duration::from_secs(BODY_SECS_MAX), reading).await {
                Ok(read) => read
                    .map(Self)
                    .map_err(|error| Problem::malformed(error.to_string())),
                Err(_) => Err(Problem::too_slow()),
            }
        })
    }
}

/// Bodies that cannot be read become problems.
pub fn json_config() -> JsonConfig {
    JsonConfig::default()
        .limit(BODY_BYTES_MAX)
        .error_handler(|error, _| unreadable(&error).into())
}

/// Parameters of the query that cannot be read become problems.
pub fn query_config() -> QueryConfig {
    QueryConfig::default()
        .error_handler(|error, _| Problem::malformed(format!("in the query: {error}")).into())
}

/// Parts of the path that cannot be read become problems.
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|error, _| Problem::malformed(format!("in the path: {error}")).into())
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is open: others may be added"
)]
fn unreadable(error: &JsonPayloadError) -> Problem {
    match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            Problem::too_large(format!("at most {BODY_BYTES_MAX} bytes"))
        }
        JsonPayloadError::ContentType => Problem::unsupported("send `Content-Type: application/json`"),
        other => Problem::malformed(other.to_string()),
    }
}
