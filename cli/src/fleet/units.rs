//! What of a fleet one machine looks at.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::ecosystem::BuildRequest;
use crate::ecosystem::cargo;
use crate::ecosystem::trouble::Trouble;
use crate::execute::surroundings::Surroundings;

/// A package that is looked at by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The directory of its workspace.
    pub root: PathBuf,
    /// Its name; `None` where the workspace can't be read, and the error says so.
    pub package: Option<String>,
}

/// A part of several, `2/8`: the second of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    part: usize,
    of: usize,
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Partition, String> {
        let wanted = || "it is written as PART/PARTS: `2/8` is the second of eight".to_owned();
        let (part, of) = text.split_once('/').ok_or_else(wanted)?;
        let number = |text: &str| text.parse::<usize>().map_err(|_| wanted());
        let (part, of) = (number(part)?, number(of)?);
        if of == 0 {
            return Err("there is at least one part".to_owned());
        }
        if part == 0 || part > of {
            return Err(format!("the parts are numbered from 1 to {of}"));
        }
        Ok(Partition { part, of })
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl Partition {
    /// Those that are this part's: they are dealt like cards, so that neighbours, which tend to be alike, are on
    /// different machines.
    #[must_use]
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let mine = |at: usize| at % self.of == self.part - 1;
        let numbered = all.into_iter().enumerate();
        numbered
            .filter(|(at, _)| mine(*at))
            .map(|(_, one)| one)
            .collect()
    }
}

/// The packages below directories, sorted: those of a workspace, or of the projects right below a directory
/// that is no project itself.
///
/// # Errors
/// A [`Trouble`]: a directory is not there, or there is no project in it.
pub fn units(around: &Surroundings, directories: &[PathBuf]) -> anyhow::Result<Vec<Unit>> {
    let mut units = Vec::new();
    for directory in directories {
        for root in roots(&around.absolute(directory), directory)? {
            units.extend(members(around, &root));
        }
    }
    units.sort();
    units.dedup();
    Ok(units)
}

/// The projects that a directory stands for.
fn roots(directory: &Path, shown: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let is_project = |directory: &Path| directory.join("Cargo.toml").is_file();
    if is_project(directory) {
        return Ok(vec![directory.to_owned()]);
    }
    let shown = shown.display();
    let entries = fs::read_dir(directory).map_err(|error| {
        let trouble = Trouble::new(format!("`{shown}` can't be read as a directory: {error}"));
        trouble.help("name workspaces, or directories with projects right below them")
    })?;
    let mut roots: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_project(path))
        .collect();
    roots.sort();
    if roots.is_empty() {
        let trouble = Trouble::new(format!(
            "there is no project in `{shown}` nor right below it"
        ));
        return Err(trouble.help("name the directory of a `Cargo.toml`").into());
    }
    Ok(roots)
}

fn members(around: &Surroundings, root: &Path) -> Vec<Unit> {
    let request = BuildRequest {
        path: Some(root.to_owned()),
        ..BuildRequest::default()
    };
    let unit = |package| Unit {
        root: root.to_owned(),
        package,
    };
    match cargo::members(around, &request) {
        Ok(members) => members.into_iter().map(|name| unit(Some(name))).collect(),
        // The report on it says why.
        Err(_) => vec![unit(None)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_all_and_nothing_twice() {
        let all: Vec<u32> = (0..10).collect();
        let mut seen = Vec::new();
        for part in 1..=4 {
            let partition: Partition = format!("{part}/4").parse().unwrap();
            let mine = partition.of(all.clone());
            assert!((2..=3).contains(&mine.len()));
            seen.extend(mine);
        }
        seen.sort_unstable();
        assert_eq!(seen, all);
        // More parts than there is work: some have none.
        assert_eq!("12/12".parse::<Partition>().unwrap().of(all), [0; 0]);
    }

    #[test]
    fn what_is_no_part_is_told() {
        for (text, expected) in [
            ("3/2", "from 1 to 2"),
            ("0/2", "from 1 to 2"),
            ("1/0", "at least one"),
            ("2", "PART/PARTS"),
            ("a/b", "PART/PARTS"),
            ("-1/2", "PART/PARTS"),
        ] {
            let error = text.parse::<Partition>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
