//! In rustc's place: becomes rustc, with wasify as the linker where a component is linked, and with the
//! flags of a crate that has some.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use super::rustc_args::{codegen, values};
use super::unit::Unit;
use super::{DEFAULT_LINKER, REAL_LINKER, ROLE, TARGET, USER_WRAPPER, exit_code, response};
use crate::plan::Invocation;

/// Whether the links are witnessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// For the inspection.
    Witnessed,
    /// Nobody inspects what is built.
    Alone,
}

/// Runs the rustc that cargo asks for; `args` is its command line, program first.
pub(super) fn run(args: Vec<OsString>, links: Links) -> anyhow::Result<ExitCode> {
    let mut invocation = rustc(args)?;
    let unit = Unit::with_flags(&invocation)?;
    if let Some(unit) = &unit {
        invocation = unit.changed(invocation)?;
    }
    if links == Links::Witnessed
        && let Some(linker) = witnessed_linker(&invocation.args)
    {
        let wasify = std::env::current_exe().context("failed to find wasify's own executable")?;
        let mut setting = OsString::from("linker=");
        setting.push(wasify);
        // The last one counts, and it is no part of what rustc remembers between two runs.
        invocation.args.extend([OsString::from("-C"), setting]);
        invocation = invocation.env(ROLE, "linker").env(REAL_LINKER, linker);
    }
    match unit {
        // There is something left to do behind it.
        Some(unit) => compile(&unit, &invocation),
        None => crate::execute::become_process(&invocation),
    }
}

fn compile(unit: &Unit, rustc: &Invocation) -> anyhow::Result<ExitCode> {
    let status = crate::execute::run(rustc)?;
    if status.success() {
        unit.remember()?;
    }
    Ok(exit_code(status))
}

fn rustc(args: Vec<OsString>) -> anyhow::Result<Invocation> {
    let user = std::env::var_os(USER_WRAPPER).filter(|wrapper| !wrapper.is_empty());
    let mut words = user.into_iter().chain(args);
    let program = words
        .next()
        .context("wasify was started as rustc's wrapper without a rustc")?;
    Ok(Invocation::new(program).args(words))
}

/// The linker whose work is to be witnessed, or `None` when this run of rustc is to be left alone:
/// it links no component that was asked for, it is a build script's question to the compiler, or the
/// project has a linker of its own, whose arguments wasify can't read.
fn witnessed_linker(args: &[OsString]) -> Option<OsString> {
    // Cargo sets it for the units that the user asked for; for a dependency that is a `cdylib` too
    // it does not, nor for the build scripts it runs.
    std::env::var_os("CARGO_PRIMARY_PACKAGE")?;
    linker_of(&response::expanded(args))
}

fn linker_of(args: &[Cow<'_, OsStr>]) -> Option<OsString> {
    let for_target = values(args, "--target", "")
        .iter()
        .any(|value| value == TARGET);
    let links = args.iter().any(|arg| *arg == OsStr::new("--test"))
        || values(args, "--crate-type", "")
            .iter()
            .flat_map(|value| value.split(','))
            .any(|kind| kind == "bin" || kind == "cdylib");
    if !for_target || !links {
        return None;
    }
    let flavor = codegen(args, "linker-flavor").unwrap_or_else(|| "wasm-lld".to_owned());
    let linker = codegen(args, "linker").unwrap_or_else(|| DEFAULT_LINKER.to_owned());
    let known = Path::new(&linker)
        .file_stem()
        .is_some_and(|stem| stem == DEFAULT_LINKER)
        && matches!(flavor.as_str(), "wasm-lld" | "wasm-ld");
    known.then(|| OsString::from(linker))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linker(line: &str) -> Option<String> {
        let args: Vec<Cow<'_, OsStr>> = line
            .split(' ')
            .map(|word| Cow::Borrowed(OsStr::new(word)))
            .collect();
        linker_of(&args).map(|linker| linker.to_string_lossy().into_owned())
    }

    #[test]
    fn only_what_links_a_component_is_witnessed() {
        let default = Some(DEFAULT_LINKER.to_owned());
        assert_eq!(linker("--crate-type bin --target wasm32-wasip2"), default);
        assert_eq!(
            linker("--crate-type=rlib,cdylib --target=wasm32-wasip2"),
            default
        );
        assert_eq!(linker("--test --target wasm32-wasip2 src/lib.rs"), default);
        assert_eq!(linker("--crate-type lib --target wasm32-wasip2"), None);
        assert_eq!(linker("--crate-type bin build.rs"), None);
        assert_eq!(linker("--crate-type bin --target wasm32-wasip1"), None);
    }

    #[test]
    fn the_projects_linker_is_kept_and_an_unknown_one_left_alone() {
        let unit = "--crate-type bin --target wasm32-wasip2";
        let kept = linker(&format!(
            "{unit} -C linker=old -Clinker=/opt/wasm-component-ld"
        ));
        assert_eq!(kept.as_deref(), Some("/opt/wasm-component-ld"));
        assert_eq!(
            linker(&format!("{unit} -C linker=wasm32-wasip2-clang")),
            None
        );
        assert_eq!(linker(&format!("{unit} --codegen linker-flavor=gcc")), None);
    }
}
