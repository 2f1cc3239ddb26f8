//! Source lines for a profile that keeps none.
//!
//! Cargo's release profile has no debug information, and then neither findings nor inlined functions can be named.
//! With line tables in the objects and a link that leaves them out, the component stays as small as it was, and the
//! witness has them.

use std::fs;
use std::path::Path;

use crate::ecosystem::BuildRequest;

/// How many profiles may inherit from one another; cargo refuses circles.
const MOST_PROFILES: usize = 16;

/// cargo's options for line tables, where the profile that is asked for says nothing of debug information.
pub(super) fn options(root: &Path, request: &BuildRequest) -> Vec<String> {
    let profile = match request.profile.as_deref() {
        Some(profile) => profile,
        None if request.release => "release",
        None => "dev",
    };
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let Some(strips) = without_lines(&manifest, profile) else {
        return Vec::new();
    };
    let mut settings = vec![format!("profile.{profile}.debug=\"line-tables-only\"")];
    if !strips {
        settings.push(format!("profile.{profile}.strip=\"debuginfo\""));
    }
    settings
        .into_iter()
        .flat_map(|setting| ["--config".to_owned(), setting])
        .collect()
}

/// For a profile without debug information: whether it says itself what is stripped.
fn without_lines(manifest: &toml::Table, profile: &str) -> Option<bool> {
    let profiles = manifest.get("profile").and_then(toml::Value::as_table);
    let mut strips = false;
    let mut name = profile;
    for _ in 0..MOST_PROFILES {
        let table = profiles.and_then(|profiles| profiles.get(name)?.as_table());
        let says = |key: &str| table.is_some_and(|table| table.contains_key(key));
        if says("debug") {
            return None;
        }
        strips |= says("strip");
        let inherits = table.and_then(|table| table.get("inherits")?.as_str());
        name = match (inherits, name) {
            (Some(above), _) => above,
            (None, "release" | "bench") => return Some(strips),
            (None, _) => return None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_without_lines_get_them() {
        for (manifest, profile, expected) in [
            ("", "release", Some(false)),
            ("", "dev", None),
            ("", "unknown", None),
            ("[profile.release]\ndebug = 1", "release", None),
            ("[profile.release]\nstrip = true", "release", Some(true)),
            (
                "[profile.small]\ninherits = \"release\"",
                "small",
                Some(false),
            ),
            (
                "[profile.small]\ninherits = \"release\"\n[profile.release]\nstrip = true",
                "small",
                Some(true),
            ),
            ("[profile.x]\ninherits = \"x\"", "x", None),
        ] {
            let manifest: toml::Table = manifest.parse().unwrap();
            assert_eq!(without_lines(&manifest, profile), expected, "{manifest}");
        }
    }
}
