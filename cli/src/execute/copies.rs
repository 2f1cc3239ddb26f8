//! Copies of packages' sources, in wasify's own directory: whole, or made again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::files;

/// Lists the files of a copy with their sizes; written last into it.
const LIST: &str = ".wasify-files";

/// Whether a copy is there, with every file in its size.
#[must_use]
pub fn is_whole(copy: &Path) -> bool {
    let Ok(list) = fs::read_to_string(copy.join(LIST)) else {
        return false;
    };
    !list.is_empty()
        && list.lines().all(|line| {
            line.split_once(' ').is_some_and(|(size, file)| {
                let there = fs::metadata(copy.join(file));
                there.is_ok_and(|data| data.is_file() && data.len().to_string() == size)
            })
        })
}

/// Copies a package's source, and changes the copy before anybody sees it. Another process that does the
/// same waits; a damaged copy and whatever interrupted ones left are removed.
///
/// # Errors
/// The source can't be read, the copy can't be written, or the change failed.
pub fn copy(
    from: &Path,
    to: &Path,
    change: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let copies = to
        .parent()
        .context("failed to find the directory of the copies")?;
    fs::create_dir_all(copies)
        .with_context(|| format!("failed to create `{}`", copies.display()))?;
    let lock = copies.join(".lock");
    // Held until the end.
    let _lock = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .with_context(|| format!("failed to lock `{}`", lock.display()))?;
    if is_whole(to) {
        return Ok(());
    }
    let partial = copies.join(".partial");
    let failed = || {
        format!(
            "failed to copy the source from `{}` to `{}`",
            from.display(),
            to.display()
        )
    };
    remove_all(&partial)
        .and_then(|()| copy_directory(from, &partial, Path::new("")))
        .and_then(|()| stand_alone(&partial))
        .with_context(failed)?;
    change(&partial)?;
    write_list(&partial)
        .and_then(|()| remove_all(to))
        .and_then(|()| fs::rename(&partial, to))
        .with_context(failed)
}

/// What a registry or wasify has put into a package's source.
const NOT_SOURCE: [&str; 5] = [
    ".cargo-ok",
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml.orig",
    LIST,
];

/// Copies a package's source to where nothing is yet, as a package that stands for itself, without what
/// tools have left in it.
///
/// # Errors
/// The source can't be read, or the copy can't be written.
pub fn copy_plain(from: &Path, to: &Path) -> io::Result<()> {
    copy_directory(from, to, Path::new(""))?;
    for file in NOT_SOURCE {
        files::remove_if_there(&to.join(file))?;
    }
    stand_alone(to)
}

fn remove_all(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes it a package root that stands for itself: the copy may lie below somebody's workspace.
fn stand_alone(copy: &Path) -> io::Result<()> {
    const ROOT: &str = "\n[workspace]\n";
    let path = copy.join("Cargo.toml");
    if fs::read_to_string(&path)?.contains(ROOT) {
        return Ok(());
    }
    let mut manifest = File::options().append(true).open(path)?;
    manifest.write_all(ROOT.as_bytes())
}

fn write_list(copy: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    list_directory(copy, Path::new(""), &mut files)?;
    files.sort();
    let mut list = String::new();
    for file in files {
        let size = fs::metadata(copy.join(&file))?.len();
        list.push_str(&format!("{size} {}\n", file.display()));
    }
    fs::write(copy.join(LIST), list)
}

fn list_directory(copy: &Path, below: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(copy.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list_directory(copy, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn copy_directory(from: &Path, to: &Path, below: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join(below))?;
    for entry in fs::read_dir(from.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(from, to, &path)?;
        } else if path != Path::new(".cargo-ok") && path != Path::new(LIST) {
            fs::copy(entry.path(), to.join(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_or_made_again() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let from = scratch.path().join("from");
        let to = scratch.path().join("crates/app-1.0.0");
        fs::create_dir_all(from.join("src")).expect("created");
        fs::create_dir_all(scratch.path().join("crates/.partial/left")).expect("created");
        fs::write(from.join("Cargo.toml"), "[package]").expect("written");
        fs::write(from.join(".cargo-ok"), "ok").expect("written");
        fs::write(from.join("src/main.rs"), "fn main() {}").expect("written");
        assert!(!is_whole(&to));
        copy(&from, &to, |_| Ok(())).expect("copied");
        assert!(is_whole(&to));
        assert!(!to.join(".cargo-ok").exists() && !to.join("left").exists());
        fs::write(to.join("src/main.rs"), "fn main").expect("damaged");
        assert!(!is_whole(&to));
        copy(&from, &to, |_| Ok(())).expect("copied again");
        assert_eq!(
            fs::read_to_string(to.join("src/main.rs")).expect("there"),
            "fn main() {}"
        );
        fs::remove_file(to.join("src/main.rs")).expect("removed");
        assert!(!is_whole(&to));
    }

    #[test]
    fn a_change_is_part_of_the_copy_or_there_is_none() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to/app"));
        fs::create_dir_all(&from).expect("created");
        fs::write(from.join("Cargo.toml"), "[package]").expect("written");
        let failed = copy(&from, &to, |_| anyhow::bail!("it does not fit"));
        assert_eq!(failed.expect_err("refused").to_string(), "it does not fit");
        assert!(!to.exists());
        copy(&from, &to, |copy| Ok(fs::write(copy.join("more.rs"), "1")?)).expect("copied");
        assert!(is_whole(&to));
        fs::remove_file(to.join("more.rs")).expect("removed");
        assert!(!is_whole(&to), "an added file is not in the list");
        // A copy of a copy: still one root, and a list of its own.
        let again = scratch.path().join("to/again");
        copy(&to, &again, |_| Ok(())).expect("copied");
        let manifest = fs::read_to_string(again.join("Cargo.toml")).expect("there");
        assert_eq!(manifest, "[package]\n[workspace]\n");
        assert!(is_whole(&again));
    }

    #[test]
    fn two_at_once_make_one_copy() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let from = scratch.path().join("from");
        let to = scratch.path().join("crates/app-1.0.0");
        fs::create_dir_all(&from).expect("created");
        fs::create_dir_all(scratch.path().join("crates")).expect("created");
        fs::write(from.join("Cargo.toml"), "[package]").expect("written");
        for file in 0..100 {
            fs::write(from.join(file.to_string()), "x".repeat(file)).expect("written");
        }
        std::thread::scope(|scope| {
            let both = [(); 2].map(|()| scope.spawn(|| copy(&from, &to, |_| Ok(()))));
            for done in both {
                done.join().expect("no panic").expect("copied");
            }
        });
        assert!(is_whole(&to));
        assert!(!scratch.path().join("crates/.partial").exists());
    }
}
