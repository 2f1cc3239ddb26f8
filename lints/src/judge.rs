//! From a match to a finding: who is to be told, how sure it is, and what to say.

use std::collections::BTreeMap;

use crate::callers::{self, Caller};
use crate::certain::Certainty;
use crate::facts::graph::Node;
use crate::facts::program::Program;
use crate::facts::{Facts, Role};
use crate::finding::{Confidence, Finding, Package, Place};
use crate::matcher::Matched;
use crate::rule::{Blame, Rule};
use crate::trace;

/// The findings of a rule at these callers: one for each crate to look at.
pub(crate) fn callers(
    program: &Program<'_>,
    certainty: &Certainty<'_, '_>,
    rule: &'static Rule,
    (targets, barriers): (&[Node], &[Node]),
    callers: Vec<Caller>,
) -> Vec<Finding> {
    if callers.is_empty() {
        return Vec::new();
    }
    let certain = certainty.of(targets, barriers);
    let always = program.begins.iter().any(|begin| certain.contains(begin));
    let mut groups: BTreeMap<Option<Package>, Vec<Caller>> = BTreeMap::new();
    for caller in callers {
        groups
            .entry(blamed(program, rule, &caller).cloned())
            .or_default()
            .push(caller);
    }
    groups
        .into_values()
        .filter_map(|callers| {
            let sure = |caller: &Caller| {
                if always && caller.direct && certain.contains(&caller.function) {
                    Confidence::Always
                } else if caller.direct {
                    Confidence::Possible
                } else {
                    Confidence::Indirect
                }
            };
            let best = callers.iter().min_by_key(|caller| {
                let own = program.crate_of(caller.function).map(|found| found.role);
                let length = program.reach.path(caller.function).len() + caller.chain.len();
                (
                    std::cmp::Reverse(sure(caller)),
                    own != Some(Role::Own),
                    length,
                )
            })?;
            let mut finding = finding(program, rule, best, sure(best));
            finding.places = places(program, rule, &callers, sure);
            finding.more_places = u32::try_from(callers.len() - 1).unwrap_or(u32::MAX);
            Some(finding)
        })
        .collect()
}

/// Those callers that are the user's own, one a function.
fn places(
    program: &Program<'_>,
    rule: &'static Rule,
    callers: &[Caller],
    sure: impl Fn(&Caller) -> Confidence,
) -> Vec<Place> {
    let own = callers.iter().filter(|caller| {
        let found = program.crate_of(caller.function);
        found.is_some_and(|found| found.role == Role::Own)
    });
    let mut places: Vec<Place> = own
        .map(|caller| {
            let found = finding(program, rule, caller, sure(caller));
            Place {
                function: stable_name(program, caller, &found),
                message: found.message,
                level: found.level,
                confidence: found.confidence,
                location: found.location,
                call_path: found.call_path,
            }
        })
        .collect();
    // Of one function the surest stays.
    places.sort_by(|a, b| {
        let surest = b.confidence.cmp(&a.confidence);
        a.function.cmp(&b.function).then(surest)
    });
    places.dedup_by(|later, first| later.function == first.function);
    places
}

/// What a place is called whether or not its function was inlined into another, which changes from build to
/// build: its file and its bare name, which is what line tables keep. Without lines, the function that has the code.
fn stable_name(program: &Program<'_>, caller: &Caller, found: &Finding) -> String {
    let inside = program
        .crate_of(caller.function)
        .map(|found| &found.package);
    let mut frames = found.call_path.iter().rev();
    let innermost = frames.find(|frame| frame.package.as_ref() == inside);
    let located = innermost.and_then(|frame| Some((frame, frame.location.as_ref()?)));
    match located {
        Some((frame, location)) => {
            let file = program.crates.relative(&location.file).replace('\\', "/");
            format!("{file}: {}", trace::bare(&frame.function))
        }
        None => trace::plain(&program.label(caller.function)).to_owned(),
    }
}

/// The crate that a rule blames for a call.
fn blamed<'p>(program: &'p Program<'_>, rule: &Rule, caller: &Caller) -> Option<&'p Package> {
    let mut chain = caller.chain.iter().copied();
    let named = match rule.blame {
        Blame::Caller => Some(caller.function),
        Blame::Callee => chain.find(|node| *node != caller.function),
    };
    let found = named.and_then(|node| program.crate_of(node));
    found.map(|found| &found.package)
}

/// A finding at one caller.
pub(crate) fn finding(
    program: &Program<'_>,
    rule: &'static Rule,
    caller: &Caller,
    confidence: Confidence,
) -> Finding {
    let mut path = program.reach.path(caller.function);
    path.extend(caller.chain.iter().skip(1));
    let trace = trace::trace(program, &path);
    let name = program.label(caller.function);
    let package = blamed(program, rule, caller).cloned();
    let mut message = rule.summary.replace("{caller}", &name);
    if let Some(package) = &package {
        message = message.replace("{package}", &package.name);
    }
    Finding {
        rule: &rule.id,
        level: confidence.scale(rule.level),
        confidence,
        message,
        effect: rule.effect.clone(),
        package,
        location: trace.location,
        call_path: trace.frames,
        dependency_path: Vec::new(),
        more_places: 0,
        places: Vec::new(),
        notes: Vec::new(),
        suggestions: rule.suggestions.clone(),
    }
}

/// A finding about the file as a whole.
pub(crate) fn whole_file(rule: &'static Rule, notes: Vec<String>) -> Finding {
    Finding {
        message: rule.summary.clone(),
        effect: rule.effect.clone(),
        notes,
        suggestions: rule.suggestions.clone(),
        ..Finding::bare(&rule.id, rule.level)
    }
}

/// A finding about a package that the build has and an optimizer left nothing of; or why it can't be
/// decided.
pub(crate) fn built_with(
    facts: &Facts<'_>,
    rule: &'static Rule,
) -> Result<Option<Finding>, String> {
    let mut names = rule.matches.packages.iter();
    let Some(package) = names.find_map(|name| facts.packages.named(name)) else {
        return Ok(None);
    };
    if facts.packages.shared() {
        return Err(format!(
            "`{}` is in a build of several packages, and after optimization its user can't be \
             seen; build the package alone with `-p`",
            package.name
        ));
    }
    let note = format!(
        "the program is built with `{}`; whether it calls it can't be seen after optimization",
        package.name
    );
    let mut found = whole_file(rule, vec![note]);
    found.confidence = Confidence::Possible;
    found.level = found.confidence.scale(rule.level);
    found.message = found.message.replace("{package}", &package.name);
    found.package = Some(package.clone());
    Ok(Some(found))
}

/// A finding about imports that nobody provides: it holds whether they are called or not. The path
/// is of the first that is.
pub(crate) fn not_loaded(program: &Program<'_>, rule: &'static Rule, matched: &Matched) -> Finding {
    let callers = callers::callers(program, &matched.targets, &matched.barriers);
    let names: Vec<String> = matched
        .targets
        .iter()
        .filter_map(|target| program.name(*target))
        .collect();
    let names: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.replace('#', ".")))
        .collect();
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let rest = names.len().saturating_sub(5);
    let list = if rest > 0 {
        format!("{shown} and {rest} more")
    } else {
        shown
    };
    let mut found = match callers.first() {
        Some(caller) => finding(program, rule, caller, Confidence::Always),
        None => whole_file(
            rule,
            vec!["no path leads from an export to a call of it".to_owned()],
        ),
    };
    found.message = found.message.replace("{imports}", &list);
    found.notes.insert(0, format!("imports: {list}"));
    found
}
