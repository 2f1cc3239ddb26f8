//! The project of a case, in a folder that stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use wasify_lints::registry;
use wasify_lints::rule::Rule;
use wasify_lints::suggestion::Action;

use crate::support::cases::Case;

fn home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("crates")
}

/// Where all of them are built, so that what they depend on is built once.
pub(crate) fn target_dir() -> PathBuf {
    home().join("target")
}

/// Writes it, and locks the versions that the case names.
pub(crate) fn write(rule: &str, case: &Case, name: &str) -> Result<PathBuf, String> {
    let folder = home().join(name);
    let manifest = manifest(case);
    let (path, lock) = (folder.join("Cargo.toml"), folder.join("Cargo.lock"));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    fs::write(folder.join("wasify.toml"), flags(rule, case)?).map_err(|error| error.to_string())?;
    let is_same = fs::read_to_string(&path).is_ok_and(|present| present == manifest);
    if is_same && lock.exists() {
        return Ok(folder);
    }
    let failed = |error| format!("failed to write {}: {error}", folder.display());
    fs::create_dir_all(folder.join("src")).map_err(failed)?;
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").map_err(failed)?;
    // A lock file stands for everything having been written.
    let _ = fs::remove_file(&lock);
    fs::write(&path, manifest).map_err(failed)?;
    let pinned = pin(&folder, case);
    if pinned.is_err() {
        let _ = fs::remove_file(&lock);
    }
    pinned.map(|()| folder)
}

fn pin(folder: &Path, case: &Case) -> Result<(), String> {
    cargo(folder, &["generate-lockfile"], case)?;
    for pin in &case.pins {
        let (package, version) = pin
            .split_once('@')
            .ok_or_else(|| format!("`{pin}` is not `name@version`"))?;
        cargo(folder, &["update", package, "--precise", version], case)?;
    }
    Ok(())
}

/// The flags of the case's port: the unstable features that the rules of its packages say to open.
fn flags(rule: &str, case: &Case) -> Result<String, String> {
    let rules = registry::rules().map_err(|error| error.to_string())?;
    let mut text = "[rust]\nopen = [\n".to_owned();
    for name in &case.open {
        let opens = |action: &Action| match action {
            Action::Open { package, features } if package == name => Some(features.clone()),
            _ => None,
        };
        // What the rule itself says comes first: another of the package may be about other versions.
        let (own, others): (Vec<&Rule>, Vec<&Rule>) =
            rules.iter().partition(|known| known.id == rule);
        let mut suggestions = own
            .into_iter()
            .chain(others)
            .flat_map(|rule| &rule.suggestions);
        let features = suggestions.find_map(|suggestion| opens(suggestion.action.as_ref()?));
        let features = features.ok_or_else(|| format!("no rule opens `{name}`"))?;
        text.push_str(&format!(
            "    {{ name = \"{name}\", features = {features:?}, for = \"case\" }},\n"
        ));
    }
    Ok(text + "]\n")
}

fn manifest(case: &Case) -> String {
    // The pins are said too, so that others make another project.
    format!(
        "# {:?}\n[package]\nname = \"case\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
         [profile.dev]\ndebug = false\nincremental = false\n\n[workspace]\n\n[dependencies]\n{}\n",
        case.pins, case.dependencies
    )
}

/// Plain cargo.
pub(crate) fn cargo(folder: &Path, arguments: &[&str], case: &Case) -> Result<(), String> {
    let mut cargo = plain(env!("CARGO"), folder);
    let output = with_flags(&mut cargo, case)
        .args(arguments)
        .output()
        .map_err(|error| format!("failed to start cargo: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("cargo {arguments:?}: {said}"))
}

/// Lets rustup add a target; it does nothing where it is there.
pub(crate) fn add_target(folder: &Path, target: &str) -> Result<(), String> {
    // rustup takes what it downloads away from another that downloads the same.
    static RUSTUP: Mutex<()> = Mutex::new(());
    let _alone = RUSTUP.lock();
    let output = plain("rustup", folder)
        .args(["target", "add", target])
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(format!("failed to start rustup: {error}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
fn plain(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

/// The settings of a case, and none of whoever runs the tests.
pub(crate) fn with_flags<'c>(command: &'c mut Command, case: &Case) -> &'c mut Command {
    command.env_remove("RUSTFLAGS");
    if !case.c_compiler {
        // Whatever C compiler the machine has: this is what build scripts are told to call.
        command.env("CC_wasm32_wasip2", "/nowhere/clang");
    }
    match &case.rustflags {
        Some(flags) => command.env("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", flags),
        None => command.env_remove("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS"),
    }
}
