//! A lock file that is being tried out: as it was, kept elsewhere until the changes stand, so that a process
//! that is killed in between leaves something to go back to.
//!
//! A journal is a directory below wasify's own. `held` is locked as long as the process lives that tries;
//! `before.json` says which lock file it is and what was in it; `after.json` is there from the moment at which
//! the changes stand, and says what the settings then are. Whoever finds a journal that nobody holds
//! goes back to what was before, or forward to what is after: [`recover`].

use std::fs::{self, File, TryLockError};
use std::hash::Hasher as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::ecosystem::trouble::Trouble;
use crate::execute::files;

/// A lock file and what it was.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    before: Before,
    /// Its lock says that somebody is at work here.
    _held: File,
}

#[derive(Debug, Serialize, Deserialize)]
struct Before {
    lock: PathBuf,
    /// Its content; nothing when it was not there.
    content: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct After {
    settings: PathBuf,
    content: String,
}

impl Journal {
    /// Keeps the lock file as it is. What an earlier run was killed over is put back first.
    ///
    /// # Errors
    /// A file can't be read or written, or a [`Trouble`]: another `--fix` is at work on this project.
    pub fn begin(home: &Path, lock: &Path) -> Result<Journal> {
        let directory = place(home, lock);
        fs::create_dir_all(&directory)
            .with_context(|| format!("failed to create `{}`", directory.display()))?;
        let Some(held) = hold(&directory)? else {
            let trouble = Trouble::new(format!(
                "another `wasify build --fix` is at work on `{}`",
                lock.display()
            ));
            return Err(trouble
                .help("wait until it has ended, and try again")
                .into());
        };
        settle(&directory)?;
        let content = files::read_if_there(lock)
            .with_context(|| format!("failed to read `{}`", lock.display()))?;
        let before = Before {
            lock: lock.to_owned(),
            content,
        };
        write(&directory.join(BEFORE), &before)?;
        Ok(Journal {
            directory,
            before,
            _held: held,
        })
    }

    /// What the lock file was; nothing when it was not there.
    #[must_use]
    pub fn before(&self) -> Option<&str> {
        self.before.content.as_deref()
    }

    /// The changes stand, and this becomes the content of the settings, if it is another: from here on
    /// nothing goes back.
    ///
    /// # Errors
    /// A file can't be written; the lock file is then as it was.
    pub fn commit(self, settings: &Path, content: Option<&str>) -> Result<()> {
        let Some(content) = content else {
            return remove(&self.directory);
        };
        let after = After {
            // Where it is a link, the file that is meant is written, not the link.
            settings: settings
                .canonicalize()
                .unwrap_or_else(|_| settings.to_owned()),
            content: content.to_owned(),
        };
        if let Err(error) = write(&self.directory.join(AFTER), &after) {
            self.roll_back()?;
            return Err(error);
        }
        if let Err(error) = finish(&after) {
            // A manifest directory that can't be written to: nothing was changed there.
            files::remove_if_there(&self.directory.join(AFTER))
                .context("failed to remove wasify's notes of the change")?;
            self.roll_back()?;
            return Err(error);
        }
        remove(&self.directory)
    }

    /// Puts the lock file back.
    ///
    /// # Errors
    /// It can't be written.
    pub fn roll_back(self) -> Result<()> {
        go_back(&self.before)?;
        remove(&self.directory)
    }
}

const HELD: &str = "held";
const BEFORE: &str = "before.json";
const AFTER: &str = "after.json";

/// Brings to an end what was interrupted, in whatever project, and gives the lock files that were put back.
/// What somebody is at work on is left alone.
///
/// # Errors
/// A file can't be read or written.
pub fn recover(home: &Path) -> Result<Vec<PathBuf>> {
    let journals = home.join("fixing");
    let entries = match fs::read_dir(&journals) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("failed to read `{}`", journals.display()));
        }
    };
    let mut settled = Vec::new();
    let mut first_error = None;
    // Beside the journals there are lock files that were replaced.
    let directories = entries.flatten().map(|entry| entry.path());
    for directory in directories.filter(|path| path.is_dir()) {
        let ended = hold(&directory).and_then(|held| match held {
            Some(_held) => settle(&directory),
            None => Ok(None),
        });
        match ended {
            Ok(lock) => settled.extend(lock),
            // One that can't be ended doesn't keep the others from it.
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match first_error {
        Some(error) => Err(error),
        None => Ok(settled),
    }
}

/// The lock on a journal; nothing while another process has it, or where it is gone already.
fn hold(directory: &Path) -> Result<Option<File>> {
    let path = directory.join(HELD);
    let file = match File::create(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("failed to write `{}`", path.display()));
        }
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // Where there are no locks, on some network file systems, nobody else is expected.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(file)),
    }
}

/// Ends what a journal that nobody holds is about. The lock file, if it was put back.
fn settle(directory: &Path) -> Result<Option<PathBuf>> {
    if let Some(after) = read::<After>(&directory.join(AFTER))? {
        finish(&after)?;
        remove(directory)?;
        return Ok(None);
    }
    let Some(before) = read::<Before>(&directory.join(BEFORE))? else {
        return Ok(None);
    };
    let now = fs::read_to_string(&before.lock).ok();
    let changed = now != before.content;
    if let Some(now) = now.filter(|_| changed) {
        // Perhaps somebody has changed it since, and wants to see it again.
        files::write_whole(&directory.with_extension("lock"), now.as_bytes())
            .context("failed to keep a copy of the lock file")?;
    }
    go_back(&before)?;
    remove(directory)?;
    Ok(changed.then_some(before.lock))
}

fn go_back(before: &Before) -> Result<()> {
    let lock = &before.lock;
    let put = match &before.content {
        Some(content) if fs::read(lock).is_ok_and(|now| now == content.as_bytes()) => Ok(()),
        Some(content) => put_back(lock, content),
        None => files::remove_if_there(lock),
    };
    match put {
        // The whole project is gone.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        put => put.with_context(|| format!("failed to put back `{}`", lock.display())),
    }
}

/// Where no file can be made beside it, cargo has written into the file itself, and so can we.
fn put_back(lock: &Path, content: &str) -> std::io::Result<()> {
    match files::write_whole(lock, content.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            fs::write(lock, content).map_err(|_| error)
        }
        put => put,
    }
}

fn finish(after: &After) -> Result<()> {
    files::write_whole(&after.settings, after.content.as_bytes())
        .with_context(|| format!("failed to write `{}`", after.settings.display()))
}

/// The notes go first, since a journal without them is about nothing.
fn remove(directory: &Path) -> Result<()> {
    let notes = files::remove_if_there(&directory.join(BEFORE))
        .and_then(|()| files::remove_if_there(&directory.join(AFTER)));
    // The directory stays: another process may be about to take its lock.
    notes.context("failed to remove wasify's notes of the change")
}

fn write(path: &Path, what: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec(what).context("failed to note the change")?;
    files::write_whole(path, &text).with_context(|| format!("failed to write `{}`", path.display()))
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>> {
    match fs::read(path) {
        // It is written whole or not at all: what can't be read is of another version of wasify.
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .with_context(|| format!("failed to read `{}`", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("failed to read `{}`", path.display())),
    }
}

fn place(home: &Path, lock: &Path) -> PathBuf {
    let mut hasher = SipHasher13::new();
    hasher.write(lock.as_os_str().as_encoded_bytes());
    home.join("fixing")
        .join(format!("{:016x}", hasher.finish128().h1))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Project {
        scratch: tempfile::TempDir,
    }

    impl Project {
        fn new() -> Project {
            let scratch = tempfile::tempdir().expect("a scratch folder");
            fs::write(scratch.path().join("Cargo.lock"), "before").expect("written");
            Project { scratch }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.scratch.path().join(name)
        }

        fn text(&self, name: &str) -> Option<String> {
            fs::read_to_string(self.path(name)).ok()
        }

        fn begin(&self) -> Journal {
            let journal = Journal::begin(&self.path("home"), &self.path("Cargo.lock"));
            let journal = journal.expect("kept");
            fs::write(self.path("Cargo.lock"), "tried").expect("written");
            journal
        }

        fn recover(&self) -> usize {
            recover(&self.path("home")).expect("recovered").len()
        }

        /// What a process that is killed leaves: its files, and no lock.
        fn killed(journal: Journal) -> PathBuf {
            journal.directory.clone()
        }
    }

    #[test]
    fn what_stands_stays_and_what_does_not_is_put_back() {
        let project = Project::new();
        let journal = project.begin();
        assert_eq!(project.recover(), 0, "somebody is at work");
        assert!(Journal::begin(&project.path("home"), &project.path("Cargo.lock")).is_err());
        journal
            .commit(&project.path("wasify.toml"), Some("flags"))
            .expect("committed");
        assert_eq!(project.recover(), 0);
        assert_eq!(project.text("Cargo.lock").as_deref(), Some("tried"));
        assert_eq!(project.text("wasify.toml").as_deref(), Some("flags"));
        fs::write(project.path("Cargo.lock"), "before").expect("written");
        project.begin().roll_back().expect("put back");
        assert_eq!(project.text("Cargo.lock").as_deref(), Some("before"));
    }

    #[test]
    fn a_killed_process_leaves_what_was_before_or_what_is_after() {
        let project = Project::new();
        Project::killed(project.begin());
        assert_eq!(project.recover(), 1);
        assert_eq!(project.text("Cargo.lock").as_deref(), Some("before"));
        assert_eq!(project.text("wasify.toml"), None);
        // Killed when the changes stood, and the settings were not written yet.
        let directory = Project::killed(project.begin());
        let after = After {
            settings: project.path("wasify.toml"),
            content: "flags".to_owned(),
        };
        write(&directory.join(AFTER), &after).expect("written");
        assert_eq!(project.recover(), 0);
        assert_eq!(project.text("Cargo.lock").as_deref(), Some("tried"));
        assert_eq!(project.text("wasify.toml").as_deref(), Some("flags"));
    }

    #[test]
    fn settings_that_cannot_be_written_leave_everything_as_it_was() {
        let project = Project::new();
        // No directory, so that nobody can write there, not even the superuser.
        let settings = project.path("Cargo.lock").join("wasify.toml");
        let error = project.begin().commit(&settings, Some("flags"));
        let error = error.expect_err("it can't be written").to_string();
        assert!(error.starts_with("failed to write `"), "{error}");
        assert_eq!(project.text("Cargo.lock").as_deref(), Some("before"));
        assert_eq!(project.recover(), 0);
    }

    #[test]
    fn a_lock_file_that_was_not_there_goes_and_one_that_was_changed_since_is_kept() {
        let project = Project::new();
        fs::remove_file(project.path("Cargo.lock")).expect("removed");
        let directory = Project::killed(project.begin());
        assert_eq!(project.recover(), 1);
        assert_eq!(project.text("Cargo.lock"), None);
        let kept = fs::read_to_string(directory.with_extension("lock"));
        assert_eq!(kept.expect("kept"), "tried");
        Project::killed(project.begin());
        assert_eq!(project.recover(), 1, "what was kept is no journal");
    }
}
