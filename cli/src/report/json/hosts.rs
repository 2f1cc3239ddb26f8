//! What hosts make of a file, for programs.

use wasify_lints::fit::{Fit, Obstacle, ObstacleKind, Purpose, Told, Used, Verdict};

use super::super::Artifact;
use super::{frame, location, package, v1};

pub(super) fn fit(artifact: &Artifact, fit: &Fit) -> v1::HostFit {
    v1::HostFit {
        host: fit.host.id.clone(),
        checked: fit.host.checked.clone(),
        verdict: match fit.verdict {
            Verdict::Runs => v1::Verdict::Runs,
            Verdict::RunsWhenTold => v1::Verdict::RunsWhenTold,
            Verdict::Partly => v1::Verdict::Partly,
            Verdict::Unknown => v1::Verdict::Unknown,
            Verdict::Refused => v1::Verdict::Refused,
        },
        command: artifact.command_on(fit),
        told_in: fit.host.told_in.clone(),
        told: fit.told.iter().map(told).collect(),
        obstacles: fit.obstacles.iter().map(obstacle).collect(),
        notes: fit.notes.clone(),
    }
}

fn told(told: &Told) -> v1::Told {
    v1::Told {
        text: told.text.clone(),
        purpose: match told.purpose {
            Purpose::Add => v1::Purpose::Add,
            Purpose::Stub => v1::Purpose::Stub,
            Purpose::Allow => v1::Purpose::Allow,
        },
        interfaces: told.interfaces.clone(),
        note: told.note.clone(),
    }
}

fn obstacle(obstacle: &Obstacle) -> v1::Obstacle {
    v1::Obstacle {
        kind: match obstacle.kind {
            ObstacleKind::FileKind => v1::ObstacleKind::FileKind,
            ObstacleKind::Start => v1::ObstacleKind::Start,
            ObstacleKind::Import => v1::ObstacleKind::Import,
            ObstacleKind::Version => v1::ObstacleKind::Version,
            ObstacleKind::Calls => v1::ObstacleKind::Calls,
        },
        message: obstacle.message.clone(),
        interfaces: obstacle.interfaces.clone(),
        used: obstacle.used.map(|used| match used {
            Used::Types => v1::Used::Types,
            Used::Linked => v1::Used::Linked,
            Used::Called => v1::Used::Called,
        }),
        package: obstacle.package.as_ref().map(package),
        location: obstacle.location.as_ref().map(location),
        call_path: obstacle.call_path.iter().map(frame).collect(),
        helps: obstacle.helps.clone(),
    }
}
