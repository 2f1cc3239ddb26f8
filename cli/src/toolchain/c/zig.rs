//! zig, which brings clang, the C library and its headers in one file.

use std::hash::Hasher as _;
use std::path::{Path, PathBuf};

use siphasher::sip::SipHasher13;

use super::launcher::Launchers;
use super::settings::{Settings, for_target};
use super::{Candidate, Found, Rejected};

/// The zig that `PATH` leads to.
pub(super) fn on_path(settings: &Settings<'_>) -> Vec<Found> {
    let name = format!("zig{}", std::env::consts::EXE_SUFFIX);
    let found = settings
        .path()
        .into_iter()
        .map(|directory| directory.join(&name))
        .find(|file| file.is_file());
    let Some(zig) = found else {
        return Vec::new();
    };
    let Some(home) = settings.around.wasify_home() else {
        return vec![Err(rejected(
            &zig,
            "it needs launchers, and there is no directory for them: set `WASIFY_HOME` to one",
        ))];
    };
    let directory = home.join("c").join(format!("zig-{}", hash_of(&zig)));
    vec![candidate(settings, &zig, &directory, None)]
}

/// A zig, behind launchers in a directory.
pub(super) fn candidate(
    settings: &Settings<'_>,
    zig: &Path,
    directory: &Path,
    cache: Option<&Path>,
) -> Found {
    let launchers = Launchers::write(directory, zig, cache).map_err(|error| {
        rejected(
            zig,
            &format!(
                "its launchers in `{}` can't be written: {error}",
                directory.display()
            ),
        )
    })?;
    let mut candidate = Candidate {
        name: "zig".to_owned(),
        program: zig.to_owned(),
        command: vec![launchers.clang.clone().into()],
        version: vec![zig.into(), "version".into()],
        ..Candidate::default()
    };
    let tools: [(&str, PathBuf); 4] = [
        ("CC", launchers.clang),
        ("CXX", launchers.clang_plus_plus),
        ("AR", launchers.ar),
        ("RANLIB", launchers.ranlib),
    ];
    for (base, tool) in tools {
        settings.set(&mut candidate.env, base, tool);
    }
    if let Some(args) = settings.bindgen(&header_args(zig)) {
        let name = for_target("BINDGEN_EXTRA_CLANG_ARGS");
        candidate.env.insert(name.into(), args);
    }
    Ok(candidate)
}

/// The C library's headers in zig's own `lib`, for bindgen, whose libclang knows nothing of zig. They come
/// behind libclang's own, and the machine's are left out. Empty where zig keeps its headers elsewhere.
fn header_args(zig: &Path) -> String {
    let file = zig.canonicalize().unwrap_or_else(|_| zig.to_owned());
    let headers = file.with_file_name("lib").join("libc/include");
    let directories = ["wasm-wasi-musl", "generic-musl"].map(|name| headers.join(name));
    if !directories.iter().all(|directory| directory.is_dir()) {
        return String::new();
    }
    let after = directories.map(|directory| format!("-idirafter '{}'", directory.display()));
    format!("-nostdlibinc {}", after.join(" "))
}

fn rejected(zig: &Path, why: &str) -> Rejected {
    Rejected {
        what: zig.display().to_string(),
        why: why.to_owned(),
    }
}

/// Two zigs have launchers of their own.
fn hash_of(zig: &Path) -> String {
    let mut hasher = SipHasher13::new();
    hasher.write(zig.as_os_str().as_encoded_bytes());
    format!("{:016x}", hasher.finish())
}
