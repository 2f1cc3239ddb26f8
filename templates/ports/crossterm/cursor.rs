//! Where the cursor is, only the terminal knows, and its answer could not be read on WASI.

use std::io;

/// Returns the cursor position (column, row): always an error.
pub fn position() -> io::Result<(u16, u16)> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "WASI has no access to the terminal",
    ))
}
