//! The standard library has no stable way to a file's device and inode on WASI. What it has is the canonical
//! path, which is the same for all ways to a file but hard links.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Handle {
    file: File,
    path: PathBuf,
}

impl Eq for Handle {}

impl PartialEq for Handle {
    fn eq(&self, other: &Handle) -> bool {
        self.path == other.path
    }
}

impl Hash for Handle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}

impl Handle {
    pub fn from_path<P: AsRef<Path>>(path: P) -> io::Result<Handle> {
        let path = fs::canonicalize(path)?;
        Ok(Handle {
            file: File::open(&path)?,
            path,
        })
    }

    pub fn from_file(_file: File) -> io::Result<Handle> {
        unsupported()
    }

    pub fn stdin() -> io::Result<Handle> {
        unsupported()
    }

    pub fn stdout() -> io::Result<Handle> {
        unsupported()
    }

    pub fn stderr() -> io::Result<Handle> {
        unsupported()
    }

    pub fn as_file(&self) -> &File {
        &self.file
    }

    pub fn as_file_mut(&mut self) -> &mut File {
        &mut self.file
    }
}

fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "an open file can't be told from others on WASI",
    ))
}
