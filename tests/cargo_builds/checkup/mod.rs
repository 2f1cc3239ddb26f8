//! What `wasify doctor` says of settings, tools and the port's flags, each held to a real build: what it calls
//! wrong fails there, and what builds it does not call wrong.
#![cfg(unix)]

mod packages;
mod settings;
mod stale;
mod tools;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Told, in_folder, project};

const HELLO: &str = "fn main() { println!(\"here\"); }";

/// A program in a folder, with a target directory that its builds share.
fn program(folder: &Path, source: &str) {
    project(folder, "", "main.rs", source);
}

/// wasify with none of the flags that whoever runs the tests may have set.
fn plain(subcommand: &str, folder: &Path) -> Command {
    let mut command = in_folder(subcommand, folder);
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
    ] {
        command.env_remove(name);
    }
    command
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("it has one")).expect("created");
    fs::write(path, text).expect("written");
}

/// The letter names neither a setting, nor a tool, nor a flag.
#[track_caller]
fn finds_nothing(told: &Told) {
    told.ended_with(0);
    told.reports("nothing that is known\n");
}
