//! Errors that say what to do about them.

use std::error::Error;
use std::fmt;

/// An error with advice. It shows as the error it wraps; the advice is shown apart.
struct Helped {
    error: Box<dyn Error + Send + Sync + 'static>,
    help: String,
}

/// Attaches what the user can do about an error, one line, lower case.
#[must_use]
pub fn helped(error: impl Into<anyhow::Error>, help: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Helped {
        error: error.into().into(),
        help: help.into(),
    })
}

/// The one of the known names that is most like a name, if any is at all.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, known)| known)
}

/// All advice along an error's chain, from the outside inwards.
#[must_use]
pub fn helps(error: &anyhow::Error) -> Vec<String> {
    let mut helps = Vec::new();
    for cause in error.chain() {
        if let Some(helped) = cause.downcast_ref::<Helped>() {
            helps.push(helped.help.clone());
        }
        helps.extend(split(&cause.to_string()).1);
    }
    // What wraps an error may show it, advice included.
    let mut seen = std::collections::BTreeSet::new();
    helps.retain(|help| seen.insert(help.clone()));
    helps
}

/// What one error of a chain says, without its advice.
#[must_use]
pub fn message(cause: &(dyn Error + 'static)) -> String {
    split(&cause.to_string()).0
}

/// The message, and the advice in its last lines: those that begin with `help: `, as in a
/// [`Trouble`](crate::ecosystem::trouble::Trouble) and in cargo's errors.
fn split(text: &str) -> (String, Vec<String>) {
    let mut lines: Vec<&str> = text.trim_end().lines().collect();
    let mut helps = Vec::new();
    while lines.len() > 1 {
        match lines.last().and_then(|line| line.strip_prefix("help: ")) {
            Some(help) => helps.insert(0, help.to_owned()),
            None => break,
        }
        lines.pop();
    }
    (lines.join("\n").trim_end().to_owned(), helps)
}

impl fmt::Display for Helped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for Helped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Helped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::ecosystem::trouble::Trouble;

    #[test]
    fn help_is_found_below_context_and_shows_once() {
        let inner = helped(anyhow::anyhow!("cause").context("middle"), "do this");
        let error = Err::<(), _>(inner).context("outside").unwrap_err();
        assert_eq!(helps(&error), ["do this"]);
        let trouble = Trouble::new("x").help("a").help("b");
        let shown = message(&trouble);
        assert_eq!(
            (shown.as_str(), helps(&trouble.into())),
            ("x", vec!["a".to_owned(), "b".to_owned()])
        );
        let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
        assert_eq!(chain, ["outside", "middle", "cause"]);
    }
}
