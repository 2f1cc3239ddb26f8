//! WASI keeps times of files, and the standard library reads and sets them.

// Each version of the crate asks for its own part of this.
#![allow(dead_code)]

use crate::FileTime;
use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;
use std::time::SystemTime;

fn set(
    file: &File,
    accessed: Option<FileTime>,
    modified: Option<FileTime>,
) -> io::Result<()> {
    let mut times = FileTimes::new();
    if let Some(time) = accessed {
        times = times.set_accessed(system_time(time)?);
    }
    if let Some(time) = modified {
        times = times.set_modified(system_time(time)?);
    }
    file.set_times(times)
}

fn system_time(time: FileTime) -> io::Result<SystemTime> {
    let seconds = std::time::Duration::from_secs(time.unix_seconds().unsigned_abs());
    let whole = if time.unix_seconds() < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(seconds)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(seconds)
    };
    whole
        .and_then(|whole| {
            let nanoseconds = u64::from(time.nanoseconds());
            whole.checked_add(std::time::Duration::from_nanos(nanoseconds))
        })
        .ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

pub fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

pub fn set_file_times(path: &Path, accessed: FileTime, modified: FileTime) -> io::Result<()> {
    set(&open(path)?, Some(accessed), Some(modified))
}

pub fn set_file_mtime(path: &Path, modified: FileTime) -> io::Result<()> {
    set(&open(path)?, None, Some(modified))
}

pub fn set_file_atime(path: &Path, accessed: FileTime) -> io::Result<()> {
    set(&open(path)?, Some(accessed), None)
}

pub fn set_file_handle_times(
    file: &File,
    accessed: Option<FileTime>,
    modified: Option<FileTime>,
) -> io::Result<()> {
    set(file, accessed, modified)
}

pub fn set_symlink_file_times(_: &Path, _: FileTime, _: FileTime) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "the times of a symbolic link can't be set on WASI",
    ))
}

pub fn from_last_modification_time(metadata: &fs::Metadata) -> FileTime {
    metadata.modified().map_or_else(|_| FileTime::zero(), FileTime::from_system_time)
}

pub fn from_last_access_time(metadata: &fs::Metadata) -> FileTime {
    metadata.accessed().map_or_else(|_| FileTime::zero(), FileTime::from_system_time)
}

pub fn from_creation_time(metadata: &fs::Metadata) -> Option<FileTime> {
    // Hosts that don't keep it say that it is the beginning.
    let created = metadata.created().ok().map(FileTime::from_system_time);
    created.filter(|created| *created != FileTime::zero())
}
