//! The compiler that the user has set for the target.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::check::Checker;
use super::settings::{Settings, for_target};
use super::{CCompiler, Candidate};
use crate::execute::shim::TARGET;

/// The compiler in `CC_wasm32-wasip2`, `CC_wasm32_wasip2` or `TARGET_CC`. It is given whether it works or
/// not, and nothing is set beside it.
pub(super) fn compiler(settings: &Settings<'_>, checker: &Checker<'_>) -> Option<CCompiler> {
    let (variable, value) = settings.for_target("CC")?;
    let command = words(&value);
    let program = PathBuf::from(command.first()?);
    let candidate = Candidate {
        name: format!("set in `{variable}`"),
        program: found(settings, &program),
        command,
        flags: flags(settings),
        ..Candidate::default()
    };
    let (version, fault) = match checker.version(&candidate) {
        Ok(version) => (version, None),
        Err(why) => (String::new(), Some(why)),
    };
    Some(CCompiler {
        fault,
        ..candidate.compiler(version)
    })
}

/// The words of the value as the `cc` crate reads it: a path, or a program with arguments.
fn words(value: &OsString) -> Vec<OsString> {
    if Path::new(value).is_file() {
        return vec![value.clone()];
    }
    let text = value.to_string_lossy();
    text.split_whitespace().map(OsString::from).collect()
}

/// The program's file, when `PATH` leads to one.
fn found(settings: &Settings<'_>, program: &Path) -> PathBuf {
    let bare = program.components().count() == 1;
    let on_path = || {
        let directories = settings.path().into_iter();
        directories
            .map(|directory| directory.join(program))
            .find(|file| file.is_file())
    };
    let file = if bare { on_path() } else { None };
    file.unwrap_or_else(|| program.to_owned())
}

/// What the `cc` crate adds to each command line, the most general first.
fn flags(settings: &Settings<'_>) -> Vec<OsString> {
    let names = [
        "CFLAGS".to_owned(),
        "TARGET_CFLAGS".to_owned(),
        for_target("CFLAGS"),
        format!("CFLAGS_{TARGET}"),
    ];
    let mut flags = Vec::new();
    for value in names.iter().filter_map(|name| settings.var(name)) {
        let text = value.to_string_lossy();
        flags.extend(text.split_ascii_whitespace().map(OsString::from));
    }
    if let Some(sysroot) = settings.var("WASI_SYSROOT") {
        let mut flag = OsString::from("--sysroot=");
        flag.push(sysroot);
        flags.push(flag);
    }
    flags
}
