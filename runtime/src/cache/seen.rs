//! What a file's content was when it was last read, so that an unchanged one need not be read and hashed
//! again: that takes longer than starting it.
//!
//! A file is known again by its device, its number there, its size, and both of its times: when its content
//! changed, and when anything about it did, which no program can set back. A file that changed a moment ago is
//! not written down: it may change once more within the same tick of the clock.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::write_whole;

/// How long ago the last change must be; no file system's clock ticks slower than every two seconds.
const SETTLED: Duration = Duration::from_secs(3);

/// A file's state, by which it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    name: String,
    settled: bool,
}

impl Stamp {
    /// `None` where the system doesn't tell enough.
    #[cfg(unix)]
    pub(super) fn of(file: &Metadata) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt as _;
        let changed = u64::try_from(file.ctime()).ok()?;
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
        let identity = format!(
            "{} {} {} {}.{} {}.{}",
            file.dev(),
            file.ino(),
            file.size(),
            file.mtime(),
            file.mtime_nsec(),
            file.ctime(),
            file.ctime_nsec(),
        );
        Some(Stamp {
            name: blake3::hash(identity.as_bytes()).to_hex().to_string(),
            settled: changed.elapsed().is_ok_and(|age| age > SETTLED),
        })
    }

    /// `None` where the system doesn't tell enough.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Option<Stamp> {
        None
    }

    fn path(&self, directory: &Path) -> PathBuf {
        directory.join(format!("{}.seen", self.name))
    }

    /// Whether the note says that a file in this state was found sound.
    pub(super) fn is_noted(&self, note: &Path) -> bool {
        std::fs::read_to_string(note).is_ok_and(|text| text == self.name)
    }

    /// Notes that a file in this state was found sound.
    pub(super) fn note(&self, note: &Path) {
        if self.settled {
            // Next time it is looked at again.
            let _ = write_whole(note, self.name.as_bytes());
        }
    }

    /// The hash of the file's content, if it is known.
    pub(super) fn content(&self, directory: &Path) -> Option<blake3::Hash> {
        let text = std::fs::read_to_string(self.path(directory)).ok()?;
        let (hash, check) = text.split_once(' ')?;
        let hash = blake3::Hash::from_hex(hash).ok()?;
        // A damaged note names some other content; the check is there for that.
        (check == checked(&hash)).then_some(hash)
    }

    /// Writes the hash of the content down. `now` is the file after it was read.
    pub(super) fn remember(&self, directory: &Path, now: &File, content: &blake3::Hash) {
        let unchanged = now
            .metadata()
            .ok()
            .and_then(|now| Stamp::of(&now))
            .is_some_and(|now| now.name == self.name);
        if unchanged && self.settled {
            let text = format!("{} {}", content.to_hex(), checked(content));
            // Next time it is read again.
            let _ = write_whole(&self.path(directory), text.as_bytes());
        }
    }
}

fn checked(hash: &blake3::Hash) -> String {
    format!("{:08x}", crc32fast::hash(hash.as_bytes()))
}
