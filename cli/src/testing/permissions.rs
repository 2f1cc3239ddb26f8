//! What test programs may do, and what they were refused.
//!
//! A native test finds its files by paths relative to its package, or by absolute ones that begin with
//! `CARGO_MANIFEST_DIR`. So a directory without a name of its own for the guest is given under both.

use std::path::Path;

use serde::{Deserialize, Serialize};
use wasify_runtime::{Denial, Door, Permissions};

use crate::ecosystem::trouble::Trouble;
use crate::runtime::grants::{Dir, Grants};
use crate::runtime::needs::{self, Opening, Scene};
use crate::runtime::words::{DirWord, EnvWord, NetWord};

/// Permissions as the user wrote them, on their way to the runner.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Given {
    dirs: Vec<GivenDir>,
    env: Vec<String>,
    inherit_env: bool,
    net: Vec<String>,
    max_memory: Option<u64>,
    all: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct GivenDir {
    word: String,
    base: std::path::PathBuf,
    source: String,
}

impl Given {
    /// Packs them. How long tests may take is not among them.
    #[must_use]
    pub fn pack(grants: &Grants) -> Given {
        let dir = |dir: &Dir| GivenDir {
            word: dir.word.to_string(),
            base: dir.base.clone(),
            source: dir.source.clone(),
        };
        Given {
            dirs: grants.dirs.iter().map(dir).collect(),
            env: grants.env.iter().map(ToString::to_string).collect(),
            inherit_env: grants.inherit_env,
            net: grants.net.iter().map(ToString::to_string).collect(),
            max_memory: grants.max_memory,
            all: grants.all,
        }
    }

    /// Unpacks them; what was packed can be read.
    #[must_use]
    pub fn unpack(&self) -> Grants {
        let dir = |dir: &GivenDir| {
            Some(Dir {
                word: DirWord::parse(&dir.word).ok()?,
                base: dir.base.clone(),
                source: dir.source.clone(),
            })
        };
        Grants {
            dirs: self.dirs.iter().filter_map(dir).collect(),
            env: self
                .env
                .iter()
                .filter_map(|word| EnvWord::parse(word).ok())
                .collect(),
            inherit_env: self.inherit_env,
            net: self
                .net
                .iter()
                .filter_map(|word| NetWord::parse(word).ok())
                .collect(),
            max_memory: self.max_memory,
            timeout: None,
            all: self.all,
        }
    }
}

/// What a test program of the package in `package` is given, from this process's environment.
///
/// # Errors
/// A [`Trouble`]: a directory is not there, or two have one name.
pub fn permissions(given: &Grants, package: &Path) -> Result<Permissions, Trouble> {
    let mut grants = given.clone();
    grants.dirs = given
        .dirs
        .iter()
        .flat_map(|dir| under_both_names(dir, package))
        .collect();
    let own = || {
        let vars = std::env::vars_os();
        let text = |text: std::ffi::OsString| text.into_string().ok();
        vars.filter_map(move |(name, value)| Some((text(name)?, text(value)?)))
            // wasify's own messages to itself are nobody else's.
            .filter(|(name, _)| !name.starts_with("WASIFY_"))
    };
    let mut permissions = grants.permissions(package, own())?;
    let known: Vec<String> = permissions
        .env
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    let of_cargo = own().filter(|(name, _)| is_of_cargo(name) && !known.contains(name));
    permissions.env.extend(of_cargo);
    permissions.env.sort();
    Ok(permissions)
}

/// The directory by its absolute path, and by its path from the package.
fn under_both_names(dir: &Dir, package: &Path) -> Vec<Dir> {
    let named = |host: &Path, guest: String| Dir {
        word: DirWord {
            host: host.display().to_string(),
            guest: Some(guest),
            read_only: dir.word.read_only,
        },
        ..dir.clone()
    };
    let path = dir.word.path(&dir.base);
    let Some(absolute) = path
        .canonicalize()
        .ok()
        .filter(|_| dir.word.guest.is_none())
    else {
        return vec![dir.clone()];
    };
    let mut both = vec![named(&absolute, absolute.display().to_string())];
    let package = package
        .canonicalize()
        .unwrap_or_else(|_| package.to_owned());
    if package.starts_with(&absolute) {
        both.push(named(&package, ".".to_owned()));
    } else if let Ok(inside) = absolute.strip_prefix(&package) {
        both.push(named(&absolute, inside.display().to_string()));
    } else {
        // As it was written, for what is found from the directory that wasify was started in.
        both.push(named(&absolute, dir.word.guest()));
    }
    both.dedup_by(|one, other| one.word.guest == other.word.guest);
    both
}

/// Whether a variable is what cargo tells a test program of the package: where it is, what its manifest
/// says, and where files may be put. None is the user's, as a registry's token is.
fn is_of_cargo(name: &str) -> bool {
    const NAMES: [&str; 4] = [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
    ];
    const STARTS: [&str; 2] = ["CARGO_PKG_", "CARGO_BIN_EXE_"];
    NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

/// The flags that would have opened what a test was refused; `cwd` is where the user types them.
#[must_use]
pub fn flags(denials: &[Denial], given: &Grants, cwd: &Path) -> Vec<String> {
    let scene = Scene { cwd, given };
    let openings = denials.iter().filter_map(|denial| match &denial.door {
        // It is found by its absolute path all the same.
        Door::File { guest, host, need } => scene.opening(&Door::File {
            guest: guest.trim_start_matches('/').to_owned(),
            host: host.clone(),
            need: *need,
        }),
        door => scene.opening(door),
    });
    let openings = needs::folded(openings.collect::<Vec<Opening>>());
    openings
        .iter()
        .map(|opening| opening.arguments().join(" "))
        .collect()
}
