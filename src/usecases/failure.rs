//! Refusals and failures of use cases, shaped by what the caller can do about them. Never here: the statuses of HTTP (see
//! `web::problem`).

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use crate::domain::money::{AMOUNT_MAX, AmountOverflow};
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

/// The stable name of a kind of failure, as RFC 9457 has it, and what it says to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub type_uri: &'static str,
    pub title: &'static str,
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

    pub const fn kind(&self) -> Kind {
        let (type_uri, title) = match self {
            Self::NotFound(_) => ("urn:daftar:problem:not-found", "There is no such thing"),
            Self::Forbidden(_) => ("urn:daftar:problem:forbidden", "This originator may not do that"),
            Self::Invalid(_) => ("urn:daftar:problem:invalid", "The request breaks a rule"),
            Self::Conflict { .. } => ("urn:daftar:problem:conflict", "The state of things forbids it"),
            Self::Unavailable(_) => ("urn:daftar:problem:unavailable", "Not now: try again"),
            Self::Internal(_) => ("urn:daftar:problem:internal", "Something went wrong here"),
        };
        Kind { type_uri, title }
    }

    /// Whether the same call may go through later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The stable name of the rule that forbids it, on conflicts.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Conflict { rule, .. } => Some(rule),
            Self::Invalid(_)
            | Self::NotFound(_)
            | Self::Forbidden(_)
            | Self::Unavailable(_)
            | Self::Internal(_) => None,
        }
    }

    /// Each thing wrong with the input.
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults) => faults,
            Self::Conflict { .. }
            | Self::NotFound(_)
            | Self::Forbidden(_)
            | Self::Unavailable(_)
            | Self::Internal(_) => &[],
        }
    }

    /// What of the input a conflict is about, where it is one field.
    pub fn conflicting(&self) -> Option<Fault> {
        let Self::Conflict { rule, explanation } = self else {
            return None;
        };
        let field = match rule.as_str() {
            "a_bank_reference_is_recorded_once" | "one_answer_of_a_kind_per_payout" => "bank_reference",
            "settlements_follow_each_other"
            | "only_a_sealed_window_is_settled"
            | "one_settlement_per_window_unless_rejected" => "window",
            _ => return None,
        };
        Some(Fault {
            field: field.to_owned(),
            rule: rule.clone(),
            explanation: explanation.clone(),
        })
    }

    /// The same, told of a part of a larger input.
    #[must_use]
    pub fn within(self, place: &str) -> Self {
        match self {
            Self::Invalid(_) | Self::NotFound(_) => Self::Invalid(self.faults_of(place)),
            Self::Conflict { rule, explanation } => Self::conflict(rule, format!("{place}: {explanation}")),
            Self::Forbidden(_) | Self::Unavailable(_) | Self::Internal(_) => self,
        }
    }

    /// What is wrong with a part of a larger input, whose other parts may be right.
    pub fn faults_of(self, place: &str) -> Vec<Fault> {
        let fault = |rule: &str, explanation| Fault {
            field: place.to_owned(),
            rule: rule.to_owned(),
            explanation,
        };
        match self {
            Self::Invalid(faults) => {
                let placed = |fault: Fault| Fault {
                    field: format!("{place}.{}", fault.field),
                    ..fault
                };
                faults.into_iter().map(placed).collect()
            }
            Self::NotFound(what) => vec![fault("what_is_named_is_there", format!("there is no {what}"))],
            Self::Conflict { rule, explanation } => vec![fault(&rule, explanation)],
            Self::Forbidden(told) => vec![fault("the_originator_may_do_it", told)],
            Self::Unavailable(told) => vec![fault("the_database_is_there", told)],
            Self::Internal(told) => vec![fault("it_does_not_fail", told)],
        }
    }

    pub fn not_found(noun: &str, name: impl std::fmt::Display) -> Self {
        Self::NotFound(format!("{noun} {name}"))
    }
}

fn list(faults: &[Fault]) -> String {
    let told: Vec<String> = faults
        .iter()
        .map(|fault| match fault.field.as_str() {
            "" => fault.explanation.clone(),
            field => format!("{field}: {}", fault.explanation),
        })
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

/// What PostgreSQL says of a sum that was made in `numeric` and does not fit where it is to go.
const OUT_OF_RANGE: &str = "bigint out of range";

/// A violated named constraint is a conflict under the constraint's name; a lost or busy database is unavailable.
impl From<DieselError> for Failure {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "diesel adds errors; an unknown one is internal"
    )]
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(kind, information) = &error {
            if let Some(rule) = information.constraint_name() {
                return Self::conflict(rule, in_words(rule, information.as_ref()));
            }
            if information.message() == OUT_OF_RANGE {
                return AmountOverflow.into();
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

/// PostgreSQL's own messages in words of ours; what a trigger of ours says stays. Details are told of keys alone: those of
/// other constraints show whole rows.
fn in_words(rule: &str, information: &dyn DatabaseErrorInformation) -> String {
    let message = information.message();
    let begins = |opening| message.starts_with(opening);
    if begins("duplicate key value") {
        return taken(rule, information.details().unwrap_or_default());
    }
    if begins("conflicting key value") {
        return "another that is there already holds for a part of the same time".to_owned();
    }
    if begins("new row for relation") {
        return "a value is not as this rule has it".to_owned();
    }
    if begins("insert or update on table") || begins("update or delete on table") {
        return "what is named there is not there".to_owned();
    }
    if begins("null value in column") {
        return "a value is missing".to_owned();
    }
    message.to_owned()
}

/// Of details such as `Key (code)=(IRR) already exists.`
fn taken(rule: &str, details: &str) -> String {
    let values = details.split_once(")=(").map_or("", |(_, rest)| rest);
    let values = values.split(')').next().unwrap_or_default();
    match rule.strip_suffix("_codes_are_unique") {
        Some(noun) => {
            format!("the {noun} `{values}` is registered already: leave it out, or give another code")
        }
        None => format!("`{values}` is there already"),
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
        "canceling statement due to user request",
        "No space left on device",
        "out of memory",
    ]
    .iter()
    .any(|passing| message.contains(passing))
}

/// Every amount has a limit, so that this takes tens of thousands of the largest: take some back, and the sum fits again.
impl From<AmountOverflow> for Failure {
    fn from(_: AmountOverflow) -> Self {
        let explanation = format!(
            "a sum of what is booked leaves the range of 64 bits, of amounts of at most {AMOUNT_MAX} each: refund or \
             reverse what was not meant"
        );
        Self::conflict("a_sum_fits_in_64_bits", explanation)
    }
}

impl From<NotAllowed> for Failure {
    fn from(not_allowed: NotAllowed) -> Self {
        Self::Forbidden(not_allowed.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_a_part_names_the_part() {
        let told = |failure: Failure| failure.within("offices").to_string();
        let missing = told(Failure::not_found("party", "municipality-9"));
        assert_eq!(missing, "offices: there is no party municipality-9");
        let misread = told(Failure::invalid("code", "an_office_has_a_code", "it is empty"));
        assert_eq!(misread, "offices.code: it is empty");
        let taken = told(Failure::conflict(
            "office_codes_are_unique",
            "`10001` is there already",
        ));
        assert_eq!(
            taken,
            "offices: `10001` is there already (office_codes_are_unique)"
        );
    }

    #[test]
    fn a_sum_that_leaves_its_range_is_a_conflict_whoever_made_it() {
        let information = Box::new(OUT_OF_RANGE.to_owned());
        let of_database = DieselError::DatabaseError(DatabaseErrorKind::Unknown, information);
        for failure in [Failure::from(of_database), Failure::from(AmountOverflow)] {
            assert!(matches!(failure, Failure::Conflict { rule, .. } if rule == "a_sum_fits_in_64_bits"));
        }
    }
}
