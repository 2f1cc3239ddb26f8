//! Failed builds and surveys in `wasify-report/1`.

use wasify_lints::facts::project::Dependent;
use wasify_lints::finding::Package;
use wasify_lints::registry;
use wasify_lints::suggestion::Action;

use super::super::Surveyed;
use super::{BUILD_FAILED, judged, location, package, plain, v1};
use crate::ecosystem::{BuildFailure, FailedPackage, Missing, MissingSymbols, PortInUse, Remedy};

/// What is told of a build that failed.
pub(super) fn failure(failure: &BuildFailure) -> v1::BuildFailure {
    v1::BuildFailure {
        message: failure.message.clone(),
        packages: failure.packages.iter().map(failed_package).collect(),
        foreseen: failure
            .foreseen
            .iter()
            .map(|finding| plain(finding, registry::rule(finding.rule).ok().flatten()))
            .collect(),
    }
}

fn failed_package(failed: &FailedPackage) -> v1::FailedPackage {
    let finding = &failed.explained.finding;
    let error = failed.failure.first();
    let line = |message: &str| message.lines().next().unwrap_or_default().to_owned();
    v1::FailedPackage {
        package: package(&failed.failure.package),
        stage: failed.failure.stage.name().to_owned(),
        rule: finding.rule.to_owned(),
        cause: failed.explained.cause.map(|cause| cause.name().to_owned()),
        code: error.and_then(|error| error.code.clone()),
        error: error.map(|error| line(&error.message)).unwrap_or_default(),
        location: finding.location.as_ref().map(location),
        dependency_path: finding
            .dependency_path
            .iter()
            .map(|step| package(&step.package))
            .collect(),
        missing: failed.missing.iter().map(missing).collect(),
        errors: failed
            .failure
            .errors
            .iter()
            .map(|error| v1::BuildError {
                code: error.code.clone(),
                message: error.message.clone(),
                location: error.location.as_ref().map(location),
            })
            .collect(),
    }
}

fn missing(missing: &MissingSymbols) -> v1::MissingSymbols {
    let symbol = |symbol: &Missing| v1::MissingSymbol {
        symbol: symbol.symbol.clone(),
        name: symbol.name.clone(),
        function: symbol.function,
        reason: symbol.reason.map(str::to_owned),
        objects: symbol.objects.clone(),
    };
    v1::MissingSymbols {
        package: missing.package.as_ref().map(package),
        dependency_path: missing.dependency_path.iter().map(package).collect(),
        symbols: missing.symbols.iter().map(symbol).collect(),
    }
}

/// A finding for each failing package; one for the build when no package is to blame.
pub(super) fn failed(failure: &BuildFailure) -> Vec<v1::Finding> {
    if failure.packages.is_empty() {
        return vec![whole_build(failure)];
    }
    let each = failure.packages.iter().map(|failed| {
        let finding = &failed.explained.finding;
        let rule = registry::rule(finding.rule).ok().flatten();
        v1::Finding {
            cause: failed.explained.cause.map(|cause| cause.name().to_owned()),
            outcome: Some(v1::Outcome::NotBuilt),
            ..plain(finding, rule)
        }
    });
    each.collect()
}

fn whole_build(failure: &BuildFailure) -> v1::Finding {
    v1::Finding {
        rule: BUILD_FAILED.to_owned(),
        group: None,
        outcome: Some(v1::Outcome::NotBuilt),
        cause: failure.cause.map(|cause| cause.name().to_owned()),
        artifact: None,
        level: v1::Level::Deny,
        level_flag: None,
        confidence: v1::Confidence::Always,
        message: failure.message.clone(),
        effect: "the project can't be built for this target".to_owned(),
        package: None,
        location: None,
        call_path: Vec::new(),
        dependency_path: Vec::new(),
        more_places: 0,
        places: Vec::new(),
        accepted: false,
        notes: Vec::new(),
        suggestions: failure.remedy.iter().map(remedy).collect(),
    }
}

fn remedy(remedy: &Remedy) -> v1::Suggestion {
    v1::Suggestion {
        title: remedy.title.clone(),
        applicability: v1::Applicability::Safe,
        kind: "command".to_owned(),
        flag: Some(remedy.command.clone()),
        action: None,
        verified: false,
    }
}

/// The findings of a survey, worst first.
pub(super) fn surveyed(survey: &Surveyed) -> Vec<v1::Finding> {
    let all = survey.blocked.iter().chain(&survey.limited);
    all.map(judged).collect()
}

/// What a survey counts.
pub(super) fn survey(survey: &Surveyed) -> v1::Survey {
    let packages = |packages: &[Package]| packages.iter().map(package).collect();
    v1::Survey {
        built: survey.built,
        fine: survey.fine,
        unknown: packages(&survey.unknown),
    }
}

pub(super) fn port(port: &PortInUse) -> v1::Port {
    v1::Port {
        package: package(&port.package),
        rule: port.rule.clone(),
        instead: port.instead.clone(),
    }
}

pub(super) fn dependent(step: &Dependent) -> v1::Dependent {
    v1::Dependent {
        package: package(&step.package),
        features: step.features.clone(),
    }
}

pub(super) fn action(action: &Action) -> v1::Action {
    match action.clone() {
        Action::Features { package, features } => v1::Action::Features { package, features },
        Action::Update { package, from, to } => v1::Action::Update { package, from, to },
        Action::Rustflag(flag) => v1::Action::Rustflag { flag },
        Action::Env { name, value } => v1::Action::Env { name, value },
        Action::Manifest { file, key, value } => v1::Action::Manifest { file, key, value },
        Action::Install(tool) => v1::Action::Install { tool },
        Action::Open { package, features } => v1::Action::Open { package, features },
        Action::Target(target) => v1::Action::Target { target },
        Action::Port(port) => v1::Action::Port { port },
        Action::Run(command) => v1::Action::Run { command },
    }
}
