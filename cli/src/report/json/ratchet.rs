//! How a build compares with its baseline, for programs.

use super::v1;
use crate::ratchet::{Change, Ratchet, What};

pub(super) fn ratchet(ratchet: &Ratchet) -> v1::Ratchet {
    v1::Ratchet {
        file: ratchet.file.display().to_string(),
        there: ratchet.there,
        accepted: ratchet.accepted,
        worse: ratchet.worse.iter().map(change).collect(),
        better: ratchet.better.iter().map(change).collect(),
        not_built: ratchet.not_built.clone(),
    }
}

fn change(change: &Change) -> v1::Change {
    let (rule, package, place) = match &change.what {
        What::Finding {
            rule,
            package,
            place,
            ..
        } => (Some(rule.clone()), package.clone(), place.clone()),
        What::Level { rule, package, .. } => (Some(rule.clone()), package.clone(), None),
        What::Import(_) | What::Wasi { .. } | What::Size { .. } => (None, None, None),
    };
    v1::Change {
        artifact: change.artifact.clone(),
        kind: change.what.kind().to_owned(),
        rule,
        package,
        place,
        text: change.what.to_string(),
    }
}
