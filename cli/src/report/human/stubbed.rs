//! What was taken out of components' imports, an interface each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::super::Report;
use super::text::{clean, count, wrap};
use super::{Look, VERB};
use crate::stub::{Answer, Call};

/// More functions of one interface with the same answer are counted.
const MAX_NAMES: usize = 3;

pub(super) fn render(report: &Report, look: &Look) -> String {
    let artifacts = report.artifacts.iter();
    let calls: BTreeSet<&Call> = artifacts.flat_map(|it| &it.stubbed).collect();
    let mut interfaces: BTreeMap<&str, BTreeMap<&Answer, Vec<&str>>> = BTreeMap::new();
    for call in calls {
        let answers = interfaces.entry(&call.interface).or_default();
        answers
            .entry(&call.answer)
            .or_default()
            .push(&call.function);
    }
    let mut text = String::new();
    for (interface, answers) in interfaces {
        let said = answers.iter().filter_map(|(answer, functions)| {
            let does = does(answer, functions.len() > 1, look.verbose)?;
            Some(format!("{} {does}", named(functions, look.verbose)))
        });
        let said: Vec<String> = said.collect();
        let said = match said.is_empty() {
            true => "no function of it can be reached".to_owned(),
            false => said.join("; "),
        };
        let about = clean(&format!("{interface}: {said}"));
        let about = wrap(&about, look.width.saturating_sub(13));
        let about = about.replace('\n', &format!("\n{:13}", ""));
        let _ = writeln!(text, "{VERB}{:>12}{VERB:#} {about}", "Stubbed");
    }
    text
}

/// One by one where they are few.
fn named(functions: &[&str], all: bool) -> String {
    if !all && functions.len() > MAX_NAMES {
        return count(functions.len() as u64, "function");
    }
    let names = functions.iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(", ")
}

/// What such functions do; `None` where that is of interest to few.
fn does(answer: &Answer, several: bool, all: bool) -> Option<String> {
    let does = match answer {
        Answer::Error(Some(name)) => return Some(format!("{} the error `{name}`", give(several))),
        Answer::Error(None) => "an error",
        Answer::Nothing => "nothing",
        Answer::Handle => "a handle that works with nothing",
        Answer::Trap if several => {
            return Some("stop the program: there is no error that they could give".to_owned());
        }
        Answer::Trap => {
            return Some("stops the program: there is no error that it could give".to_owned());
        }
        Answer::Drop | Answer::Unreached if !all => return None,
        Answer::Drop => return Some("only for such a handle".to_owned()),
        Answer::Unreached => return Some("can't be reached".to_owned()),
    };
    Some(format!("{} {does}", give(several)))
}

fn give(several: bool) -> &'static str {
    if several { "give" } else { "gives" }
}
