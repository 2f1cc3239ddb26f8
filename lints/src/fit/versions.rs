//! Whether a host takes the versions that a component asks for.

use crate::facts::{Facts, Interface, Kind};
use crate::host::{Matching, Status};

use super::{Fit, ObstacleKind, Used, Verdict};

/// The patch number of a 0.2 version; `None` for drafts and for other versions.
fn patch(version: &str) -> Option<u32> {
    version.strip_prefix("0.2.")?.parse().ok()
}

/// Compares the versions of the interfaces that the host has otherwise.
pub(super) fn check(facts: &Facts<'_>, fit: &mut Fit) {
    let host = fit.host;
    let Some(versions) = host.versions.as_ref() else {
        return;
    };
    if facts.surface.kind != Kind::Component {
        return;
    }
    let has = |import: &&Interface| {
        let row = host.row(&import.name, None);
        import.name.starts_with("wasi:")
            && row.is_some_and(|row| row.version.is_none() && row.status != Status::Missing)
    };
    let (mut newer, mut foreign) = (Vec::new(), Vec::new());
    for import in facts.surface.imports.iter().filter(has) {
        let Some(version) = import.version.as_deref() else {
            continue;
        };
        match (patch(version), patch(&versions.up_to)) {
            (Some(asked), Some(own)) if asked > own || exact(versions.matching) && asked != own => {
                newer.push((import, version));
            }
            (Some(_), _) => {}
            (None, _) => foreign.push((import, version)),
        }
    }
    if let Some((_, version)) = newer.iter().max_by_key(|(_, version)| patch(version)) {
        differs(fit, version, &newer, versions.matching, &versions.up_to);
    }
    if let Some((_, version)) = foreign.first() {
        let message = format!(
            "it asks for WASI {version}, and wasify knows what {} has of 0.2 only",
            host.title
        );
        let interfaces = names(&foreign);
        let used = used(&foreign);
        let obstacle = fit.obstacle(Verdict::Unknown, ObstacleKind::Version, message);
        (obstacle.interfaces, obstacle.used) = (interfaces, used);
    }
}

/// Whether a version below the host's own is refused or not known to be taken, too.
fn exact(matching: Matching) -> bool {
    matches!(matching, Matching::Exact | Matching::Unknown)
}

fn differs(
    fit: &mut Fit,
    version: &str,
    imports: &[(&Interface, &str)],
    matching: Matching,
    own: &str,
) {
    let title = &fit.host.title;
    let (verdict, message) = match matching {
        Matching::Ignored => return,
        Matching::Semver => {
            fit.notes.push(format!(
                "it asks for WASI {version} and {title} has {own}, which it takes for it; a function \
                 that {own} does not have would be missing"
            ));
            return;
        }
        Matching::Exact => (
            Verdict::Refused,
            format!("it asks for WASI {version}, and {title} has {own} and takes no other"),
        ),
        Matching::Unknown => (
            Verdict::Unknown,
            format!(
                "it asks for WASI {version}, {title} has {own}, and it is not known whether one is \
                 taken for the other"
            ),
        ),
    };
    let (interfaces, used) = (names(imports), used(imports));
    let obstacle = fit.obstacle(verdict, ObstacleKind::Version, message);
    (obstacle.interfaces, obstacle.used) = (interfaces, used);
    obstacle.helps = vec![format!(
        "a toolchain that imports WASI {own} makes a file that fits; Rust 1.95 imports 0.2.6"
    )];
}

fn names(imports: &[(&Interface, &str)]) -> Vec<String> {
    let name = |(import, version): &(&Interface, &str)| format!("{}@{version}", import.name);
    imports.iter().map(name).collect()
}

/// The most that is done with any of them.
fn used(imports: &[(&Interface, &str)]) -> Option<Used> {
    let each = imports
        .iter()
        .map(|(import, _)| super::imports::used(import));
    each.max()
}

#[cfg(test)]
mod tests {
    use super::patch;

    #[test]
    fn only_released_0_2_has_a_patch_number() {
        assert_eq!(patch("0.2.12"), Some(12));
        assert_eq!(patch("0.2.0-rc-2023-11-10"), None);
        assert_eq!(patch("0.3.0"), None);
    }
}
