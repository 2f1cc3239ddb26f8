//! `wasify stub`: a component without some of its imports.

use std::path::Path;

use anyhow::{Context as _, Result};
use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::registry;

use super::{inspect, show};
use crate::args::GlobalArgs;
use crate::args::stub::StubArgs;
use crate::execute::files;
use crate::hosts;
use crate::report::output::Outputs;
use crate::report::{Artifact, Report, Status, human};
use crate::stub::Component;
use crate::terminal::Terminal;

/// Takes imports out of a component, writes what is left, and inspects that.
///
/// # Errors
/// The file can't be read or taken apart, imports no such thing, or the new one can't be written.
pub fn run(args: &StubArgs, global: &GlobalArgs, terminal: &Terminal) -> Result<Status> {
    let rules = registry::rules().context("failed to read the rules")?;
    let levels = args.report.levels.resolve(rules)?;
    let hosts = hosts::named(&args.report.hosts)?;
    let cwd = std::env::current_dir().context("failed to find the current directory")?;
    let own: [&Path; 2] = [&args.file, &args.output];
    let outputs = Outputs::new(&args.report.output.outputs, &cwd, &own)?;
    let bytes = inspect::read(&args.file)?;
    let failed = || format!("failed to stub imports of {}", inspect::shown(&args.file));
    let stubbed = Component::read(&bytes)
        .and_then(|component| component.without(&args.imports))
        .with_context(failed)?;
    files::write_whole(&args.output, &stubbed.component)
        .with_context(|| format!("failed to write `{}`", args.output.display()))?;
    let packages = Packages::default();
    let input = Input {
        artifact: &stubbed.component,
        witness: None,
        link_map: None,
        packages: &packages,
    };
    let facts = Facts::read(&input)
        .with_context(|| format!("failed to inspect `{}`", args.output.display()))?;
    let checked = wasify_lints::check(&facts).context("failed to check the rules")?;
    let name = args.output.file_stem().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let fits = hosts::fits(&facts, &hosts);
    let artifact = Artifact::new(name, args.output.clone(), facts.into(), checked, &levels);
    let artifact = artifact.with_hosts(fits).with_stubbed(stubbed.calls);
    let report = Report::of_file(artifact);
    show(&report, &outputs, global, terminal, human::build)
}
