//! Flags of rustc with which nothing links for the target, though they are right for others.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::Error;

const FILE: &str = "rustflags.toml";

/// An option of `-C`, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unfit {
    /// What it begins with: `link-arg=-fuse-ld=`.
    pub option: String,
    /// Why it does not do, in a line that follows "it".
    pub why: String,
    /// A part of what rustc or the linker says; absent where they say nothing, and what is made is of no use.
    pub error: Option<String>,
    /// A flag that a test builds with.
    pub tried: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    flag: Vec<Unfit>,
}

/// All of them, in the order of the file.
///
/// # Errors
/// The embedded file does not follow the format; its test keeps that from being released.
pub fn unfit() -> Result<&'static [Unfit], Error> {
    static ALL: OnceLock<Vec<Unfit>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let text = include_str!("../rustflags.toml");
    let file: File = toml::from_str(text).map_err(|error| Error::Rule {
        file: FILE.to_owned(),
        message: error.to_string(),
    })?;
    Ok(ALL.get_or_init(|| file.flag))
}

/// What is known of an option: `link-arg=-fuse-ld=lld`.
///
/// # Errors
/// As [`unfit`].
pub fn known(option: &str) -> Result<Option<&'static Unfit>, Error> {
    // A whole name, unless the entry ends where its value begins.
    let is_it = |unfit: &&Unfit| match option.strip_prefix(&unfit.option) {
        Some("") => true,
        Some(rest) => unfit.option.ends_with(['=', ',']) || rest.starts_with('='),
        None => false,
    };
    Ok(unfit()?.iter().find(is_it))
}

/// The options of `-C` among flags of rustc, each with the place of its first word.
#[must_use]
pub fn options(flags: &[&str]) -> Vec<(usize, String)> {
    let mut options = Vec::new();
    let mut at = 0;
    while let Some(flag) = flags.get(at) {
        let next = || flags.get(at + 1).copied();
        let joined = flag
            .strip_prefix("--codegen=")
            .or_else(|| flag.strip_prefix("-C").filter(|option| !option.is_empty()));
        let separate = matches!(*flag, "-C" | "--codegen");
        if let Some(option) = joined.or_else(|| separate.then(next).flatten()) {
            match option.strip_prefix("link-args=") {
                Some(all) => options.extend(
                    all.split_whitespace()
                        .map(|one| (at, format!("link-arg={one}"))),
                ),
                None => options.push((at, option.trim().replacen('_', "-", underscores(option)))),
            }
        }
        at += if separate { 2 } else { 1 };
    }
    options
}

/// How many underlines are in an option's name, where rustc takes them for hyphens.
fn underscores(option: &str) -> usize {
    let name = option.split('=').next().unwrap_or_default();
    name.matches('_').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_as_rustc_reads_them() {
        let flags = [
            "-C",
            "target-cpu=native",
            "--cfg",
            "x",
            "-Clink_arg=-fuse-ld=lld",
            "--codegen=lto",
            "-Clink-args=-Wl,-s -lm",
            "--codegen",
            "panic=unwind",
        ];
        let expected = [
            (0, "target-cpu=native"),
            (4, "link-arg=-fuse-ld=lld"),
            (5, "lto"),
            (6, "link-arg=-Wl,-s"),
            (6, "link-arg=-lm"),
            (7, "panic=unwind"),
        ];
        let expected = expected.map(|(at, option)| (at, option.to_owned()));
        assert_eq!(options(&flags), expected);
    }

    #[test]
    fn what_is_known_of_them() {
        let is_known = |option| known(option).expect("the file is sound").is_some();
        for option in [
            "link-arg=-fuse-ld=mold",
            "link-arg=-Wl,-s",
            "panic=unwind",
            "instrument-coverage",
            "instrument-coverage=all",
            "linker=cc",
        ] {
            assert!(is_known(option), "{option}");
        }
        for option in [
            "target-cpu=native",
            "panic=abort",
            "linker=ccc",
            "link-arg=-s",
            "lto",
        ] {
            assert!(!is_known(option), "{option}");
        }
        for unfit in unfit().expect("the file is sound") {
            let tried = options(&[unfit.tried.as_str()]);
            let (_, option) = &tried[0];
            assert_eq!(known(option).expect("sound"), Some(unfit));
        }
    }
}
