//! All test programs' results together.

use std::collections::BTreeMap;

use super::record::{Record, Test, Verdict, Why};

/// What a run of `wasify test` gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The test programs, in the order in which they ran.
    pub records: Vec<Record>,
    /// Whether known gaps are no failures.
    pub allow_gaps: bool,
    /// Whether all that failed is among the tests: everything was built and could be started.
    pub complete: bool,
    /// The exit code.
    pub exit_code: u8,
}

/// How many tests came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Passed.
    pub passed: u64,
    /// Failed of themselves.
    pub failed: u64,
    /// Failed by a known gap.
    pub known_gaps: u64,
    /// Failed after they were refused something.
    pub need_permission: u64,
    /// Stopped, for they took too long.
    pub timed_out: u64,
    /// Marked `#[ignore]`.
    pub ignored: u64,
    /// Not run, by a rule.
    pub not_run: u64,
    /// Left out by the user's filters.
    pub filtered_out: u64,
}

impl Results {
    /// Puts the programs' results together; `success` is whether cargo says that all is well.
    #[must_use]
    pub fn new(records: Vec<Record>, allow_gaps: bool, success: bool) -> Results {
        let fails = |test: &Test| matches!(test.result, Verdict::Failed { .. });
        let failed = records.iter().flat_map(|record| &record.tests).any(fails);
        Results {
            records,
            allow_gaps,
            complete: success || failed,
            exit_code: u8::from(!success),
        }
    }

    /// All tests with their programs.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.records.iter().flat_map(|record| &record.tests)
    }

    /// The counts.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::of(self.tests());
        totals.filtered_out = self.records.iter().map(|record| record.filtered_out).sum();
        totals
    }

    /// For people, a verb and a line each: nothing when all is said by the test programs.
    #[must_use]
    pub fn summary(&self) -> Vec<(&'static str, String)> {
        let totals = self.totals();
        if totals.known_gaps + totals.need_permission + totals.not_run == 0 {
            return Vec::new();
        }
        let mut lines = vec![("Summary", totals.line())];
        let mut gaps: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
        let mut needs: BTreeMap<String, Vec<&Test>> = BTreeMap::new();
        for test in self.tests() {
            match &test.result {
                Verdict::NotRun { rule }
                | Verdict::Failed {
                    why: Why::Gap { rule },
                    ..
                } => gaps.entry(rule).or_default().push(test),
                Verdict::Failed {
                    why: Why::Needs { flags },
                    ..
                } => needs.entry(flags.join(" ")).or_default().push(test),
                _ => {}
            }
        }
        for (rule, tests) in gaps {
            lines.push(("Known gap", format!("{rule}: {}", names(&tests))));
        }
        for (flags, tests) in needs {
            lines.push(("Needs", format!("{flags}: {}", names(&tests))));
        }
        lines
    }
}

/// The first few names.
fn names(tests: &[&Test]) -> String {
    const MOST: usize = 4;
    let first: Vec<&str> = tests
        .iter()
        .take(MOST)
        .map(|test| test.name.as_str())
        .collect();
    match tests.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

impl Totals {
    /// Counts tests.
    pub fn of<'t>(tests: impl IntoIterator<Item = &'t Test>) -> Totals {
        let mut totals = Totals::default();
        for test in tests {
            let count = match &test.result {
                Verdict::Passed => &mut totals.passed,
                Verdict::Ignored { .. } => &mut totals.ignored,
                Verdict::NotRun { .. } => &mut totals.not_run,
                Verdict::Failed { why, .. } => match why {
                    Why::Real => &mut totals.failed,
                    Why::Gap { .. } => &mut totals.known_gaps,
                    Why::Needs { .. } => &mut totals.need_permission,
                    Why::TimedOut => &mut totals.timed_out,
                },
            };
            *count += 1;
        }
        totals
    }

    fn line(&self) -> String {
        let parts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.known_gaps, "failed by a known gap"),
            (self.need_permission, "failed for want of a permission"),
            (self.timed_out, "timed out"),
            (self.not_run, "can't be run here"),
            (self.ignored, "ignored"),
        ];
        let there = parts.iter().filter(|(count, _)| *count > 0);
        let there: Vec<String> = there
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        there.join(", ")
    }
}
