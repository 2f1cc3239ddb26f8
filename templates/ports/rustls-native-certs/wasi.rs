//! WASI has no store of certificates, and no place where they usually lie: the environment has to say it.

use std::io;
use std::path::Path;

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
