//! `wasify build --ci` and `--write-baseline`: what is built is held against what is accepted.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::near;
use crate::args::BuildArgs;
use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildRequest, Built};
use crate::events::Events as _;
use crate::execute::surroundings::Surroundings;
use crate::ratchet::{self, Baseline};
use crate::report::Report;
use crate::settings;
use crate::terminal::Terminal;

/// What of a baseline was asked for.
pub(super) struct Ratcheting<'a> {
    args: &'a BuildArgs,
    request: &'a BuildRequest,
    around: &'a Surroundings,
}

impl<'a> Ratcheting<'a> {
    /// Reads the baseline before anything is built, so that what is wrong with it is told at once.
    pub(super) fn new(
        args: &'a BuildArgs,
        request: &'a BuildRequest,
        around: &'a Surroundings,
    ) -> Result<Self> {
        let asked = Ratcheting {
            args,
            request,
            around,
        };
        if asked.is_asked() {
            let file = match &args.baseline {
                Some(file) => around.absolute(file),
                None => settings::nearest_file(
                    &asked.directory(),
                    request.published.is_none(),
                    ratchet::FILE,
                ),
            };
            asked.read(&file)?;
        }
        Ok(asked)
    }

    fn is_asked(&self) -> bool {
        self.args.ci || self.args.write_baseline
    }

    /// The directory that the user named.
    fn directory(&self) -> PathBuf {
        let named = self.request.path.clone();
        let manifest = self.request.manifest_path.as_deref();
        let named = named.or_else(|| manifest.and_then(Path::parent).map(Path::to_owned));
        named.map_or_else(
            || self.around.cwd.clone(),
            |named| self.around.absolute(&named),
        )
    }

    /// The baseline, where it is one of this profile.
    fn read(&self, file: &Path) -> Result<Option<Baseline>> {
        let baseline = ratchet::read(file)?;
        let profile = self.profile();
        match baseline {
            Some(baseline) if self.args.ci && baseline.profile != profile => {
                let file = near(file, &self.around.cwd);
                let was = &baseline.profile;
                let trouble = Trouble::new(format!(
                    "`{}` was measured with the profile `{was}`, and this build uses `{profile}`",
                    file.display()
                ));
                let flag = match was.as_str() {
                    "release" => "--release".to_owned(),
                    "dev" => "no profile".to_owned(),
                    other => format!("--profile {other}"),
                };
                Err(trouble
                    .help(format!("build with {flag}, as when it was written"))
                    .help("or accept what this profile gives: `wasify build --write-baseline`")
                    .into())
            }
            baseline => Ok(baseline),
        }
    }

    fn profile(&self) -> &str {
        match self.request.profile.as_deref() {
            Some(profile) => profile,
            None if self.request.release => "release",
            None => "dev",
        }
    }

    /// Whether all of the project is built, as far as the command line tells.
    fn is_whole(&self, built: &Built) -> bool {
        let request = self.request;
        let selected = [&request.packages, &request.bins, &request.examples];
        let all = request.lib || request.all_bins || request.all_examples;
        selected.iter().all(|names| names.is_empty()) && !all && self.directory() == built.root
    }

    /// The baseline's place for what was built.
    fn file(&self, built: &Built) -> PathBuf {
        match &self.args.baseline {
            Some(file) => self.around.absolute(file),
            // The source of a published package is in wasify's cache, and is nobody's project.
            None if self.request.published.is_some() => self.around.cwd.join(ratchet::FILE),
            None => built.root.join(ratchet::FILE),
        }
    }

    /// Writes the baseline, or compares with it, as was asked for.
    pub(super) fn turn(
        &self,
        report: &mut Report,
        built: &Built,
        terminal: &Terminal,
    ) -> Result<()> {
        if !self.is_asked() {
            return Ok(());
        }
        let file = self.file(built);
        let shown = near(&file, &self.around.cwd);
        if self.args.write_baseline && report.failure.is_none() {
            let is = ratchet::measure(report, self.profile());
            let changed = ratchet::write(&file, &is, self.is_whole(built))?;
            let shown = shown.display();
            match changed {
                true => terminal.status("Wrote", &shown.to_string()),
                false => terminal.status("Kept", &format!("{shown}, which says so already")),
            }
        }
        let baseline = self.read(&file)?;
        report.ratchet = Some(ratchet::compare(report, baseline.as_ref(), shown));
        Ok(())
    }
}
