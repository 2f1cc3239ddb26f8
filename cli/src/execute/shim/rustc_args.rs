//! rustc's command line, read.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

/// The arguments with each `@file` replaced by its lines: so rustc reads it, and so cargo writes it when
/// they are too many for a command line. A file that can't be read stays as it is, for rustc to say
/// what is wrong.
pub(super) fn expanded(args: Vec<OsString>) -> Vec<OsString> {
    let mut all = Vec::with_capacity(args.len());
    for arg in args {
        let text = arg
            .to_str()
            .and_then(|arg| arg.strip_prefix('@'))
            .and_then(|path| std::fs::read_to_string(path).ok());
        match text {
            Some(text) => all.extend(text.lines().map(OsString::from)),
            None => all.push(arg),
        }
    }
    all
}

/// The last value of a codegen option, as `linker` in `-C linker=cc`.
pub(super) fn codegen(args: &[impl AsRef<OsStr>], name: &str) -> Option<String> {
    let settings = values(args, "--codegen", "-C");
    settings.iter().rev().find_map(|setting| {
        let value = setting.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.to_owned())
    })
}

/// The values of an option in all its spellings: `--long value`, `--long=value`, `-s value`, `-svalue`.
pub(super) fn values(args: &[impl AsRef<OsStr>], long: &str, short: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut args = args.iter().map(|arg| arg.as_ref().to_string_lossy());
    while let Some(arg) = args.next() {
        if arg == long || (!short.is_empty() && arg == short) {
            found.extend(args.next().map(Cow::into_owned));
        } else if let Some(value) = arg
            .strip_prefix(long)
            .and_then(|rest| rest.strip_prefix('='))
        {
            found.push(value.to_owned());
        } else if !short.is_empty()
            && let Some(value) = arg.strip_prefix(short)
        {
            found.push(value.to_owned());
        }
    }
    found
}
