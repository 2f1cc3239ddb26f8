//! A build, laid out before anything happens: pure data, and what `--dry-run` prints.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// One program with its arguments, environment and working directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program: a path, or a name that is looked up in `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What is set (`Some`) or removed (`None`) in the environment it inherits.
    pub env: BTreeMap<OsString, Option<OsString>>,
    /// The directory it starts in; the current one when absent.
    pub cwd: Option<PathBuf>,
}

impl Invocation {
    /// A program without arguments.
    pub fn new(program: impl Into<OsString>) -> Invocation {
        Invocation {
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Invocation {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Invocation {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Invocation {
        self.env.insert(name.into(), Some(value.into()));
        self
    }

    /// Sets the directory it starts in.
    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<PathBuf>) -> Invocation {
        self.cwd = Some(cwd.into());
        self
    }
}

/// A line that a POSIX shell would run, without the working directory.
impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            if let Some(value) = value {
                write!(f, "{}={} ", name.to_string_lossy(), quoted(value))?;
            }
        }
        f.write_str(&quoted(&self.program))?;
        for arg in &self.args {
            write!(f, " {}", quoted(arg))?;
        }
        Ok(())
    }
}

/// One thing a plan does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Runs a program.
    Run {
        /// Why, in a few words: `build the project`.
        purpose: &'static str,
        /// What is run.
        invocation: Invocation,
    },
    /// Copies a published package's source, so that the build never writes into cargo's own cache.
    CopySource {
        /// The crate: `ripgrep`, `ripgrep@15.2.0`.
        of: String,
        /// The copy.
        to: PathBuf,
    },
    /// Takes imports out of the components.
    Stub {
        /// What names them: `wasi:sockets`.
        imports: Vec<String>,
    },
    /// Copies the components to where the user finds them.
    Deliver {
        /// The directory.
        to: PathBuf,
    },
}

/// The steps that would build a project, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildPlan {
    /// In order.
    pub steps: Vec<Step>,
}

/// The text of `--dry-run`: a comment and a command for each step, without a final newline.
impl fmt::Display for BuildPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match step {
                Step::Run {
                    purpose,
                    invocation,
                } => {
                    write!(f, "# {purpose}")?;
                    if let Some(cwd) = &invocation.cwd {
                        write!(f, "\ncd {}", quoted_path(cwd))?;
                    }
                    write!(f, "\n{invocation}")?;
                }
                Step::CopySource { of, to } => write!(
                    f,
                    "# copy the source of {of} from cargo's cache to {}",
                    quoted_path(to)
                )?,
                Step::Stub { imports } => write!(
                    f,
                    "# take these imports out of each component: {}",
                    imports.join(", ")
                )?,
                Step::Deliver { to } => write!(
                    f,
                    "# copy each component that was built to {}",
                    quoted_path(to)
                )?,
            }
        }
        Ok(())
    }
}

fn quoted_path(path: &Path) -> String {
    quoted(path.as_os_str())
}

/// The word as a POSIX shell reads it back; unchanged when nothing in it is special.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_as_a_shell_script() {
        let build = Invocation::new("cargo")
            .args(["build", "--features", "a b"])
            .arg("--config=x='1'")
            .env("RUSTC_WRAPPER", "/opt/wasify")
            .cwd("/home/me/my app");
        let plan = BuildPlan {
            steps: vec![
                Step::Run {
                    purpose: "build the project",
                    invocation: build,
                },
                Step::Deliver {
                    to: PathBuf::from("/home/me"),
                },
            ],
        };
        assert_eq!(
            plan.to_string(),
            "# build the project\n\
             cd '/home/me/my app'\n\
             RUSTC_WRAPPER=/opt/wasify cargo build --features 'a b' '--config=x='\\''1'\\'''\n\
             # copy each component that was built to /home/me"
        );
    }
}
