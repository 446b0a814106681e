//! The only place that prints. Results go to standard output, refusals to standard error with the field and the rule: as JSON,
//! where an answer in JSON was asked for.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::usecases::Failure;
use crate::usecases::failure::Fault;

/// Prints a result. A reader that has gone away, such as `head`, is no failure.
pub fn say(text: &str) -> ExitCode {
    if !text.is_empty() {
        let _gone = writeln!(stdout(), "{}", text.trim_end_matches('\n'));
    }
    ExitCode::SUCCESS
}

/// A result as a program reads it, where that was asked for, or as people do.
pub fn answer<T: Serialize + ?Sized>(as_json: bool, result: &T, text: impl FnOnce(&T) -> String) -> String {
    if as_json {
        json!(result).to_string()
    } else {
        text(result)
    }
}

/// Standard output for what is too long to be said at once.
pub fn sink() -> Box<dyn Write + Send> {
    Box::new(stdout())
}

/// Prints what a long command has come to, beside its result.
pub fn tell(text: &str) {
    let _gone = writeln!(stderr(), "{text}");
}

/// Prints why a command was refused: one line a fault, or one JSON object.
pub fn fail(as_json: bool, failure: &Failure) -> ExitCode {
    if as_json {
        tell(&json!(Refusal::of(failure)).to_string());
        return ExitCode::FAILURE;
    }
    if failure.faults().is_empty() {
        tell(&format!("daftar: {failure}"));
    }
    for fault in failure.faults() {
        tell(&format!(
            "daftar: {}: {} ({})",
            fault.field, fault.explanation, fault.rule
        ));
    }
    ExitCode::FAILURE
}

/// A failure as the API's problems say it, but for HTTP's status. The host's own user may see what is inside.
#[derive(Debug, Serialize)]
struct Refusal<'a> {
    #[serde(rename = "type")]
    type_uri: &'static str,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

impl<'a> Refusal<'a> {
    fn of(failure: &'a Failure) -> Self {
        Self {
            type_uri: failure.kind().type_uri,
            title: failure.kind().title,
            detail: failure.to_string(),
            rule: failure.rule(),
            errors: failure.faults(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_json_names_the_field_and_the_rule() {
        let refusal = Failure::invalid("quantity", "a_quantity_is_at_least_one", "0 is less than 1");
        let told = json!(Refusal::of(&refusal));
        assert_eq!(told["type"], "urn:daftar:problem:invalid");
        assert_eq!(told["errors"][0]["field"], "quantity");
        let conflict = json!(Refusal::of(&Failure::conflict("one_window", "closed already")));
        assert_eq!(
            (&conflict["rule"], &conflict["errors"]),
            (&json!("one_window"), &json!(null))
        );
    }
}
