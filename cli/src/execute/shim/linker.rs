//! In the linker's place: the real link, and beside it the witness link for the inspection.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode};

use anyhow::Context as _;

use super::unlinked::{self, Survey};
use super::{DEFAULT_LINKER, REAL_LINKER, WitnessFiles, exit_code, response, witness_dir};
use crate::execute::{Streams, files, spawn};
use crate::plan::Invocation;

/// Links with the arguments that rustc gave, untouched. What the real linker does decides; the
/// witness link can't fail the build.
pub(super) fn run(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let linker = std::env::var_os(REAL_LINKER).unwrap_or_else(|| DEFAULT_LINKER.into());
    let real = Invocation::new(&linker).args(args);
    // Both at once: the witness costs little when a second core is free.
    let mut real = spawn(&real, Streams::Inherited)?;
    let witness = Witness::start(&linker, args);
    let status = real.wait().context("failed to wait for the linker")?;
    if let Some(witness) = witness {
        match status.code() {
            Some(0) => witness.finish(),
            Some(_) => witness.keep_unlinked(),
            // A signal ended it: the user wants no more of this.
            None => witness.abandon(),
        }
    }
    Ok(exit_code(status))
}

/// A witness link that is under way. Cargo lets nobody else build in this directory meanwhile, so
/// the temporary names can be the same each time, and what an interrupted link left is overwritten.
struct Witness {
    child: Child,
    survey: Survey,
    output: PathBuf,
    dir: PathBuf,
    stem: String,
    partial: WitnessFiles,
    response: PathBuf,
}

impl Witness {
    /// `None` when it can't be started; the inspection then does without.
    fn start(linker: &OsStr, args: &[OsString]) -> Option<Witness> {
        let all: Vec<OsString> = response::expanded(args)
            .into_iter()
            .map(|arg| arg.into_owned())
            .collect();
        let output = output_of(&all)?;
        let stem = output.file_stem()?.to_string_lossy().into_owned();
        let dir = witness_dir(&output)?;
        fs::create_dir_all(&dir).ok()?;
        let partial = WitnessFiles::new(&dir, &stem, "partial");
        let response = dir.join(format!("{stem}-partial.args"));
        // What did not fit on a command line before will not now.
        let response_file = (all.len() != args.len()).then(|| response.clone());
        let link = response::invocation(
            linker,
            witness_args(&all, &partial),
            response_file.as_deref(),
        )?;
        let log = File::create(&partial.failed).ok()?;
        let child = spawn(&link, Streams::To(log)).ok()?;
        let survey = Survey {
            linker: linker.to_owned(),
            args: unlinked::survey_args(&all, &partial),
            response_file,
        };
        Some(Witness {
            child,
            survey,
            output,
            dir,
            stem,
            partial,
            response,
        })
    }

    /// Waits for it and puts its files in place, named after the content of the real output.
    fn finish(mut self) {
        let linked = self.child.wait().is_ok_and(|status| status.success());
        let placed = files::content_hash(&self.output).is_ok_and(|hash| {
            self.remove_older();
            let files = WitnessFiles::new(&self.dir, &self.stem, &hash);
            if linked {
                // The module last: whoever finds it finds the map too.
                fs::rename(&self.partial.map, &files.map).is_ok()
                    && fs::rename(&self.partial.module, &files.module).is_ok()
            } else {
                fs::rename(&self.partial.failed, &files.failed).is_ok()
            }
        });
        // When even this failed there is no witness, and the next build tries again.
        let _ = placed;
        self.remove_partial();
    }

    /// The real link failed: keeps the module of the witness link, if that succeeded, and finds out what
    /// is missing.
    fn keep_unlinked(mut self) {
        let linked = self.child.wait().is_ok_and(|status| status.success());
        if let Some(files) = WitnessFiles::of_unlinked(&self.output) {
            unlinked::remove(&files);
            if linked {
                // Without it there is what rustc shows of the linker's words.
                let _ = self.survey.keep(&self.partial, &files);
            }
        }
        self.remove_partial();
    }

    /// Stops it: nobody will ask for the witness.
    fn abandon(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.remove_partial();
    }

    fn remove_partial(&self) {
        let WitnessFiles {
            module,
            map,
            failed,
            undefined,
        } = &self.partial;
        for path in [module, map, failed, undefined, &self.response] {
            let _ = files::remove_if_there(path);
        }
    }

    /// Removes the witnesses of what was linked to the same place before.
    fn remove_older(&self) {
        let Ok(entries) = fs::read_dir(&self.dir) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if super::is_witness_of(&name.to_string_lossy(), &self.stem) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn output_of(args: &[OsString]) -> Option<PathBuf> {
    let at = args.iter().position(|arg| arg == "-o")?;
    args.get(at + 1).map(PathBuf::from)
}

/// The arguments of the witness link: nothing stripped, the core module only, every reference and
/// the map kept. What is missing becomes an import, as rustc up to 1.95 says itself: where the real link
/// succeeds nothing is, and where it fails there is a module all the same.
fn witness_args(args: &[OsString], files: &WitnessFiles) -> Vec<OsString> {
    let mut witness = Vec::with_capacity(args.len() + 3);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--strip-all" | "--strip-debug" | "-s" | "-S") => {}
            Some("-o") => {
                args.next();
                witness.extend([arg.clone(), files.module.clone().into()]);
            }
            _ => witness.push(arg.clone()),
        }
    }
    let more = ["--allow-undefined", "--skip-wit-component", "--emit-relocs"];
    witness.extend(more.map(OsString::from));
    witness.push(map_arg(&files.map));
    witness
}

fn map_arg(map: &Path) -> OsString {
    let mut arg = OsString::from("-Map=");
    arg.push(map);
    arg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_witness_keeps_everything_but_the_strip_and_the_output() {
        let args: Vec<OsString> = "--export x --strip-all a.o -o /t/deps/rg-1.wasm -s -l c"
            .split(' ')
            .map(Into::into)
            .collect();
        let output = output_of(&args).expect("there is an -o");
        let dir = witness_dir(&output).expect("two levels up");
        let files = WitnessFiles::new(&dir, "rg-1", "partial");
        let line: Vec<String> = witness_args(&args, &files)
            .iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            line.join(" "),
            "--export x a.o -o /t/wasify/rg-1-partial.witness.wasm -l c --allow-undefined \
             --skip-wit-component --emit-relocs -Map=/t/wasify/rg-1-partial.witness.map"
        );
    }
}
