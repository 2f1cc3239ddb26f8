//! From findings to changes: for each the first suggestion that may be carried out and was not tried yet.

use std::collections::BTreeSet;

use clap::ValueEnum;
use wasify_lints::finding::Finding;
use wasify_lints::suggestion::{Action, Applicability, Suggestion};

/// How far `--fix` may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reach {
    /// Only what changes nothing else about the program.
    Safe,
    /// Also what costs a feature.
    All,
}

/// A suggestion that is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// The rule that asked for it.
    pub rule: &'static str,
    /// What doing it means, an imperative line.
    pub title: String,
    /// The line that does the same by hand.
    pub flag: Option<String>,
}

impl Change {
    /// What is done, in a line that fits a terminal: the report tells more.
    #[must_use]
    pub fn in_short(&self) -> String {
        match &self.action {
            Action::Port(name) => format!("`{name}`: its port"),
            Action::Update { package, to, .. } => format!("`{package}`: version {to}"),
            Action::Rustflag(flag) => format!("the target's rustflags: {flag}"),
            Action::Open { package, features } if features.is_empty() => {
                format!("`{package}`: its unstable features are open")
            }
            Action::Open { package, features } => {
                format!("`{package}`: unstable {} is open", features.join(", "))
            }
            _ => self.title.clone(),
        }
    }
}

/// The changes for these findings, in their order, each once. What is in `tried` is not chosen again.
#[must_use]
pub fn changes<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    reach: Reach,
    tried: &BTreeSet<String>,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for finding in findings {
        let of = |reach| {
            let mut all = finding.suggestions.iter();
            all.find_map(|suggestion| change(finding, suggestion, reach, tried))
        };
        // What costs nothing comes first, wherever it stands.
        let chosen = of(Reach::Safe).or_else(|| (reach == Reach::All).then(|| of(reach)).flatten());
        let Some(chosen) = chosen else { continue };
        if !changes
            .iter()
            .any(|other| key(&other.action) == key(&chosen.action))
        {
            changes.push(chosen);
        }
    }
    one_set_of_features(changes)
}

/// Of several sets of features what is in all of them: each leaves out what one finding asks for. The
/// first change stays in its place and stands for them.
fn one_set_of_features(changes: Vec<Change>) -> Vec<Change> {
    let mut one: Vec<Change> = Vec::new();
    for change in changes {
        let sets = one.iter_mut().find_map(|other| match &mut other.action {
            Action::Features { features, .. } => Some(features),
            _ => None,
        });
        match (sets, &change.action) {
            (Some(common), Action::Features { features, .. }) => {
                common.retain(|feature| features.contains(feature));
            }
            _ => one.push(change),
        }
    }
    one
}

fn change(
    finding: &Finding,
    suggestion: &Suggestion,
    reach: Reach,
    tried: &BTreeSet<String>,
) -> Option<Change> {
    let allowed = match suggestion.applicability {
        Applicability::Safe => true,
        Applicability::Costs => reach == Reach::All,
        Applicability::Manual => false,
    };
    let action = suggestion.action.clone()?;
    let can = !matches!(
        action,
        Action::Target(_) | Action::Manifest { .. } | Action::Env { .. }
    );
    (allowed && can && !tried.contains(&key(&action))).then(|| Change {
        action,
        rule: finding.rule,
        title: suggestion.title.clone(),
        flag: suggestion.flag.clone(),
    })
}

/// What tells actions apart.
#[must_use]
pub fn key(action: &Action) -> String {
    format!("{action:?}")
}

#[cfg(test)]
mod tests {
    use wasify_lints::finding::Level;
    use wasify_lints::suggestion::Kind;

    use super::*;

    fn suggestion(action: Action, applicability: Applicability) -> Suggestion {
        Suggestion {
            title: String::new(),
            applicability,
            kind: Kind::Rustflag,
            flag: None,
            action: Some(action),
            verified: false,
        }
    }

    fn finding(suggestions: Vec<Suggestion>) -> Finding {
        Finding {
            suggestions,
            ..Finding::bare("x", Level::Deny)
        }
    }

    fn features(names: &[&str]) -> Action {
        Action::Features {
            package: "app".to_owned(),
            features: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn what_costs_nothing_comes_first_and_nothing_twice() {
        let flag = Action::Rustflag("--cfg x".to_owned());
        let finding = finding(vec![
            suggestion(features(&["a"]), Applicability::Costs),
            suggestion(flag.clone(), Applicability::Safe),
        ]);
        let both = [finding.clone(), finding];
        let of = |reach, tried: &BTreeSet<String>| -> Vec<Action> {
            let changes = changes(both.iter(), reach, tried);
            changes.into_iter().map(|change| change.action).collect()
        };
        assert_eq!(
            of(Reach::All, &BTreeSet::new()),
            std::slice::from_ref(&flag)
        );
        let tried = BTreeSet::from([key(&flag)]);
        assert_eq!(of(Reach::Safe, &tried), []);
        assert_eq!(of(Reach::All, &tried), [features(&["a"])]);
    }

    #[test]
    fn sets_of_features_are_put_together() {
        let costs = |names| finding(vec![suggestion(features(names), Applicability::Costs)]);
        let two = [costs(&["a", "b"]), costs(&["b", "c"])];
        let changes = changes(two.iter(), Reach::All, &BTreeSet::new());
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].action, features(&["b"]));
    }
}
