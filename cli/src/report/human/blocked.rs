//! Packages that don't build for the target: who wanted each, and what can be done.

use annotate_snippets::{Element, Level as Style, Origin, Padding};
use wasify_lints::explain::BUILD_FAILED;
use wasify_lints::facts::project::Dependent;
use wasify_lints::finding::{Finding, Level};

use super::lines::{Lines, crate_name, indented};
use super::text::{clean, wrap_at};
use super::{BOLD, DIM, Look};

/// Suggestions that are shown; they are sorted, the best first.
const MAX_SUGGESTIONS: usize = 4;
/// Further packages of one rule that are named.
const MAX_ALSO: usize = 6;
/// Links of a chain of features that are told in words.
const MAX_LINKS: usize = 3;
/// Columns of `     = feature: `.
const LABEL: usize = 16;

/// Packages that one rule knows and one thing cures are one message: the first in full, the others by
/// name. `said` gives the lines of what a package said itself.
pub(super) fn messages<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    said: impl Fn(&Finding) -> Vec<Element<'static>>,
    look: &Look,
) -> String {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let alike = |group: &&mut Vec<&Finding>| {
            let first = group[0];
            finding.rule != BUILD_FAILED
                && (first.rule, first.level) == (finding.rule, finding.level)
                && first.suggestions == finding.suggestions
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let text = |group: Vec<&Finding>| {
        let (first, others) = (group[0], &group[1..]);
        message(first, said(first), others, look) + "\n\n"
    };
    groups.into_iter().map(text).collect()
}

/// The names of further packages, in rows.
fn also(others: &[&Finding], look: &Look) -> Option<String> {
    if others.is_empty() {
        return None;
    }
    let mut names: Vec<String> = others
        .iter()
        .filter_map(|finding| finding.package.as_ref().map(crate_name))
        .collect();
    if names.len() > MAX_ALSO + 1 && !look.verbose {
        let more = names.len() - MAX_ALSO;
        names.truncate(MAX_ALSO);
        names.push(format!("{more} more packages (-v shows them)"));
    }
    let names = names.iter().map(String::as_str);
    Some(wrap_at(names, ", ", look.width.saturating_sub(LABEL)))
}

/// One package as one message.
fn message(
    finding: &Finding,
    said: Vec<Element<'static>>,
    others: &[&Finding],
    look: &Look,
) -> String {
    let lines = Lines { look };
    let mut elements = vec![match (&finding.location, &finding.package) {
        // The compiler has shown the source line already.
        (Some(location), _) => lines.arrow(location),
        (None, Some(package)) => Origin::path(crate_name(package)).into(),
        (None, None) => Padding.into(),
    }];
    elements.push(Padding.into());
    elements.extend(said);
    if finding.dependency_path.len() > 1 {
        elements.push(lines.message("path", path(&finding.dependency_path, look)));
    }
    elements.extend(because(&finding.dependency_path).map(|text| lines.text("feature", &text)));
    elements.extend(also(others, look).map(|names| lines.message("also", names)));
    elements.extend(finding.notes.iter().map(|note| lines.text("note", note)));
    let shown = if look.verbose {
        usize::MAX
    } else {
        MAX_SUGGESTIONS
    };
    let suggestions = finding.suggestions.iter().take(shown);
    elements.extend(suggestions.map(|suggestion| lines.help(suggestion)));
    if finding.rule != BUILD_FAILED {
        elements.push(lines.message("see", format!("wasify explain {}", finding.rule)));
    }
    let level = match finding.level {
        Level::Deny => Style::ERROR,
        Level::Warn => Style::WARNING,
        Level::Note | Level::Allow => Style::NOTE,
    };
    // `warning[rule]: ` stands before it.
    let prefix = 11 + finding.rule.len();
    let title = level
        .primary_title(lines.title(&finding.message, prefix))
        .id(finding.rule);
    indented(&super::renderer(look).render(&[title.elements(elements)]))
}

/// One package in a line: name, version, rule, and who of the user's own dependencies brings it.
pub(super) fn row(finding: &Finding) -> String {
    let package = finding.package.as_ref().map(crate_name).unwrap_or_default();
    let through = match &finding.dependency_path[..] {
        [_, direct, .., last] if direct != last => {
            format!("  {DIM}through {}{DIM:#}", crate_name(&direct.package))
        }
        _ => String::new(),
    };
    format!(
        "     {BOLD}{package}{BOLD:#}  {}{through}\n",
        clean(finding.rule)
    )
}

/// `app 1.0.0 (serve) > web 2.1.0 > tokio 1.52.3 (net)`.
fn path(steps: &[Dependent], look: &Look) -> String {
    let steps: Vec<String> = steps
        .iter()
        .map(|step| {
            let name = crate_name(&step.package);
            if step.features.is_empty() {
                return name;
            }
            format!("{name} ({})", clean(&step.features.join(", ")))
        })
        .collect();
    let steps = steps.iter().map(String::as_str);
    wrap_at(steps, " > ", look.width.saturating_sub(LABEL))
}

/// Why the last package has the feature that is to blame, in words: the chain of features back to the
/// user's own package.
fn because(steps: &[Dependent]) -> Option<String> {
    let (last, before) = steps.split_last()?;
    let (feature, own) = last.features.split_last()?;
    let name = &last.package.name;
    let mut links: Vec<String> = own.iter().rev().map(|own| turned(name, own)).collect();
    for step in before.iter().rev() {
        let name = &step.package.name;
        if step.features.is_empty() {
            links.push(format!("`{name}`"));
            break;
        }
        links.extend(step.features.iter().rev().map(|own| turned(name, own)));
    }
    let mut links = links.into_iter().take(MAX_LINKS);
    let mut text = format!(
        "`{name}` has `{feature}` because {} asks for it",
        links.next()?
    );
    for link in links {
        text.push_str(&format!(", which {link} turns on"));
    }
    Some(clean(&text))
}

fn turned(package: &str, feature: &str) -> String {
    if feature == "default" {
        format!("the default of `{package}`")
    } else {
        format!("`{package}/{feature}`")
    }
}

#[cfg(test)]
mod tests {
    use wasify_lints::finding::Package;

    use super::*;

    fn steps(text: &str) -> Vec<Dependent> {
        let step = |word: &str| {
            let (name, features) = word.split_once(':').unwrap_or((word, ""));
            Dependent {
                package: Package {
                    name: name.to_owned(),
                    version: None,
                },
                features: features
                    .split(',')
                    .filter(|f| !f.is_empty())
                    .map(str::to_owned)
                    .collect(),
            }
        };
        text.split(' ').map(step).collect()
    }

    #[test]
    fn a_chain_of_features_in_words() {
        let tokio =
            steps("xh:default reqwest:default,default-tls hyper-util:client-legacy tokio:net");
        assert_eq!(
            because(&tokio).as_deref(),
            Some(
                "`tokio` has `net` because `hyper-util/client-legacy` asks for it, which \
                 `reqwest/default-tls` turns on, which the default of `reqwest` turns on"
            )
        );
        let direct = steps("app tokio:net");
        let said = "`tokio` has `net` because `app` asks for it";
        assert_eq!(because(&direct).as_deref(), Some(said));
        assert_eq!(because(&steps("app home")), None);
    }
}
