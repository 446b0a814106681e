//! The only place that prints. Results go to standard output, refusals to standard error with the field and the rule.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::usecases::Failure;

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

/// Prints why a command was refused: one line a fault.
pub fn fail(failure: &Failure) -> ExitCode {
    match failure {
        Failure::Invalid(faults) => {
            for fault in faults {
                tell(&format!(
                    "daftar: {}: {} ({})",
                    fault.field, fault.explanation, fault.rule
                ));
            }
        }
        Failure::NotFound(_)
        | Failure::Forbidden(_)
        | Failure::Conflict { .. }
        | Failure::Unavailable(_)
        | Failure::Internal(_) => tell(&format!("daftar: {failure}")),
    }
    ExitCode::FAILURE
}
