//! Every text fixture gives the findings it promises, and no others.
//!
//! Programs are built and judged by `tests/proofs` of the `wasify` package.

// A test may panic.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::finding::{Confidence, Level};
use wasify_lints::{check, registry};

#[test]
fn text_fixtures_give_exactly_the_rules_they_promise() {
    let mut complaints = Vec::new();
    for fixture in support::folders(&support::fixtures()) {
        let text = support::fixtures()
            .join(&fixture)
            .join(format!("{fixture}.wat"));
        if !text.is_file() {
            continue;
        }
        let binary = wat::parse_file(&text).unwrap();
        let packages = Packages::default();
        let input = Input {
            artifact: &binary,
            witness: None,
            link_map: None,
            packages: &packages,
        };
        let facts = Facts::read(&input).unwrap();
        let checked = check(&facts).unwrap();
        let found: BTreeSet<&str> = checked
            .findings
            .iter()
            .filter(|finding| finding.level > Level::Note || finding.rule == fixture)
            .map(|finding| finding.rule)
            .collect();
        let expectation = support::expectation(&fixture).unwrap();
        let expected = expectation.rules_in(&fixture, "release");
        if found != expected {
            complaints.push(format!("{fixture}: expected {expected:?}, found {found:?}"));
        }
        let own = registry::rule(&fixture).unwrap().unwrap();
        for finding in checked
            .findings
            .iter()
            .filter(|finding| finding.rule == fixture)
        {
            if finding.level != own.level || finding.confidence != Confidence::Always {
                complaints.push(format!("{fixture}: found as {:?}", finding.confidence));
            }
            if finding.message.contains('{') {
                complaints.push(format!(
                    "{fixture}: placeholder left in `{}`",
                    finding.message
                ));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
