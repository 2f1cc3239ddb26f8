//! A project that depends on one version of a ported crate.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cargo_metadata::semver::Version;
use cargo_metadata::{MetadataCommand, Package};
use wasify::execute::surroundings::Surroundings;
use wasify::fix::ports;
use wasify::terminal::Terminal;
use wasify::toolchain::c;
use wasify_templates::port::Port;

use crate::locked;
use crate::proof::{self, Proof};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) struct Project {
    /// The program's name, and the folder's.
    name: String,
    folder: PathBuf,
    krate: String,
    version: String,
    /// See [`Proof::unstable`].
    unstable: bool,
    /// See [`Proof::c_code`].
    c_code: bool,
    /// See [`Proof::also`].
    also: Vec<String>,
}

impl Project {
    /// A project of its own for each `purpose`: trials run at the same time.
    pub(crate) fn new(port: &Port, version: &str, purpose: &str, proof: &Proof) -> Result<Project> {
        let name = format!("{}-{version}-{purpose}", port.name).replace(['.', '+'], "-");
        let project = Project {
            folder: scratch().join("projects").join(&name),
            name,
            krate: port.krate.clone(),
            version: version.to_owned(),
            unstable: proof.unstable,
            c_code: proof.c_code,
            also: proof.also.clone(),
        };
        let mut dependency = proof.dependency.clone();
        dependency.insert("version".to_owned(), format!("={version}").into());
        let mut dependencies = proof.dependencies.clone();
        dependencies.insert(port.krate.clone(), dependency.into());
        let dependencies =
            toml::Table::from_iter([("dependencies".to_owned(), dependencies.into())]);
        let manifest = format!(
            "package = {{ name = {:?}, edition = \"2021\" }}\nworkspace = {{}}\n\n{}",
            project.name,
            toml::to_string(&dependencies)?
        );
        fs::create_dir_all(project.folder.join("src"))?;
        fs::write(project.folder.join("Cargo.toml"), manifest)?;
        fs::copy(
            proof.place.join("main.rs"),
            project.folder.join("src/main.rs"),
        )?;
        locked::start_with(&project.folder)?;
        Ok(project)
    }

    /// The component, built with the ported copy in place of the crate.
    pub(crate) fn build_ported(&self, port: &'static Port) -> Result<PathBuf> {
        let package = self.package(&self.krate)?;
        let mut options = options(port, &self.version.parse()?, &package)?;
        for krate in self.also.iter().chain(&port.along) {
            options.extend(self.options_of(krate)?);
        }
        let output = self.cargo(&options)?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() || errors.contains("was not used in the crate graph") {
            return Err(errors.into());
        }
        Ok(self.component())
    }

    /// The component without the port, or the errors. The ports that it rests on are there.
    pub(crate) fn build_plain(
        &self,
        port: &'static Port,
    ) -> Result<std::result::Result<PathBuf, String>> {
        let mut options = Vec::new();
        for krate in &port.along {
            options.extend(self.options_of(krate)?);
        }
        let output = self.cargo(&options)?;
        Ok(if output.status.success() {
            Ok(self.component())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        })
    }

    /// cargo's options that put the ported copy of a crate in place, where the project has the crate.
    fn options_of(&self, krate: &str) -> Result<Vec<String>> {
        let Ok(package) = self.package(krate) else {
            return Ok(Vec::new());
        };
        let port = ports::find(krate, &package.version)?.ok_or("it has no port")?;
        options(port, &package.version, &package)
    }

    /// A crate of the project, from the registry.
    fn package(&self, krate: &str) -> Result<Package> {
        let metadata = MetadataCommand::new()
            .current_dir(&self.folder)
            .other_options(["--filter-platform".to_owned(), "wasm32-wasip2".to_owned()])
            .exec()?;
        let mut packages = metadata.packages.into_iter();
        let package = packages.find(|package| *package.name == krate && package.source.is_some());
        Ok(package.ok_or("the crate is not in the project")?)
    }

    #[expect(clippy::disallowed_methods, reason = "the port alone is the subject")]
    fn cargo(&self, options: &[String]) -> Result<Output> {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["build", "--target", "wasm32-wasip2", "--target-dir"])
            .arg(scratch().join("target"))
            .args(options)
            // Nobody looks at its lines, and nothing is built twice.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(&self.folder);
        if self.unstable {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        if self.c_code {
            command.envs(c_compiler(&self.folder)?);
        }
        Ok(command.output()?)
    }

    fn component(&self) -> PathBuf {
        let name = format!("target/wasm32-wasip2/debug/{}.wasm", self.name);
        scratch().join(name)
    }
}

/// What build scripts find their compiler by: one that is there, or wasify's own.
fn c_compiler(folder: &Path) -> Result<BTreeMap<OsString, OsString>> {
    let around = Surroundings::of_process()?;
    let compiler = match c::find(&around, folder).compiler {
        Some(compiler) => compiler,
        None => c::install(&around, folder, false, &Terminal::plain())?,
    };
    Ok(compiler.env)
}

/// cargo's options for the ported copy of a package.
fn options(port: &'static Port, version: &Version, package: &Package) -> Result<Vec<String>> {
    let manifest = package.manifest_path.as_std_path();
    let source = manifest.parent().unwrap_or(manifest);
    let ported = ports::make(&scratch(), port, version, source)?;
    Ok(proof::options(port, &ported.directory))
}

pub(crate) fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("ports")
}
