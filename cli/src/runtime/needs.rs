//! From what a guest was refused, or used, to the smallest permissions that open just that.

use std::path::{Component, Path, PathBuf};

use wasify_runtime::{Door, Endpoint, HostPattern, Need, Used};

use super::grants::{Dir, Grants};
use super::words::{DirWord, NetWord};

/// What opens a door.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// `--dir`.
    Dir {
        /// As it is to be written.
        host: String,
        /// The guest's name, when it is not the same.
        guest: Option<String>,
        /// Whether reading is enough.
        read_only: bool,
    },
    /// `--allow-net`.
    Net(NetWord),
    /// `--env` or `--inherit-env`.
    Environment,
}

/// What there is to know for finding an opening.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The current directory.
    pub cwd: &'a Path,
    /// What the run was given.
    pub given: &'a Grants,
}

impl Scene<'_> {
    /// What would have opened a door; `None` where no flag does.
    #[must_use]
    pub fn opening(&self, door: &Door) -> Option<Opening> {
        let named = |host: HostPattern, port: u16| {
            let port = Some(port).filter(|port| *port != 0);
            Endpoint { host, port }
        };
        Some(match door {
            Door::File { guest, host, need } => return self.directory(guest, host, *need),
            Door::Connect { address, name } => {
                let host = match name {
                    Some(name) => HostPattern::Name(name.clone()),
                    None => HostPattern::Ip(address.ip()),
                };
                Opening::Net(NetWord::Connect(named(host, address.port())))
            }
            Door::Listen { address } => {
                let host = HostPattern::Ip(address.ip());
                Opening::Net(NetWord::Listen(named(host, address.port())))
            }
            Door::Resolve { name } => {
                Opening::Net(NetWord::Connect(named(HostPattern::Name(name.clone()), 0)))
            }
            Door::Http { authority } => {
                Opening::Net(NetWord::Connect(Endpoint::parse(authority).ok()?))
            }
            Door::Environment => Opening::Environment,
        })
    }

    fn directory(&self, guest: &str, host: &Path, need: Need) -> Option<Opening> {
        if let Some(dir) = self.around(host) {
            // It may only read there; or, rarely, the system refuses it, and no flag helps.
            return (dir.word.read_only && need == Need::Write).then(|| Opening::Dir {
                host: dir.word.host.clone(),
                guest: dir.word.guest.clone(),
                read_only: false,
            });
        }
        if let Some(link) = self.link(guest, host) {
            let (host, guest) = link?;
            return Some(Opening::Dir {
                host: host.to_str()?.to_owned(),
                guest: Some(guest),
                read_only: need == Need::Read,
            });
        }
        self.of_path(host, Path::new(guest).is_absolute(), need)
    }

    /// The directory to give for a path of the host.
    fn of_path(&self, host: &Path, absolute: bool, need: Need) -> Option<Opening> {
        let directory = host.ancestors().find(|above| above.is_dir())?;
        let shown = if absolute {
            directory.to_owned()
        } else {
            relative(self.cwd, directory)
        };
        Some(Opening::Dir {
            host: shown.to_str()?.to_owned(),
            guest: None,
            read_only: need == Need::Read,
        })
    }

    /// The innermost given directory that has a path.
    fn around(&self, host: &Path) -> Option<&Dir> {
        let has = |dir: &&Dir| {
            let path = dir.word.path(&dir.base);
            host.starts_with(path.canonicalize().unwrap_or_else(|_| path.clone()))
                || host.starts_with(path)
        };
        let length = |dir: &&Dir| dir.word.path(&dir.base).components().count();
        self.given.dirs.iter().filter(has).max_by_key(length)
    }

    /// The link inside a given directory by which a guest's path leads out of it: where it leads, and
    /// the guest's name for it. `Some(None)` when it leads to a file, which can't be given.
    fn link(&self, guest: &str, host: &Path) -> Option<Option<(PathBuf, String)>> {
        for dir in &self.given.dirs {
            let base = dir.word.path(&dir.base).canonicalize().ok()?;
            let mut inside = PathBuf::new();
            for part in Path::new(guest).components() {
                inside.push(part);
                let Ok(target) = base.join(&inside).canonicalize() else {
                    break;
                };
                if !target.starts_with(&base) && host.starts_with(&target) {
                    let name = Path::new(&dir.word.guest()).join(&inside);
                    let name = name.to_string_lossy().trim_start_matches("./").to_owned();
                    return Some(target.is_dir().then_some((target, name)));
                }
            }
        }
        None
    }

    /// The permissions that a run has made use of: those it was given by name as they were given, and
    /// the smallest ones for what it was allowed wholesale.
    #[must_use]
    pub fn used(&self, used: &[Used]) -> Vec<Opening> {
        let mut openings = Vec::new();
        for used in used {
            openings.extend(match used {
                Used::File { host, need } => match self.around(host) {
                    Some(dir) => Some(Opening::Dir {
                        host: dir.word.host.clone(),
                        guest: dir.word.guest.clone(),
                        read_only: dir.word.read_only,
                    }),
                    None => self.of_path(host, !host.starts_with(self.cwd), *need),
                },
                Used::Connect(end) => Endpoint::parse(end)
                    .ok()
                    .map(|end| Opening::Net(NetWord::Connect(end))),
                Used::Listen(address) => self.opening(&Door::Listen { address: *address }),
                Used::Environment => Some(Opening::Environment),
            });
        }
        openings
    }
}

/// The path as it is written from a directory: `.`, `data`, `../other`.
pub(super) fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(to.components().skip(common)).collect();
    if path.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        path
    }
}

/// All openings at once: the same place once, what is inside another left out when that gives as much.
#[must_use]
pub fn folded(openings: impl IntoIterator<Item = Opening>) -> Vec<Opening> {
    let mut all: Vec<Opening> = Vec::new();
    for opening in openings {
        match all.iter_mut().find(|known| known.is_same_place(&opening)) {
            Some(known) => known.widen(&opening),
            None => all.push(opening),
        }
    }
    let every = all.clone();
    all.retain(|opening| !every.iter().any(|other| covers(other, opening)));
    all.sort();
    all
}

/// Whether one gives another and more.
fn covers(one: &Opening, other: &Opening) -> bool {
    match (one, other) {
        (
            Opening::Dir {
                host,
                guest: None,
                read_only,
            },
            Opening::Dir {
                host: inner,
                guest: None,
                read_only: inner_read_only,
            },
        ) => host != inner && is_inside(inner, host) && (!read_only || *inner_read_only),
        (Opening::Net(NetWord::Connect(one)), Opening::Net(NetWord::Connect(other))) => {
            one != other && one.host == other.host && one.port.is_none()
        }
        _ => false,
    }
}

fn is_inside(inner: &str, outer: &str) -> bool {
    let (inner, outer) = (Path::new(inner), Path::new(outer));
    if outer == Path::new(".") {
        return inner.is_relative() && !inner.starts_with("..");
    }
    inner.starts_with(outer)
}

impl Opening {
    /// Whether both are about the same thing, for reading or for writing.
    #[must_use]
    pub fn is_same_place(&self, other: &Opening) -> bool {
        match (self, other) {
            (
                Opening::Dir { host, guest, .. },
                Opening::Dir {
                    host: other_host,
                    guest: other_guest,
                    ..
                },
            ) => host == other_host && guest == other_guest,
            (one, other) => one == other,
        }
    }

    /// Lets it give what another gives for the same place.
    pub fn widen(&mut self, other: &Opening) {
        if let (
            Opening::Dir { read_only, .. },
            Opening::Dir {
                read_only: false, ..
            },
        ) = (self, other)
        {
            *read_only = false;
        }
    }

    /// The flag of `wasify run`, for a shell.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Opening::Dir { .. } => match self.dir() {
                Some(word) => vec!["--dir".to_owned(), word.to_string()],
                None => Vec::new(),
            },
            Opening::Net(NetWord::Everything) => vec!["--allow-net".to_owned()],
            Opening::Net(word) => vec![format!("--allow-net={word}")],
            Opening::Environment => vec!["--inherit-env".to_owned()],
        }
    }

    /// The directory, when it is one.
    #[must_use]
    pub fn dir(&self) -> Option<DirWord> {
        match self {
            Opening::Dir {
                host,
                guest,
                read_only,
            } => Some(DirWord {
                host: host.clone(),
                guest: guest.clone(),
                read_only: *read_only,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(host: &str, read_only: bool) -> Opening {
        Opening::Dir {
            host: host.to_owned(),
            guest: None,
            read_only,
        }
    }

    fn net(text: &str) -> Opening {
        Opening::Net(NetWord::parse(text).unwrap())
    }

    #[test]
    fn folding_keeps_what_is_needed_and_no_more() {
        let folded = folded([
            dir("data", true),
            dir("data/sub", true),
            dir("data", false),
            dir("database", true),
            dir("read", true),
            dir("read/out", false),
            net("a:1"),
            net("a:1"),
            net("a"),
            net("b:2"),
        ]);
        let expected = [
            dir("data", false),
            dir("database", true),
            dir("read", true),
            dir("read/out", false),
            net("a"),
            net("b:2"),
        ];
        for opening in &expected {
            assert!(folded.contains(opening), "{opening:?} in {folded:?}");
        }
        assert_eq!(folded.len(), expected.len(), "{folded:?}");
        assert_eq!(
            super::folded([dir(".", false), dir("x", false), dir("../y", false)]).len(),
            2
        );
    }

    #[test]
    fn directories_of_files() {
        let scratch = tempfile::tempdir().unwrap();
        let cwd = scratch.path().join("cwd");
        std::fs::create_dir_all(cwd.join("data")).unwrap();
        std::fs::write(cwd.join("data/a"), "").unwrap();
        let given = Grants::default();
        let scene = Scene {
            cwd: &cwd,
            given: &given,
        };
        let of = |guest: &str, need| {
            let host = if guest.starts_with('/') {
                PathBuf::from(guest)
            } else {
                cwd.join(guest)
            };
            let door = Door::File {
                guest: guest.to_owned(),
                host,
                need,
            };
            scene.opening(&door).unwrap().arguments().join(" ")
        };
        assert_eq!(of("data/a", Need::Read), "--dir data:ro");
        assert_eq!(of("data", Need::Read), "--dir data:ro");
        assert_eq!(of("data/new/deep", Need::Write), "--dir data");
        assert_eq!(of("new", Need::Write), "--dir .");
        assert_eq!(of("/none/x", Need::Read), "--dir /:ro");
        assert_eq!(relative(&cwd, scratch.path()), Path::new(".."));
    }

    #[test]
    fn reading_where_only_reading_was_allowed_is_opened_by_the_same_directory() {
        let scratch = tempfile::tempdir().unwrap();
        let cwd = scratch.path().canonicalize().unwrap();
        std::fs::create_dir(cwd.join("data")).unwrap();
        let given = Grants {
            dirs: vec![Dir {
                word: DirWord::parse("data::d:ro").unwrap(),
                base: cwd.clone(),
                source: String::new(),
            }],
            ..Grants::default()
        };
        let scene = Scene {
            cwd: &cwd,
            given: &given,
        };
        let door = Door::File {
            guest: "x".to_owned(),
            host: cwd.join("data/x"),
            need: Need::Write,
        };
        assert_eq!(
            scene.opening(&door).unwrap().arguments(),
            ["--dir", "data::d"]
        );
    }

    #[test]
    fn doors_of_the_network() {
        let given = Grants::default();
        let scene = Scene {
            cwd: Path::new("/"),
            given: &given,
        };
        let address = "10.0.0.1:443".parse().unwrap();
        for (door, flag) in [
            (
                Door::Connect {
                    address,
                    name: None,
                },
                "--allow-net=10.0.0.1:443",
            ),
            (
                Door::Connect {
                    address,
                    name: Some("a.b".to_owned()),
                },
                "--allow-net=a.b:443",
            ),
            (Door::Listen { address }, "--allow-net=listen:10.0.0.1:443"),
            (
                Door::Listen {
                    address: "127.0.0.1:0".parse().unwrap(),
                },
                "--allow-net=listen:127.0.0.1",
            ),
            (
                Door::Resolve {
                    name: "a.b".to_owned(),
                },
                "--allow-net=a.b",
            ),
            (
                Door::Http {
                    authority: "a.b:80".to_owned(),
                },
                "--allow-net=a.b:80",
            ),
        ] {
            assert_eq!(scene.opening(&door).unwrap().arguments(), [flag]);
        }
    }
}
