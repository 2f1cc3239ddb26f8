//! What a run is given: the flags and `wasify.toml` together, and what that means here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wasify_runtime::{DirGrant, Limits, NetGrants, Permissions};

use super::words::{DirWord, EnvWord, NetWord};
use crate::args::run::PermissionArgs;
use crate::ecosystem::trouble::Trouble;

/// A directory, and where it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dir {
    /// As it was written.
    pub word: DirWord,
    /// What a relative path in it starts at.
    pub base: PathBuf,
    /// Where it was written, for errors: `--dir data`, or a place in `wasify.toml`.
    pub source: String,
}

/// Permissions as they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Directories.
    pub dirs: Vec<Dir>,
    /// Environment variables.
    pub env: Vec<EnvWord>,
    /// All environment variables.
    pub inherit_env: bool,
    /// The network.
    pub net: Vec<NetWord>,
    /// In bytes.
    pub max_memory: Option<u64>,
    /// From the start to the end.
    pub timeout: Option<Duration>,
    /// Everything.
    pub all: bool,
}

impl Grants {
    /// What the flags say.
    #[must_use]
    pub fn of_flags(args: &PermissionArgs, cwd: &Path) -> Grants {
        let dir = |word: &DirWord| Dir {
            word: word.clone(),
            base: cwd.to_owned(),
            source: format!("--dir {word}"),
        };
        Grants {
            dirs: args.dirs.iter().map(dir).collect(),
            env: args.env.clone(),
            inherit_env: args.inherit_env,
            net: args.allow_net.clone(),
            max_memory: args.max_memory,
            timeout: args.timeout,
            all: args.allow_all,
        }
    }

    /// These and others. The others' limits and values count where both have one; a directory that both
    /// give may be written in when one of them says so.
    #[must_use]
    pub fn and(mut self, others: Grants) -> Grants {
        self.dirs.extend(others.dirs);
        self.env.extend(others.env);
        self.net.extend(others.net);
        Grants {
            dirs: self.dirs,
            env: self.env,
            inherit_env: self.inherit_env || others.inherit_env,
            net: self.net,
            max_memory: others.max_memory.or(self.max_memory),
            timeout: others.timeout.or(self.timeout),
            all: self.all || others.all,
        }
    }

    /// How much it may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            memory: self.max_memory,
            timeout: self.timeout,
        }
    }

    /// What the program is given on this machine, from this environment.
    ///
    /// # Errors
    /// A [`Trouble`]: a directory is not there, or two have one name.
    pub fn permissions(
        &self,
        cwd: &Path,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Permissions, Trouble> {
        let mut dirs: Vec<DirGrant> = Vec::new();
        for dir in &self.dirs {
            let path = dir.word.path(&dir.base);
            check(&path, dir)?;
            let grant = DirGrant {
                host: path,
                guest: dir.word.guest(),
                read_only: dir.word.read_only,
            };
            match dirs.iter_mut().find(|known| known.guest == grant.guest) {
                Some(known) if same(&known.host, &grant.host) => {
                    known.read_only &= grant.read_only;
                }
                Some(known) => {
                    return Err(Trouble::new(format!(
                        "`{}` and `{}` would both be `{}` for the program",
                        known.host.display(),
                        grant.host.display(),
                        grant.guest
                    ))
                    .help(format!(
                        "give one of them another name: `--dir {}::NAME`",
                        dir.word.host
                    )));
                }
                None => dirs.push(grant),
            }
        }
        if self.all {
            dirs.extend(everything(cwd, &dirs));
        }
        Ok(Permissions {
            dirs,
            env: self.variables(env),
            net: self.network(),
        })
    }

    fn variables(&self, own: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
        let own: BTreeMap<String, String> = own.collect();
        let mut given = if self.inherit_env || self.all {
            own.clone()
        } else {
            BTreeMap::new()
        };
        for word in &self.env {
            // What is not set is not set for the program either, as for any other.
            if let Some(value) = word.value.as_ref().or_else(|| own.get(&word.name)) {
                given.insert(word.name.clone(), value.clone());
            }
        }
        given.into_iter().collect()
    }

    fn network(&self) -> NetGrants {
        let mut net = NetGrants {
            everything: self.all,
            ..NetGrants::default()
        };
        for word in &self.net {
            match word {
                NetWord::Everything => net.everything = true,
                NetWord::Connect(end) => net.connect.push(end.clone()),
                NetWord::Listen(end) => net.listen.push(end.clone()),
            }
        }
        net
    }
}

/// Whether two paths are one place.
fn same(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    canonical(one) == canonical(other)
}

/// A directory that can be opened.
fn check(path: &Path, dir: &Dir) -> Result<(), Trouble> {
    let shown = path.display();
    let source = &dir.source;
    let Err(error) = std::fs::read_dir(path) else {
        return Ok(());
    };
    let trouble = |what: &str| Trouble::new(format!("`{source}`: {what}"));
    Err(match error.kind() {
        std::io::ErrorKind::NotFound => trouble(&format!("there is no directory `{shown}`"))
            .help(format!("make it first: `mkdir -p {}`", dir.word.host)),
        std::io::ErrorKind::NotADirectory => {
            let above = Path::new(&dir.word.host).parent();
            let above = above.filter(|above| !above.as_os_str().is_empty());
            let above = above.unwrap_or(Path::new(".")).display();
            trouble(&format!(
                "`{shown}` is a file, and only directories can be given"
            ))
            .help(format!(
                "give the directory that it is in: `--dir {above}:ro`"
            ))
        }
        std::io::ErrorKind::PermissionDenied => {
            trouble(&format!("`{shown}` can't be opened: you may not read it"))
                .help("run wasify as a user who may, or leave the directory out")
        }
        _ => trouble(&format!("`{shown}` can't be opened: {error}")),
    })
}

/// The whole file system, under the names that a native program would use. A relative path and an
/// absolute one look the same to the C library of a guest, so that what is in the current directory comes
/// before what is called the same at the root.
fn everything(cwd: &Path, known: &[DirGrant]) -> Vec<DirGrant> {
    let named = |guest: &str| known.iter().any(|dir| dir.guest == guest);
    let mut dirs = Vec::new();
    let mut add = |host: PathBuf, guest: String| {
        if !named(&guest) {
            dirs.push(DirGrant {
                host,
                guest,
                read_only: false,
            });
        }
    };
    add(cwd.to_owned(), ".".to_owned());
    let Ok(entries) = std::fs::read_dir("/") else {
        return dirs;
    };
    let mut tops: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    tops.sort();
    for top in tops
        .into_iter()
        .filter(|top| std::fs::read_dir(top).is_ok())
    {
        let name = top.file_name().unwrap_or_default();
        if !cwd.join(name).exists()
            && let Some(guest) = top.to_str()
        {
            add(top.clone(), guest.to_owned());
        }
    }
    dirs
}
