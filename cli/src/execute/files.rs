//! Files that are there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::Hasher as _;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::events::Events;

/// The hash of a file's content, in hexadecimal. It tells files apart; it is no protection against
/// somebody who wants two files to look the same.
///
/// # Errors
/// The file can't be read.
pub fn content_hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = SipHasher13::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(format!("{:032x}", hasher.finish128().as_u128())),
            Ok(read) => hasher.write(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Copies a file so that `to` is the old file or the new one, never a part: it is written beside
/// it under another name, then renamed.
///
/// # Errors
/// Reading, writing or renaming failed; the temporary file is removed.
pub fn copy_whole(from: &Path, to: &Path) -> io::Result<()> {
    let beside = partial_name(to);
    sweep(to);
    let copied = fs::copy(from, &beside).and_then(|_| fs::rename(&beside, to));
    if copied.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    copied
}

/// Writes a file in the same way.
///
/// # Errors
/// As [`copy_whole`].
pub fn write_whole(to: &Path, content: &[u8]) -> io::Result<()> {
    let beside = partial_name(to);
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, to));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Tries whether [`write_whole`] could write a file, and leaves nothing.
///
/// # Errors
/// No file can be made beside it.
pub fn probe(to: &Path) -> io::Result<()> {
    let beside = partial_name(to);
    fs::write(&beside, b"").and_then(|()| fs::remove_file(&beside))
}

/// The name a file has until it is whole: of this process alone, so that two of them never write
/// into one file.
fn partial_name(path: &Path) -> PathBuf {
    let mut name = partial_prefix(path);
    name.push(format!("{}.partial", std::process::id()));
    path.with_file_name(name)
}

fn partial_prefix(path: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name
}

/// How long nobody must have written to a partial file before it counts as left over.
const STALE: Duration = Duration::from_secs(60);

/// Removes what interrupted runs left of a file. Whatever can't be removed only takes up space.
fn sweep(path: &Path) {
    let prefix = partial_prefix(path);
    let prefix = prefix.to_string_lossy();
    let Some(Ok(entries)) = path.parent().map(fs::read_dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ours = name
            .strip_prefix(prefix.as_ref())
            .and_then(|rest| rest.strip_suffix(".partial"))
            .is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        let age = entry
            .metadata()
            .and_then(|data| data.modified())
            .map(|at| at.elapsed());
        if ours && age.is_ok_and(|age| age.is_ok_and(|age| age > STALE)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Takes the lock that a file stands for, after whoever has it now; it ends when the value is dropped.
/// Where there are no locks, on some network file systems, nobody waits.
pub fn lock(path: &Path, events: &dyn Events) -> Option<File> {
    let file = File::create(path).ok()?;
    if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
        events.status("Blocking", "waiting for another wasify that builds here");
        file.lock().ok()?;
    }
    Some(file)
}

/// The text of a file that may not be there.
///
/// # Errors
/// It is there and can't be read, or is not UTF-8.
pub fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes a file that may not be there.
///
/// # Errors
/// It is there and can't be removed.
pub fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
