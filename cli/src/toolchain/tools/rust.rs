//! Rust: cargo, rustc and its toolchain, the target, and the linker that comes with it.

use std::path::{Path, PathBuf};

use wasify_lints::tools::{Found, Machine};

use super::{Asker, version};
use crate::execute::shim::TARGET;

pub(super) fn look(asker: &Asker<'_>) -> Machine {
    std::thread::scope(|scope| {
        let cargo = scope.spawn(|| cargo(asker));
        let (rustc, host) = rustc(asker);
        let directories = directories(asker);
        let linker = directories
            .as_ref()
            .map(|(sysroot, _)| linker(asker, sysroot, host.as_deref()));
        Machine {
            cargo: cargo.join().unwrap_or_default(),
            rustc,
            toolchain: directories
                .as_ref()
                .and_then(|(sysroot, _)| toolchain(sysroot)),
            rustup: asker.file(&[], "rustup").is_some(),
            target: directories.map(|(_, target)| target_library(&target)),
            linker,
            ..Machine::default()
        }
    })
}

const LINKER: &str = "wasm-component-ld";

fn cargo(asker: &Asker<'_>) -> Option<Found> {
    match asker.around.var("CARGO") {
        Some(cargo) => Some(asker.version(PathBuf::from(cargo), &["--version"])),
        None => asker.on_path("cargo", &["--version"]),
    }
}

fn program(asker: &Asker<'_>) -> Option<PathBuf> {
    match asker.around.var("RUSTC").map(PathBuf::from) {
        Some(rustc) if rustc.components().count() > 1 => Some(asker.cwd.join(rustc)),
        Some(rustc) => asker.file(&[], &rustc.to_string_lossy()),
        None => asker.file(&[], "rustc"),
    }
}

/// rustc, and the machine that it runs on.
fn rustc(asker: &Asker<'_>) -> (Option<Found>, Option<String>) {
    let Some(path) = program(asker) else {
        return (None, None);
    };
    let (version, host, fault) = match asker.ask(&path, &["-vV"]) {
        Ok(said) => {
            let host = said.lines().find_map(|line| line.strip_prefix("host: "));
            (version(&said), host.map(str::to_owned), None)
        }
        Err(why) => (String::new(), None, Some(why)),
    };
    let found = Found {
        path,
        version,
        fault,
    };
    (Some(found), host)
}

/// The sysroot, and where the target's standard library would be in it.
fn directories(asker: &Asker<'_>) -> Option<(PathBuf, PathBuf)> {
    let print = [
        "--print",
        "sysroot",
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ];
    let said = asker.ask(&program(asker)?, &print).ok()?;
    let mut lines = said.lines().map(PathBuf::from);
    Some((lines.next()?, lines.next()?))
}

/// The name that rustup knows a toolchain by, whose sysroot lies among its toolchains.
fn toolchain(sysroot: &Path) -> Option<String> {
    let among = sysroot.parent()?.file_name()?;
    let name = sysroot.file_name()?.to_str()?;
    (among == "toolchains").then(|| name.to_owned())
}

/// As a build looks for it: the directory alone may be what an interrupted installation left.
fn target_library(directory: &Path) -> Option<Found> {
    let mut names = std::fs::read_dir(directory).ok()?.flatten();
    let is_std = |name: &str| name.starts_with("libstd-");
    let there = names.any(|file| is_std(&file.file_name().to_string_lossy()));
    there.then(|| Found {
        path: directory.to_owned(),
        ..Found::default()
    })
}

/// Where rustc looks for it: among the tools of the sysroot, then in `PATH`.
fn linker(asker: &Asker<'_>, sysroot: &Path, host: Option<&str>) -> Option<Found> {
    let tools = host.map(|host| sysroot.join("lib/rustlib").join(host).join("bin"));
    let tools: Vec<PathBuf> = tools.into_iter().collect();
    let path = asker.file(&tools, LINKER)?;
    Some(asker.version(path, &["--version"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toolchains_of_rustup_have_names() {
        let named = Path::new("/home/me/.rustup/toolchains/stable-x86_64-unknown-linux-gnu");
        assert_eq!(
            toolchain(named).as_deref(),
            Some("stable-x86_64-unknown-linux-gnu")
        );
        assert_eq!(toolchain(Path::new("/usr")), None);
    }

    #[test]
    fn a_directory_without_the_library_is_no_target() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        assert_eq!(target_library(scratch.path()), None);
        std::fs::write(scratch.path().join("libstd-0.rlib"), "").expect("written");
        assert!(target_library(scratch.path()).is_some());
    }
}
