//! The messages of the only thread, which are shown at once.

use std::io::{stderr, Write};

use super::{contains_unsafe_display_char, sanitize_for_display, PrintMessage};

pub(super) fn send_print_command(mut msg: PrintMessage) {
    if !msg.should_display() {
        return;
    }
    if contains_unsafe_display_char(&msg.contents) {
        msg.contents = sanitize_for_display(&msg.contents).into_owned();
    }
    // Nobody can be told that there is nobody to tell.
    let _ = writeln!(stderr(), "{msg}");
}

pub(super) fn send_flush_command_and_wait() {}

pub(super) fn send_shutdown_command_and_wait() {}

pub fn spawn_logger_thread() {}
