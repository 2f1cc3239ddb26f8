//! Published applications: what wasify says of each, and what each does, natively and as a port.
//!
//! The trials of `applications.toml` are run twice in the same folder, with the same arguments. Where the
//! report predicts nothing, the port ends and prints as the native program does; where it predicts a
//! failure, the port fails as it says, and the native program does not.
//!
//! Each test run holds those marked `always` to it. All ten are held to it, and `docs/applications.md` is
//! written, by
//!
//! ```sh
//! BLESS=1 cargo test -p wasify --test applications -- --ignored
//! ```

// A test may panic.
#![allow(clippy::unwrap_used)]

mod application;
#[path = "../common/mod.rs"]
mod common;
mod judged;
mod page;
mod trial;

use judged::Judged;

#[test]
fn a_port_does_what_the_native_program_does_or_what_was_said() {
    for application in application::all() {
        if application.always {
            assert_as_said(&[judged::judge(&application)]);
        }
    }
}

#[test]
#[ignore = "builds ten applications twice, which takes more than half an hour"]
fn ten_applications_do_what_was_said() {
    let all: Vec<Judged> = application::all().iter().map(judged::judge).collect();
    assert_eq!(all.len(), 10);
    if std::env::var_os("BLESS").is_some() {
        page::write(&all);
    }
    assert_as_said(&all);
}

/// Gives every complaint at once.
fn assert_as_said(all: &[Judged]) {
    let complaints: Vec<&str> = all.iter().flat_map(Judged::complaints).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
