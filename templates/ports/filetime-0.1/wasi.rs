//! WASI keeps times of files, and the standard library reads and sets them.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use FileTime;

pub fn set_file_times(path: &Path, accessed: FileTime, modified: FileTime) -> io::Result<()> {
    let times = FileTimes::new()
        .set_accessed(system_time(accessed)?)
        .set_modified(system_time(modified)?);
    File::open(path)?.set_times(times)
}

pub fn set_symlink_file_times(_: &Path, _: FileTime, _: FileTime) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "the times of a symbolic link can't be set on WASI",
    ))
}

pub fn from_last_modification_time(metadata: &fs::Metadata) -> FileTime {
    metadata.modified().map(file_time).unwrap_or(FileTime::zero())
}

pub fn from_last_access_time(metadata: &fs::Metadata) -> FileTime {
    metadata.accessed().map(file_time).unwrap_or(FileTime::zero())
}

pub fn from_creation_time(metadata: &fs::Metadata) -> Option<FileTime> {
    // Hosts that don't keep it say that it is the beginning.
    let created = metadata.created().ok().map(file_time);
    created.filter(|created| *created != FileTime::zero())
}

fn system_time(time: FileTime) -> io::Result<SystemTime> {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::new(time.seconds(), time.nanoseconds()))
        .ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// The crate has no times before 1970.
fn file_time(time: SystemTime) -> FileTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    FileTime::from_seconds_since_1970(since.as_secs(), since.subsec_nanos())
}
