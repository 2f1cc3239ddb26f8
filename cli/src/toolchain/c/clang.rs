//! clang: a whole wasi-sdk, or one on `PATH` with a WASI sysroot from elsewhere.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::settings::{Settings, for_target};
use super::{Candidate, Found, Rejected};
use crate::execute;
use crate::execute::shim::TARGET;

/// The oldest that is used.
const OLDEST: u32 = 17;
/// Where a wasi-sdk is unpacked to, for want of a better place.
const SDK: &str = "/opt/wasi-sdk";
/// Where packages put a WASI sysroot: Debian's beside the system's own headers, those of others in a
/// directory of its own.
const SYSROOTS: [&str; 6] = [
    "/usr",
    "/usr/share/wasi-sysroot",
    "/opt/wasi-sdk/share/wasi-sysroot",
    "/opt/homebrew/share/wasi-sysroot",
    "/usr/local/share/wasi-sysroot",
    "/opt/wasi-sysroot",
];
/// Where clang is although `PATH` does not lead to it: Homebrew keeps its own beside Apple's, which can't
/// compile for WebAssembly.
const ELSEWHERE: [&str; 2] = ["/opt/homebrew/opt/llvm/bin", "/usr/local/opt/llvm/bin"];

/// The wasi-sdk that `WASI_SDK_PATH` leads to, and the one in its usual place.
pub(super) fn sdks(settings: &Settings<'_>) -> Vec<Found> {
    let set = settings.directory("WASI_SDK_PATH");
    let usual =
        Some(PathBuf::from(SDK)).filter(|usual| usual.is_dir() && set.as_ref() != Some(usual));
    let mut found: Vec<Found> = Vec::new();
    found.extend(set.map(|root| sdk(settings, &root, "the wasi-sdk in `WASI_SDK_PATH`")));
    found.extend(usual.map(|root| sdk(settings, &root, "the wasi-sdk in its usual place")));
    found
}

fn sdk(settings: &Settings<'_>, root: &Path, name: &str) -> Found {
    let program = tool(&root.join("bin"), "clang", "");
    let Some(program) = program else {
        return Err(Rejected {
            what: format!("{} ({name})", root.display()),
            why: "there is no `bin/clang` in it".to_owned(),
        });
    };
    let mut candidate = with_tools(settings, program, "");
    name.clone_into(&mut candidate.name);
    // It knows its own sysroot; the libraries of others have to be told.
    let sysroot = root.join("share/wasi-sysroot");
    tell_others(settings, &mut candidate, &sysroot);
    Ok(candidate)
}

/// Each clang, the newest first, with each sysroot.
pub(super) fn clangs(settings: &Settings<'_>) -> Vec<Found> {
    let sysroots = sysroots(settings);
    let mut found = Vec::new();
    for clang in on_path(settings) {
        if clang.version < OLDEST {
            found.push(Err(clang.rejected(format!(
                "it is version {}, and {OLDEST} is the oldest that is used",
                clang.version
            ))));
        } else if sysroots.is_empty() {
            found.push(Err(clang.rejected(format!(
                "there is no C library for it: install `wasi-libc` so that it has headers for `{TARGET}`, \
                 or set `WASI_SYSROOT`"
            ))));
        } else {
            let with = |sysroot: &PathBuf| with_sysroot(settings, &clang, sysroot);
            found.extend(sysroots.iter().map(with));
        }
    }
    found
}

/// The directories with a C library for the target, the user's own first.
fn sysroots(settings: &Settings<'_>) -> Vec<PathBuf> {
    let own = settings.directory("WASI_SYSROOT");
    let usual = SYSROOTS.map(PathBuf::from);
    let all = own.into_iter().chain(usual);
    all.filter(|root| root.join("include").join(TARGET).join("stdlib.h").is_file())
        .collect()
}

fn with_sysroot(settings: &Settings<'_>, clang: &Clang, sysroot: &Path) -> Found {
    let mut flag = OsString::from("--sysroot=");
    flag.push(sysroot);
    if flag.to_string_lossy().contains(char::is_whitespace) {
        return Err(clang.rejected(format!(
            "its sysroot `{}` has a space in its path, where build scripts would split the flag",
            sysroot.display()
        )));
    }
    let mut candidate = with_tools(settings, clang.program.clone(), &clang.suffix);
    candidate.name = format!("clang with the sysroot {}", sysroot.display());
    candidate.flags = vec![flag];
    for base in ["CFLAGS", "CXXFLAGS"] {
        settings.add_flags(&mut candidate.env, base, &candidate.flags);
    }
    tell_others(settings, &mut candidate, sysroot);
    Ok(candidate)
}

/// A clang with the tools beside it. Other archivers write wasm objects too, but not all of them an index.
fn with_tools(settings: &Settings<'_>, program: PathBuf, suffix: &str) -> Candidate {
    let mut candidate = Candidate {
        command: vec![program.clone().into()],
        program,
        ..Candidate::default()
    };
    settings.set(&mut candidate.env, "CC", candidate.program.clone());
    let beside = candidate.program.parent().unwrap_or(Path::new(""));
    for (base, name) in [
        ("CXX", "clang++"),
        ("AR", "llvm-ar"),
        ("RANLIB", "llvm-ranlib"),
    ] {
        if let Some(tool) = tool(beside, name, suffix) {
            settings.set(&mut candidate.env, base, tool);
        }
    }
    candidate
}

/// Tells bindgen, which reads C headers itself, and the `cc` crate, which links libc++ from there, about
/// the sysroot.
fn tell_others(settings: &Settings<'_>, candidate: &mut Candidate, sysroot: &Path) {
    if sysroot.join("lib").join(TARGET).join("libc++.a").is_file()
        && settings.var("WASI_SYSROOT").is_none()
    {
        candidate.env.insert("WASI_SYSROOT".into(), sysroot.into());
    }
    if sysroot.is_dir()
        && let Some(args) = settings.bindgen(&format!("'--sysroot={}'", sysroot.display()))
    {
        let name = for_target("BINDGEN_EXTRA_CLANG_ARGS");
        candidate.env.insert(name.into(), args);
    }
}

/// `clang-19` or `clang` in a directory, as there is.
fn tool(directory: &Path, name: &str, suffix: &str) -> Option<PathBuf> {
    let ending = std::env::consts::EXE_SUFFIX;
    [format!("{name}{suffix}{ending}"), format!("{name}{ending}")]
        .map(|file| directory.join(file))
        .into_iter()
        .find(|file| file.is_file())
}

/// A clang that was found.
#[derive(Debug)]
struct Clang {
    program: PathBuf,
    /// What comes after `clang` in its name: `-19`.
    suffix: String,
    /// The first number of its version.
    version: u32,
}

impl Clang {
    fn rejected(&self, why: String) -> Rejected {
        Rejected {
            what: self.program.display().to_string(),
            why,
        }
    }
}

/// The programs called `clang` and `clang-NN`, the newest first, each once.
fn on_path(settings: &Settings<'_>) -> Vec<Clang> {
    let directories = settings.path().into_iter();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for directory in directories.chain(ELSEWHERE.map(PathBuf::from)) {
        for program in clangs_in(&directory) {
            let file = program.canonicalize().unwrap_or_else(|_| program.clone());
            if seen.insert(file) {
                all.extend(identified(settings, program));
            }
        }
    }
    // Of equals the first on `PATH` stays the first.
    all.sort_by_key(|clang| std::cmp::Reverse(clang.version));
    all
}

fn clangs_in(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| suffix(path).is_some() && path.is_file())
        .collect();
    found.sort();
    found
}

/// What comes after `clang` in a compiler's name; `None` for other programs, such as `clang-format`.
fn suffix(program: &Path) -> Option<String> {
    let name = program.file_name()?.to_str()?;
    let name = name.strip_suffix(std::env::consts::EXE_SUFFIX)?;
    let suffix = name.strip_prefix("clang")?;
    let number = suffix.strip_prefix('-').unwrap_or(suffix);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (suffix.is_empty() || is_number && suffix != number).then(|| suffix.to_owned())
}

/// With its version by its name, or by what it says.
fn identified(settings: &Settings<'_>, program: PathBuf) -> Option<Clang> {
    let suffix = suffix(&program)?;
    let by_name = suffix
        .strip_prefix('-')
        .and_then(|number| number.parse().ok());
    let version = by_name.unwrap_or_else(|| said_version(settings, &program));
    Some(Clang {
        program,
        suffix,
        version,
    })
}

/// One that does not say is taken for just new enough, so that it is tried and its fault is told.
fn said_version(settings: &Settings<'_>, program: &Path) -> u32 {
    let ask = settings.around.program(program).arg("--version");
    let said = execute::capture(&ask).ok().map(|output| output.stdout);
    said.as_deref().and_then(major).unwrap_or(OLDEST)
}

/// `clang version 19.1.7` is 19.
fn major(said: &str) -> Option<u32> {
    let (_, number) = said.split_once("clang version ")?;
    number.split(['.', ' ', '\n']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_by_their_names() {
        let suffix = |name: &str| {
            suffix(&Path::new("/bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        };
        assert_eq!(suffix("clang").as_deref(), Some(""));
        assert_eq!(suffix("clang-19").as_deref(), Some("-19"));
        for other in ["clang++", "clang-format", "clang19", "clang-", "clangd"] {
            assert_eq!(suffix(other), None, "{other}");
        }
    }

    #[test]
    fn versions_as_vendors_say_them() {
        assert_eq!(major("Debian clang version 14.0.6\nTarget: x"), Some(14));
        assert_eq!(major("Apple clang version 17.0.0 (clang-1700)"), Some(17));
        assert_eq!(major("clang version 22.1.8"), Some(22));
        assert_eq!(major("gcc (Debian 12.2.0) 12.2.0"), None);
    }
}
