//! The command line of cargo for a request.

use super::config;
use super::job::Job;
use crate::ecosystem::BuildRequest;
use crate::events::Events;
use crate::execute::shim;
use crate::plan::Invocation;

/// What cargo is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Components, with the witness link in place.
    Build,
    /// To see whether all of it compiles.
    Check,
}

/// How cargo is to talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Talk {
    /// In colour.
    pub color: bool,
    /// With progress, to be counted.
    pub progress: bool,
}

impl Talk {
    /// As whoever listens wants it.
    pub(super) fn to(events: &dyn Events) -> Talk {
        Talk {
            color: events.color(),
            progress: events.wants_progress(),
        }
    }
}

/// `cargo build` or `cargo check` for the job's request, with the port's flags.
pub(super) fn of(job: &Job<'_>, goal: Goal, talk: Talk) -> anyhow::Result<Invocation> {
    let (around, place, request) = (job.around, &job.place, job.flagged());
    let subcommand = match goal {
        Goal::Build => "build",
        Goal::Check => "check",
    };
    let format = if talk.color {
        "json-diagnostic-rendered-ansi"
    } else {
        "json"
    };
    let mut cargo = around
        .cargo()
        .cwd(&place.cwd)
        .args([subcommand, "--target", shim::TARGET, "--keep-going"])
        .arg(format!("--message-format={format}"));
    if let Some(manifest) = &place.manifest {
        cargo = cargo.arg("--manifest-path").arg(manifest);
    }
    cargo = selection(cargo, &request);
    if let Some(directory) = &job.target_dir {
        cargo = cargo.arg("--target-dir").arg(directory);
    }
    cargo = cargo.args(&request.passed_on);
    cargo = cargo.env(
        "CARGO_TERM_COLOR",
        if talk.color { "always" } else { "never" },
    );
    if talk.progress {
        // Wide enough for the names of all crates that are being compiled. The terminal's own
        // progress signals are for whoever draws the bar.
        cargo = cargo
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "240")
            .env("CARGO_TERM_PROGRESS_TERM_INTEGRATION", "false");
    } else {
        cargo = cargo.env("CARGO_TERM_PROGRESS_WHEN", "never");
    }
    for (name, value) in job.c_compiler.iter().flat_map(|compiler| &compiler.env) {
        cargo = cargo.env(name, value);
    }
    let wrapper = config::user_wrapper(around, &place.cwd, &job.request.passed_on);
    shim::installed(cargo, &around.executable, wrapper, &job.crate_flags)
}

/// The flags that mean the same to wasify and to cargo.
pub(super) fn selection(mut cargo: Invocation, request: &BuildRequest) -> Invocation {
    let switches = [
        ("--workspace", request.workspace),
        ("--bins", request.all_bins),
        ("--examples", request.all_examples),
        ("--lib", request.lib),
        ("--release", request.release),
        ("--no-default-features", request.no_default_features),
        ("--all-features", request.all_features),
        ("--locked", request.locked),
        ("--offline", request.offline),
        ("--frozen", request.frozen),
        ("--quiet", request.quiet),
    ];
    let lists = [
        ("-p", &request.packages),
        ("--bin", &request.bins),
        ("--example", &request.examples),
        ("--features", &request.features),
    ];
    for (flag, values) in lists {
        for value in values {
            cargo = cargo.arg(flag).arg(value);
        }
    }
    let on = switches
        .into_iter()
        .filter(|(_, on)| *on)
        .map(|(flag, _)| flag);
    cargo = cargo.args(on);
    for (flag, value) in [("--profile", &request.profile), ("-j", &request.jobs)] {
        if let Some(value) = value {
            cargo = cargo.arg(flag).arg(value);
        }
    }
    cargo
}
