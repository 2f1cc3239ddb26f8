//! From what the user named to the place where cargo is to work.

use std::path::{Path, PathBuf};

use crate::ecosystem::BuildRequest;
use crate::ecosystem::trouble::Trouble;
use crate::execute::surroundings::Surroundings;

/// Where cargo works for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Cargo's working directory: it looks for `.cargo/config.toml` and `rust-toolchain.toml` from
    /// here upwards.
    pub cwd: PathBuf,
    /// What `--manifest-path` says, absolute; without it cargo looks from `cwd` upwards.
    pub manifest: Option<PathBuf>,
}

/// Finds the project.
///
/// A directory is entered, as with `cd`; a manifest is only named to cargo, as with cargo itself.
pub(super) fn discover(around: &Surroundings, request: &BuildRequest) -> Result<Place, Trouble> {
    match (&request.path, &request.manifest_path) {
        (Some(_), Some(_)) => Err(Trouble::new(
            "a project's directory and `--manifest-path` can't be given together",
        )
        .help("leave one of them out")),
        (None, Some(manifest)) => at_manifest(around, manifest),
        (Some(path), None) => at_path(around, path),
        (None, None) => in_directory(around.cwd.clone()),
    }
}

fn at_manifest(around: &Surroundings, manifest: &Path) -> Result<Place, Trouble> {
    let absolute = around.absolute(manifest);
    let shown = manifest.display();
    if absolute.is_dir() {
        return Err(
            Trouble::new(format!("`{shown}` is a directory, not a manifest")).help(format!(
                "`--manifest-path {}`",
                manifest.join("Cargo.toml").display()
            )),
        );
    }
    if !absolute.exists() {
        return Err(Trouble::new(format!("`{shown}` does not exist"))
            .help("`--manifest-path` wants the path of a project's `Cargo.toml`"));
    }
    Ok(Place {
        cwd: around.cwd.clone(),
        manifest: Some(absolute),
    })
}

fn at_path(around: &Surroundings, path: &Path) -> Result<Place, Trouble> {
    let absolute = around.absolute(path);
    let shown = path.display();
    if absolute.is_dir() {
        return in_directory(absolute);
    }
    if !absolute.exists() {
        let trouble = Trouble::new(format!("`{shown}` does not exist"));
        let may_be_a_crate = path
            .to_str()
            .is_some_and(|name| !name.contains(['/', '\\', '.']));
        return Err(if may_be_a_crate {
            trouble.help(format!(
                "for the published crate of that name: `wasify build --crate {shown}`"
            ))
        } else {
            trouble.help("name the directory of a project with a `Cargo.toml`")
        });
    }
    if path.file_name().is_some_and(|name| name == "Cargo.toml") {
        return at_manifest(around, path);
    }
    let trouble = Trouble::new(format!("`{shown}` is a file, not a project's directory"));
    Err(
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            trouble.help(format!(
                "to look inside a component: `wasify inspect {shown}`"
            ))
        } else {
            trouble.help("name the directory of a project with a `Cargo.toml`")
        },
    )
}

fn in_directory(directory: PathBuf) -> Result<Place, Trouble> {
    if directory
        .ancestors()
        .any(|above| above.join("Cargo.toml").exists())
    {
        return Ok(Place {
            cwd: directory,
            manifest: None,
        });
    }
    Err(Trouble::new(format!(
        "no `Cargo.toml` in `{}` or in a directory above it",
        directory.display()
    ))
    .help("name the project's directory: `wasify build PATH`")
    .help("or build a published application: `wasify build --crate ripgrep`"))
}
