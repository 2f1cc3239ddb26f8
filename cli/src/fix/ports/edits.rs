//! A port's edits, made to the files of one version.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path};

use cargo_metadata::semver::Version;
use wasify_templates::port::{Edit, Operation, Port};

use crate::fix::diff::Edited;

/// Every file that the port changes in this version, sorted by path.
///
/// # Errors
/// An edit that doesn't fit: named with the port, the version and the file.
pub(super) fn edited(port: &Port, version: &Version, source: &Path) -> anyhow::Result<Vec<Edited>> {
    let mut files: BTreeMap<&str, Edited> = BTreeMap::new();
    for edit in port.edits_of(version) {
        // As in the file, where they are counted from one.
        let number = port
            .edits
            .iter()
            .position(|other| std::ptr::eq(other, edit))
            .map_or(0, |position| position + 1);
        apply(port, edit, source, &mut files)
            .map_err(|wrong| misfit(port, version, number, &wrong))?;
    }
    if files.is_empty() {
        let wrong = Wrong::Misfit("has no edits for it".to_owned());
        return Err(misfit(port, version, 0, &wrong));
    }
    Ok(files.into_values().collect())
}

/// Why an edit could not be made.
enum Wrong {
    /// The crate is not as the edit wants it.
    Misfit(String),
    /// Its file can't be read.
    Io(String, io::Error),
}

fn misfit(port: &Port, version: &Version, number: usize, wrong: &Wrong) -> anyhow::Error {
    let place = match number {
        0 => "it".to_owned(),
        number => format!("edit {number}"),
    };
    let (name, krate) = (&port.name, &port.krate);
    match wrong {
        Wrong::Misfit(what) => {
            anyhow::anyhow!("the port `{name}` does not fit {krate} {version}: {place} {what}")
        }
        Wrong::Io(file, error) => anyhow::anyhow!(
            "the port `{name}` can't be used on {krate} {version}: {place} reads `{file}`: {error}"
        ),
    }
}

fn apply<'a>(
    port: &Port,
    edit: &'a Edit,
    source: &Path,
    files: &mut BTreeMap<&'a str, Edited>,
) -> Result<(), Wrong> {
    let path = edit.file.as_str();
    if !files.contains_key(path) {
        let file = read(source, path)?;
        files.insert(path, file);
    }
    let Some(file) = files.get_mut(path) else {
        return Ok(());
    };
    let new = file.before.is_none() && file.after.is_empty();
    match &edit.operation {
        Operation::Add { .. } if !new => {
            return Err(Wrong::Misfit(format!(
                "adds `{path}`, which is there already"
            )));
        }
        Operation::Add { from } => file.after = ours(port, from)?,
        _ if new => {
            return Err(Wrong::Misfit(format!(
                "changes `{path}`, which is not there"
            )));
        }
        Operation::ReplaceFile { from } => file.after = ours(port, from)?,
        Operation::InsertBefore { anchor, text } => {
            put(file, anchor, |anchor| format!("{text}{anchor}"))?;
        }
        Operation::InsertAfter { anchor, text } => {
            put(file, anchor, |anchor| format!("{anchor}{text}"))?;
        }
        Operation::Replace { anchor, with } => put(file, anchor, |_| with.clone())?,
    }
    Ok(())
}

fn read(source: &Path, path: &str) -> Result<Edited, Wrong> {
    let inside = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(Wrong::Misfit(format!(
            "names `{path}`, which is not inside the crate"
        )));
    }
    let before = match fs::read_to_string(source.join(path)) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Wrong::Io(path.to_owned(), error)),
    };
    Ok(Edited {
        path: path.to_owned(),
        after: before.clone().unwrap_or_default(),
        before,
    })
}

fn ours(port: &Port, from: &str) -> Result<String, Wrong> {
    let text = port.file(from);
    text.map(str::to_owned)
        .ok_or_else(|| Wrong::Misfit(format!("takes `{from}`, which the port does not have")))
}

/// Puts something in the place of the anchor, which has to be there exactly once.
fn put(file: &mut Edited, anchor: &str, with: impl Fn(&str) -> String) -> Result<(), Wrong> {
    // Some crates are published with the line ends of Windows.
    let ends = |text: &str| {
        if file.after.contains("\r\n") {
            text.replace('\n', "\r\n")
        } else {
            text.to_owned()
        }
    };
    let (anchor, with) = (ends(anchor), ends(&with(anchor)));
    let times = file.after.matches(anchor.as_str()).count();
    if times != 1 {
        let shown: Vec<&str> = anchor.split_whitespace().collect();
        return Err(Wrong::Misfit(format!(
            "wants `{}` once in `{}`, and it is there {times} times",
            shown.join(" "),
            file.path
        )));
    }
    file.after = file.after.replacen(anchor.as_str(), &with, 1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(file: &str, operation: Operation, lib: &str) -> Result<String, String> {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        fs::write(scratch.path().join("lib.rs"), lib).expect("written");
        let version = Version::new(0, 5, 9);
        let all = wasify_templates::ports::ports().expect("ports are sound");
        let port = all.iter().find(|port| port.name == "ctrlc");
        let edit = Edit {
            file: file.to_owned(),
            versions: "*".parse().expect("a range"),
            operation,
        };
        let mut files = BTreeMap::new();
        let port = port.expect("it is there");
        apply(port, &edit, scratch.path(), &mut files)
            .map_err(|wrong| misfit(port, &version, 3, &wrong).to_string())?;
        let edited = files.remove(file).expect("it was edited");
        Ok(edited.after)
    }

    fn insert(anchor: &str, text: &str) -> Operation {
        Operation::InsertAfter {
            anchor: anchor.to_owned(),
            text: text.to_owned(),
        }
    }

    fn add() -> Operation {
        Operation::Add {
            from: "wasi.rs".to_owned(),
        }
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        let edited = made("lib.rs", insert("a\nb\n", "new\n"), "a\r\nb\r\nc\r\n");
        assert_eq!(edited, Ok("a\r\nb\r\nnew\r\nc\r\n".to_owned()));
        let edited = made("lib.rs", insert("a\nb\n", "new\n"), "a\nb\nc\n");
        assert_eq!(edited, Ok("a\nb\nnew\nc\n".to_owned()));
    }

    #[test]
    fn a_file_is_added_once_and_inside_the_crate() {
        assert!(made("wasi.rs", add(), "").is_ok_and(|text| text.contains("no signals")));
        let fit = "the port `ctrlc` does not fit ctrlc 0.5.9: edit 3";
        for (file, operation, wrong) in [
            ("lib.rs", add(), "adds `lib.rs`, which is there already"),
            (
                "no.rs",
                insert("a", "b"),
                "changes `no.rs`, which is not there",
            ),
            (
                "../no.rs",
                add(),
                "names `../no.rs`, which is not inside the crate",
            ),
        ] {
            assert_eq!(made(file, operation, "a"), Err(format!("{fit} {wrong}")));
        }
    }
}
