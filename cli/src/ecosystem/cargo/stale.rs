//! Flags in `wasify.toml` whose reason is gone: what they are about is not in the project any more, or no
//! rule would fire without them.

use std::collections::BTreeSet;

use cargo_metadata::semver::Version;
use wasify_lints::facts::project::{GraphPackage, Resolved, Selection};
use wasify_lints::preflight::{self, Graph, Tools};
use wasify_lints::registry;
use wasify_lints::rule::Rule;
use wasify_templates::ports as templates;

use super::config;
use super::graph::Known;
use super::job::Job;
use crate::ecosystem::Stale;
use crate::fix::ports;
use crate::settings::{Flags, Places, UpdateFlag};

/// The flags that could be dropped, in the order of the file's lists.
pub(super) fn stale(job: &Job<'_>, known: &Known) -> anyhow::Result<Vec<Stale>> {
    let flags = &job.flags;
    if flags.is_empty() {
        return Ok(Vec::new());
    }
    let checker = Checker {
        known,
        without: firing_without(flags, known)?,
    };
    let mut found = Vec::new();
    found.extend(checker.features(flags)?.map(|why| ("features", 0, why)));
    for (at, flag) in flags.rustflags.iter().enumerate() {
        let why = checker.rustflag(&flag.flag, &flag.r#for)?;
        found.extend(why.map(|why| ("rustflags", at, (flag.flag.clone(), why, false))));
    }
    for (at, open) in flags.open.iter().enumerate() {
        let why = checker.opened(&open.name, &open.r#for)?;
        found.extend(why.map(|why| ("open", at, (open.name.clone(), why, false))));
    }
    for (at, port) in flags.ports.iter().enumerate() {
        let why = checker.port(&port.name)?;
        found.extend(why.map(|why| ("ports", at, (port.name.clone(), why, false))));
    }
    for (at, update) in flags.updates.iter().enumerate() {
        let why = checker.update(update);
        found.extend(why.map(|why| ("updates", at, (update.name.clone(), why, false))));
    }
    let file = job.settings();
    let places = Places::of(&file);
    let stale = found
        .into_iter()
        .map(|(list, at, (what, why, breaks))| Stale {
            list,
            what,
            line: places.line(list, at),
            file: file.clone(),
            why,
            breaks,
        });
    Ok(stale.collect())
}

/// The rules that would fire if the file had no flags, with the features that are on and with all of them:
/// a flag may be for other features than those of this run.
fn firing_without(flags: &Flags, known: &Known) -> anyhow::Result<BTreeSet<&'static str>> {
    let words = flags.rustflag_words();
    let own: BTreeSet<&str> = config::cfgs(words.iter().map(String::as_str)).collect();
    let cfgs = known
        .tools
        .cfgs
        .iter()
        .filter(|cfg| !own.contains(cfg.as_str()));
    let tools = Tools {
        cfgs: cfgs.cloned().collect(),
        cured: BTreeSet::new(),
        ..known.tools.clone()
    };
    let all = Selection {
        all_features: true,
        ..Selection::default()
    };
    let all = Resolved::new(&known.project, &all);
    let mut rules = BTreeSet::new();
    for resolved in [&known.resolved, &all] {
        rules.extend(firing(&Graph {
            project: &known.project,
            resolved,
            tools: &tools,
        })?);
    }
    Ok(rules)
}

fn firing(graph: &Graph<'_>) -> anyhow::Result<BTreeSet<&'static str>> {
    let survey = preflight::survey(graph)?;
    let all = survey.blocked.iter().chain(&survey.limited);
    Ok(all.map(|finding| finding.rule).collect())
}

struct Checker<'a> {
    known: &'a Known,
    /// See [`firing_without`].
    without: BTreeSet<&'static str>,
}

impl Checker<'_> {
    fn packages<'n>(&self, name: &'n str) -> impl Iterator<Item = &GraphPackage> + use<'_, 'n> {
        let packages = self.known.project.packages.iter();
        packages.filter(move |package| package.name == name)
    }

    /// The versions of a package in the project; `Err` with what is told when there is none.
    fn versions(&self, name: &str) -> Result<Vec<&Version>, String> {
        let versions: Vec<&Version> = self
            .packages(name)
            .map(|package| &package.version)
            .collect();
        if versions.is_empty() {
            return Err(format!("no package `{name}` is in the project any more"));
        }
        Ok(versions)
    }

    fn features(&self, flags: &Flags) -> anyhow::Result<Option<(String, String, bool)>> {
        let Some(features) = &flags.features else {
            return Ok(None);
        };
        let project = &self.known.project;
        let roots = || project.roots.iter().map(|root| &project.packages[*root]);
        let exists = |feature: &String| {
            let mut all = roots();
            feature.contains('/') || all.any(|root| root.features.contains_key(feature))
        };
        let gone = features.only.iter().find(|feature| !exists(feature));
        if let (Some(gone), true) = (gone, roots().next().is_some()) {
            let why =
                "the project has no feature of that name, and cargo refuses to build".to_owned();
            return Ok(Some((gone.clone(), why, true)));
        }
        if !is_decidable(&features.r#for)? {
            return Ok(None);
        }
        // With the default features, and all other flags of the file.
        let resolved = Resolved::new(project, &Selection::default());
        let firing = firing(&Graph {
            resolved: &resolved,
            ..self.known.graph()
        })?;
        let gone = !firing.contains(features.r#for.as_str());
        Ok(gone.then(|| {
            let why = format!(
                "`{}` is not found with the default features either",
                features.r#for
            );
            (features.only.join(","), why, false)
        }))
    }

    fn rustflag(&self, flag: &str, rule: &str) -> anyhow::Result<Option<String>> {
        let words: Vec<&str> = flag.split_whitespace().collect();
        let sets_cfg = config::cfgs(words.iter().copied()).next().is_some();
        let gone = sets_cfg && is_decidable(rule)? && !self.without.contains(rule);
        let why = || match self.fixed(rule, None) {
            Ok(Some(fixed)) => fixed,
            _ => format!("`{rule}` is not found without it either"),
        };
        Ok(gone.then(why))
    }

    fn opened(&self, name: &str, rule: &str) -> anyhow::Result<Option<String>> {
        if let Err(gone) = self.versions(name) {
            return Ok(Some(gone));
        }
        if !is_decidable(rule)? || self.without.contains(rule) {
            return Ok(None);
        }
        Ok(Some(match self.fixed(rule, Some(name))? {
            Some(fixed) => fixed,
            None => format!("`{rule}` is not found without it either"),
        }))
    }

    fn port(&self, name: &str) -> anyhow::Result<Option<String>> {
        let versions = match self.versions(name) {
            Ok(versions) => versions,
            Err(gone) => return Ok(Some(gone)),
        };
        let of_crate = templates::ports()?.iter().filter(|port| port.krate == name);
        let ranges: Vec<String> = of_crate.map(|port| port.versions.to_string()).collect();
        let mut fits = false;
        for version in &versions {
            fits |= ports::find(name, version)?.is_some();
        }
        if !fits && !ranges.is_empty() {
            let cures = ports::cures(name)?;
            for rule in &cures {
                if let Some(fixed) = self.fixed(rule, Some(name))? {
                    return Ok(Some(fixed));
                }
            }
            let locked = versions.iter().map(ToString::to_string);
            let locked = locked.collect::<Vec<_>>().join(", ");
            let why = format!(
                "the port is for {}, and {locked} is locked: nothing is edited",
                ranges.join(" and ")
            );
            return Ok(Some(why));
        }
        Ok(None)
    }

    fn update(&self, update: &UpdateFlag) -> Option<String> {
        if let Err(gone) = self.versions(&update.name) {
            return Some(gone);
        }
        let project = &self.known.project;
        if let Ok(to) = Version::parse(&update.to)
            && self
                .packages(&update.name)
                .all(|package| package.version < to)
        {
            return Some(format!(
                "the lock file has an older version than {to} again: `wasify build --fix` updates it"
            ));
        }
        let from = Version::parse(update.from.as_deref()?).ok()?;
        let wants = project
            .packages
            .iter()
            .flat_map(|package| &package.dependencies);
        let mut wants = wants.filter(|wanted| {
            let to = &project.packages[wanted.to];
            // Another line of versions has nothing to do with it.
            to.name == update.name && is_compatible(&to.version, &from)
        });
        let wanted = wants.find(|wanted| !wanted.requirement.matches(&from))?;
        Some(format!(
            "the manifests ask for {} anyway",
            wanted.requirement
        ))
    }

    /// What is told when all versions of a package are past the one that needs no flag any more.
    fn fixed(&self, rule: &str, package: Option<&str>) -> anyhow::Result<Option<String>> {
        let Some(rule) = registry::rule(rule)? else {
            return Ok(None);
        };
        // Rows of one package are alternatives.
        let names: BTreeSet<&str> = rule
            .matches
            .crates
            .iter()
            .map(|row| row.name.as_str())
            .collect();
        let only = names.first().copied().filter(|_| names.len() == 1);
        for fixed in &rule.fixed_in {
            let name = fixed.name.as_deref().or(only);
            let Some(name) = name.filter(|name| package.is_none_or(|package| package == *name))
            else {
                continue;
            };
            let mut versions = self
                .packages(name)
                .map(|package| &package.version)
                .peekable();
            let is_past =
                |version: &Version| *version >= fixed.from && is_compatible(version, &fixed.from);
            if versions.peek().is_some() && versions.all(is_past) {
                return Ok(Some(format!("fixed upstream in {name} {}", fixed.from)));
            }
        }
        Ok(None)
    }
}

fn is_compatible(a: &Version, b: &Version) -> bool {
    let line = |version: &Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    line(a) == line(b)
}

/// Whether the dependency graph alone tells whether a rule fires.
fn is_decidable(rule: &str) -> anyhow::Result<bool> {
    let by_graph = |rule: &Rule| rule.group == "build" && !rule.matches.crates.is_empty();
    Ok(registry::rule(rule)?.is_some_and(by_graph))
}
