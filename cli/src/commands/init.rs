//! `wasify init`: settings, a CI step, and what deploys the component.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{near, print};
use crate::args::init::{Ci, InitArgs};
use crate::ecosystem::BuildRequest;
use crate::ecosystem::cargo::{self, Outline};
use crate::ecosystem::trouble::Trouble;
use crate::events::Events as _;
use crate::execute::files;
use crate::execute::surroundings::Surroundings;
use crate::fix::diff::{self, Edited};
use crate::init::{self, NewFile, Program};
use crate::report::Status;
use crate::settings;
use crate::terminal::Terminal;

/// Writes the files that are not there yet; with `--dry-run`, shows them.
///
/// # Errors
/// There is no project, it has no such program, or a file can't be written.
pub fn run(args: &InitArgs, terminal: &Terminal) -> Result<Status> {
    let around = Surroundings::of_process()?;
    let request = BuildRequest {
        path: args.path.clone(),
        ..BuildRequest::default()
    };
    let outline = cargo::outline(&around, &request)?;
    let files = planned(args, &outline)?;
    let (old, new): (Vec<NewFile>, Vec<NewFile>) = files
        .into_iter()
        .partition(|file| outline.root.join(file.path).exists());
    if args.dry_run {
        let edits: Vec<Edited> = new
            .iter()
            .map(|file| Edited {
                path: file.path.to_owned(),
                before: None,
                after: file.content.clone(),
            })
            .collect();
        print(terminal, &diff::render(&edits))?;
    }
    let shown = |file: &NewFile| {
        let path = near(&outline.root.join(file.path), &around.cwd);
        path.display().to_string()
    };
    for file in &old {
        terminal.status("Kept", &format!("{}, which is there already", shown(file)));
    }
    if args.dry_run {
        return Ok(Status::Clean);
    }
    for file in &new {
        write(&outline.root, file)?;
        terminal.status("Wrote", &shown(file));
    }
    for next in next(args, &new) {
        terminal.status("Next", next);
    }
    Ok(Status::Clean)
}

fn planned(args: &InitArgs, outline: &Outline) -> Result<Vec<NewFile>> {
    let mut files = vec![init::settings_file()];
    files.extend(
        args.ci
            .map(|ci| init::ci(ci, |path| fs::read_to_string(outline.root.join(path)).ok())),
    );
    if !args.with.is_empty() {
        let program = program(args, outline)?;
        let grants = settings::read(&settings::path(&outline.root))?;
        let mut with = args.with.clone();
        with.sort();
        with.dedup();
        let deployments = with.iter();
        files.extend(deployments.flat_map(|it| init::deployment(*it, &program, &grants)));
    }
    Ok(files)
}

/// The program that is deployed.
fn program(args: &InitArgs, outline: &Outline) -> Result<Program, Trouble> {
    let names = || -> String {
        let names = outline.programs.iter().map(|program| &*program.name);
        names.collect::<Vec<&str>>().join(", ")
    };
    match (&args.bin, &outline.programs[..]) {
        (_, []) => Err(Trouble::new(
            "the project has no program and no library of the kind `cdylib`",
        )
        .help("name the directory of a project that has one: `wasify init PATH --with ...`")),
        (None, [program]) => Ok(program.clone()),
        (None, [_, _, ..]) => Err(Trouble::new("the project has several programs")
            .help(format!("say which one, with `--bin`: {}", names()))),
        (Some(name), programs) => {
            let mut programs = programs.iter();
            let program = programs.find(|program| program.name == *name).cloned();
            program.ok_or_else(|| {
                Trouble::new(format!("the project has no program `{name}`"))
                    .help(format!("its programs are: {}", names()))
            })
        }
    }
}

fn write(root: &Path, file: &NewFile) -> Result<()> {
    let path = root.join(file.path);
    let failed = || format!("failed to write `{}`", path.display());
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).with_context(failed)?;
    }
    files::write_whole(&path, file.content.as_bytes()).with_context(failed)?;
    #[cfg(unix)]
    if file.executable {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).with_context(failed)?;
    }
    Ok(())
}

/// What is left to do.
fn next(args: &InitArgs, new: &[NewFile]) -> Vec<&'static str> {
    let mut next = Vec::new();
    if args.ci.is_some() {
        next.push("accept what is there: wasify build --release --write-baseline");
    }
    let included = |file: &NewFile| file.path == ".gitlab/wasify.yml";
    if args.ci == Some(Ci::Gitlab) && new.iter().any(included) {
        next.push("add to .gitlab-ci.yml: `include: [{ local: .gitlab/wasify.yml }]`");
    }
    next
}
