//! A copy of a fixture as a repository of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::common;

/// The repository of a program that edits notes.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Project {
    pub(crate) fn new() -> Project {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/projects/notes");
        let folder = tempfile::tempdir().unwrap();
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(fixture.join(file), folder.path().join(file)).unwrap();
        }
        fs::create_dir(folder.path().join("src")).unwrap();
        for entry in fs::read_dir(fixture.join("src")).unwrap() {
            let entry = entry.unwrap();
            let to = folder.path().join("src").join(entry.file_name());
            fs::copy(entry.path(), to).unwrap();
        }
        fs::write(folder.path().join(".gitignore"), "/target\n").unwrap();
        let project = Project { folder };
        project.git(&["init", "-q"]);
        project.commit("the fixture");
        project
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, content: &str) {
        fs::write(self.path(file), content).unwrap();
    }

    /// Changes a file; what is replaced has to be there.
    pub(crate) fn edit(&self, file: &str, old: &str, new: &str) {
        let text = self.text(file);
        assert!(text.contains(old), "{file} has no `{old}`:\n{text}");
        self.write(file, &text.replacen(old, new, 1));
    }

    pub(crate) fn wasify(&self, words: &str) -> Ran {
        let mut command = common::wasify(self.root());
        // Each project has its own, as a repository has.
        command.env_remove("CARGO_TARGET_DIR");
        Ran::of(command.args(words.split_whitespace()).output().unwrap())
    }

    pub(crate) fn git(&self, words: &[&str]) -> String {
        let output = program("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(words)
            .current_dir(self.root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// The lines that were added to and taken from a file since the last commit, with their signs.
    pub(crate) fn changed(&self, file: &str) -> Vec<String> {
        let diff = self.git(&["diff", "--unified=0", "--", file]);
        let lines = diff.lines().filter(|line| {
            (line.starts_with('+') || line.starts_with('-'))
                && !line.starts_with("+++")
                && !line.starts_with("---")
        });
        lines.map(str::to_owned).collect()
    }

    /// Adds a second function that runs a program, and calls it.
    pub(crate) fn add_spelling(&self) {
        let edit = self.text("src/edit.rs");
        self.write(
            "src/edit.rs",
            &(edit
                + "\npub fn spell(note: &Path) -> io::Result<()> {\n    \
                   Command::new(\"aspell\").arg(note).status()?;\n    Ok(())\n}\n"),
        );
        self.edit(
            "src/main.rs",
            "[\"edit\", name] =>",
            "[\"spell\", name] => edit::spell(&folder.join(name)),\n        [\"edit\", name] =>",
        );
    }
}

/// A program that is no part of wasify.
#[expect(clippy::disallowed_methods, reason = "what others do with the files")]
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(name)
}

/// The first of these programs that this machine has. In CI, where there is none, Debian's package of the first
/// name is installed.
pub(crate) fn installed(names: &[&str]) -> Option<PathBuf> {
    let found = || {
        let path = std::env::var_os("PATH")?;
        let mut places = std::env::split_paths(&path)
            .flat_map(|directory| names.iter().map(move |name| directory.join(name)));
        places.find(|place| place.is_file())
    };
    if found().is_none() && std::env::var_os("CI").is_some() {
        for words in [&["update", "-qq"][..], &["install", "-qqy", names[0]]] {
            let status = program("apt-get").args(words).output().unwrap().status;
            assert!(status.success(), "apt-get {words:?}");
        }
    }
    found()
}
