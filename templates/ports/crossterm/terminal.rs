//! A WASI program has no terminal that it could ask or switch, only streams.

use std::io;

use crate::terminal::WindowSize;

fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "WASI has no access to the terminal",
    ))
}

/// It can't be enabled.
pub(crate) fn is_raw_mode_enabled() -> io::Result<bool> {
    Ok(false)
}

pub(crate) fn enable_raw_mode() -> io::Result<()> {
    unsupported()
}

/// It is never enabled: done.
pub(crate) fn disable_raw_mode() -> io::Result<()> {
    Ok(())
}

/// What the environment says, as shells and test runners do.
pub(crate) fn size() -> io::Result<(u16, u16)> {
    match (number("COLUMNS"), number("LINES")) {
        (Some(columns), Some(rows)) => Ok((columns, rows)),
        _ => unsupported(),
    }
}

fn number(variable: &str) -> Option<u16> {
    let number = std::env::var(variable).ok()?.trim().parse().ok()?;
    (number > 0).then_some(number)
}

pub(crate) fn window_size() -> io::Result<WindowSize> {
    let (columns, rows) = size()?;
    Ok(WindowSize {
        rows,
        columns,
        width: 0,
        height: 0,
    })
}

/// The terminal's answer could not be read.
#[cfg(feature = "events")]
pub fn supports_keyboard_enhancement() -> io::Result<bool> {
    unsupported()
}
