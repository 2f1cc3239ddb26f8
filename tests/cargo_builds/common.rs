//! What the tests of Cargo builds share: fixtures, a directory to build in, and a listener.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use wasify::ecosystem::{BuildRequest, Built, cargo};
use wasify::events::{Events, Progress};
use wasify::execute::surroundings::Surroundings;
use wasify::toolchain;

/// Keeps what it is told.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// `Verb message`.
    pub(crate) statuses: RefCell<Vec<String>>,
    pub(crate) output: RefCell<Vec<String>>,
    pub(crate) warnings: RefCell<Vec<String>>,
    /// `done/total`.
    pub(crate) progress: RefCell<Vec<String>>,
}

impl Events for Recorder {
    fn status(&self, verb: &str, message: &str) {
        self.statuses.borrow_mut().push(format!("{verb} {message}"));
    }

    fn output(&self, line: &str) {
        self.output.borrow_mut().push(line.to_owned());
    }

    fn warning(&self, message: &str) {
        self.warnings.borrow_mut().push(message.to_owned());
    }

    fn progress(&self, progress: Option<Progress<'_>>) {
        if let Some(progress) = progress {
            self.progress
                .borrow_mut()
                .push(format!("{}/{}", progress.done, progress.total));
        }
    }

    fn wants_progress(&self) -> bool {
        true
    }

    fn color(&self) -> bool {
        false
    }
}

impl Recorder {
    pub(crate) fn said(&self, text: &str) -> bool {
        self.output.borrow().iter().any(|line| line.contains(text))
    }
}

/// The directory of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/projects")
        .join(name)
}

/// A target directory that stays, so that a test run after the first is fast.
pub(crate) fn target_dir(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cargo_builds")
        .join(name)
}

/// Surroundings in which wasify is the built program, and the target is there: a fresh machine gets it
/// here, before tests that use plain cargo, or a home of their own, look for it.
pub(crate) fn around() -> Surroundings {
    let around = Surroundings {
        cwd: fixture(""),
        executable: PathBuf::from(env!("CARGO_BIN_EXE_wasify")),
        // Whoever runs the tests may have set it; where nothing is said it is beside the project.
        vars: BTreeMap::from([("CARGO_TARGET_DIR".into(), None)]),
    };
    static TARGET: Once = Once::new();
    TARGET.call_once(|| {
        let (cwd, events) = (&around.cwd, Recorder::default());
        toolchain::ensure_target(&around, cwd, false, false, &events).expect("the target is there");
    });
    around
}

/// A request for a fixture, built in a target directory of its own.
pub(crate) fn request(name: &str) -> BuildRequest {
    BuildRequest {
        path: Some(fixture(name)),
        target_dir: Some(target_dir(name)),
        ..BuildRequest::default()
    }
}

pub(crate) fn build(request: &BuildRequest) -> (Built, Recorder) {
    let events = Recorder::default();
    let built = cargo::build(&around(), request, &events).expect("wasify can work");
    (built, events)
}

/// The error's text, of a build that can't be done.
pub(crate) fn refusal(around: &Surroundings, request: &BuildRequest) -> String {
    let events = Recorder::default();
    match cargo::build(around, request, &events) {
        Ok(built) => panic!("it was built: {built:?}"),
        Err(error) => format!("{error:#}"),
    }
}

/// The program itself, as a user starts it.
#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
pub(crate) fn program<const N: usize>(args: [&str; N]) -> Command {
    let _ = around();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasify"));
    command
        .args(args)
        .current_dir(fixture(""))
        .env_remove("CARGO_TARGET_DIR");
    command
}

/// Its exit code and what it said on standard error.
pub(crate) fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("wasify starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

/// A small project in a folder.
pub(crate) fn project(folder: &Path, manifest: &str, file: &str, source: &str) {
    let manifest =
        format!("[package]\nname = \"small\"\nedition = \"2024\"\n{manifest}\n[workspace]\n");
    fs::create_dir_all(folder.join("src")).expect("created");
    fs::write(folder.join("Cargo.toml"), manifest).expect("written");
    fs::write(folder.join("src").join(file), source).expect("written");
}

/// Plain cargo on a fixture.
#[expect(
    clippy::disallowed_methods,
    reason = "the comparison must not go through wasify"
)]
pub(crate) fn plain_cargo(name: &str, args: &[&str]) {
    let _ = around();
    let status = Command::new(env!("CARGO"))
        .current_dir(fixture(name))
        .args(["build", "-q", "--target", "wasm32-wasip2"])
        .args(args)
        .status()
        .expect("cargo starts");
    assert!(status.success());
}

/// The names of what was built.
pub(crate) fn names(built: &Built) -> Vec<&str> {
    built
        .artifacts
        .iter()
        .map(|artifact| artifact.name.as_str())
        .collect()
}

/// What wasify says of a project, with its own target directory: its exit code, the report for people, and
/// what else it said.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) report: String,
    pub(crate) said: String,
}

impl Told {
    /// Nothing of it is a crash.
    pub(crate) fn of(command: &mut Command) -> Told {
        let output = command.output().expect("wasify starts");
        let told = Told {
            code: output.status.code(),
            report: String::from_utf8(output.stdout).expect("a report is text"),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        let bug =
            |text: &str| text.contains("panicked at cli") || text.contains("wasify has a bug");
        assert!(!bug(&told.said) && !bug(&told.report), "{told:?}");
        told
    }

    #[track_caller]
    pub(crate) fn reports(&self, text: &str) {
        assert!(self.report.contains(text), "no `{text}` in {self:#?}");
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.said.contains(text), "no `{text}` in {self:#?}");
    }

    #[track_caller]
    pub(crate) fn ended_with(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{self:#?}");
    }
}

/// `wasify build` or `wasify doctor` in a folder.
pub(crate) fn in_folder(subcommand: &str, folder: &Path) -> Command {
    let mut command = program([subcommand]);
    command.current_dir(folder);
    command
}
