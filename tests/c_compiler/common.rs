//! What these tests share: surroundings with a `PATH` and a home of their own, and programs for them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wasify::events::{Events, Progress};
use wasify::execute::surroundings::Surroundings;

/// Keeps the statuses and the progress that it is told of.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) statuses: RefCell<Vec<String>>,
    /// The verb, and how much of how much.
    pub(crate) progress: RefCell<Vec<(String, u64, u64)>>,
}

impl Events for Recorder {
    fn status(&self, verb: &str, message: &str) {
        self.statuses.borrow_mut().push(format!("{verb} {message}"));
    }

    fn output(&self, _: &str) {}

    fn warning(&self, _: &str) {}

    fn progress(&self, progress: Option<Progress<'_>>) {
        let seen = progress.map(|seen| (seen.verb.to_owned(), seen.done, seen.total));
        self.progress.borrow_mut().extend(seen);
    }

    fn wants_progress(&self) -> bool {
        true
    }

    fn color(&self) -> bool {
        false
    }
}

/// A machine of its own: programs, a home for wasify, and nothing set for C.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) folder: TempDir,
    pub(crate) around: Surroundings,
}

impl Machine {
    /// One whose `PATH` leads to its own programs and to the Rust and the shell of this machine.
    pub(crate) fn new() -> Machine {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).expect("created");
        let rust = Path::new(env!("CARGO")).parent().expect("it is in one");
        let path = std::env::join_paths([&bin, rust, Path::new("/bin")].map(Path::to_owned));
        let unset = [
            "CC_wasm32-wasip2",
            "CC_wasm32_wasip2",
            "TARGET_CC",
            "CFLAGS",
            "TARGET_CFLAGS",
            "CFLAGS_wasm32_wasip2",
            "WASI_SDK_PATH",
            "WASI_SYSROOT",
            "RUSTC",
        ];
        let mut vars: BTreeMap<_, _> = unset.map(|name| (name.into(), None)).into();
        vars.insert("PATH".into(), Some(path.expect("no colons")));
        vars.insert(
            "WASIFY_HOME".into(),
            Some(folder.path().join("home").into()),
        );
        Machine {
            around: Surroundings {
                cwd: folder.path().to_owned(),
                executable: PathBuf::from(env!("CARGO_BIN_EXE_wasify")),
                vars,
            },
            folder,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<Path>) {
        let value = value.as_ref().as_os_str().to_owned();
        self.around.vars.insert(name.into(), Some(value));
    }

    /// Puts a script into a directory.
    pub(crate) fn script(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("created");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    /// A sysroot in name only: what is looked at before a clang is tried with it.
    pub(crate) fn sysroot(&self, name: &str) -> PathBuf {
        let headers = self.path(name).join("include/wasm32-wasip2");
        fs::create_dir_all(&headers).expect("created");
        fs::write(headers.join("stdlib.h"), "").expect("written");
        self.path(name)
    }
}
