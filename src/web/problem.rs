//! RFC 9457 problem+json: the one place that knows HTTP statuses. Never here: what went wrong (see `usecases::failure`).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::usecases::Failure;
use crate::usecases::failure::Fault;
use crate::usecases::submission::SubmissionView;

/// When a client of a database that is away may try again.
const RETRY_AFTER_SECS: u16 = 2;

/// What is inside is logged and not told.
const INSIDE: &str = "it is not the request's fault, and it is in the log";

/// What a handler returns.
pub type Answer<T> = Result<T, Problem>;

/// What went wrong, for machines and people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:daftar:problem:invalid")]
    pub type_uri: &'static str,
    #[schema(example = "The request breaks a rule")]
    pub title: &'static str,
    #[schema(example = 422)]
    pub status: u16,
    pub detail: Box<str>,
    /// The stable name of the rule that forbids it, on conflicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Box<str>>,
    /// Each thing wrong with the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Of a file or stream that broke off or was refused: under which id its rows can be looked at, and what became of those
    /// that had come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<Box<SubmissionView>>,
    #[serde(skip)]
    allowed_methods: Option<Box<str>>,
    /// When the same may be asked again.
    #[serde(skip)]
    retry_after_secs: Option<u16>,
}

impl Problem {
    fn new(
        status: StatusCode,
        type_uri: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            type_uri,
            title,
            status: status.as_u16(),
            detail: detail.into().into_boxed_str(),
            rule: None,
            errors: Vec::new(),
            submission: None,
            allowed_methods: None,
            retry_after_secs: None,
        }
    }

    /// The request bears no bearer token that is valid now.
    pub fn unauthenticated(detail: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "urn:daftar:problem:unauthenticated",
            "A valid bearer token is needed",
            detail,
        )
    }

    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "urn:daftar:problem:malformed",
            "The request cannot be read",
            detail,
        )
    }

    /// The body is no JSON: where it is not, stands in the only fault.
    pub fn no_json(faults: Vec<Fault>) -> Self {
        Self::malformed("the body is no JSON object").with_errors(faults)
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "urn:daftar:problem:too-large",
            "The body is larger than is taken",
            detail,
        )
    }

    pub fn too_slow() -> Self {
        let detail = "the body did not arrive in time";
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "urn:daftar:problem:too-slow",
            "The request took too long",
            detail,
        )
    }

    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:daftar:problem:unsupported",
            "This content type is not read here",
            detail,
        )
    }

    /// This address may ask again after so many seconds.
    pub fn too_often(retry_after_secs: u16) -> Self {
        Self {
            retry_after_secs: Some(retry_after_secs),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "urn:daftar:problem:too-often",
                "This was asked too often",
                format!("ask again in {retry_after_secs} seconds"),
            )
        }
    }

    /// `allowed` as in the header: `GET, POST`.
    pub fn method_not_allowed(allowed: String) -> Self {
        let detail = format!("here only {allowed} may be asked");
        Self {
            allowed_methods: Some(allowed.into_boxed_str()),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "urn:daftar:problem:method-not-allowed",
                "This method is not allowed here",
                detail,
            )
        }
    }

    /// The same with each thing that is wrong.
    #[must_use]
    pub fn with_errors(self, errors: Vec<Fault>) -> Self {
        Self { errors, ..self }
    }

    /// The same of a submission, with what became of its rows.
    #[must_use]
    pub fn of_submission(self, view: SubmissionView) -> Self {
        Self {
            submission: Some(Box::new(view)),
            ..self
        }
    }

    /// The beginning of a page that tells of it to people.
    pub fn page(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.status());
        if let Some(secs) = self.retry_after_secs {
            response.insert_header((RETRY_AFTER, u64::from(secs)));
        }
        response
    }

    /// Whether the same may be asked again in a moment: the database is away or busy.
    pub fn is_passing(&self) -> bool {
        self.status() == StatusCode::SERVICE_UNAVAILABLE
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let (kind, detail) = (failure.kind(), failure.to_string());
        let of_status = |status| Self {
            rule: failure.rule().map(Box::from),
            errors: failure.faults().to_vec(),
            ..Self::new(status, kind.type_uri, kind.title, detail.clone())
        };
        match failure {
            Failure::Conflict { .. } => Self {
                errors: failure.conflicting().into_iter().collect(),
                ..of_status(StatusCode::CONFLICT)
            },
            Failure::NotFound(_) => of_status(StatusCode::NOT_FOUND),
            Failure::Forbidden(_) => of_status(StatusCode::FORBIDDEN),
            Failure::Invalid(_) => of_status(StatusCode::UNPROCESSABLE_ENTITY),
            Failure::Unavailable(_) => Self {
                retry_after_secs: Some(RETRY_AFTER_SECS),
                ..of_status(StatusCode::SERVICE_UNAVAILABLE)
            },
            Failure::Internal(_) => {
                tracing::error!(failure = detail, "a use case failed");
                Self {
                    detail: INSIDE.into(),
                    ..of_status(StatusCode::INTERNAL_SERVER_ERROR)
                }
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.page();
        response.content_type("application/problem+json");
        if self.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(allowed) = &self.allowed_methods {
            response.insert_header((ALLOW, &**allowed));
        }
        match serde_json::to_vec(self) {
            Ok(body) => response.body(body),
            Err(_) => response.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(failure: Failure) -> (u16, &'static str) {
        let problem = Problem::from(failure);
        (problem.status, problem.type_uri)
    }

    #[test]
    fn each_kind_of_failure_has_its_status() {
        let told = [
            of(Failure::not_found("office", "x")),
            of(Failure::Forbidden("no".to_owned())),
            of(Failure::invalid("limit", "limit_is_small", "at most 200")),
            of(Failure::conflict("one_window", "closed already")),
            of(Failure::Unavailable("away".to_owned())),
            of(Failure::Internal("secret".to_owned())),
        ];
        assert_eq!(told.map(|(status, _)| status), [404, 403, 422, 409, 503, 500]);
    }

    #[test]
    fn what_is_inside_is_not_told() {
        let problem = Problem::from(Failure::Internal("relation secret".to_owned()));
        assert!(!problem.detail.contains("secret"));
    }
}
