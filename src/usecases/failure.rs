//! Refusals and failures of use cases, shaped by what the caller can do about them. Never here: HTTP (see `web::problem`).

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use crate::domain::money::AmountOverflow;
use crate::domain::originator::NotAllowed;
use crate::store::StoreFailure;

/// What a use case returns.
pub type Done<T> = Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It does not exist, or is somebody else's.
    #[error("there is no {0}")]
    NotFound(String),
    #[error("{0}")]
    Forbidden(String),
    /// The input breaks a rule: each fault names the field, the rule and what would be right.
    #[error("{}", list(.0))]
    Invalid(Vec<Fault>),
    /// The state of things forbids it; `rule` is a stable name.
    #[error("{explanation} ({rule})")]
    Conflict { rule: String, explanation: String },
    /// The database is away or busy: the same call may go through later.
    #[error("{0}")]
    Unavailable(String),
    #[error("{0}")]
    Internal(String),
}

/// One thing wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Fault {
    pub field: String,
    pub rule: String,
    pub explanation: String,
}

impl Failure {
    pub fn invalid(
        field: impl Into<String>,
        rule: impl Into<String>,
        explanation: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![Fault {
            field: field.into(),
            rule: rule.into(),
            explanation: explanation.into(),
        }])
    }

    pub fn conflict(rule: impl Into<String>, explanation: impl Into<String>) -> Self {
        Self::Conflict {
            rule: rule.into(),
            explanation: explanation.into(),
        }
    }

    /// Whether the same call may go through later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    pub fn not_found(noun: &str, name: impl std::fmt::Display) -> Self {
        Self::NotFound(format!("{noun} {name}"))
    }
}

fn list(faults: &[Fault]) -> String {
    let told: Vec<String> = faults
        .iter()
        .map(|f| format!("{}: {}", f.field, f.explanation))
        .collect();
    told.join("; ")
}

impl From<StoreFailure> for Failure {
    fn from(failure: StoreFailure) -> Self {
        match failure {
            StoreFailure::Query(error) => error.into(),
            StoreFailure::Corrupt { .. } => Self::Internal(failure.to_string()),
        }
    }
}

/// A violated named constraint is a conflict under the constraint's name; a lost or busy database is unavailable.
impl From<DieselError> for Failure {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "diesel adds errors; an unknown one is internal"
    )]
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(kind, information) = &error {
            if let Some(rule) = information.constraint_name() {
                return Self::conflict(rule, told(kind, information.as_ref()));
            }
            if is_passing(kind, information.message()) {
                return Self::Unavailable(information.message().to_owned());
            }
        }
        match error {
            DieselError::NotFound => Self::NotFound("such row".to_owned()),
            DieselError::BrokenTransactionManager => {
                Self::Unavailable("the connection broke in a transaction".to_owned())
            }
            other => Self::Internal(other.to_string()),
        }
    }
}

/// Of a key that exists already, which one; the details of other constraints show whole rows.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "diesel's kind is not Copy")]
fn told(kind: &DatabaseErrorKind, information: &dyn DatabaseErrorInformation) -> String {
    let details = information
        .details()
        .filter(|_| matches!(kind, DatabaseErrorKind::UniqueViolation));
    match details {
        Some(details) => format!("{}: {details}", information.message()),
        None => information.message().to_owned(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "diesel's kind is not Copy")]
fn is_passing(kind: &DatabaseErrorKind, message: &str) -> bool {
    matches!(
        kind,
        DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
    ) || [
        "lock timeout",
        "deadlock detected",
        "terminating connection",
        "shutting down",
        "starting up",
        "connection closed",
    ]
    .iter()
    .any(|passing| message.contains(passing))
}

impl From<AmountOverflow> for Failure {
    fn from(overflow: AmountOverflow) -> Self {
        Self::Internal(overflow.to_string())
    }
}

impl From<NotAllowed> for Failure {
    fn from(not_allowed: NotAllowed) -> Self {
        Self::Forbidden(not_allowed.to_string())
    }
}
