//! What a build that failed says: each package that failed by itself, with its errors.

use crate::finding::{Location, Package};
use crate::rule::Cause;

/// What of a package failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Its code, or that of its build script, does not compile.
    Compile,
    /// Its build script ran and failed.
    BuildScript,
    /// Its program or library can't be linked.
    Link,
}

impl Stage {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::Compile => "compile",
            Stage::BuildScript => "build-script",
            Stage::Link => "link",
        }
    }
}

/// One error of a compiler, a linker or a build script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The compiler's code, `E0432`.
    pub code: Option<String>,
    /// The message without its level; of a build script all that it said, so that a rule can look for
    /// what names the reason.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
}

/// A package that failed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which one.
    pub package: Package,
    /// What of it.
    pub stage: Stage,
    /// Never empty; in the order in which they came.
    pub errors: Vec<BuildError>,
}

/// Code of a package that can't be linked into WebAssembly, although its build script passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignCode {
    /// Whose build script made it.
    pub package: Package,
    /// The object, or the archive that it is in.
    pub file: String,
    /// The object's name in the archive.
    pub member: Option<String>,
    /// What it is: `an ELF object for x86-64`.
    pub what: String,
    /// How many further objects of the package there are.
    pub more: usize,
}

impl Failure {
    /// Whether any of its errors has this part in it, or this code.
    #[must_use]
    pub fn says(&self, part: &str) -> bool {
        self.errors
            .iter()
            .any(|error| error.message.contains(part) || error.code.as_deref() == Some(part))
    }

    /// The error that tells most, in one line: the first that isn't the mere consequence of another.
    #[must_use]
    pub fn first(&self) -> Option<&BuildError> {
        // Where a name of the system's is missing, whatever follows from it is wrong too.
        let telling = |error: &&BuildError| error.code.as_deref() != Some("E0282");
        self.errors.iter().find(telling).or(self.errors.first())
    }

    /// What kind of failure it is, for one that no rule knows. `None` when it may be anything.
    #[must_use]
    pub fn kind(&self) -> Option<Cause> {
        let says = |parts: &[&str]| parts.iter().any(|part| self.says(part));
        if self.stage == Stage::BuildScript {
            return if says(&NEEDS_C) {
                Some(Cause::NeedsC)
            } else if says(&NEEDS_LIBRARY) {
                Some(Cause::NeedsLibrary)
            } else {
                None
            };
        }
        if says(&["E0658", "E0554", "E0635"]) {
            return Some(Cause::UnstableStd);
        }
        // A `compile_error!` has no code, and stops everything else from making sense.
        let refuses = |error: &BuildError| {
            let message = error.message.to_lowercase();
            error.code.is_none() && REFUSES.iter().any(|part| message.contains(part))
        };
        if self.errors.iter().any(refuses) {
            return Some(Cause::Refuses);
        }
        let missing = |error: &BuildError| {
            let code = error.code.as_deref();
            code.is_some_and(|code| MISSING_ITEM.contains(&code))
        };
        self.errors.iter().any(missing).then_some(Cause::NoWasi)
    }
}

/// What build scripts and C compilers say for want of a compiler, or of its C library.
const NEEDS_C: [&str; 8] = [
    "failed to find tool",
    "unable to create target",
    "No available targets are compatible",
    "file not found",
    "is `cmake` not installed",
    "ToolNotFound",
    "Unable to find libclang",
    "error occurred in cc-rs",
];
/// What they say for want of a library of the system.
const NEEDS_LIBRARY: [&str; 3] = [
    "Could not find directory of OpenSSL installation",
    "pkg-config has not been configured to support cross-compilation",
    "could not find system library",
];
/// What a `compile_error!` about the system has in it.
const REFUSES: [&str; 7] = [
    "support",
    "target",
    "platform",
    "wasm",
    "wasi",
    "operating system",
    "cfg(",
];
/// Codes for something that is not there: a module, an item, an implementation.
const MISSING_ITEM: [&str; 12] = [
    "E0405", "E0407", "E0412", "E0422", "E0423", "E0425", "E0432", "E0433", "E0531", "E0583",
    "E0599", "E0609",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(stage: Stage, errors: &[(Option<&str>, &str)]) -> Failure {
        Failure {
            package: Package {
                name: "x".to_owned(),
                version: None,
            },
            stage,
            errors: errors
                .iter()
                .map(|(code, message)| BuildError {
                    code: code.map(str::to_owned),
                    message: (*message).to_owned(),
                    location: None,
                })
                .collect(),
        }
    }

    #[test]
    fn kinds_of_failures() {
        let cases = [
            (
                failure(
                    Stage::BuildScript,
                    &[(
                        None,
                        "error occurred in cc-rs: failed to find tool \"clang\"",
                    )],
                ),
                Some(Cause::NeedsC),
            ),
            (
                failure(Stage::BuildScript, &[(None, "assertion failed")]),
                None,
            ),
            (
                failure(
                    Stage::Compile,
                    &[(Some("E0658"), "use of unstable library feature `wasip2`")],
                ),
                Some(Cause::UnstableStd),
            ),
            (
                failure(
                    Stage::Compile,
                    &[(None, "open is not supported on this platform")],
                ),
                Some(Cause::Refuses),
            ),
            (
                failure(
                    Stage::Compile,
                    &[
                        (Some("E0282"), "type annotations needed"),
                        (Some("E0433"), "cannot find `unix` in `os`"),
                    ],
                ),
                Some(Cause::NoWasi),
            ),
            (
                failure(Stage::Compile, &[(Some("E0308"), "mismatched types")]),
                None,
            ),
        ];
        for (failure, kind) in cases {
            assert_eq!(failure.kind(), kind, "{failure:?}");
        }
    }

    #[test]
    fn the_error_that_tells_most() {
        let failure = failure(
            Stage::Compile,
            &[
                (Some("E0282"), "type annotations needed"),
                (Some("E0433"), "cannot find `unix` in `os`"),
            ],
        );
        let first = failure.first().map(|error| error.message.as_str());
        assert_eq!(first, Some("cannot find `unix` in `os`"));
    }
}
