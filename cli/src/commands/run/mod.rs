//! `wasify run`: runs a program, denied by default, and says what it was refused.

mod source;

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use wasify_runtime::{
    Denial, End, Entry, Frame, Invocation, Outcome, Output, Permissions, Program, Runtime, Service,
    Used, run as start,
};

use crate::args::GlobalArgs;
use crate::args::run::{OtherHost, RunArgs};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::report::Sources;
use crate::report::human::{Look, running};
use crate::runtime::grants::Grants;
use crate::runtime::needs::{self, Opening, Scene};
use crate::runtime::other_hosts::{self, What};
use crate::runtime::serve::serve;
use crate::runtime::symbols::Symbols;
use crate::runtime::{account, keep, load, paste};
use crate::settings;
use crate::terminal::Terminal;
use source::Source;

/// The exit code when the program was stopped, as a shell tells it of an abort.
const STOPPED: u8 = 134;
/// The exit code when it took too long, as `timeout` tells it.
const TOO_LONG: u8 = 124;
/// The exit code when it could not be built.
const NOT_BUILT: u8 = 2;

/// Runs the program and gives the exit code that it would have had as a native one.
///
/// # Errors
/// The program can't be started.
pub fn run(args: &RunArgs, global: &GlobalArgs, terminal: &Terminal) -> Result<u8> {
    let around = Surroundings::of_process()?;
    if let Some(host) = args.print_flags {
        return print_flags(args, host, &around, terminal);
    }
    let Some(source) = source::find(args, &around, global, terminal)? else {
        return Ok(NOT_BUILT);
    };
    let flags = Grants::of_flags(&args.permissions, &around.cwd);
    let given = settings::read(&source.settings)?.and(flags);
    let own = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let permissions = given.permissions(&around.cwd, own)?;
    // A server's guests take turns, so that one that computes for ever doesn't stop all others.
    let serves = load::entry(&source.subject, &source.shown)? == Some(Entry::Http);
    let interruptible = serves || given.timeout.is_some();
    let runtime = Arc::new(Runtime::new(around.wasify_home(), interruptible)?);
    let program = match load::load(&runtime, &source.subject, &source.shown) {
        Ok(program) => program,
        Err(error) => {
            // What the file is instead, where its first bytes tell.
            if let Some(file) = &source.subject.file {
                super::inspect::read(file)?;
            }
            return Err(error);
        }
    };
    if args.project.builds(args.file.as_deref()) {
        terminal.status("Running", &source.shown);
    }
    let session = Session {
        args,
        cwd: &around.cwd,
        source: &source,
        given: &given,
        terminal,
        look: Look {
            width: terminal.width(),
            wrap_titles: true,
            verbose: global.verbose,
            sources: Sources::new(source.root.as_deref()),
        },
        quiet: global.quiet,
    };
    match program.entry {
        Entry::Http => session.serve(runtime, &program, permissions),
        Entry::Command => session.command(&runtime, &program, permissions),
    }
}

/// Prints the permissions for another host.
fn print_flags(
    args: &RunArgs,
    host: OtherHost,
    around: &Surroundings,
    terminal: &Terminal,
) -> Result<u8> {
    let named = args
        .file
        .as_deref()
        .filter(|file| !around.absolute(file).is_dir());
    let directory = match (&args.file, named) {
        (Some(directory), None) => around.absolute(directory),
        _ => around.cwd.clone(),
    };
    let settings = settings::nearest(&directory, named.is_none());
    let flags = Grants::of_flags(&args.permissions, &around.cwd);
    let grants = settings::read(&settings)?.and(flags);
    let bytes = named
        .and_then(|file| std::fs::read(file).ok())
        .unwrap_or_default();
    let file = named.map_or_else(|| "app.wasm".into(), Path::to_string_lossy);
    let what = What {
        file: &file,
        serves: Entry::of(&bytes) == Some(Entry::Http),
        args: &args.args,
    };
    let text = match host {
        OtherHost::Wasmtime => other_hosts::wasmtime(&grants, what),
        OtherHost::Spin => other_hosts::spin(&grants, what),
        OtherHost::Jco => other_hosts::jco(&grants, what),
    };
    super::print(terminal, &text)?;
    Ok(0)
}

/// A run, and what there is to tell of it.
struct Session<'a> {
    args: &'a RunArgs,
    cwd: &'a Path,
    source: &'a Source,
    given: &'a Grants,
    terminal: &'a Terminal,
    look: Look,
    quiet: bool,
}

impl Session<'_> {
    fn command(
        &self,
        runtime: &Runtime,
        program: &Program,
        permissions: Permissions,
    ) -> Result<u8> {
        let mut argv = vec![self.source.name.clone()];
        argv.extend(self.args.args.iter().cloned());
        let outcome = start(
            runtime,
            program,
            &Invocation {
                args: argv,
                permissions,
                limits: self.given.limits(),
                stdin: self.source.from_stdin.then(Vec::new),
                stdout: Output::Inherited,
                stderr: Output::Inherited,
            },
        )?;
        let beside = OnceCell::new();
        let symbols = Symbols::new(&self.source.subject, &beside);
        self.tell(&outcome, &symbols)?;
        Ok(match outcome.end {
            End::Success => 0,
            End::Failure(code) => code,
            End::Trap { .. } => STOPPED,
            End::TimedOut { .. } => TOO_LONG,
        })
    }

    fn serve(
        &self,
        runtime: Arc<Runtime>,
        program: &Program,
        permissions: Permissions,
    ) -> Result<u8> {
        let service = Service {
            addr: self.args.addr,
            permissions,
            limits: self.given.limits(),
            stdout: Output::Inherited,
            stderr: Output::Inherited,
        };
        let beside = OnceCell::new();
        let symbols = Symbols::new(&self.source.subject, &beside);
        let backtrace =
            |frames: &[Frame]| running::backtrace(&symbols.backtrace(frames), &self.look);
        let outcome = serve(runtime, program, &service, self.terminal, &backtrace)?;
        self.tell_refusals(&outcome.denials, &outcome.used, &symbols)?;
        Ok(0)
    }

    fn tell(&self, outcome: &Outcome, symbols: &Symbols<'_>) -> Result<()> {
        if let Some(stopped) = account::stopped(outcome, self.given.limits(), symbols) {
            self.terminal.usage(&running::stopped(&stopped, &self.look));
        }
        self.tell_refusals(&outcome.denials, &outcome.used, symbols)?;
        if !self.quiet && account::missed_environment(outcome, symbols) {
            let note = "it also asked for environment variables, and has none: `--env NAME` gives \
                        it one, `--inherit-env` all";
            self.terminal.usage(&running::note(note, &self.look));
        }
        if self.look.verbose && matches!(outcome.end, End::Failure(1)) {
            let note = "WASI 0.2 tells that a program failed, and not with which number: the exit \
                        code is 1, whatever the native program would have given";
            self.terminal.usage(&running::note(note, &self.look));
        }
        Ok(())
    }

    /// Says what the program was refused, with the flags; or saves them.
    fn tell_refusals(
        &self,
        denials: &[Denial],
        used: &[Used],
        symbols: &Symbols<'_>,
    ) -> Result<()> {
        let scene = Scene {
            cwd: self.cwd,
            given: self.given,
        };
        if self.quiet && !self.args.save {
            return Ok(());
        }
        let refused = account::refusals(denials, &scene, symbols);
        if !self.quiet {
            self.terminal
                .usage(&running::refusals(&refused, &self.look));
        }
        let openings = needs::folded(refused.into_iter().filter_map(|refused| refused.opening));
        if self.args.save {
            return self.save(&scene, openings, used);
        }
        if !openings.is_empty() {
            let line = paste::line(std::env::args(), &openings);
            self.terminal.usage(&running::command(&line));
        }
        Ok(())
    }

    fn save(&self, scene: &Scene<'_>, openings: Vec<Opening>, used: &[Used]) -> Result<()> {
        let path = &self.source.settings;
        let all = needs::folded(openings.into_iter().chain(scene.used(used)));
        let directory = path.parent().unwrap_or(self.cwd);
        let mut grants = keep::for_file(&all, self.cwd, directory);
        if grants.inherit_env && !(self.given.inherit_env || self.given.all) {
            grants.inherit_env = false;
            grants.env = keep::without_values(&self.given.env);
        }
        let added = settings::save(path, &grants)?;
        let shown = path.strip_prefix(self.cwd).unwrap_or(path).display();
        if added.is_empty() {
            self.terminal
                .status("Saved", &format!("nothing: {shown} has all that it needed"));
        }
        for line in added {
            self.terminal.status("Saved", &format!("{shown}: {line}"));
        }
        Ok(())
    }
}
