//! Builds that make no component: what the project has instead.

use std::collections::BTreeSet;

use cargo_metadata::{CrateType, Metadata, Target};

use crate::ecosystem::trouble::Trouble;

/// The targets of the user's own packages, by what they can become.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Programs, each with the features it can't be built without.
    pub programs: BTreeSet<(String, Vec<String>)>,
    /// Libraries that become components.
    pub reactors: BTreeSet<String>,
    /// Libraries that only other Rust code can link.
    pub libraries: BTreeSet<String>,
    /// Examples.
    pub examples: BTreeSet<String>,
}

impl Targets {
    /// Those of the workspace's members.
    pub(super) fn of(metadata: &Metadata) -> Targets {
        let mut targets = Targets::default();
        let packages = metadata.workspace_packages();
        for target in packages.iter().flat_map(|package| &package.targets) {
            targets.add(target);
        }
        targets
    }

    fn add(&mut self, target: &Target) {
        let name = target.name.clone();
        let is = |kinds: &[CrateType]| target.crate_types.iter().any(|kind| kinds.contains(kind));
        if target.is_bin() {
            self.programs
                .insert((name, target.required_features.clone()));
        } else if target.is_example() {
            self.examples.insert(name);
        } else if is(&[CrateType::CDyLib]) {
            self.reactors.insert(name);
        } else if is(&[CrateType::Lib, CrateType::RLib]) {
            self.libraries.insert(name);
        }
    }
}

/// Names as a person lists them.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The error after a build that succeeded and made no component.
pub(super) fn linked(metadata: &Metadata) -> Trouble {
    let targets = Targets::of(metadata);
    let mut trouble = Trouble::new(if targets.libraries.is_empty() {
        "the build made no component: nothing that was built is a program or a `cdylib`".to_owned()
    } else {
        format!(
            "the build made no component: only a Rust library ({}), which other Rust code links",
            listed(&targets.libraries)
        )
    });
    for (program, features) in &targets.programs {
        if !features.is_empty() {
            let features = features.join(",");
            trouble = trouble.help(format!(
                "the program `{program}` needs `--features {features}`"
            ));
        }
    }
    if let Some(example) = targets.examples.first() {
        let examples = listed(&targets.examples);
        trouble = trouble.help(format!(
            "build an example ({examples}): `wasify build --example {example}`"
        ));
    }
    if targets.programs.is_empty() {
        trouble = trouble.help(
            "add a program (`src/main.rs`), or `crate-type = [\"cdylib\"]` to `[lib]` in `Cargo.toml`",
        );
    }
    trouble
}
