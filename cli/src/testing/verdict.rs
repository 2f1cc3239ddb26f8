//! Why a test failed.

use wasify_runtime::{End, Outcome};

use super::record::Why;

/// What is known of a test that failed.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// Of the run in which it was alone, or else of the one in which it failed.
    pub outcome: &'a Outcome,
    /// What it wrote.
    pub output: &'a str,
}

/// Says why.
#[must_use]
pub fn why(evidence: &Evidence<'_>) -> Why {
    match &evidence.outcome.end {
        End::TimedOut { .. } => Why::TimedOut,
        _ => Why::Real,
    }
}

/// How a run ended that a test has ended, where what it wrote doesn't tell.
#[must_use]
pub fn end(outcome: &Outcome, output: &str) -> Option<String> {
    match &outcome.end {
        // Every panic ends in an `unreachable`, and has said what there is to say.
        End::Trap { .. } if output.contains("panicked at ") => None,
        End::Trap { message, .. } => Some(message.clone()),
        End::Success => Some("the test ended the test program with exit code 0".to_owned()),
        End::Failure(code) => Some(format!(
            "the test ended the test program with exit code {code}"
        )),
        End::TimedOut { .. } => None,
    }
}
