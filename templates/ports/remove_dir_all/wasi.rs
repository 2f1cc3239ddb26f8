use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::Path;

use cvt::cvt;

use super::io::Io;

/// What the system's C library opens: the standard library's own way to say these flags is unstable here.
pub(crate) struct WasiIo;

impl Io for WasiIo {
    type UniqueIdentifier = ();

    /// Descriptors can't be duplicated, so the directory is opened again.
    fn duplicate_fd(file: &mut File) -> io::Result<File> {
        let flags = libc::O_RDONLY | libc::O_DIRECTORY;
        let fd = cvt(unsafe { libc::openat(file.as_raw_fd(), b".\0".as_ptr().cast(), flags) })?;
        Ok(unsafe { File::from_raw_fd(fd) })
    }

    fn open_dir(path: &Path) -> io::Result<File> {
        let path = CString::new(path.as_os_str().as_encoded_bytes())?;
        let flags = libc::O_RDONLY | libc::O_NOFOLLOW | libc::O_DIRECTORY;
        let fd = cvt(unsafe { libc::open(path.as_ptr(), flags) })?;
        Ok(unsafe { File::from_raw_fd(fd) })
    }

    fn unique_identifier(_: &File) -> io::Result<Self::UniqueIdentifier> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn is_eloop(error: &io::Error) -> bool {
        error.raw_os_error() == Some(libc::ELOOP)
    }
}
