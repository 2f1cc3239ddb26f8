//! Profiles that hide findings: link-time optimisation inlines the standard library into the program, and what
//! is inlined has no name any more.

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

use super::config::{self, Origin};
use super::job::Job;
use crate::ecosystem::{Setting, SettingPlace};

/// The profiles of a workspace with link-time optimisation over all crates.
pub(super) fn optimised(job: &Job<'_>, root: &Path) -> Vec<Setting> {
    let manifest = root.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap_or_default();
    let table: Table = toml::from_str(&text).unwrap_or_default();
    let profiles = table.get("profile").and_then(Value::as_table);
    let mut names: BTreeSet<&str> = ["dev", "release"].into();
    names.extend(
        profiles
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str()),
    );
    let mut found = Vec::new();
    for name in names {
        let own = || profiles?.get(name)?.get("lto").cloned();
        let (value, place) = match set_elsewhere(job, name) {
            Some(found) => found,
            None => match own() {
                Some(value) => {
                    let line = line(&text, name);
                    (value, SettingPlace::File(manifest.clone(), line))
                }
                None => continue,
            },
        };
        if inlines(&value) {
            found.push(setting(name, &value, place));
        }
    }
    found
}

/// What counts before the manifest.
fn set_elsewhere(job: &Job<'_>, profile: &str) -> Option<(Value, SettingPlace)> {
    let variable = format!(
        "CARGO_PROFILE_{}_LTO",
        profile.to_uppercase().replace('-', "_")
    );
    let keys = ["profile", profile, "lto"];
    let of_files = || config::value(job.around, &job.place.cwd, &job.request.passed_on, &keys);
    if let Some((value, Origin::Argument)) = of_files() {
        return Some((value, SettingPlace::Argument));
    }
    if let Some(value) = job.around.var(&variable) {
        let text = value.to_string_lossy().into_owned();
        return Some((Value::String(text), SettingPlace::Variable(variable)));
    }
    let (value, from) = of_files()?;
    let Origin::File(file) = from else {
        return None;
    };
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    Some((value, SettingPlace::File(file, line(&text, profile))))
}

/// `false` stands for what is done without asking, inside of single crates.
fn inlines(value: &Value) -> bool {
    match value {
        Value::Boolean(on) => *on,
        Value::String(text) => matches!(text.as_str(), "fat" | "thin" | "true"),
        _ => false,
    }
}

fn setting(profile: &str, value: &Value, place: SettingPlace) -> Setting {
    Setting {
        what: format!("profile.{profile}.lto = {value}"),
        place,
        why: "inlines the standard library into the program, where some of what fails at run time then can't \
              be seen, or not for sure"
            .to_owned(),
        instead: format!(
            "to be told all of it with this profile, build with: -- --config 'profile.{profile}.lto=\"off\"'"
        ),
        breaks: false,
    }
}

/// The line of the key in the table of a profile.
fn line(text: &str, profile: &str) -> Option<usize> {
    let header = format!("[profile.{profile}]");
    let table = text.lines().position(|line| line.trim() == header)?;
    let mut inside = text.lines().enumerate().skip(table + 1);
    let mut inside = inside
        .by_ref()
        .take_while(|(_, line)| !line.starts_with('['));
    let is_key = |line: &str| {
        line.trim_start()
            .strip_prefix("lto")
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let (line, _) = inside.find(|(_, line)| is_key(line))?;
    Some(line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_profile() {
        let text = "[profile.dev]\nlto = false\n\n[profile.release]\nstrip = true\n  lto=\"fat\"\n[x]\nlto = 1\n";
        assert_eq!(line(text, "dev"), Some(2));
        assert_eq!(line(text, "release"), Some(6));
        assert_eq!(line(text, "bench"), None);
    }

    #[test]
    fn values_that_inline() {
        let of = |text: &str| inlines(&Value::String(text.to_owned()));
        assert!(of("fat") && of("thin") && inlines(&Value::Boolean(true)));
        assert!(!of("off") && !inlines(&Value::Boolean(false)));
    }
}
