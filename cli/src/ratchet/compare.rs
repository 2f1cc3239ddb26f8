//! What of a report is worse than the baseline, and what is better.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::PathBuf;

use wasify_lints::finding::{Level, Place};

use super::measure::{key, measure};
use super::{Accepted, Baseline, Change, Measured, Ratchet, What, percent};
use crate::levels::LevelSource;
use crate::report::{Judged, Report};

/// Holds a report against what is accepted; `None` accepts nothing. Findings of the report that are accepted
/// are marked so, and one that is accepted in other places is told of its new place alone.
#[must_use]
pub fn compare(report: &mut Report, baseline: Option<&Baseline>, file: PathBuf) -> Ratchet {
    let is = measure(report, "");
    let mut ratchet = Ratchet {
        file,
        there: baseline.is_some(),
        accepted: 0,
        worse: Vec::new(),
        better: Vec::new(),
        not_built: Vec::new(),
    };
    let none = Vec::new();
    let of_build = baseline.map_or(&none, |baseline| &baseline.build);
    judge(&mut report.of_build, None, of_build, &mut ratchet);
    for artifact in report.artifacts.iter_mut().filter(|it| it.linked) {
        let name = Some(artifact.name.as_str());
        let was = baseline.and_then(|baseline| baseline.artifacts.get(&artifact.name));
        let accepted = was.map_or(&none, |was| &was.findings);
        judge(&mut artifact.findings, name, accepted, &mut ratchet);
        // A level of its own may be lower than that of all places together.
        artifact
            .findings
            .sort_by_key(|judged| std::cmp::Reverse(judged.level));
        if let (Some(baseline), Some(was), Some(is)) =
            (baseline, was, is.artifacts.get(&artifact.name))
        {
            surface(&artifact.name, was, is, baseline.tolerance, &mut ratchet);
        }
    }
    for (name, was) in baseline.iter().flat_map(|it| &it.artifacts) {
        match is.artifacts.get(name) {
            Some(is) => gone(Some(name), &was.findings, &is.findings, &mut ratchet.better),
            None => ratchet.not_built.push(name.clone()),
        }
    }
    gone(None, of_build, &is.build, &mut ratchet.better);
    ratchet
}

/// Marks the findings that are accepted, and collects those that are not.
fn judge(
    findings: &mut [Judged],
    artifact: Option<&str>,
    accepted: &[Accepted],
    ratchet: &mut Ratchet,
) {
    for judged in findings {
        let (rule, package) = key(&judged.finding);
        let known = accepted
            .iter()
            .find(|accepted| accepted.rule == rule && accepted.package == package);
        let worse = match known {
            None => new(judged),
            Some(known) => more(judged, known),
        };
        judged.accepted = worse.is_empty() && known.is_some();
        ratchet.accepted += usize::from(judged.accepted);
        ratchet.worse.extend(worse.into_iter().map(|what| Change {
            artifact: artifact.map(str::to_owned),
            what,
        }));
    }
}

/// What a finding that nobody accepted comes to. What is only worth knowing keeps nobody from merging.
fn new(judged: &Judged) -> Vec<What> {
    if judged.level <= Level::Note {
        return Vec::new();
    }
    let places = &judged.finding.places;
    let counted: Vec<What> = places
        .iter()
        .filter(|place| level_at(judged, place) > Level::Note)
        .map(|place| at(judged, place))
        .collect();
    if counted.is_empty() {
        let (rule, package) = key(&judged.finding);
        return vec![What::Finding {
            rule,
            package,
            place: None,
            level: judged.level,
        }];
    }
    counted
}

/// What a finding that was accepted has more than it had. It is then told of that alone.
fn more(judged: &mut Judged, known: &Accepted) -> Vec<What> {
    let (new, old): (Vec<Place>, Vec<Place>) = judged
        .finding
        .places
        .iter()
        .cloned()
        .partition(|place| !known.places.contains(&place.function));
    let new: Vec<Place> = new
        .into_iter()
        .filter(|place| level_at(judged, place) > Level::Note)
        .collect();
    let mut worse: Vec<What> = new.iter().map(|place| at(judged, place)).collect();
    let old_level = match judged.finding.places.is_empty() || new.is_empty() {
        true => Some(judged.level),
        false => old.iter().map(|place| level_at(judged, place)).max(),
    };
    if let Some(is) = old_level.filter(|is| *is > known.level && *is > Level::Note) {
        let (rule, package) = key(&judged.finding);
        worse.push(What::Level {
            rule,
            package,
            was: known.level,
            is,
        });
    } else if let Some(first) = new.iter().max_by(|a, b| surer(judged, a, b)) {
        let level = level_at(judged, first);
        let finding = &mut judged.finding;
        finding.message.clone_from(&first.message);
        finding.confidence = first.confidence;
        finding.location.clone_from(&first.location);
        finding.call_path.clone_from(&first.call_path);
        finding.more_places = u32::try_from(new.len() - 1).unwrap_or(u32::MAX);
        finding.places = new;
        judged.level = level;
    }
    worse
}

/// The later of two is the one to tell of: the surer one, and of equals the first by name.
fn surer(judged: &Judged, a: &Place, b: &Place) -> Ordering {
    let sure = level_at(judged, a).cmp(&level_at(judged, b));
    sure.then(a.confidence.cmp(&b.confidence))
        .then_with(|| b.function.cmp(&a.function))
}

/// The level of one place: what the user's flags say counts for all.
fn level_at(judged: &Judged, place: &Place) -> Level {
    match judged.because {
        LevelSource::Rule => place.level,
        LevelSource::Flag(_) => judged.level,
    }
}

fn at(judged: &Judged, place: &Place) -> What {
    let (rule, package) = key(&judged.finding);
    What::Finding {
        rule,
        package,
        place: Some(place.function.clone()),
        level: level_at(judged, place),
    }
}

/// Imports, WASI version and size.
fn surface(name: &str, was: &Measured, is: &Measured, tolerance: f64, ratchet: &mut Ratchet) {
    let change = |what| Change {
        artifact: Some(name.to_owned()),
        what,
    };
    let imports = |of: &Measured| of.imports.iter().cloned().collect::<BTreeSet<String>>();
    let (before, now) = (imports(was), imports(is));
    let import = |name: &String| change(What::Import(name.clone()));
    ratchet.worse.extend(now.difference(&before).map(import));
    ratchet.better.extend(before.difference(&now).map(import));
    let ceiling = change(What::Wasi {
        was: was.wasi.clone(),
        is: is.wasi.clone(),
    });
    match order(was.wasi.as_deref(), is.wasi.as_deref()) {
        Ordering::Less => ratchet.worse.push(ceiling),
        Ordering::Greater => ratchet.better.push(ceiling),
        Ordering::Equal => {}
    }
    let size = change(What::Size {
        was: was.bytes,
        is: is.bytes,
    });
    if was.bytes == 0 && is.bytes > 0 || was.bytes > 0 && percent(was.bytes, is.bytes) > tolerance {
        ratchet.worse.push(size);
    } else if was.bytes > 0 && percent(was.bytes, is.bytes) < -tolerance {
        ratchet.better.push(size);
    }
}

/// The order of WASI versions: none, then those with names, then by their numbers.
fn order(a: Option<&str>, b: Option<&str>) -> Ordering {
    let rank = |version: &str| -> Vec<u64> {
        let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
        numbers.unwrap_or_else(|| vec![0, u64::from(version == "preview1")])
    };
    a.map(rank).cmp(&b.map(rank))
}

/// Accepted findings, places and levels that are there no longer.
fn gone(artifact: Option<&str>, was: &[Accepted], is: &[Accepted], better: &mut Vec<Change>) {
    for was in was {
        let same = |is: &&Accepted| is.rule == was.rule && is.package == was.package;
        let finding = |place: Option<&String>| What::Finding {
            rule: was.rule.clone(),
            package: was.package.clone(),
            place: place.cloned(),
            level: was.level,
        };
        let mut whats = Vec::new();
        match is.iter().find(same) {
            None => whats.push(finding(None)),
            Some(is) => {
                let left = was.places.iter().filter(|it| !is.places.contains(it));
                whats.extend(left.map(|place| finding(Some(place))));
                if is.level < was.level {
                    whats.push(What::Level {
                        rule: was.rule.clone(),
                        package: was.package.clone(),
                        was: was.level,
                        is: is.level,
                    });
                }
            }
        }
        better.extend(whats.into_iter().map(|what| Change {
            artifact: artifact.map(str::to_owned),
            what,
        }));
    }
}
