//! An application with its report and its trials, and whether they agree.

use serde_json::Value;

use crate::application::{Application, Trial};
use crate::trial::{self, Ran};

const LEVELS: [&str; 4] = ["allow", "note", "warn", "deny"];

/// What was said of an application, and what it did.
pub(crate) struct Judged {
    /// Its name and version.
    pub(crate) title: String,
    pub(crate) name: String,
    /// The component's size in bytes.
    pub(crate) bytes: u64,
    /// How many findings are at `deny`, `warn` and `note`.
    pub(crate) counts: [usize; 3],
    pub(crate) trials: Vec<Tried>,
    /// Findings above what the application may have.
    loud: Vec<String>,
}

/// A trial and its two runs.
pub(crate) struct Tried {
    pub(crate) what: String,
    /// The rule and level of the finding that predicts a failure.
    pub(crate) said: Option<(String, String)>,
    pub(crate) native: Ran,
    pub(crate) port: Ran,
    /// What the page shows of the port's output.
    pub(crate) shown: String,
    /// What isn't as said.
    pub(crate) complaint: Option<String>,
}

impl Judged {
    /// All that isn't as said.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = &str> {
        let broken = self.trials.iter();
        let broken = broken.filter_map(|tried| tried.complaint.as_deref());
        self.loud.iter().map(String::as_str).chain(broken)
    }
}

/// Builds an application both ways and tries it.
pub(crate) fn judge(application: &Application) -> Judged {
    let native = application.native();
    let out = tempfile::tempdir().unwrap();
    let (component, report) = application.port(out.path());
    assert_eq!(report["artifacts"][0]["kind"], "component");
    let findings = report["findings"].as_array().unwrap();
    let place = out.path().canonicalize().unwrap().join("place");
    let trials = application.trial.iter().map(|trial| {
        let native = trial::native(&native, trial, &place);
        let port = trial::port(&component, trial, &place);
        let said = predicted(trial, findings);
        let complaint = complaint(trial, said.is_some(), &native, &port).map(|what| {
            format!(
                "{}: {}: {what}\n{native:?}\n{port:?}",
                application.name, trial.what
            )
        });
        Tried {
            what: trial.what.clone(),
            said,
            native,
            port,
            shown: trial.output.clone(),
            complaint,
        }
    });
    let count = |level: &str| {
        let findings = findings.iter();
        findings.filter(|found| found["level"] == level).count()
    };
    Judged {
        title: format!("{} {}", application.name, application.version),
        name: application.name.clone(),
        bytes: report["artifacts"][0]["bytes"].as_u64().unwrap(),
        counts: ["deny", "warn", "note"].map(count),
        trials: trials.collect(),
        loud: loud(application, findings),
    }
}

fn level(name: &str) -> usize {
    let mut levels = LEVELS.iter();
    let place = levels.position(|level| *level == name);
    place.unwrap_or_else(|| panic!("level {name}"))
}

fn loud(application: &Application, findings: &[Value]) -> Vec<String> {
    let limit = level(application.nothing_above.as_deref().unwrap_or("deny"));
    let loud = findings
        .iter()
        .filter(|found| level(found["level"].as_str().unwrap()) > limit);
    loud.map(|found| format!("{}: too loud: {found}", application.name))
        .collect()
}

/// The finding that predicts a trial's failure, if one does.
fn predicted(trial: &Trial, findings: &[Value]) -> Option<(String, String)> {
    let mut rules = trial.rules.iter();
    let found = rules.find_map(|rule| {
        let mut findings = findings.iter();
        findings.find(|found| found["rule"] == rule.as_str())
    })?;
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    Some((text("rule"), text("level")))
}

/// What isn't as said, of a trial.
fn complaint(trial: &Trial, said: bool, native: &Ran, port: &Ran) -> Option<&'static str> {
    let printed = port.stdout.contains(&trial.output) || port.stderr.contains(&trial.output);
    if port.end != trial.end || !printed {
        return Some("the port doesn't end or print as the table has it");
    }
    if trial.silent && !(port.stdout.is_empty() && port.stderr.is_empty()) {
        return Some("the port isn't silent");
    }
    let same = (&native.end, &native.stdout) == (&port.end, &port.stdout);
    match (trial.rules.is_empty(), said, same) {
        (true, _, true) | (false, true, false) => None,
        (true, _, false) => Some("nothing was predicted, and the port does something else"),
        (false, false, _) => Some("the failure was not predicted"),
        (false, true, true) => {
            Some("a failure was predicted, and the native program does the same")
        }
    }
}
