//! Scripts that stand in front of zig, so that build scripts can call it as they call clang.
//!
//! zig's commands are two words, `zig cc`, where a variable like `AR` takes a path; and it does not know
//! the target by the name that build scripts pass on.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The launchers of one zig.
#[derive(Debug, Clone)]
pub(super) struct Launchers {
    /// The C compiler. It is called what it is, because old build scripts go by the name.
    pub(super) clang: PathBuf,
    /// The C++ compiler.
    pub(super) clang_plus_plus: PathBuf,
    /// The archiver.
    pub(super) ar: PathBuf,
    /// The archiver's index.
    pub(super) ranlib: PathBuf,
}

impl Launchers {
    /// Writes them into a directory, unless they are there. With `cache`, zig keeps what it makes there,
    /// and not in the user's cache directory.
    ///
    /// # Errors
    /// The directory can't be written.
    pub(super) fn write(directory: &Path, zig: &Path, cache: Option<&Path>) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let write = |name: &str, text: String| {
            let path = directory.join(name);
            write_script(&path, &text)?;
            Ok::<PathBuf, io::Error>(path)
        };
        Ok(Launchers {
            clang: write("clang", compiler(zig, "cc", cache))?,
            clang_plus_plus: write("clang++", compiler(zig, "c++", cache))?,
            ar: write("ar", plain(zig, "ar", cache))?,
            ranlib: write("ranlib", plain(zig, "ranlib", cache))?,
        })
    }
}

fn plain(zig: &Path, command: &str, cache: Option<&Path>) -> String {
    format!("{}exec {} {command} \"$@\"\n", head(cache), quoted(zig))
}

/// The target's name is dropped and zig's own put in its place. zig checks undefined behaviour in debug
/// builds, with functions that nothing in a Rust program provides, so that is off.
fn compiler(zig: &Path, command: &str, cache: Option<&Path>) -> String {
    format!(
        "{}\
         skip=\n\
         for arg do\n\
         \x20 shift\n\
         \x20 if [ -n \"$skip\" ]; then skip=; continue; fi\n\
         \x20 case $arg in\n\
         \x20   --target=*) ;;\n\
         \x20   -target|--target) skip=1 ;;\n\
         \x20   *) set -- \"$@\" \"$arg\" ;;\n\
         \x20 esac\n\
         done\n\
         exec {} {command} -target wasm32-wasi -fno-sanitize=undefined \"$@\"\n",
        head(cache),
        quoted(zig)
    )
}

fn head(cache: Option<&Path>) -> String {
    let mut text = "#!/bin/sh\n# Written by wasify.\n".to_owned();
    if let Some(cache) = cache {
        let cache = quoted(cache);
        text.push_str(&format!(
            "if [ -z \"$ZIG_GLOBAL_CACHE_DIR\" ]; then\n\
             \x20 export ZIG_GLOBAL_CACHE_DIR={cache}\n\
             fi\n"
        ));
    }
    text
}

/// The path as a word of the shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// Writes a script so that whoever runs it finds the old one or the new one, executable.
fn write_script(path: &Path, text: &str) -> io::Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_extension(format!("{}-{count}.partial", std::process::id()));
    std::fs::write(&beside, text)?;
    make_executable(&beside)?;
    std::fs::rename(&beside, path)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "zig needs launchers, which are scripts for a Unix shell",
    ))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::execute;
    use crate::plan::Invocation;

    #[test]
    fn arguments_arrive_whole_and_the_target_is_zigs() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        // A quote and a space, as homes have them.
        let home = scratch.path().join("it's a home");
        std::fs::create_dir(&home).expect("created");
        let zig = home.join("zig");
        let said = "#!/bin/sh\necho \"[$ZIG_GLOBAL_CACHE_DIR]\"\nprintf '%s|' \"$@\"\n";
        write_script(&zig, said).expect("written");
        let cache = home.join("cache");
        let made = Launchers::write(&home.join("bin"), &zig, Some(&cache)).expect("written");
        let args = [
            "--target=wasm32-wasip2",
            "-target",
            "wasm32-wasip2",
            "a b",
            "",
            "-DX=\"q\"",
            "*",
        ];
        let run = |program: &Path| {
            let mut invocation = Invocation::new(program).args(args);
            invocation.env.insert("ZIG_GLOBAL_CACHE_DIR".into(), None);
            let output = execute::capture(&invocation).expect("it starts");
            assert!(output.status.success(), "{}", output.stderr);
            output.stdout
        };
        let cache = format!("[{}]\n", cache.display());
        assert_eq!(
            run(&made.clang),
            format!("{cache}cc|-target|wasm32-wasi|-fno-sanitize=undefined|a b||-DX=\"q\"|*|")
        );
        assert!(run(&made.ar).starts_with(&format!("{cache}ar|--target=")));
    }
}
