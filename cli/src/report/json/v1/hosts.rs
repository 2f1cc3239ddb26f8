//! The part of `wasify-report/1` about hosts. Frozen, as the rest is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Frame, Location, Package};

/// How a binary and a host go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostFit {
    /// The host's id, as `wasify hosts` lists it.
    pub host: String,
    /// The release of the host that wasify knows it by.
    pub checked: String,
    /// What it comes to. The exit code is 1 when it is `refused`.
    pub verdict: Verdict,
    /// The command that starts it, a word each; null for a host that is not started by a command, or can't
    /// run it.
    pub command: Option<Vec<String>>,
    /// Where `told` is to be written; null when it is in the command.
    pub told_in: Option<String>,
    /// What the host has to be told.
    pub told: Vec<Told>,
    /// What is in the way, the worst first.
    pub obstacles: Vec<Obstacle>,
    /// Further facts, a line each.
    pub notes: Vec<String>,
}

/// What a host makes of a binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It runs it as it is.
    Runs,
    /// It runs it when it is told what is in `told`.
    RunsWhenTold,
    /// It runs it, but calls that the program can get to fail.
    Partly,
    /// Nobody has said whether it does.
    Unknown,
    /// It can't run it.
    Refused,
}

/// Something that a host has to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// An argument of the command, or what to write where `told_in` says.
    pub text: String,
    /// What it does.
    pub purpose: Purpose,
    /// The interfaces it is for, with their versions.
    pub interfaces: Vec<String>,
    /// What else is worth knowing about it.
    pub note: Option<String>,
}

/// What telling a host something does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// It adds interfaces, without which the file is refused.
    Add,
    /// It puts something in the place of interfaces that the host lacks and nothing calls.
    Stub,
    /// It allows calls that are refused otherwise.
    Allow,
}

/// Something that is in the way on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Obstacle {
    /// What kind of thing it is.
    pub kind: ObstacleKind,
    /// What it is, in one line.
    pub message: String,
    /// The imports it is about, with their versions; empty when it is about the file.
    pub interfaces: Vec<String>,
    /// How far the program gets with them; null when it is about the file.
    pub used: Option<Used>,
    /// The crate whose code makes the call.
    pub package: Option<Package>,
    /// The nearest line of source.
    pub location: Option<Location>,
    /// The shortest path to a call, from an export on.
    pub call_path: Vec<Frame>,
    /// What can be done about it, a line each.
    pub helps: Vec<String>,
}

/// What kind of thing is in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
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

/// How far a program gets with what it imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Used {
    /// No code refers to a function of it: other imports use its types.
    Types,
    /// Code refers to it, and nothing leads there from an export.
    Linked,
    /// An export leads to a call.
    Called,
}
