//! A lock file that is being tried out: as it was, kept elsewhere until the changes stand, so that a process
//! that is killed in between leaves something to go back to.

use std::fs;
use std::hash::Hasher as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::execute::files;

/// A lock file and what it was.
#[derive(Debug)]
pub struct Journal {
    lock: PathBuf,
    kept: PathBuf,
    /// Its content; `None` when there was none.
    before: Option<Vec<u8>>,
}

impl Journal {
    /// Keeps the lock file as it is. What an earlier run was killed over is put back first.
    ///
    /// # Errors
    /// A file can't be read or written.
    pub fn begin(home: &Path, lock: &Path) -> Result<Journal> {
        recover(home, lock)?;
        let before = match fs::read(lock) {
            Ok(before) => Some(before),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("failed to read `{}`", lock.display()));
            }
        };
        let kept = place(home, lock);
        if let Some(before) = &before {
            fs::create_dir_all(kept.parent().unwrap_or(home))
                .and_then(|()| files::write_whole(&kept, before))
                .with_context(|| format!("failed to keep a copy of `{}`", lock.display()))?;
        }
        Ok(Journal {
            lock: lock.to_owned(),
            kept,
            before,
        })
    }

    /// The changes stand.
    ///
    /// # Errors
    /// The copy can't be removed.
    pub fn commit(self) -> Result<()> {
        files::remove_if_there(&self.kept).context("failed to remove the copy of the lock file")
    }

    /// Puts the lock file back.
    ///
    /// # Errors
    /// It can't be written.
    pub fn roll_back(self) -> Result<()> {
        let put = match &self.before {
            Some(before) => files::write_whole(&self.lock, before),
            None => files::remove_if_there(&self.lock),
        };
        put.with_context(|| format!("failed to put back `{}`", self.lock.display()))?;
        self.commit()
    }
}

/// Puts back what a run was killed over, if one was.
///
/// # Errors
/// A file can't be read or written.
pub fn recover(home: &Path, lock: &Path) -> Result<()> {
    let kept = place(home, lock);
    match fs::read(&kept) {
        Ok(before) => {
            files::write_whole(lock, &before)
                .with_context(|| format!("failed to put back `{}`", lock.display()))?;
            files::remove_if_there(&kept).context("failed to remove the copy of the lock file")
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("failed to read `{}`", kept.display())),
    }
}

fn place(home: &Path, lock: &Path) -> PathBuf {
    let mut hasher = SipHasher13::new();
    hasher.write(lock.as_os_str().as_encoded_bytes());
    let name = format!("{:016x}.lock", hasher.finish128().h1);
    home.join("fixing").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_is_as_before_or_as_after() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let home = scratch.path().join("home");
        let lock = scratch.path().join("Cargo.lock");
        let text = || fs::read_to_string(&lock).expect("there");
        fs::write(&lock, "before").expect("written");
        let journal = Journal::begin(&home, &lock).expect("kept");
        fs::write(&lock, "after").expect("written");
        journal.commit().expect("committed");
        recover(&home, &lock).expect("nothing to do");
        assert_eq!(text(), "after");
        let journal = Journal::begin(&home, &lock).expect("kept");
        fs::write(&lock, "worse").expect("written");
        journal.roll_back().expect("put back");
        assert_eq!(text(), "after");
        // Killed in between.
        let journal = Journal::begin(&home, &lock).expect("kept");
        fs::write(&lock, "half").expect("written");
        std::mem::forget(journal);
        recover(&home, &lock).expect("put back");
        assert_eq!(text(), "after");
    }
}
