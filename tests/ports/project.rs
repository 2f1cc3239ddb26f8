//! A project that depends on one version of a ported crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cargo_metadata::MetadataCommand;
use wasify::fix::ports;
use wasify_templates::port::Port;

use crate::proof::Proof;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) struct Project {
    /// The program's name, and the folder's.
    name: String,
    folder: PathBuf,
    krate: String,
    version: String,
    /// See [`Proof::unstable`].
    unstable: bool,
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
        Ok(project)
    }

    /// The component, built with the ported copy in place of the crate.
    pub(crate) fn build_ported(&self, port: &'static Port) -> Result<PathBuf> {
        let mut crates = port.needs.clone();
        crates.push(self.krate.clone());
        let output = self.cargo(&self.patches(&crates)?)?;
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
        let output = self.cargo(&self.patches(&port.needs)?)?;
        Ok(if output.status.success() {
            Ok(self.component())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        })
    }

    /// cargo's settings that put ported copies of these crates in place.
    fn patches(&self, crates: &[String]) -> Result<Vec<String>> {
        let metadata = MetadataCommand::new()
            .current_dir(&self.folder)
            .other_options(["--filter-platform".to_owned(), "wasm32-wasip2".to_owned()])
            .exec()?;
        let mut settings = Vec::new();
        for krate in crates {
            let mut packages = metadata.packages.iter();
            let package = packages
                .find(|package| *package.name == *krate && package.source.is_some())
                .ok_or_else(|| format!("`{krate}` is not in the project"))?;
            let port = ports::find(krate, &package.version)?
                .ok_or_else(|| format!("there is no port of {krate} {}", package.version))?;
            let manifest = package.manifest_path.as_std_path();
            let source = manifest.parent().unwrap_or(manifest);
            let ported = ports::make(&scratch(), port, &package.version, source)?;
            let directory = ported.directory.display().to_string();
            settings.push("--config".to_owned());
            settings.push(format!("patch.crates-io.{krate}.path={directory:?}"));
        }
        Ok(settings)
    }

    #[expect(clippy::disallowed_methods, reason = "the port alone is the subject")]
    fn cargo(&self, options: &[String]) -> Result<Output> {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["build", "--target", "wasm32-wasip2", "--target-dir"])
            .arg(scratch().join("target"))
            .args(options)
            .current_dir(&self.folder);
        if self.unstable {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        Ok(command.output()?)
    }

    fn component(&self) -> PathBuf {
        let name = format!("target/wasm32-wasip2/debug/{}.wasm", self.name);
        scratch().join(name)
    }
}

pub(crate) fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("ports")
}
