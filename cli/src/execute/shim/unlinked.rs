//! A link that failed: asked once more, the linker names everything that it found nowhere.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use super::{WitnessFiles, response};
use crate::execute::{Streams, files, spawn};

/// A link for its errors alone.
pub(super) struct Survey {
    pub linker: OsString,
    pub args: Vec<OsString>,
    /// Where the arguments go that are too many for a command line.
    pub response_file: Option<PathBuf>,
}

impl Survey {
    /// Puts the files of the witness link in place, with what this link says beside them.
    pub(super) fn keep(&self, partial: &WitnessFiles, files: &WitnessFiles) -> io::Result<()> {
        let link = response::invocation(
            &self.linker,
            self.args.clone(),
            self.response_file.as_deref(),
        );
        let log = File::create(&partial.undefined)?;
        if let Some(Ok(mut child)) = link.map(|link| spawn(&link, Streams::To(log))) {
            // It fails: that is what it is for.
            child.wait()?;
        }
        fs::rename(&partial.undefined, &files.undefined)?;
        fs::rename(&partial.map, &files.map)?;
        // Last, as with a link that succeeds: whoever finds it finds the others too.
        fs::rename(&partial.module, &files.module)
    }
}

/// Removes what an earlier link that failed has left.
pub(super) fn remove(files: &WitnessFiles) {
    for path in [&files.module, &files.map, &files.undefined] {
        // What stays is written over.
        let _ = files::remove_if_there(path);
    }
}

/// The arguments of a link in which every missing symbol is an error, and none the last to be told.
/// From Rust 1.96 on that is what rustc asks for, and the linker stops at the twentieth error; before, it
/// makes an import of each and names nobody.
pub(super) fn survey_args(args: &[OsString], files: &WitnessFiles) -> Vec<OsString> {
    let mut survey = Vec::with_capacity(args.len() + 2);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--allow-undefined" | "--import-undefined" | "--warn-unresolved-symbols") => {}
            Some("-o") => {
                // Nothing gets there, unless there was nothing missing.
                args.next();
                survey.extend([arg.clone(), files.failed.clone().into()]);
            }
            _ => survey.push(arg.clone()),
        }
    }
    survey.extend(["--error-limit=0", "--skip-wit-component"].map(OsString::from));
    survey
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn nothing_that_is_missing_is_let_through() {
        let line = "--export x --allow-undefined a.o -o /t/deps/rg-1.wasm -l c";
        let args: Vec<OsString> = line.split(' ').map(Into::into).collect();
        let files = WitnessFiles::new(Path::new("/t/wasify"), "rg-1", "partial");
        let line: Vec<String> = survey_args(&args, &files)
            .iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            line.join(" "),
            "--export x a.o -o /t/wasify/rg-1-partial.witness.failed -l c --error-limit=0 \
             --skip-wit-component"
        );
    }
}
