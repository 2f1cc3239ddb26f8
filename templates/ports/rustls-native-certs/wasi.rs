//! WASI has no store of certificates, and no place where they usually lie: the environment has to say it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::CertificateResult;

pub fn load_native_certs() -> CertificateResult {
    let mut result = CertificateResult::default();
    let error = io::Error::new(
        io::ErrorKind::Unsupported,
        "set SSL_CERT_FILE or SSL_CERT_DIR: WASI has no certificates of its own",
    );
    result.io_error(error, Path::new(""), "failed to find certificates");
    result
}

/// As on Unix. Variables are Unicode here.
#[allow(dead_code)]
pub fn split_paths(paths: &OsStr) -> std::vec::IntoIter<PathBuf> {
    let paths = paths.to_string_lossy();
    let all: Vec<PathBuf> = paths.split(':').map(PathBuf::from).collect();
    all.into_iter()
}
