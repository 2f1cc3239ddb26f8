//! The rule that foretells how a run failed: from where it was stopped and what it said, not from what it
//! might have done.
//!
//! A failure that no rule foretells must never look like one that does. So a function on a backtrace only
//! counts when nothing but its own crate and the toolchain ran inside it (a panic of the program's own in
//! a callback is the program's), and a text only counts when it is in the panic's own message, and was
//! said where a program's own panics are not.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::Error;
use crate::facts::graph::Node;
use crate::facts::program::Program;
use crate::facts::{Facts, names};
use crate::matcher::{Matched, Matcher, fits};
use crate::registry;
use crate::rule::{Outcome, Rule};

/// How a run of a program failed.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'f> {
    /// The symbols of the functions that were running when it was stopped, the innermost first.
    pub symbols: &'f [&'f str],
    /// What it wrote to standard error.
    pub said: &'f str,
}

/// What stands for all that std doesn't support, when nothing tells more.
const UNSUPPORTED: &str = "std-unsupported";

/// std's words for it, which are one constant, and those for the C library's ENOTSUP, as an error is
/// shown and as it is debugged.
const UNSUPPORTED_TEXTS: [&str; 3] = [
    "operation not supported on this platform",
    "Os { code: 58, kind: Unsupported, message: \"Not supported\" }",
    "Not supported (os error 58)",
];

/// Crates of the toolchain.
const TOOLCHAIN: [&str; 6] = [
    "std",
    "core",
    "alloc",
    "panic_abort",
    "test",
    "rustc_std_workspace_core",
];

/// The rule that foretells that the program is stopped where it was stopped.
///
/// # Errors
/// [`Error::Rule`] when an embedded rule file is broken.
pub fn stop(failure: &Failure<'_>) -> Result<Option<&'static Rule>, Error> {
    let rules = registry::rules()?;
    let traps = || rules.iter().filter(|rule| rule.outcome == Outcome::Trap);
    let running: Vec<(Cow<'_, str>, String)> = failure
        .symbols
        .iter()
        .map(|symbol| {
            let name = names::canonical(&names::demangle(symbol));
            (Cow::Borrowed(*symbol), name)
        })
        .collect();
    let through = |rule: &Rule| {
        let mut barriers = rule.matches.unless_through.iter();
        barriers.any(|barrier| running.iter().any(|(_, name)| fits(barrier, name)))
    };
    let by_function = traps().find(|rule| is_inside(rule, &running) && !through(rule));
    if by_function.is_some() {
        return Ok(by_function);
    }
    let Some(panic) = Panic::last_in(failure.said) else {
        return Ok(None);
    };
    let by_text = |rule: &&Rule| {
        let table = &rule.matches;
        let by_file = table
            .panics
            .iter()
            .any(|file| panic.file.ends_with(file.as_str()));
        let mut texts = table.messages.iter();
        by_file || texts.any(|text| panic.message.contains(text.as_str()))
    };
    Ok(traps().find(|rule| panic.is_elsewhere() && by_text(rule) && !through(rule)))
}

/// Whether [`error`] can find anything, told without the program's facts.
#[must_use]
pub fn may_be_foretold(said: &str) -> bool {
    let rules = registry::rules().unwrap_or_default();
    let texts = rules.iter().flat_map(|rule| &rule.matches.messages);
    let known = texts.map(String::as_str).chain(UNSUPPORTED_TEXTS);
    known.into_iter().any(|text| said.contains(text))
}

/// The rule that foretells the error that a function failed by: its own panic shows it, or it returned it.
/// `function` is its path without the crate, as a test's name.
///
/// # Errors
/// [`Error::Rule`] when an embedded rule file is broken.
pub fn error(
    facts: &Facts<'_>,
    function: &str,
    said: &str,
) -> Result<Option<&'static Rule>, Error> {
    let rules = registry::rules()?;
    let Some(message) =
        Panic::last_in(said).map_or_else(|| returned(said), |panic| Some(panic.message))
    else {
        return Ok(None);
    };
    let says = |text: &str| message.contains(text);
    let has_own_text = |rule: &&Rule| {
        let mut texts = rule.matches.messages.iter();
        rule.outcome == Outcome::Error && rule.id != UNSUPPORTED && texts.any(|text| says(text))
    };
    let unsupported = UNSUPPORTED_TEXTS.iter().any(|text| says(text));
    if !unsupported && !rules.iter().any(|rule| has_own_text(&rule)) {
        return Ok(None);
    }
    let mut below = below(facts, rules, function)?;
    if let Some(rule) = below.iter().find(|rule| has_own_text(rule)) {
        return Ok(Some(rule));
    }
    below.retain(|rule| unsupported && rule.id != UNSUPPORTED && gives_unsupported(rule));
    Ok(match below[..] {
        [rule] => Some(rule),
        // Only std says it in these words. Which call it was stays open.
        _ if says(UNSUPPORTED_TEXTS[0]) => rules.iter().find(|rule| rule.id == UNSUPPORTED),
        _ => None,
    })
}

/// Whether a rule's effect is, or can be, an error of the kind `Unsupported`.
fn gives_unsupported(rule: &Rule) -> bool {
    matches!(rule.outcome, Outcome::Error | Outcome::Trap)
        && [
            "kind: Unsupported",
            "`Unsupported`",
            "operation not supported",
        ]
        .iter()
        .any(|text| rule.effect.contains(text))
}

/// Whether a function of the rule was running, and inside it only its own crate's and the toolchain's.
fn is_inside(rule: &Rule, running: &[(Cow<'_, str>, String)]) -> bool {
    let table = &rule.matches;
    for (at, (symbol, name)) in running.iter().enumerate() {
        let inner = running[..at].iter();
        if table.symbols.iter().any(|wanted| wanted == symbol)
            && inner.clone().all(|(_, name)| is_toolchain(name))
        {
            return true;
        }
        for wanted in table.functions.iter().filter(|wanted| fits(wanted, name)) {
            let own = crate_of(wanted);
            if inner
                .clone()
                .all(|(_, name)| is_toolchain(name) || crate_of(name) == own)
            {
                return true;
            }
        }
    }
    false
}

fn is_toolchain(name: &str) -> bool {
    // What is no path is C's, or the compiler's own.
    !name.contains("::") || TOOLCHAIN.contains(&crate_of(name))
}

/// The crate that a path begins with; of `<a::B as c::D>::e` it is `a`.
fn crate_of(path: &str) -> &str {
    let path = path.trim_start_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
    let path = path.strip_prefix("impl ").unwrap_or(path);
    let path = path.strip_prefix("mut ").unwrap_or(path);
    let path = path.strip_prefix("dyn ").unwrap_or(path);
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &path[..end.unwrap_or(path.len())]
}

/// A panic as std's hook writes it.
struct Panic<'s> {
    file: &'s str,
    message: &'s str,
}

impl<'s> Panic<'s> {
    fn last_in(said: &'s str) -> Option<Panic<'s>> {
        const AT: &str = "' panicked at ";
        const AFTER: &str = "\nnote: run with `RUST_BACKTRACE";
        let at = said
            .rmatch_indices("\nthread '")
            .map(|(at, _)| at)
            .find_map(|at| {
                let line = said[at + 1..].lines().next()?;
                line.contains(" panicked at ").then_some(at + 1)
            });
        let start = at.or_else(|| said.starts_with("thread '").then_some(0))?;
        let rest = &said[start..];
        let from = rest.find(" panicked at ")? + AT.len() - 1;
        let (place, message) = rest[from..].split_once(":\n")?;
        let file = place.rsplitn(3, ':').last()?;
        let end = message.find(AFTER).unwrap_or(message.len());
        Some(Panic {
            file,
            message: &message[..end],
        })
    }

    /// Whether it is in no package of the user's: cargo compiles those with paths from the workspace on.
    fn is_elsewhere(&self) -> bool {
        self.file.starts_with('/') || self.file.as_bytes().get(1) == Some(&b':')
    }
}

/// The error that `main` or a test has returned, as std and the test harness write it.
fn returned(said: &str) -> Option<&str> {
    let at = said.rmatch_indices("Error: ").map(|(at, _)| at);
    let mut whole_lines = at.filter(|at| *at == 0 || said.as_bytes()[at - 1] == b'\n');
    whole_lines.next().map(|at| &said[at..])
}

/// The rules whose calls a function leads to, without going through what anything of a type may be.
fn below(
    facts: &Facts<'_>,
    rules: &'static [Rule],
    function: &str,
) -> Result<Vec<&'static Rule>, Error> {
    let matcher = Matcher::new(rules)?;
    let mut found = BTreeSet::new();
    for program in &facts.programs {
        let starts = functions(program, function);
        if starts.is_empty() {
            continue;
        }
        for (index, matched) in matcher.matches(program).iter().enumerate() {
            if leads(program, &starts, matched) {
                found.insert(index);
            }
        }
    }
    Ok(found.into_iter().map(|index| &rules[index]).collect())
}

/// The functions with this path in any crate, and the closures in them.
fn functions(program: &Program<'_>, path: &str) -> Vec<Node> {
    let last = path.rsplit("::").next().unwrap_or(path);
    let is_it = |symbol: &str| {
        if !symbol.contains(last) {
            return false;
        }
        let name = names::canonical(&names::demangle(symbol));
        let inside = name.split_once("::").map(|(_, inside)| inside);
        inside
            .and_then(|inside| inside.strip_prefix(path))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::{{closure}}"))
    };
    (0..)
        .zip(&program.symbols)
        .filter(|(_, symbol)| symbol.is_some_and(is_it))
        .map(|(node, _)| node)
        .collect()
}

fn leads(program: &Program<'_>, starts: &[Node], matched: &Matched) -> bool {
    if matched.targets.is_empty() {
        return false;
    }
    let mut seen: BTreeSet<Node> = starts.iter().copied().collect();
    let mut todo: Vec<Node> = starts.to_vec();
    while let Some(node) = todo.pop() {
        if matched.targets.binary_search(&node).is_ok() {
            return true;
        }
        for out in program.graph.out(node) {
            let open = matched.barriers.binary_search(&out.to).is_err();
            if open && !program.is_type(out.to) && seen.insert(out.to) {
                todo.push(out.to);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAWN: &str = "
thread 'main' (1) panicked at /rustc/59807616e1/library/std/src/thread/functions.rs:131:29:
failed to spawn thread: Os { code: 58, kind: Unsupported, message: \"Not supported\" }
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
";

    fn stopped(symbols: &[&str], said: &str) -> Option<&'static str> {
        let rule = stop(&Failure { symbols, said }).unwrap();
        rule.map(|rule| rule.id.as_str())
    }

    #[test]
    fn a_function_on_the_backtrace_counts_when_it_stopped_the_program_itself() {
        let temp_dir = "_RNvNtCshXfaRvt2tfW_3std3env8temp_dir";
        let panic = "_RNvNtCs1_4core9panicking9panic_fmt";
        let test = "_ZN5tried5tests4temp17h0123456789abcdefE";
        let catch = "_ZN3std5panic12catch_unwind17h0123456789abcdefE";
        assert_eq!(stopped(&[panic, temp_dir, test], ""), Some("std-temp-dir"));
        // The harness itself stands in `catch_unwind` around each test.
        assert_eq!(stopped(&[panic, test, catch], ""), None);
        assert_eq!(stopped(&[panic, test, temp_dir], ""), None);
    }

    #[test]
    fn a_text_counts_in_a_panic_that_is_not_the_programs_own() {
        assert_eq!(stopped(&[], SPAWN), Some("std-thread-spawn"));
        let own = SPAWN.replace("/rustc/59807616e1/library/std/src/thread", "src");
        assert_eq!(stopped(&[], &own), None);
        let printed =
            "failed to spawn thread\n\nthread 'main' (1) panicked at src/lib.rs:1:1:\nno\n";
        assert_eq!(stopped(&[], printed), None);
        let other = "\nthread 'main' (1) panicked at /rustc/5/library/core/src/x.rs:1:1:\nno\n";
        assert_eq!(stopped(&[], &format!("{SPAWN}{other}")), None);
    }

    #[test]
    fn a_path_tells_its_crate() {
        assert_eq!(crate_of("<alloc::vec::Vec as a::B>::c"), "alloc");
        assert_eq!(crate_of("<&mut a::B as c::D>::e"), "a");
        assert_eq!(crate_of("std::env::temp_dir"), "std");
    }
}
