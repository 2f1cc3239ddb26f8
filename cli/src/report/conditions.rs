//! What reports name beside the rules: a build that failed, a host that refuses, what only a baseline or a look
//! at the machine can tell. Each has a page as a rule has.

use wasify_lints::explain::BUILD_FAILED;

/// The name of the entries that stand for a host which can't run an artifact.
pub const REFUSED: &str = "refused-by-host";

/// The name of the entries that stand for what is worse than the baseline and no finding: an import, the WASI
/// version, the size.
pub const WORSE: &str = "worse-than-baseline";

/// A tool that is missing, or does not work.
pub const TOOL: &str = "unusable-tool";

/// A setting of cargo's that fights the port.
pub const SETTING: &str = "hostile-setting";

/// A flag in `wasify.toml` whose reason is gone.
pub const STALE_FLAG: &str = "stale-flag";

/// That `cargo check` fails with the changes of `--fix`.
pub const NOT_VERIFIED: &str = "not-verified";

/// One of them, in words.
#[derive(Debug)]
pub struct Condition {
    /// Its name in reports.
    pub id: &'static str,
    /// What is the case, in a line.
    pub title: &'static str,
    /// What it means and how it is told.
    pub happens: &'static str,
    /// What to do.
    pub instead: &'static str,
    /// The document that tells more.
    pub document: &'static str,
}

/// All of them, by name.
pub static CONDITIONS: [Condition; 7] = [
    Condition {
        id: BUILD_FAILED,
        title: "a package does not build for this target",
        happens: "There is no component, or not all of them. Each package that failed by itself is reported \
                  once, with its first error and the path of dependencies that leads to it. Where no package is to \
                  blame, cargo's own error is reported, or what this machine lacks.",
        instead: "Read the package's own error first. A dependency that supports other systems only is often \
                  there for one feature: leave that out with `--no-default-features`, or look for a newer \
                  version that knows WASI. `wasify build --fix` tries what wasify knows.",
        document: "README.md",
    },
    Condition {
        id: SETTING,
        title: "a setting of cargo fights the port",
        happens: "A flag of rustc, a linker or a profile that is meant for this machine is used for WASI too. Where \
                  it is reported as an error, nothing links with it. The others hide what wasify could tell: a \
                  stripped component has no names to find calls by.",
        instead: "Set it for this machine alone: below `[target.<its triple>]` of `.cargo/config.toml` instead of \
                  `[build]`, and unset RUSTFLAGS for the build.",
        document: "README.md",
    },
    Condition {
        id: NOT_VERIFIED,
        title: "`cargo check` fails with the changes that were suggested",
        happens: "`wasify doctor --check` had cargo compile the project, without linking it, with every change of \
                  `wasify build --fix=all` in place, and packages still fail. Nothing of it was kept.",
        instead: "What the compiler said stands above the report. `wasify build --fix=all` keeps the changes that \
                  bring the port nearer, and tells of each package that is left what is known of it.",
        document: "README.md",
    },
    Condition {
        id: REFUSED,
        title: "a host that was asked for can't run this",
        happens: "A host that was named with `--host` refuses the file, or does not have what the program can't do \
                  without: an import that it does not offer, or a version of WASI that it does not know.",
        instead: "`wasify hosts` compares the hosts. Where the program can do without the import, `--stub` takes it \
                  out of the component; what used it then gets an error.",
        document: "docs/hosts.md",
    },
    Condition {
        id: STALE_FLAG,
        title: "a flag in wasify.toml has lost its reason",
        happens: "The package that asked for it is not in the build any more, or a version of it is locked that \
                  needs no help. Most of them do nothing then; one that names what is not there can keep cargo \
                  from building.",
        instead: "Delete the line that is named. If the build then asks for it again, that is a bug of wasify.",
        document: "README.md",
    },
    Condition {
        id: TOOL,
        title: "a tool that the build needs is missing or does not work",
        happens: "Rust's own tools, its standard library for WASI, the linker of components or a compiler for C was \
                  looked for, and is not there or fails when it is started.",
        instead: "`wasify doctor --install` installs what wasify can; the report has the command for the others.",
        document: "README.md",
    },
    Condition {
        id: WORSE,
        title: "this is worse than the baseline",
        happens: "`wasify build --ci` compares with `wasify-baseline.toml`. An import, a higher version of WASI or a \
                  larger component was not accepted there: hosts that ran the port may refuse it, or run it slower.",
        instead: "Undo what brought it in; or, where it is meant, accept it with `wasify build --write-baseline` and \
                  let the change of that file be reviewed.",
        document: "docs/ci.md",
    },
];

/// The one with this name.
#[must_use]
pub fn condition(id: &str) -> Option<&'static Condition> {
    CONDITIONS.iter().find(|condition| condition.id == id)
}

#[cfg(test)]
mod tests {
    use wasify_lints::registry;

    use super::*;

    #[test]
    fn no_condition_is_called_as_a_rule_is() {
        let rules = registry::rules().unwrap();
        for condition in &CONDITIONS {
            assert!(
                rules
                    .iter()
                    .all(|rule| rule.id != condition.id && rule.group != condition.id)
            );
            assert!(std::ptr::eq(
                super::condition(condition.id).unwrap(),
                condition
            ));
        }
        assert!(condition("home-no-wasi").is_none());
    }
}
