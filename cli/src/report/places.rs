//! Where a finding is to be shown by what reads reports: in a file of the user's own repository. That is the
//! source line, else the line of the dependency that brings it in, else the manifest or the artifact.

use std::path::{Component, Path, PathBuf};

use wasify_lints::finding::{Finding, Location};

use super::manifests::Manifests;
use super::{Artifact, Report, STDIN, Sources};

/// A place to show a finding at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The path from the repository's root, with forward slashes.
    pub(super) file: String,
    /// One-based; `None` for a binary.
    pub(super) line: Option<u32>,
    /// One-based, in characters.
    pub(super) column: Option<u32>,
    /// Whether it is a line of source, and not one of a manifest or no line at all.
    pub(super) is_source: bool,
    /// Whether the path starts from the repository's root, and does not lead somewhere else.
    pub(super) in_repository: bool,
}

/// Finds places for the findings of a report.
#[derive(Debug)]
pub(super) struct Places {
    /// What paths start from; `None` where the project is not the user's own.
    base: Option<PathBuf>,
    /// The project's root; `None` for a file alone.
    root: Option<PathBuf>,
    here: PathBuf,
    manifests: Manifests,
}

impl Places {
    pub(super) fn new(report: &Report) -> Places {
        let here = std::env::current_dir().unwrap_or_default();
        let root = report.project.as_ref().map(|project| &project.root);
        let base = match &report.project {
            Some(project) => project.repository.clone(),
            None => Some(repository(&here)),
        };
        let own = root.filter(|_| base.is_some());
        Places {
            manifests: own.map(|root| Manifests::read(root)).unwrap_or_default(),
            root: own.cloned(),
            base,
            here,
        }
    }

    /// Where a finding is shown, with the artifact that it is about; `None` only for a project that is not
    /// the user's own, and that made nothing.
    pub(super) fn of(&self, finding: &Finding, artifact: Option<&Artifact>) -> Option<Place> {
        let lines = || {
            let frames = finding.call_path.iter().rev();
            let frames = frames.filter_map(|frame| frame.location.as_ref());
            finding.location.iter().chain(frames)
        };
        lines()
            .find_map(|location| self.source(location))
            .or_else(|| self.dependency(finding))
            .or_else(|| self.manifest(finding))
            .or_else(|| self.artifact(artifact?))
    }

    /// A line of source, if it is of the user's own.
    pub(super) fn source(&self, location: &Location) -> Option<Place> {
        let path = Path::new(&location.file);
        let path = match &self.root {
            Some(root) => root.join(path),
            None if path.is_absolute() => path.to_owned(),
            // It may be of another program.
            None => return None,
        };
        // What a build script has written is in nobody's repository.
        let generated = self.root.as_ref().map(|root| root.join("target"));
        if generated.is_some_and(|target| path.starts_with(target)) || !path.is_file() {
            return None;
        }
        Some(Place {
            file: self.below(&path)?,
            line: Some(location.line.unwrap_or(1)),
            column: column(&path, location),
            is_source: true,
            in_repository: true,
        })
    }

    /// The line of the direct dependency that leads to what the finding is about.
    fn dependency(&self, finding: &Finding) -> Option<Place> {
        let path = &finding.dependency_path;
        let found = match (path.first(), path.get(1)) {
            (Some(own), Some(direct)) => {
                let own = own.package.name.as_str();
                self.manifests.line(Some(own), &direct.package.name)
            }
            _ => {
                let frames = finding.call_path.iter();
                let frames = frames.filter_map(|frame| frame.package.as_ref());
                let packages: Vec<_> = frames.chain(&finding.package).collect();
                let own = packages.first().map(|own| own.name.as_str());
                let mut named = packages.iter();
                named
                    .find_map(|package| self.manifests.line(own, &package.name))
                    .or_else(|| self.manifests.line_towards(finding.package.as_ref()?))
            }
        };
        let (path, line) = found?;
        Some(Place {
            file: self.below(path)?,
            line: Some(line),
            column: None,
            is_source: false,
            in_repository: true,
        })
    }

    /// The manifest of the package, else the project's.
    fn manifest(&self, finding: &Finding) -> Option<Place> {
        let root = self.root.as_ref()?;
        let first = finding.dependency_path.first();
        let own = first.map(|step| &step.package).or(finding.package.as_ref());
        let path = own.and_then(|own| self.manifests.of(&own.name));
        let path = path.map_or_else(|| root.join("Cargo.toml"), Path::to_owned);
        Some(Place {
            file: self.below(&path)?,
            line: Some(1),
            column: None,
            is_source: false,
            in_repository: true,
        })
    }

    /// The artifact itself.
    pub(super) fn artifact(&self, artifact: &Artifact) -> Option<Place> {
        if artifact.path.as_os_str() == STDIN {
            return None;
        }
        let file = self.below(&self.here.join(&artifact.path));
        Some(Place {
            in_repository: file.is_some(),
            // Outside of the repository it is told as the user would write it.
            file: file.unwrap_or_else(|| slashes(&artifact.path)),
            line: None,
            column: None,
            is_source: false,
        })
    }

    /// The path from the repository's root. Paths may come from a foreign binary: none leads out of it.
    fn below(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(self.base.as_ref()?).ok()?;
        let mut out = PathBuf::new();
        for component in below.components() {
            match component {
                Component::Normal(name) => out.push(name),
                Component::ParentDir if out.pop() => {}
                Component::CurDir => {}
                _ => return None,
            }
        }
        Some(slashes(&out))
    }
}

/// The column in characters: what is recorded counts bytes.
fn column(path: &Path, location: &Location) -> Option<u32> {
    let column = location.column?;
    let line = Sources::default().line(&path.to_string_lossy(), location.line?);
    let before = usize::try_from(column).ok()?.checked_sub(1)?;
    let before = line.as_deref().and_then(|line| line.get(..before));
    let characters = before.and_then(|before| u32::try_from(before.chars().count()).ok());
    Some(characters.map_or(column, |characters| characters + 1))
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The root of the repository that a directory is in; the directory itself when it is in none.
#[must_use]
pub(super) fn repository(of: &Path) -> PathBuf {
    let mut above = of.ancestors();
    // In a linked work tree it is a file.
    let found = above.find(|above| above.join(".git").exists());
    found.unwrap_or(of).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::sample;
    use super::*;

    fn places() -> Places {
        Places::new(&sample::found())
    }

    fn shown(place: Option<Place>) -> String {
        let place = place.unwrap();
        format!("{}:{:?}:{:?}", place.file, place.line, place.column)
    }

    #[test]
    fn the_users_own_line_is_first() {
        let mut finding = sample::finding("std-temp-dir", wasify_lints::finding::Level::Deny);
        let of = |finding: &Finding| shown(places().of(finding, None));
        finding.package = Some(sample::package("ignore", "0.4.23"));
        assert_eq!(of(&finding), "Cargo.toml:Some(9):None");
        finding.location = Some(sample::location("ignore-0.4.23/src/walk.rs", 3, 4));
        assert_eq!(of(&finding), "Cargo.toml:Some(9):None");
        finding.location = Some(sample::location("src/main.rs", 9, 15));
        assert_eq!(of(&finding), "src/main.rs:Some(9):Some(15)");
        finding.location = None;
        finding.package = None;
        assert_eq!(of(&finding), "Cargo.toml:Some(1):None");
    }

    #[test]
    fn no_path_leads_out_of_the_repository() {
        let places = places();
        let root = sample::root().display().to_string();
        for file in ["../sample.rs", "/etc/passwd", "src/none.rs"] {
            assert_eq!(places.source(&sample::location(file, 1, 1)), None, "{file}");
        }
        for file in [
            "./src/../src/main.rs".to_owned(),
            format!("{root}/src/main.rs"),
        ] {
            let place = places.source(&sample::location(&file, 2, 0));
            assert_eq!(shown(place), "src/main.rs:Some(2):None");
        }
    }

    #[test]
    fn paths_start_at_the_repository() {
        let scratch = tempfile::tempdir().unwrap();
        let deep = scratch.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir(scratch.path().join("a/.git")).unwrap();
        assert_eq!(repository(&deep), scratch.path().join("a"));
    }
}
