//! What is to be run: a file, or the program of a project, built first.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::args::GlobalArgs;
use crate::args::run::RunArgs;
use crate::commands::inspect;
use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildRequest, Built, BuiltArtifact, cargo};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::report::human::{self, Look};
use crate::report::{Project, Report, STDIN, Sources};
use crate::runtime::symbols::Subject;
use crate::settings;
use crate::terminal::Terminal;

/// A program that can be started.
pub(super) struct Source {
    /// Its content, and what the build left beside it.
    pub(super) subject: Subject,
    /// The file, as the user would write it.
    pub(super) shown: String,
    /// The program's own name, its first argument.
    pub(super) name: String,
    /// Where its `wasify.toml` is, or would be.
    pub(super) settings: PathBuf,
    /// Where relative paths of its source lines start.
    pub(super) root: Option<PathBuf>,
    /// Whether it came through standard input, which is used up then.
    pub(super) from_stdin: bool,
}

/// Finds the program, and builds it when it is one of a project. `None` when it can't be built, which has
/// been told.
pub(super) fn find(
    args: &RunArgs,
    around: &Surroundings,
    global: &GlobalArgs,
    terminal: &Terminal,
) -> Result<Option<Source>> {
    let mut request = args.project.request();
    match &args.file {
        Some(file) if is_project(&around.absolute(file)) => request.path = Some(file.clone()),
        Some(file) => {
            check_no_options(&request, file)?;
            return of_file(file, around).map(Some);
        }
        None => {}
    }
    request.quiet = global.quiet;
    if let Some(spec) = &request.published {
        // What is run is wanted here, its file is not.
        let home = around.wasify_home();
        request.out_dir = home.map(|home| home.join("run").join(spec));
    }
    of_project(&request, around, terminal)
}

fn is_project(path: &Path) -> bool {
    path.is_dir() || (path.file_name().is_some_and(|name| name == "Cargo.toml") && path.exists())
}

/// Options that only mean something where there is something to build.
fn check_no_options(request: &BuildRequest, file: &Path) -> Result<(), Trouble> {
    if format!("{request:?}") == format!("{:?}", BuildRequest::default()) {
        return Ok(());
    }
    let file = file.display();
    Err(Trouble::new(format!(
        "`{file}` is built already, and the options are for building"
    ))
    .help(format!("leave them out: `wasify run {file}`"))
    .help("or leave the file out: the project in the current directory is built and run"))
}

fn of_file(file: &Path, around: &Surroundings) -> Result<Source> {
    let from_stdin = file.as_os_str() == STDIN;
    if !from_stdin && !around.absolute(file).exists() {
        return Err(missing(file).into());
    }
    let subject = if from_stdin {
        Subject {
            content: inspect::read(file)?.into(),
            ..Subject::default()
        }
    } else {
        Subject {
            file: Some(around.absolute(file)),
            ..Subject::default()
        }
    };
    let name = match file.file_name().filter(|_| !from_stdin) {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "program".to_owned(),
    };
    Ok(Source {
        subject,
        shown: if from_stdin {
            "standard input".to_owned()
        } else {
            file.display().to_string()
        },
        name: name.strip_suffix(".wasm").unwrap_or(&name).to_owned(),
        settings: settings::path(&around.cwd),
        root: None,
        from_stdin,
    })
}

fn missing(file: &Path) -> Trouble {
    let shown = file.display();
    let trouble = Trouble::new(format!("`{shown}` does not exist"));
    let Some(name) = file.to_str() else {
        return trouble;
    };
    if wasify_runtime::Endpoint::parse(name).is_ok_and(|end| end.port.is_some()) {
        return trouble.help(format!(
            "for the network: `--allow-net={name}`, with the `=`"
        ));
    }
    if name.contains(['/', '\\', '.']) {
        return trouble.help("name a component, or the directory of a project");
    }
    trouble
        .help(format!(
            "for a program of the project here: `wasify run --bin {shown}`"
        ))
        .help(format!(
            "for a published application: `wasify run --crate {shown}`"
        ))
}

fn of_project(
    request: &BuildRequest,
    around: &Surroundings,
    terminal: &Terminal,
) -> Result<Option<Source>> {
    let built = cargo::build(around, request, terminal)?;
    terminal.progress(None);
    if built.failure.is_some() {
        tell_failure(built, terminal);
        return Ok(None);
    }
    let artifact = the_one(&built)?.clone();
    let shown = artifact.path.strip_prefix(&around.cwd);
    let shown = shown.unwrap_or(&artifact.path).display().to_string();
    // A published application is nobody's project here.
    let home = if request.published.is_some() {
        &around.cwd
    } else {
        &built.root
    };
    Ok(Some(Source {
        subject: Subject {
            file: Some(artifact.path),
            content: OnceCell::new(),
            witness: artifact.witness,
            link_map: artifact.link_map,
            packages: built.packages,
        },
        shown,
        name: artifact.name,
        settings: settings::path(home),
        root: Some(built.root),
        from_stdin: false,
    }))
}

fn tell_failure(built: Built, terminal: &Terminal) {
    let look = Look {
        width: terminal.width(),
        wrap_titles: true,
        verbose: false,
        sources: Sources::new(Some(&built.root)),
    };
    let report = Report {
        project: Some(Project::new(built.project, built.root, false)),
        failure: built.failure,
        ..Report::default()
    };
    terminal.usage(&human::build(&report, &look));
}

/// The program that is meant: the only one, or the one that the package names.
fn the_one(built: &Built) -> Result<&BuiltArtifact, Trouble> {
    let all = &built.artifacts;
    let programs: Vec<&BuiltArtifact> = all.iter().filter(|artifact| !artifact.library).collect();
    if let [one] = all.as_slice() {
        return Ok(one);
    }
    if let [one] = programs.as_slice() {
        return Ok(one);
    }
    let mut defaults = programs.iter().filter(|artifact| artifact.default_run);
    if let (Some(one), None) = (defaults.next(), defaults.next()) {
        return Ok(one);
    }
    let mut trouble = Trouble::new(format!(
        "`{}` has {} programs, and one can be run at a time",
        built.project,
        all.len()
    ));
    for artifact in all.iter().take(12) {
        let folder = artifact.path.parent();
        let example = folder.is_some_and(|folder| folder.ends_with("examples"));
        trouble = trouble.help(match (artifact.library, example) {
            (true, _) => format!("--lib -p {}", artifact.package.name),
            (false, true) => format!("--example {}", artifact.name),
            (false, false) => format!("--bin {}", artifact.name),
        });
    }
    Err(trouble)
}
