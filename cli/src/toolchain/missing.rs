//! What is not installed, and nobody is to blame for but the machine.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::ecosystem::Remedy;
use crate::ecosystem::trouble::Trouble;
use crate::execute::surroundings::Surroundings;

/// Something of Rust that a project needs, and that wasify must not or can't install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The target's standard library, and wasify was told not to install it.
    Target(&'static str),
    /// The toolchain that the directory asks for.
    Toolchain {
        /// As rustup names it.
        name: String,
        /// The file that asks for it; `None` when a setting of the user does.
        file: Option<PathBuf>,
        /// Whether it is none of those that rustup can download.
        custom: bool,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Target(target) => write!(
                f,
                "Rust's standard library for `{target}` is not installed, and `--no-install` forbids \
                 installing it"
            ),
            Missing::Toolchain { name, file, .. } => {
                write!(f, "the Rust toolchain `{name}`")?;
                if let Some(file) = file {
                    write!(f, ", which `{}` asks for,", file.display())?;
                }
                f.write_str(" is not installed")
            }
        }
    }
}

impl std::error::Error for Missing {}

impl Missing {
    /// The toolchain that rustup misses, read out of what it said in `cwd`.
    pub(super) fn toolchain(around: &Surroundings, cwd: &Path, said: &str) -> Option<Missing> {
        let (before, rest) = said.split_once("toolchain '")?;
        let (name, rest) = rest.split_once('\'')?;
        rest.contains("is not installed")
            .then(|| Missing::Toolchain {
                name: name.to_owned(),
                // The variable comes before every file.
                file: match around.var("RUSTUP_TOOLCHAIN") {
                    Some(_) => None,
                    None => asking_file(cwd),
                },
                custom: before.trim_end().ends_with("custom"),
            })
    }

    /// The same as a [`Trouble`], for those who have no report to put it in; other errors stay what they are.
    #[must_use]
    pub fn or_trouble(error: anyhow::Error) -> anyhow::Error {
        match error.downcast::<Missing>() {
            Ok(missing) => {
                let Remedy { title, command } = missing.remedy();
                let trouble = Trouble::new(missing.to_string());
                trouble.help(format!("{title}: `{command}`")).into()
            }
            Err(other) => other,
        }
    }

    /// The way out.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        let (title, command) = match self {
            Missing::Target(target) => (
                "install it with rustup".to_owned(),
                format!("rustup target add {target}"),
            ),
            Missing::Toolchain { name, file, custom } => {
                let other = match file {
                    Some(file) => format!("remove `{}`", file_name(file)),
                    None => "ask for another with `RUSTUP_TOOLCHAIN`".to_owned(),
                };
                if *custom {
                    (
                        format!(
                            "it is none of rustup's own: link it where you have it, or {other}"
                        ),
                        format!("rustup toolchain link {name} PATH"),
                    )
                } else {
                    (
                        format!("install it with rustup, or {other}"),
                        format!("rustup toolchain install {name}"),
                    )
                }
            }
        };
        Remedy { title, command }
    }
}

fn file_name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The nearest file that names a toolchain. Of two in one directory rustup takes the one without ending.
fn asking_file(cwd: &Path) -> Option<PathBuf> {
    let names = ["rust-toolchain", "rust-toolchain.toml"];
    let all = cwd
        .ancestors()
        .flat_map(|directory| names.map(|name| directory.join(name)));
    let mut files = all.filter(|file| file.is_file());
    files.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(said: &str) -> Option<Missing> {
        let around = Surroundings {
            cwd: PathBuf::from("/"),
            executable: PathBuf::from("wasify"),
            vars: [("RUSTUP_TOOLCHAIN".into(), Some("x".into()))].into(),
        };
        Missing::toolchain(&around, Path::new("/"), said)
    }

    #[test]
    fn toolchains_as_rustup_names_them() {
        let official = missing("toolchain '1.70.0-x86_64-unknown-linux-gnu' is not installed");
        let official = official.expect("it is missing");
        assert_eq!(
            official.to_string(),
            "the Rust toolchain `1.70.0-x86_64-unknown-linux-gnu` is not installed"
        );
        let remedy = official.remedy();
        assert_eq!(
            remedy.command,
            "rustup toolchain install 1.70.0-x86_64-unknown-linux-gnu"
        );
        let older = "override toolchain 'mine' is not installed: the RUSTUP_TOOLCHAIN environment variable \
                     specifies an uninstalled toolchain";
        assert!(missing(older).is_some());
        let custom = "custom toolchain 'mine' specified in override file '/x' is not installed";
        let custom = missing(custom).expect("it is missing");
        assert_eq!(custom.remedy().command, "rustup toolchain link mine PATH");
        assert_eq!(missing("could not download file"), None);
    }
}
