//! The manifests of the user's own packages, read once more for a report: on which line does one ask for a
//! dependency. What can't be read has no lines, and is no error: cargo has said what is wrong with it.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Component, Path, PathBuf};

use toml_edit::{Document, Item, TableLike};
use wasify_lints::finding::Package;

/// The tables that bring in what is built for the target. What only tests need comes last: examples use it.
const TABLES: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];
/// No project has more members, and no pattern is followed beyond it.
const MAX_MEMBERS: usize = 2000;

/// The manifests of a project, the root's first.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    all: Vec<Manifest>,
    locked: Vec<Locked>,
}

#[derive(Debug)]
struct Manifest {
    path: PathBuf,
    package: Option<String>,
    /// The package and the key's line, in the order of [`TABLES`].
    dependencies: Vec<(String, u32)>,
    /// The patterns of the workspace's members, and the paths of dependencies.
    members: Vec<String>,
}

/// A package of the lock file.
#[derive(Debug)]
struct Locked {
    name: String,
    version: String,
    /// `name`, or `name version` where there are several.
    dependencies: Vec<String>,
}

impl Manifests {
    /// Reads those of the project in a directory.
    pub(super) fn read(root: &Path) -> Manifests {
        let mut all: Vec<Manifest> = Vec::new();
        let mut waiting = VecDeque::from([root.to_owned()]);
        let mut seen = BTreeSet::new();
        while let Some(folder) = waiting.pop_front() {
            if !seen.insert(folder.clone()) || seen.len() > MAX_MEMBERS {
                continue;
            }
            let Some(manifest) = Manifest::read(folder.join("Cargo.toml")) else {
                continue;
            };
            for pattern in &manifest.members {
                waiting.extend(folders(&folder, pattern).iter().map(|found| plain(found)));
            }
            all.push(manifest);
        }
        let locked = locked(&root.join("Cargo.lock")).unwrap_or_default();
        Manifests { all, locked }
    }

    /// The manifest of one of the user's own packages.
    pub(super) fn of(&self, package: &str) -> Option<&Path> {
        let found = self.all.iter().find(|one| one.is(package))?;
        Some(&found.path)
    }

    /// The line where a package is asked for by name: in the manifest of `by` if that is one of the user's own,
    /// else in any.
    pub(super) fn line(&self, by: Option<&str>, package: &str) -> Option<(&Path, u32)> {
        let by = by.and_then(|by| self.all.iter().find(|one| one.is(by)));
        let rest = self.all.iter();
        by.into_iter().chain(rest).find_map(|manifest| {
            let mut dependencies = manifest.dependencies.iter();
            let (_, line) = dependencies.find(|(name, _)| is_same(name, package))?;
            Some((manifest.path.as_path(), *line))
        })
    }

    /// The line of the dependency that leads to a package, by the lock file. Dependencies of tests and of
    /// other systems are in it too: this is for what has no path of its own.
    pub(super) fn line_towards(&self, package: &Package) -> Option<(&Path, u32)> {
        for manifest in &self.all {
            let Some(start) = manifest.package.as_deref() else {
                continue;
            };
            if let Some(first) = self.first_step(start, package)
                && let Some(found) = self.line(Some(start), &first)
            {
                return Some(found);
            }
        }
        None
    }

    /// The first package on a shortest way from one to another.
    fn first_step(&self, from: &str, to: &Package) -> Option<String> {
        let start = self.locked.iter().find(|one| is_same(&one.name, from))?;
        let mut waiting: VecDeque<(&Locked, &str)> = VecDeque::new();
        let mut seen = BTreeSet::new();
        waiting.extend(self.next(start).map(|next| (next, next.name.as_str())));
        while let Some((at, first)) = waiting.pop_front() {
            let of_version = to
                .version
                .as_ref()
                .is_none_or(|version| *version == at.version);
            if is_same(&at.name, &to.name) && of_version {
                return Some(first.to_owned());
            }
            if seen.insert((&at.name, &at.version)) {
                waiting.extend(self.next(at).map(|next| (next, first)));
            }
        }
        None
    }

    fn next<'a>(&'a self, of: &'a Locked) -> impl Iterator<Item = &'a Locked> {
        of.dependencies.iter().filter_map(|text| {
            let (name, version) = text.split_once(' ').unwrap_or((text, ""));
            let version = version.split(' ').next().unwrap_or_default();
            self.locked.iter().find(|locked| {
                locked.name == name && (version.is_empty() || locked.version == version)
            })
        })
    }
}

impl Manifest {
    fn read(path: PathBuf) -> Option<Manifest> {
        let text = fs::read_to_string(&path).ok()?;
        let document = Document::parse(text.as_str()).ok()?;
        let mut manifest = Manifest {
            path,
            package: None,
            dependencies: Vec::new(),
            members: Vec::new(),
        };
        let name = document.get("package").and_then(|table| table.get("name"));
        manifest.package = name.and_then(Item::as_str).map(str::to_owned);
        let workspace = document.get("workspace");
        let members = workspace.and_then(|table| table.get("members")?.as_array());
        let members = members.into_iter().flatten();
        manifest
            .members
            .extend(members.filter_map(|member| Some(member.as_str()?.to_owned())));
        let of_systems: Vec<&dyn TableLike> = document
            .get("target")
            .and_then(Item::as_table_like)
            .into_iter()
            .flat_map(TableLike::iter)
            .filter_map(|(_, item)| item.as_table_like())
            .collect();
        for kind in TABLES {
            let plain: &dyn TableLike = document.as_table();
            for table in std::iter::once(plain).chain(of_systems.iter().copied()) {
                if let Some(table) = table.get(kind).and_then(Item::as_table_like) {
                    manifest.take(table, &text);
                }
            }
        }
        Some(manifest)
    }

    /// Notes the dependencies of a table.
    fn take(&mut self, table: &dyn TableLike, text: &str) {
        for (name, item) in table.iter() {
            let of = |key: &str| item.get(key).and_then(Item::as_str);
            self.members.extend(of("path").map(str::to_owned));
            let Some(span) = table.key(name).and_then(toml_edit::Key::span) else {
                continue;
            };
            let above = text.get(..span.start).unwrap_or_default();
            let line = 1 + above.matches('\n').count();
            let package = of("package").unwrap_or(name).to_owned();
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            self.dependencies.push((package, line));
        }
    }

    fn is(&self, package: &str) -> bool {
        self.package
            .as_deref()
            .is_some_and(|name| is_same(name, package))
    }
}

/// Whether two names are of one package: a crate's name has underscores where the package's may have hyphens.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.replace('-', "_") == other.replace('-', "_")
}

/// The directories that a pattern of members stands for: `*` is any one name, as nearly everybody writes it.
fn folders(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for piece in pattern.split('/') {
        found = match piece.split_once('*') {
            None => found.iter().map(|folder| folder.join(piece)).collect(),
            Some((start, end)) => found
                .iter()
                .flat_map(|folder| matching(folder, start, end))
                .collect(),
        };
    }
    found.truncate(MAX_MEMBERS);
    found
}

/// A path without `.` and `..`, so that a directory has one.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

fn matching(folder: &Path, start: &str, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = |name: &str| name.starts_with(start) && name.ends_with(end);
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| fits(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn locked(path: &Path) -> Option<Vec<Locked>> {
    let text = fs::read_to_string(path).ok()?;
    let document: toml::Table = text.parse().ok()?;
    let packages = document.get("package")?.as_array()?.iter();
    let read = |package: &toml::Value| {
        let text = |key: &str| Some(package.get(key)?.as_str()?.to_owned());
        let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
        Some(Locked {
            name: text("name")?,
            version: text("version")?,
            dependencies: dependencies
                .into_iter()
                .flatten()
                .filter_map(|dependency| Some(dependency.as_str()?.to_owned()))
                .collect(),
        })
    };
    Some(packages.filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let scratch = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = scratch.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\nserde = \"1\"\n",
        );
        write(
            "crates/app/Cargo.toml",
            "[package]\nname = \"my-app\"\n\n[dependencies]\nserde.workspace = true\n\
             other = { package = \"home\", version = \"0.5\" }\ntool = { path = \"../../tool\" }\n\n\
             [target.'cfg(unix)'.dependencies.libc]\nversion = \"0.2\"\n",
        );
        write(
            "tool/Cargo.toml",
            "[package]\nname = \"tool\"\n\n[dependencies]\nmio = \"1\"\n",
        );
        write("crates/broken/Cargo.toml", "[package\n");
        write(
            "Cargo.lock",
            "[[package]]\nname = \"my-app\"\nversion = \"0.1.0\"\ndependencies = [\"serde\", \"home 0.5.9\"]\n\n\
             [[package]]\nname = \"serde\"\nversion = \"1.0.0\"\ndependencies = [\"my-app\"]\n\n\
             [[package]]\nname = \"home\"\nversion = \"0.5.9\"\ndependencies = [\"deep\"]\n\n\
             [[package]]\nname = \"deep\"\nversion = \"2.0.0\"\n",
        );
        scratch
    }

    #[test]
    fn dependencies_are_found_on_their_lines() {
        let project = project();
        let manifests = Manifests::read(project.path());
        let line = |by, package| {
            let (path, line) = manifests.line(by, package)?;
            let path = path.strip_prefix(project.path()).unwrap();
            Some((path.display().to_string(), line))
        };
        let app = |line| Some(("crates/app/Cargo.toml".to_owned(), line));
        assert_eq!(line(Some("my_app"), "serde"), app(5));
        assert_eq!(line(None, "home"), app(6));
        assert_eq!(line(None, "libc"), app(9));
        assert_eq!(
            line(Some("my-app"), "mio"),
            Some(("tool/Cargo.toml".to_owned(), 5))
        );
        assert_eq!(line(None, "other"), None);
        assert!(manifests.of("tool").is_some() && manifests.of("serde").is_none());
    }

    #[test]
    fn the_lock_file_leads_to_what_is_deeper() {
        let project = project();
        let manifests = Manifests::read(project.path());
        let line = |name: &str, version: &str| {
            let package = crate::report::sample::package(name, version);
            manifests.line_towards(&package).map(|(_, line)| line)
        };
        assert_eq!(line("deep", "2.0.0"), Some(6));
        assert_eq!(line("deep", ""), Some(6));
        assert_eq!(line("deep", "3.0.0"), None);
        assert_eq!(line("absent", ""), None);
    }
}
