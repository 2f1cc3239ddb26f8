//! The files that `wasify init` writes: pure, from what is known of the project.

mod deploy;

use wasify_templates::pipeline::{self, fill};

use crate::args::init::{Ci, Deployment};
use crate::runtime::grants::Grants;
use crate::settings;

/// wasify's own version, which the files pin.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where GitLab looks for its jobs.
const GITLAB: &str = ".gitlab-ci.yml";

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// From the project's root directory, with `/`.
    pub path: &'static str,
    /// What is in it.
    pub content: String,
    /// Whether it is a program.
    pub executable: bool,
}

/// A program of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The target's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// Whether it is a library that a host calls: for requests, as far as that is known before it is built.
    pub library: bool,
}

impl Program {
    /// The name of its component.
    #[must_use]
    pub fn file(&self) -> String {
        match self.library {
            true => format!("{}.wasm", self.name.replace('-', "_")),
            false => format!("{}.wasm", self.name),
        }
    }
}

/// The settings that a project begins with.
#[must_use]
pub fn settings_file() -> NewFile {
    plain(settings::FILE, pipeline::SETTINGS.to_owned())
}

/// The step for a CI. Where GitLab's file is there already with other jobs, this one goes beside it, to be included.
#[must_use]
pub fn ci(ci: Ci, content_of: impl Fn(&str) -> Option<String>) -> NewFile {
    let others = || content_of(GITLAB).is_some_and(|jobs| !jobs.contains("wasify build"));
    let filled = |template| fill(template, &[("VERSION", VERSION)]);
    match ci {
        Ci::Github => plain(".github/workflows/wasify.yml", filled(pipeline::GITHUB)),
        Ci::Gitlab if others() => plain(".gitlab/wasify.yml", filled(pipeline::GITLAB)),
        Ci::Gitlab => plain(GITLAB, filled(pipeline::GITLAB)),
        Ci::Generic => NewFile {
            executable: true,
            ..plain("ci/wasify.sh", filled(pipeline::GENERIC))
        },
    }
}

/// What deploys a program, with its permissions.
#[must_use]
pub fn deployment(deployment: Deployment, program: &Program, grants: &Grants) -> Vec<NewFile> {
    match deployment {
        Deployment::Dockerfile => vec![
            plain("Dockerfile.wasi", deploy::dockerfile(program, grants)),
            plain(
                "Dockerfile.wasi.dockerignore",
                pipeline::DOCKERIGNORE.to_owned(),
            ),
        ],
        Deployment::Spin => vec![plain("spin.toml", deploy::spin(program, grants))],
        Deployment::Wadm => vec![plain("wadm.yaml", deploy::wadm(program, grants))],
    }
}

fn plain(path: &'static str, content: String) -> NewFile {
    NewFile {
        path,
        content,
        executable: false,
    }
}
