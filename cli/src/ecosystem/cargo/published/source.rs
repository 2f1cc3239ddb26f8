//! The copy of a published package's source: whole, or made again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Lists the files of a copy with their sizes; written last into it.
const LIST: &str = ".wasify-files";

/// Whether a copy is there, with every file in its size.
pub(super) fn is_whole(copy: &Path) -> bool {
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

/// Copies a package's source. Another process that does the same waits; a damaged copy and whatever
/// interrupted ones left are removed.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let crates = to
        .parent()
        .context("failed to find the directory of the copies")?;
    let lock = crates.join(".lock");
    let lock = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .with_context(|| format!("failed to lock `{}`", lock.display()))?;
    if is_whole(to) {
        return Ok(());
    }
    let partial = crates.join(".partial");
    let copied = remove_all(&partial)
        .and_then(|()| copy_tree(from, &partial))
        .and_then(|()| remove_all(to))
        .and_then(|()| fs::rename(&partial, to));
    drop(lock);
    copied.with_context(|| {
        format!(
            "failed to copy the source from `{}` to `{}`",
            from.display(),
            to.display()
        )
    })
}

fn remove_all(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    copy_directory(from, to, Path::new(""), &mut files)?;
    // A package root that stands for itself: the copy may lie below somebody's workspace.
    let mut manifest = File::options().append(true).open(to.join("Cargo.toml"))?;
    manifest.write_all(b"\n[workspace]\n")?;
    drop(manifest);
    files.sort();
    let mut list = String::new();
    for file in files {
        let size = fs::metadata(to.join(&file))?.len();
        list.push_str(&format!("{size} {}\n", file.display()));
    }
    fs::write(to.join(LIST), list)
}

fn copy_directory(
    from: &Path,
    to: &Path,
    below: &Path,
    files: &mut Vec<PathBuf>,
) -> io::Result<()> {
    fs::create_dir_all(to.join(below))?;
    for entry in fs::read_dir(from.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(from, to, &path, files)?;
        } else if path != Path::new(".cargo-ok") {
            fs::copy(entry.path(), to.join(&path))?;
            files.push(path);
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
        copy(&from, &to).expect("copied");
        assert!(is_whole(&to));
        assert!(!to.join(".cargo-ok").exists() && !to.join("left").exists());
        fs::write(to.join("src/main.rs"), "fn main").expect("damaged");
        assert!(!is_whole(&to));
        copy(&from, &to).expect("copied again");
        assert_eq!(
            fs::read_to_string(to.join("src/main.rs")).expect("there"),
            "fn main() {}"
        );
        fs::remove_file(to.join("src/main.rs")).expect("removed");
        assert!(!is_whole(&to));
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
            let both = [(); 2].map(|()| scope.spawn(|| copy(&from, &to)));
            for done in both {
                done.join().expect("no panic").expect("copied");
            }
        });
        assert!(is_whole(&to));
        assert!(!scratch.path().join("crates/.partial").exists());
    }
}
