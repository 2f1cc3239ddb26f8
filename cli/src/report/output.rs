//! Where reports go: one to standard output, and each of the others into its file. All of it is checked
//! before anything is built, so that a long build doesn't end with a report that has no place.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::args::output::{Output, ReportFormat};
use crate::errors::helped;
use crate::execute::files::{probe, write_whole};

/// The reports that a run writes.
#[derive(Debug, PartialEq, Eq)]
pub struct Outputs {
    /// What standard output gets.
    pub stdout: ReportFormat,
    /// What else is written, in the order of the command line.
    pub files: Vec<Destination>,
}

/// A report's file.
#[derive(Debug, PartialEq, Eq)]
pub struct Destination {
    /// How the report is written.
    pub format: ReportFormat,
    /// The path as the user gave it.
    pub shown: PathBuf,
    /// The file itself: absolute, and without links.
    path: PathBuf,
    /// Whether it is a file of its own; a device or a pipe can't be replaced by another.
    regular: bool,
}

impl Outputs {
    /// Checks what was asked for. `own` are the files that the command itself reads or writes, where no
    /// report may go.
    ///
    /// # Errors
    /// Two reports for one place, or a place where no file can be written.
    pub fn new(asked: &[Output], cwd: &Path, own: &[&Path]) -> Result<Outputs> {
        let mut stdout = None;
        let mut files: Vec<Destination> = Vec::new();
        let own: Vec<PathBuf> = own
            .iter()
            .filter_map(|file| real(&cwd.join(file)))
            .collect();
        for output in asked {
            let Some(file) = &output.file else {
                if let Some(first) = stdout.replace(output.format) {
                    return Err(two_to_stdout(first, output.format));
                }
                continue;
            };
            let name = output.format.name();
            let new = Destination::new(output.format, file, cwd)
                .with_context(|| format!("the {name} report can't go to `{}`", file.display()))?;
            if own.contains(&new.path) {
                bail!(
                    "the {name} report can't go to `{}`, which this command reads or writes itself",
                    file.display()
                );
            }
            if let Some(other) = files.iter().find(|other| other.path == new.path) {
                return Err(two_to_one(other, &new));
            }
            files.push(new);
        }
        Ok(Outputs {
            stdout: stdout.unwrap_or(ReportFormat::Human),
            files,
        })
    }
}

fn two_to_stdout(first: ReportFormat, second: ReportFormat) -> anyhow::Error {
    let (first, second) = (first.name(), second.name());
    helped(
        anyhow!("two reports can't both go to standard output: {first} and {second}"),
        format!("give one of them a file: --format {second}=FILE"),
    )
}

fn two_to_one(first: &Destination, second: &Destination) -> anyhow::Error {
    let same = first.shown == second.shown;
    let also = match same {
        true => String::new(),
        false => format!(", which is `{}`", first.shown.display()),
    };
    let (one, other) = (first.format.name(), second.format.name());
    helped(
        anyhow!(
            "two reports can't go to one file: {one} and {other} to `{}`{also}",
            second.shown.display()
        ),
        "give each a file of its own",
    )
}

impl Destination {
    fn new(format: ReportFormat, shown: &Path, cwd: &Path) -> Result<Destination> {
        let path = cwd.join(shown);
        let text = path.to_string_lossy();
        let about = fs::metadata(&path).ok();
        let is_dir = about.as_ref().is_some_and(fs::Metadata::is_dir);
        if is_dir || path.file_name().is_none() || text.ends_with(std::path::is_separator) {
            bail!("it is a directory");
        }
        let regular = about.as_ref().is_none_or(fs::Metadata::is_file);
        let path = match regular {
            // A link stays one: what it leads to is written.
            true => real(&path).ok_or_else(|| no_directory(shown))?,
            // The path of a pipe need not lead anywhere but through the system.
            false => path,
        };
        if regular {
            probe(&path).context("nothing can be written there")?;
        }
        Ok(Destination {
            format,
            shown: shown.to_owned(),
            path,
            regular,
        })
    }

    /// Writes the report: the file is as before or has all of it.
    ///
    /// # Errors
    /// As the file system gives them.
    pub fn write(&self, text: &str) -> Result<()> {
        let written = if self.regular {
            write_whole(&self.path, text.as_bytes())
        } else {
            let open = OpenOptions::new().append(true).open(&self.path);
            open.and_then(|mut file| file.write_all(text.as_bytes()))
        };
        let name = self.format.name();
        written.with_context(|| {
            format!(
                "failed to write the {name} report to `{}`",
                self.shown.display()
            )
        })
    }
}

/// Adds the summary of a job to the file that GitHub has made for it.
///
/// # Errors
/// As the file system gives them.
pub fn append(path: &Path, text: &str) -> Result<()> {
    let open = OpenOptions::new().create(true).append(true).open(path);
    let written = open.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("failed to write the job's summary to `{}`", path.display()))
}

/// The path of a file without links; of one that is not there yet, by the directory that it will be in.
fn real(path: &Path) -> Option<PathBuf> {
    let new = || {
        let folder = fs::canonicalize(path.parent()?).ok()?;
        let name = path.file_name()?;
        folder.is_dir().then(|| folder.join(name))
    };
    fs::canonicalize(path).ok().or_else(new)
}

fn no_directory(shown: &Path) -> anyhow::Error {
    let folder = shown.parent().unwrap_or(shown).display();
    helped(
        anyhow!("there is no directory `{folder}`"),
        format!("mkdir -p {folder}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::helps;

    fn outputs(folder: &Path, asked: &[&str]) -> Result<Outputs> {
        let asked: Vec<Output> = asked.iter().map(|text| text.parse().unwrap()).collect();
        Outputs::new(&asked, folder, &["read.wasm".as_ref()])
    }

    fn refused(folder: &Path, asked: &[&str]) -> String {
        let error = outputs(folder, asked).unwrap_err();
        format!("{error:#}; {}", helps(&error).join("; "))
    }

    #[test]
    fn people_get_a_report_unless_something_else_is_asked_for() {
        let scratch = tempfile::tempdir().unwrap();
        let of = |asked| outputs(scratch.path(), asked).unwrap();
        assert_eq!(of(&[]).stdout, ReportFormat::Human);
        let both = of(&["json=a.json"]);
        assert_eq!((both.stdout, both.files.len()), (ReportFormat::Human, 1));
        assert_eq!(of(&["json", "human=a.txt"]).stdout, ReportFormat::Json);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }

    #[test]
    fn no_two_reports_have_one_place() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path();
        fs::create_dir(folder.join("sub")).unwrap();
        let whole = folder.join("a").display().to_string();
        for (one, other) in [
            ("a", "a"),
            ("a", "./a"),
            ("a", "sub/../a"),
            ("a", whole.as_str()),
        ] {
            let asked = [format!("json={one}"), format!("human={other}")];
            let asked = asked.each_ref().map(String::as_str);
            assert!(refused(folder, &asked).contains("one file"), "{asked:?}");
        }
        assert!(refused(folder, &["json", "human"]).contains("standard output"));
        assert!(outputs(folder, &["json=a", "human=sub/a"]).is_ok());
    }

    #[test]
    fn a_place_that_is_none_is_told() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path();
        fs::create_dir(folder.join("sub")).unwrap();
        fs::write(folder.join("read.wasm"), "").unwrap();
        for (place, expected) in [
            ("sub", "is a directory"),
            ("new/", "is a directory"),
            ("..", "is a directory"),
            ("none/of/a", "mkdir -p none/of"),
            ("read.wasm/a", "no directory `read.wasm`"),
            ("read.wasm", "reads or writes itself"),
        ] {
            let said = refused(folder, &[&format!("json={place}")]);
            assert!(said.contains(expected), "{place}: {said}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_counts_as_its_file() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path();
        fs::write(folder.join("a"), "old").unwrap();
        std::os::unix::fs::symlink("a", folder.join("b")).unwrap();
        assert!(refused(folder, &["json=a", "human=b"]).contains("which is `a`"));
        let outputs = outputs(folder, &["json=b"]).unwrap();
        outputs.files[0].write("new").unwrap();
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "new");
        assert!(folder.join("b").is_symlink());
        assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_and_not_replaced() {
        let outputs = outputs("/".as_ref(), &["json=/dev/null"]).unwrap();
        outputs.files[0].write("text").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
