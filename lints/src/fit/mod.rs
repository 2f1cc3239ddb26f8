//! Whether a host runs a file, what it has to be told, and what is in the way.

mod calls;
mod entry;
mod imports;
mod versions;

use crate::facts::Facts;
use crate::finding::{Frame, Location, Package};
use crate::host::{Host, Start};

/// How a file and a host go together.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The host.
    pub host: &'static Host,
    /// What it comes to: the worst of the obstacles.
    pub verdict: Verdict,
    /// How the host starts the file, when it does.
    pub start: Option<&'static Start>,
    /// What the host has to be told, in the order of the command line.
    pub told: Vec<Told>,
    /// What is in the way, the worst first.
    pub obstacles: Vec<Obstacle>,
    /// Further facts worth a line each.
    pub notes: Vec<String>,
}

/// What a host makes of a file, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It runs it as it is.
    Runs,
    /// It runs it when it is told what is in [`Fit::told`].
    RunsWhenTold,
    /// It runs it, but calls that the program can get to fail.
    Partly,
    /// Nobody has said whether it does.
    Unknown,
    /// It can't run it.
    Refused,
}

impl Verdict {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Runs => "runs",
            Verdict::RunsWhenTold => "runs-when-told",
            Verdict::Partly => "partly",
            Verdict::Unknown => "unknown",
            Verdict::Refused => "refused",
        }
    }
}

/// Something that the host has to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// An argument of the command, or what to write where [`Host::told_in`] says.
    pub text: String,
    /// What it does.
    pub purpose: Purpose,
    /// The interfaces it is for, with their versions, sorted.
    pub interfaces: Vec<String>,
    /// What else is worth knowing about it.
    pub note: Option<String>,
}

/// What telling the host something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// It adds interfaces, without which the file is refused.
    Add,
    /// It puts something in the place of interfaces that the host lacks and nothing calls.
    Stub,
    /// It allows calls that are refused otherwise.
    Allow,
}

impl Purpose {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Add => "add",
            Purpose::Stub => "stub",
            Purpose::Allow => "allow",
        }
    }
}

/// Something in the way.
#[derive(Debug, Clone)]
pub struct Obstacle {
    /// What it comes to if nothing is worse.
    pub verdict: Verdict,
    /// What kind of thing it is.
    pub kind: ObstacleKind,
    /// What is in the way, in one line, lower case, without a final period.
    pub message: String,
    /// The imports it is about, with their versions, sorted; none when it is about the file.
    pub interfaces: Vec<String>,
    /// Whether the program gets to calls of them; `None` when it is about the file.
    pub used: Option<Used>,
    /// The crate whose code makes the call.
    pub package: Option<Package>,
    /// The nearest source line in the user's own crates, else in a dependency.
    pub location: Option<Location>,
    /// The shortest path from an export to a call, folded so that a person can read it.
    pub call_path: Vec<Frame>,
    /// What can be done about it, in one line each.
    pub helps: Vec<String>,
}

/// What kind of thing is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObstacleKind {
    /// The host does not load this kind of file.
    FileKind,
    /// The file has no export that the host starts.
    Start,
    /// The host does not have an import.
    Import,
    /// The host does not have the version of an import.
    Version,
    /// The host has it, but calls fail.
    Calls,
}

impl ObstacleKind {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ObstacleKind::FileKind => "file-kind",
            ObstacleKind::Start => "start",
            ObstacleKind::Import => "import",
            ObstacleKind::Version => "version",
            ObstacleKind::Calls => "calls",
        }
    }
}

/// How far a program gets with what it imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// No code refers to a function of it: other imports use its types.
    Types,
    /// Code refers to it, and nothing leads there from an export.
    Linked,
    /// An export leads to a call.
    Called,
}

impl Used {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Used::Types => "types",
            Used::Linked => "linked",
            Used::Called => "called",
        }
    }
}

/// Judges a file against a host.
#[must_use]
pub fn fit(facts: &Facts<'_>, host: &'static Host) -> Fit {
    let mut fit = Fit {
        host,
        verdict: Verdict::Runs,
        start: None,
        told: Vec::new(),
        obstacles: Vec::new(),
        notes: Vec::new(),
    };
    if entry::loads(facts, &mut fit) {
        entry::starts(facts, &mut fit);
        imports::check(facts, &mut fit);
        versions::check(facts, &mut fit);
    }
    fit.told
        .sort_by(|a, b| (a.purpose, &a.text).cmp(&(b.purpose, &b.text)));
    fit.obstacles.sort_by(|a, b| {
        (b.verdict, a.kind, b.used, &a.interfaces).cmp(&(a.verdict, b.kind, a.used, &b.interfaces))
    });
    let told = (!fit.told.is_empty()).then_some(Verdict::RunsWhenTold);
    let worst = fit.obstacles.iter().map(|obstacle| obstacle.verdict);
    fit.verdict = worst.chain(told).max().unwrap_or(Verdict::Runs);
    fit
}

impl Fit {
    /// The words of the command that starts the file, without the file, which comes after them; `None`
    /// for a host that is not started by a command, or can't run it.
    #[must_use]
    pub fn command(&self) -> Option<Vec<String>> {
        let start = self.start.filter(|start| !start.command.is_empty())?;
        if self.verdict == Verdict::Refused {
            return None;
        }
        let mut words = start.command.clone();
        if self.host.told_in.is_none() {
            words.extend(self.told.iter().map(|told| told.text.clone()));
        }
        Some(words)
    }

    fn obstacle(&mut self, verdict: Verdict, kind: ObstacleKind, message: String) -> &mut Obstacle {
        self.obstacles.push(Obstacle {
            verdict,
            kind,
            message,
            interfaces: Vec::new(),
            used: None,
            package: None,
            location: None,
            call_path: Vec::new(),
            helps: Vec::new(),
        });
        let last = self.obstacles.len() - 1;
        &mut self.obstacles[last]
    }

    /// Notes that the host has to be told something for the sake of an interface.
    fn tell(&mut self, text: &str, purpose: Purpose, interface: String, note: Option<&String>) {
        let known = self
            .told
            .iter_mut()
            .find(|told| told.text == text && told.purpose == purpose);
        match known {
            Some(told) => {
                if let Err(at) = told.interfaces.binary_search(&interface) {
                    told.interfaces.insert(at, interface);
                }
            }
            None => self.told.push(Told {
                text: text.to_owned(),
                purpose,
                interfaces: vec![interface],
                note: note.cloned(),
            }),
        }
    }
}
