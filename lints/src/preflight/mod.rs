//! What the dependency graph tells before anything is compiled: which packages will not build for the
//! target, which build and fail at run time, and of which nobody knows.

mod features;
pub(crate) mod remedies;

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};

use crate::Error;
use crate::facts::project::{GraphPackage, Project, Resolved};
use crate::finding::{Confidence, Finding, Level, Package};
use crate::registry;
use crate::rule::{Beside, CrateMatch, Outcome, Rule};

pub use features::{Choice, Choices};

/// What of the machine and the settings decides whether a package builds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    /// The `--cfg`s that are set for the target beyond its own: `tokio_unstable`.
    pub cfgs: BTreeSet<String>,
    /// Whether there is a C compiler for the target.
    pub c_compiler: bool,
    /// What flags of single packages cure: package and rule.
    pub cured: BTreeSet<(String, String)>,
}

/// A project's graph, and what is built of it.
#[derive(Debug, Clone, Copy)]
pub struct Graph<'a> {
    /// The packages.
    pub project: &'a Project,
    /// What is built for the target.
    pub resolved: &'a Resolved,
    /// The machine and the settings.
    pub tools: &'a Tools,
}

/// What is known of every package that is built for the target.
#[derive(Debug, Default)]
pub struct Survey {
    /// A finding for each package and rule that keeps it from being built, in [`Finding::order`].
    pub blocked: Vec<Finding>,
    /// A note for each package and rule that says what of it will not work at run time, where a program
    /// gets there; only the binary can tell whether it does.
    pub limited: Vec<Finding>,
    /// Packages that use the system, or native code, and that no rule knows. They may build and work.
    pub unknown: Vec<Package>,
    /// How many packages are built for the target.
    pub built: usize,
}

impl Survey {
    /// How many packages nothing speaks against: code without a system, or that is known to build.
    #[must_use]
    pub fn fine(&self) -> usize {
        let told: BTreeSet<&Package> = self
            .blocked
            .iter()
            .chain(&self.limited)
            .filter_map(|finding| finding.package.as_ref())
            .collect();
        self.built - told.len() - self.unknown.len()
    }
}

/// Judges the graph by every rule that has a row for a package.
///
/// # Errors
/// [`Error::Rule`] when an embedded rule file is broken.
pub fn survey(graph: &Graph<'_>) -> Result<Survey, Error> {
    let rules = by_package(registry::rules()?);
    let choices = Choices::default();
    let mut survey = Survey::default();
    for index in graph.resolved.packages() {
        survey.built += 1;
        let package = &graph.project.packages[index];
        let rows = rules
            .get(package.name.as_str())
            .map_or(&[][..], Vec::as_slice);
        for (rule, row) in rows {
            let Some(feature) = matches(graph, row, index) else {
                continue;
            };
            if is_cured(graph, rule, index) {
                continue;
            }
            let found = finding(graph, &choices, rule, (index, feature));
            let findings = if rule.outcome == Outcome::NotBuilt {
                &mut survey.blocked
            } else {
                &mut survey.limited
            };
            // Several rows of a rule are alternatives.
            let same = |other: &Finding| other.rule == rule.id && other.package == found.package;
            if !findings.iter().any(same) {
                findings.push(found);
            }
        }
        let told = survey.blocked.iter().chain(&survey.limited);
        let is_told = told.rev().any(|finding| {
            let about = finding.package.as_ref();
            about.is_some_and(|about| about.name == package.name && *about == package.package())
        });
        // Where there is a row, be it of another version, somebody has looked at the package.
        let nobody_looked = rows.is_empty() || !is_told && is_other_native_code(graph, rows, index);
        if nobody_looked && uses_the_system(graph.project, index) && !builds(package)? {
            survey.unknown.push(package.package());
        }
    }
    survey.blocked.sort_by(Finding::order);
    survey.limited.sort_by(Finding::order);
    survey.unknown.sort();
    Ok(survey)
}

/// Whether a package of the graph builds with a C compiler for the target, and only so.
#[must_use]
pub fn wants_c_compiler(graph: &Graph<'_>) -> bool {
    let without = Tools {
        c_compiler: false,
        ..graph.tools.clone()
    };
    let graph = Graph {
        tools: &without,
        ..*graph
    };
    let rows = registry::rules().ok().map(by_package).unwrap_or_default();
    graph.resolved.packages().any(|index| {
        let name = graph.project.packages[index].name.as_str();
        let rows = rows.get(name).map_or(&[][..], Vec::as_slice);
        let wants =
            |row: &CrateMatch| row.unless_c_compiler && matches(&graph, row, index).is_some();
        rows.iter().any(|(_, row)| wants(row))
    })
}

/// The rows of all rules by the package that they are about.
fn by_package(
    rules: &'static [Rule],
) -> BTreeMap<&'static str, Vec<(&'static Rule, &'static CrateMatch)>> {
    let mut rows = BTreeMap::<&str, Vec<_>>::new();
    for rule in rules {
        for row in &rule.matches.crates {
            rows.entry(&row.name).or_default().push((rule, row));
        }
    }
    rows
}

/// Whether a row is about a package as it is built here. Gives the feature that made it so, if one did.
pub(crate) fn matches<'r>(
    graph: &Graph<'_>,
    row: &'r CrateMatch,
    index: usize,
) -> Option<Option<&'r str>> {
    matches_as(graph, row, index, &graph.project.packages[index].version)
}

/// The same for another version of the package.
fn matches_as<'r>(
    graph: &Graph<'_>,
    row: &'r CrateMatch,
    index: usize,
    version: &Version,
) -> Option<Option<&'r str>> {
    let on = |feature: &String| graph.resolved.has(index, feature);
    let cfg = |cfg: &String| graph.tools.cfgs.contains(cfg);
    if row.name != graph.project.packages[index].name
        || !in_range(&row.versions, version)
        || row.unless_features.iter().any(on)
        || row.unless_cfg.as_ref().is_some_and(cfg)
        || (row.unless_c_compiler && graph.tools.c_compiler)
        || row
            .with
            .as_ref()
            .is_some_and(|with| !depends(graph, index, with))
    {
        return None;
    }
    if row.features.is_empty() {
        return Some(None);
    }
    let feature = row.features.iter().find(|feature| on(feature))?;
    Some(Some(feature))
}

/// Whether a package with native code is spared by its rows for a feature alone: they then say what does not
/// build without it, and nobody says that the code builds with it.
fn is_other_native_code(
    graph: &Graph<'_>,
    rows: &[(&'static Rule, &'static CrateMatch)],
    index: usize,
) -> bool {
    let package = &graph.project.packages[index];
    let spared = |row: &CrateMatch| {
        let mut unless = row.unless_features.iter();
        in_range(&row.versions, &package.version)
            && unless.any(|feature| graph.resolved.has(index, feature))
    };
    package.builds_native && rows.iter().any(|(_, row)| spared(row))
}

/// Whether a flag of the package alone cures what a rule says of it.
fn is_cured(graph: &Graph<'_>, rule: &Rule, index: usize) -> bool {
    let name = &graph.project.packages[index].name;
    let mut cured = graph.tools.cured.iter();
    cured.any(|(package, cures)| package == name && *cures == rule.id)
}

/// Whether a package depends on another, as a row asks.
fn depends(graph: &Graph<'_>, index: usize, with: &Beside) -> bool {
    let mut dependencies = graph.project.packages[index].dependencies.iter();
    dependencies.any(|dependency| {
        let to = &graph.project.packages[dependency.to];
        graph.resolved.is_built(dependency.to)
            && to.name == with.name
            && in_range(&with.versions, &to.version)
    })
}

/// Whether a version is in a range; a pre-release counts as the release it comes before.
pub(crate) fn in_range(range: &VersionReq, version: &Version) -> bool {
    let release = Version::new(version.major, version.minor, version.patch);
    range.matches(&release)
}

/// What a rule says of a package of the graph.
pub(crate) fn finding(
    graph: &Graph<'_>,
    choices: &Choices,
    rule: &'static Rule,
    (index, feature): (usize, Option<&str>),
) -> Finding {
    let package = graph.project.packages[index].package();
    let is_certain = rule.outcome == Outcome::NotBuilt;
    let message = rule
        .summary
        .replace("{package}", &package.name)
        .replace("`{caller}`", "a program");
    let suggestions = if is_certain {
        remedies::all(graph, choices, rule, index)
    } else {
        rule.suggestions.clone()
    };
    Finding {
        rule: &rule.id,
        level: if is_certain { rule.level } else { Level::Note },
        confidence: if is_certain {
            Confidence::Always
        } else {
            Confidence::Possible
        },
        message,
        effect: rule.effect.clone(),
        dependency_path: graph.resolved.path(graph.project, index, feature),
        package: Some(package),
        location: None,
        call_path: Vec::new(),
        more_places: 0,
        places: Vec::new(),
        notes: Vec::new(),
        suggestions,
    }
}

/// Crates through which others reach the system: whoever depends on one of them may have code for some
/// systems only.
const SYSTEM: [&str; 17] = [
    "core-foundation",
    "core-foundation-sys",
    "io-kit-sys",
    "libc",
    "libloading",
    "linux-raw-sys",
    "mach2",
    "nix",
    "objc2",
    "objc2-foundation",
    "rustix",
    "system-configuration",
    "wasi",
    "winapi",
    "windows",
    "windows-sys",
    "x11rb",
];

/// Whether a package may depend on the system by itself, as far as its manifest tells.
fn uses_the_system(project: &Project, index: usize) -> bool {
    let package = &project.packages[index];
    package.builds_native
        || package
            .dependencies
            .iter()
            .any(|dependency| SYSTEM.contains(&project.packages[dependency.to].name.as_str()))
}

/// Whether a package that uses the system was seen to build for the target.
fn builds(package: &GraphPackage) -> Result<bool, Error> {
    let ranges = registry::builds()?.get(&package.name);
    let mut ranges = ranges.into_iter().flatten();
    Ok(ranges.any(|range| in_range(range, &package.version)))
}
