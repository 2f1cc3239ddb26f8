//! Findings of one rule and level, as one message.

use annotate_snippets::{Element, Level as Style, Origin, Padding};
use wasify_lints::finding::{Confidence, Finding, Level};
use wasify_lints::rule::Outcome;

use super::super::{Artifact, Judged};
use super::lines::{Lines, crate_name, indented};
use super::text::{clean, count, short_function};
use super::{Look, shown_path};

/// Further places that are listed before they are only counted.
const MAX_PLACES: usize = 4;
/// Suggestions that are shown; they are sorted, the best first.
const MAX_SUGGESTIONS: usize = 3;

/// What one rule found, at one level.
pub(super) struct Group<'a> {
    pub(super) rule: &'static str,
    pub(super) level: Level,
    /// Never empty; the surest first.
    places: Vec<Place<'a>>,
}

/// The same finding in one or several artifacts.
struct Place<'a> {
    judged: &'a Judged,
    artifacts: Vec<&'a Artifact>,
}

impl<'a> Group<'a> {
    /// Everything that was found, worst first. What a baseline accepts is left out unless it is asked for.
    pub(super) fn all(artifacts: &'a [Artifact], accepted: bool) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for artifact in artifacts {
            let findings = artifact.findings.iter();
            for judged in findings.filter(|judged| accepted || !judged.accepted) {
                let key = (judged.finding.rule, judged.level);
                match groups
                    .iter_mut()
                    .find(|group| (group.rule, group.level) == key)
                {
                    Some(group) => group.add(artifact, judged),
                    None => groups.push(Group {
                        rule: key.0,
                        level: key.1,
                        places: vec![Place {
                            judged,
                            artifacts: vec![artifact],
                        }],
                    }),
                }
            }
        }
        // Stable: within a level the order of the findings stays.
        groups.sort_by_key(|group| std::cmp::Reverse(group.level));
        groups
    }

    fn add(&mut self, artifact: &'a Artifact, judged: &'a Judged) {
        let same = |place: &&mut Place<'_>| {
            let (a, b) = (&place.judged.finding, &judged.finding);
            (&a.package, &a.location, &a.message) == (&b.package, &b.location, &b.message)
        };
        match self.places.iter_mut().find(same) {
            Some(place) => place.artifacts.push(artifact),
            None => self.places.push(Place {
                judged,
                artifacts: vec![artifact],
            }),
        }
    }
}

/// One message for the group: its surest place in full, the others by name.
pub(super) fn render(group: &Group<'_>, several: bool, first: bool, look: &Look) -> String {
    let Some((main, others)) = group.places.split_first() else {
        return String::new();
    };
    let finding = &main.judged.finding;
    let level = match group.level {
        Level::Deny => Style::ERROR,
        Level::Warn => Style::WARNING,
        Level::Note | Level::Allow => Style::NOTE,
    };
    let lines = Lines { look };
    let mut elements = vec![place(main, &lines), Padding.into()];
    let path = &finding.call_path;
    if path.len() > 1 {
        elements.push(if look.verbose {
            lines.full_path(path)
        } else {
            lines.path(path)
        });
    }
    elements.push(lines.text("effect", &finding.effect));
    let rule = main.judged.rule;
    let not_loaded = rule.is_some_and(|rule| rule.outcome == Outcome::NotLoaded);
    if let Some(when) = when(finding, not_loaded) {
        elements.push(lines.text("when", when));
    }
    if main.judged.accepted {
        elements.push(lines.text("accepted", "in the baseline"));
    }
    if several {
        elements.push(lines.text("in", &names(&main.artifacts)));
    }
    if finding.more_places > 0 {
        let more = count(finding.more_places.into(), "more place");
        elements.push(lines.text("note", &format!("the same from {more} of this crate")));
    }
    elements.extend(finding.notes.iter().map(|note| lines.text("note", note)));
    elements.extend(self::others(&lines, others, several));
    let shown = if look.verbose {
        usize::MAX
    } else {
        MAX_SUGGESTIONS
    };
    elements.extend(
        finding
            .suggestions
            .iter()
            .take(shown)
            .map(|suggestion| lines.help(suggestion)),
    );
    if first {
        elements.push(lines.message("see", format!("wasify explain {}", group.rule)));
    }
    // `warning[rule]: ` stands before it.
    let prefix = 11 + group.rule.len();
    let title = level
        .primary_title(lines.title(&finding.message, prefix))
        .id(group.rule);
    indented(&super::renderer(look).render(&[title.elements(elements)]))
}

/// Where it is: in source, else in a crate, else in the file.
fn place(place: &Place<'_>, lines: &Lines<'_>) -> Element<'static> {
    let finding = &place.judged.finding;
    let shown = match (&finding.location, &finding.package, place.artifacts.first()) {
        (Some(location), ..) => return lines.place(location),
        (None, Some(package), _) => crate_name(package),
        (None, None, Some(artifact)) => shown_path(artifact),
        (None, None, None) => String::new(),
    };
    Origin::path(shown).into()
}

/// How sure it is. Nothing is said of what has no path: a crate that is there, or a file that no
/// host loads.
pub(in crate::report) fn when(finding: &Finding, not_loaded: bool) -> Option<&'static str> {
    if finding.call_path.len() < 2 || not_loaded {
        return None;
    }
    Some(match finding.confidence {
        Confidence::Always => "every run gets here, unless it stops before",
        Confidence::Possible => "some runs get here; which ones depends on arguments and input",
        Confidence::Indirect => {
            "perhaps: only through a function pointer or a trait object, and who calls it can't be seen"
        }
    })
}

fn names(artifacts: &[&Artifact]) -> String {
    let names: Vec<&str> = artifacts
        .iter()
        .map(|artifact| artifact.name.as_str())
        .collect();
    names.join(", ")
}

/// Where else the rule applies, a line each.
fn others(lines: &Lines<'_>, places: &[Place<'_>], several: bool) -> Vec<Element<'static>> {
    let shown = if lines.look.verbose {
        usize::MAX
    } else {
        MAX_PLACES
    };
    let mut rows: Vec<String> = places
        .iter()
        .take(shown)
        .map(|place| other(lines, place, several))
        .collect();
    if let Some(rest) = places.len().checked_sub(shown).filter(|rest| *rest > 0) {
        rows.push(format!(
            "{} (-v shows them)",
            count(rest as u64, "more place")
        ));
    }
    if rows.is_empty() {
        Vec::new()
    } else {
        vec![lines.message("also", rows.join("\n"))]
    }
}

fn other(lines: &Lines<'_>, place: &Place<'_>, several: bool) -> String {
    let finding = &place.judged.finding;
    let package = finding.package.as_ref().map(crate_name).unwrap_or_default();
    let at = finding
        .location
        .as_ref()
        .map(|location| lines.written(location));
    let caller = || {
        finding
            .call_path
            .iter()
            .rev()
            .nth(1)
            .map(|frame| clean(&short_function(&frame.function)))
    };
    let mut text = match at.or_else(caller) {
        Some(at) if package.is_empty() => at,
        Some(at) => format!("{package}, {at}"),
        None => package,
    };
    if several {
        text.push_str(&format!(" (in {})", clean(&names(&place.artifacts))));
    }
    text
}
