//! Messages on WASI, where no thread could write them: each is written when it is sent.

use std::io::{Write, stderr};

use super::{PrintMessage, contains_unsafe_display_char, sanitize_for_display};

/// Nothing is to be started.
pub fn spawn_logger_thread() {}

pub(super) fn send_print_command(mut message: PrintMessage) {
    if !message.should_display() {
        return;
    }
    if contains_unsafe_display_char(&message.contents) {
        message.contents = sanitize_for_display(&message.contents).into_owned();
    }
    // A standard error that is closed stops nothing.
    let _ = writeln!(stderr(), "{message}");
}

/// Nothing waits.
pub(super) fn send_flush_command_and_wait() {}

/// Nothing waits.
pub(super) fn send_shutdown_command_and_wait() {}
