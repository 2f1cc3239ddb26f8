//! Why a test failed.
//!
//! A failure is taken for a known gap only on evidence from the run itself: the test was stopped inside a
//! function that a rule says stops a program, or its own panic message or returned error carries the error
//! that a rule says the call gives, and the test leads to that call. Where the evidence is open, it is the
//! test's own failure. One that comes after a refusal fails in any case, and says with which flag it may not.

use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::foretold::{self, Failure};
use wasify_runtime::{End, Frame, Outcome};

use super::guest::Guest;
use super::record::Why;

/// What is known of a test that failed.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The test program.
    pub guest: &'a Guest,
    /// The test's name; empty when it is not known.
    pub test: &'a str,
    /// Of the run in which the test was alone.
    pub outcome: &'a Outcome,
    /// What it wrote.
    pub output: &'a str,
}

/// Says why.
#[must_use]
pub fn why(evidence: &Evidence<'_>) -> Why {
    let rule = match &evidence.outcome.end {
        End::TimedOut { .. } => return Why::TimedOut,
        End::Trap { frames, .. } => stopped(frames, evidence.output),
        _ => None,
    };
    match rule.or_else(|| by_error(evidence)) {
        Some(rule) => Why::Gap { rule },
        None => match evidence.guest.flags(evidence.outcome) {
            flags if flags.is_empty() => Why::Real,
            flags => Why::Needs { flags },
        },
    }
}

fn stopped(frames: &[Frame], said: &str) -> Option<String> {
    let symbols: Vec<&str> = frames
        .iter()
        .filter_map(|frame| frame.symbol.as_deref())
        .collect();
    let failure = Failure {
        symbols: &symbols,
        said,
    };
    // A broken rule file is wasify's bug, which its own tests find; the test has failed all the same.
    let rule = foretold::stop(&failure).ok().flatten()?;
    Some(rule.id.clone())
}

/// By what it said. The program is only read where that can tell something.
fn by_error(evidence: &Evidence<'_>) -> Option<String> {
    if !foretold::may_be_foretold(evidence.output) {
        return None;
    }
    let packages = Packages::default();
    let facts = Facts::read(&Input {
        artifact: &evidence.guest.bytes,
        witness: None,
        link_map: None,
        packages: &packages,
    });
    let rule = foretold::error(&facts.ok()?, evidence.test, evidence.output);
    Some(rule.ok().flatten()?.id.clone())
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
