//! Runs `cargo build`, shows what it says, and keeps what is needed afterwards.

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, BuildScript, CompilerMessage, Message};

use super::progress;
use crate::events::Events;
use crate::execute::lines::Ending;
use crate::execute::shim::{self, DEFAULT_LINKER};
use crate::execute::{self, Said};
use crate::plan::Invocation;

/// What a run of cargo left.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// Whether all was built.
    pub success: bool,
    /// Cargo's exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The units compiled for the target or found fresh, in the order cargo named them.
    pub units: Vec<Artifact>,
    /// The build scripts that ran, or were found fresh.
    pub scripts: Vec<BuildScript>,
    /// The compiler's errors, in the order they came.
    pub errors: Vec<CompilerMessage>,
    /// What cargo wrote to standard error to stay there, without colour.
    pub stderr: Vec<String>,
    /// What cargo said from an error on that no package is to blame for; not shown yet, because
    /// wasify's own error tells it.
    pub held: Vec<String>,
}

/// Runs it. The output is shown as cargo shows it.
pub(super) fn run(cargo: &Invocation, events: &dyn Events) -> anyhow::Result<Ran> {
    let mut ran = Ran::default();
    let shim = cargo
        .env
        .get(std::ffi::OsStr::new("RUSTC_WRAPPER"))
        .cloned()
        .flatten();
    let shim = shim
        .map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default();
    let status = execute::follow(cargo, |said| match said {
        Said::Stdout(line) => ran.take_message(&line, &shim, events),
        Said::Stderr(line, Ending::Return) => {
            let plain = anstream::adapter::strip_str(&line).to_string();
            if let Some(progress) = progress::parse(&plain) {
                events.progress(Some(progress));
            }
        }
        Said::Stderr(line, Ending::Newline) => {
            let plain = anstream::adapter::strip_str(&line).to_string();
            if !ran.held.is_empty() || stops_cargo(&plain) {
                ran.held.push(line);
            } else {
                events.output(&line);
            }
            ran.stderr.push(plain);
        }
    });
    events.progress(None);
    let status = status?;
    ran.success = status.success();
    ran.code = status.code();
    Ok(ran)
}

/// Whether a line begins an error of cargo itself, after which it builds nothing more.
fn stops_cargo(line: &str) -> bool {
    const OF_A_PACKAGE: [&str; 2] = ["could not compile `", "failed to run custom build command"];
    line.strip_prefix("error: ")
        .is_some_and(|error| !OF_A_PACKAGE.iter().any(|start| error.starts_with(start)))
}

impl Ran {
    /// Shows what was held back, where nobody else tells it.
    pub(super) fn show_held(&mut self, events: &dyn Events) {
        for line in self.held.drain(..) {
            events.output(&line);
        }
    }

    fn take_message(&mut self, line: &str, shim: &str, events: &dyn Events) {
        match serde_json::from_str::<Message>(line) {
            Ok(Message::CompilerArtifact(unit)) => {
                if is_for_target(&unit) {
                    self.units.push(unit);
                }
            }
            Ok(Message::CompilerMessage(message)) => {
                if let Some(rendered) = &message.message.rendered {
                    // The user's build has the real linker; wasify only stands in front of it.
                    let rendered = rendered.replace(shim, DEFAULT_LINKER);
                    for line in rendered.trim_end_matches('\n').split('\n') {
                        events.output(line);
                    }
                    events.output("");
                }
                let level = message.message.level;
                if matches!(level, DiagnosticLevel::Error | DiagnosticLevel::Ice) {
                    self.errors.push(message);
                }
            }
            Ok(Message::BuildScriptExecuted(script)) => self.scripts.push(script),
            Ok(_) => {}
            // A compiler plug-in may print whatever it likes.
            Err(_) => events.output(line),
        }
    }
}

fn is_for_target(unit: &Artifact) -> bool {
    unit.filenames.iter().any(|file| {
        file.components()
            .any(|component| component.as_str() == shim::TARGET)
    })
}
