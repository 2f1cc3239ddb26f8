//! Reads what rustdoc writes of documentation tests. It runs them itself, each in a program that knows
//! neither its name nor whether it may fail, and judges them by how those end.

use std::collections::BTreeMap;

use super::record::{Kind, Record, Test, Verdict, Why};

/// How [`super::runner`] begins the line that says why, in the output that rustdoc shows.
pub const GAP: &str = "known gap: ";

/// The same for what it was refused.
pub const NEEDS: &str = "needs: ";

/// The tests of one package's documentation, from rustdoc's standard output; `None` when there are none.
#[must_use]
pub fn read(package: &str, lines: &[String]) -> Option<Record> {
    let outputs = outputs(lines);
    let mut tests = Vec::new();
    let mut filtered_out = 0;
    let mut seconds = 0.0;
    for line in lines {
        if let Some(summary) = line.strip_prefix("test result: ") {
            let part = |end: &str| summary.split("; ").find_map(|part| part.strip_suffix(end));
            filtered_out += part(" filtered out")
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
            let time = summary.rsplit_once("finished in ").map(|(_, time)| time);
            let time = time.and_then(|time| time.strip_suffix('s'));
            seconds += time.and_then(|time| time.parse().ok()).unwrap_or(0.0);
        }
        let Some((name, said)) = line
            .strip_prefix("test ")
            .and_then(|line| line.rsplit_once(" ... "))
        else {
            continue;
        };
        let modes = [" - compile fail", " - compile", " - should panic"];
        let bare = modes.iter().find_map(|mode| name.strip_suffix(mode));
        let bare = bare.unwrap_or(name);
        let result = match said {
            "ok" => Verdict::Passed,
            "FAILED" => failed(outputs.get(bare).or_else(|| outputs.get(name))),
            "ignored" => Verdict::Ignored { reason: None },
            // From the edition 2024 on rustdoc makes one program of many examples.
            "" => Verdict::Failed {
                why: Why::Real,
                output: String::new(),
                end: Some(
                    "it ended the program that rustdoc makes of all examples: those after it have no \
                     result"
                        .to_owned(),
                ),
            },
            _ => continue,
        };
        tests.push(Test {
            name: bare.to_owned(),
            should_panic: name.ends_with(" - should panic"),
            result,
            seconds: 0.0,
        });
    }
    tests.sort_by(|one, other| one.name.cmp(&other.name));
    (!tests.is_empty()).then(|| Record {
        package: package.to_owned(),
        target: format!("{package} (documentation)"),
        kind: Kind::Documentation,
        tests,
        filtered_out,
        seconds,
    })
}

fn failed(output: Option<&String>) -> Verdict {
    let output = output.cloned().unwrap_or_default();
    let rule = output.lines().find_map(|line| line.strip_prefix(GAP));
    let rule = rule.map(|rest| rest.split(';').next().unwrap_or(rest).to_owned());
    let flags = output.lines().find_map(|line| line.strip_prefix(NEEDS));
    let why = match (rule, flags) {
        (Some(rule), _) => Why::Gap { rule },
        (None, Some(flags)) => Why::Needs {
            flags: vec![flags.to_owned()],
        },
        (None, None) => Why::Real,
    };
    Verdict::Failed {
        why,
        output,
        end: None,
    }
}

/// What failed tests wrote, by their names.
fn outputs(lines: &[String]) -> BTreeMap<String, String> {
    let mut outputs: BTreeMap<String, String> = BTreeMap::new();
    let mut of: Option<String> = None;
    for line in lines {
        let heading = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = heading {
            of = Some(name.to_owned());
        } else if line == "failures:" || line.starts_with("test result: ") {
            of = None;
        } else if let Some(name) = &of {
            let output = outputs.entry(name.clone()).or_default();
            output.push_str(line);
            output.push('\n');
        }
    }
    outputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rustdoc_writes_is_read() {
        let said = "\nrunning 3 tests\ntest src/lib.rs - a (line 3) - compile fail ... ok\n\
                    test src/lib.rs - b (line 9) ... FAILED\ntest src/lib.rs - c (line 5) ... FAILED\n\n\
                    failures:\n\n---- src/lib.rs - b (line 9) stdout ----\nTest executable failed\n\
                    known gap: std-temp-dir; see `x`\n\n\nfailures:\n    src/lib.rs - b (line 9)\n\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out; \
                    finished in 1.50s\n\nrunning 2 tests\ntest src/lib.rs - d (line 1) ... ";
        let lines: Vec<String> = said.lines().map(str::to_owned).collect();
        let record = read("a", &lines).expect("there are tests");
        assert_eq!((record.filtered_out, record.seconds), (4, 1.5));
        let shown: Vec<(&str, Option<Why>)> = record
            .tests
            .iter()
            .map(|test| {
                let why = match &test.result {
                    Verdict::Failed { why, .. } => Some(why.clone()),
                    _ => None,
                };
                (test.name.as_str(), why)
            })
            .collect();
        let rule = "std-temp-dir".to_owned();
        let expected = [
            ("src/lib.rs - a (line 3)", None),
            ("src/lib.rs - b (line 9)", Some(Why::Gap { rule })),
            ("src/lib.rs - c (line 5)", Some(Why::Real)),
            ("src/lib.rs - d (line 1)", Some(Why::Real)),
        ];
        assert_eq!(shown, expected);
    }
}
