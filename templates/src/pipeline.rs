//! Files for a project's pipeline and for where it is deployed, with places to fill in: `@NAME@`.

/// The settings that a project begins with.
pub const SETTINGS: &str = include_str!("../wasify.toml");
/// The workflow for GitHub's CI. To fill in: `VERSION`, wasify's own.
pub const GITHUB: &str = include_str!("../ci/github.yml");
/// The job for GitLab's CI. To fill in: `VERSION`.
pub const GITLAB: &str = include_str!("../ci/gitlab.yml");
/// The script for any other. To fill in: `VERSION`.
pub const GENERIC: &str = include_str!("../ci/generic.sh");
/// An image with the component alone. To fill in: `VERSION`, `NAME` of the program, its `FILE`, and the command
/// that `RUN`s it.
pub const DOCKERFILE: &str = include_str!("../deploy/Dockerfile");
/// What Docker leaves behind when it copies the project.
pub const DOCKERIGNORE: &str = include_str!("../deploy/dockerignore");
/// Spin's manifest. To fill in: `NAME`, `PACKAGE_VERSION`, `ID` and table of the `COMPONENT`, and the `EXECUTOR`.
pub const SPIN: &str = include_str!("../deploy/spin.toml");
/// wadm's manifest. To fill in: `NAME`, `PACKAGE_VERSION`, `FILE`, `NOTES`, `CONFIG` and `SERVER`, which may be
/// empty.
pub const WADM: &str = include_str!("../deploy/wadm.yaml");

/// A template with its places filled in. What has no value stays as it is, for a test to find.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("@{name}@"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled_in() {
        assert_eq!(fill("@A@ @B@ @A@", &[("A", "x"), ("B", "y")]), "x y x");
        assert_eq!(fill("a@b.c", &[("A", "x")]), "a@b.c");
    }
}
