//! Where a guest's paths lead on the host, and which of them it was refused.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;

use crate::denial::{Door, Need};

/// How many links are followed before a path is taken as it is: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Where a guest's directory descriptors lead.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The preopened directories, in the order of `get-directories`.
    grants: Vec<Arc<Grant>>,
    /// The current directory, for what a native program would find.
    cwd: PathBuf,
    /// The guest's arguments, in which it may have got a path from.
    args: Vec<String>,
    /// By the number of the descriptor's resource, written whenever a descriptor is made: a number that is
    /// used again never leads to its predecessor's place.
    open: HashMap<u32, Place>,
}

/// A preopened directory.
#[derive(Debug)]
pub(crate) struct Grant {
    /// Its absolute path; for `nowhere`, the root of the file system.
    pub(crate) host: PathBuf,
    /// Its name in the guest.
    pub(crate) guest: String,
    pub(crate) read_only: bool,
    pub(crate) kind: GrantKind,
}

/// Which paths of the guest lead to a preopened directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantKind {
    /// Those that begin with its name.
    Named,
    /// All that no other name begins: it is called `.` or `/`.
    Rest,
    /// As `Rest`, but it is only there to write down what is asked.
    Nowhere,
}

#[derive(Debug, Clone)]
struct Place {
    grant: usize,
    inside: String,
}

/// What a function of the file system is about to do with a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Want {
    pub(super) need: Need,
    /// Whether there may be nothing yet.
    pub(super) makes: bool,
}

pub(super) const READ: Want = Want {
    need: Need::Read,
    makes: false,
};
pub(super) const CHANGE: Want = Want {
    need: Need::Write,
    makes: false,
};
pub(super) const MAKE: Want = Want {
    need: Need::Write,
    makes: true,
};

/// A question of the guest.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) grant: Arc<Grant>,
    place: Place,
    pub(super) want: Want,
    /// Whether the path's text leads out of the directory that it starts at.
    pub(super) escapes: bool,
}

impl Ask {
    /// The host's path, by the guest's text alone.
    pub(super) fn host(&self) -> PathBuf {
        let inside = Path::new(&self.place.inside);
        normal(&self.grant.host.join(inside))
    }
}

impl Places {
    /// Before the guest has asked for its directories.
    pub(crate) fn new(grants: Vec<Grant>, cwd: PathBuf, args: Vec<String>) -> Places {
        Places {
            grants: grants.into_iter().map(Arc::new).collect(),
            cwd,
            args,
            open: HashMap::new(),
        }
    }

    /// Notes the descriptor of a preopened directory.
    pub(super) fn preopened(&mut self, fd: u32, grant: usize) {
        let inside = String::new();
        self.open.insert(fd, Place { grant, inside });
    }

    /// Notes what a question has opened.
    pub(super) fn opened(&mut self, fd: u32, ask: &Ask) {
        self.open.insert(fd, ask.place.clone());
    }

    pub(super) fn ask(&self, fd: u32, path: &str, want: Want) -> Option<Ask> {
        let base = self.open.get(&fd)?;
        let (inside, escapes) = if path.starts_with('/') {
            (path.to_owned(), true)
        } else {
            let inside = tidy(&format!("{}/{path}", base.inside));
            (inside, climbs(&tidy(path)))
        };
        let grant = self.grants.get(base.grant)?.clone();
        let place = Place {
            grant: base.grant,
            inside,
        };
        Some(Ask {
            grant,
            place,
            want,
            escapes,
        })
    }

    /// What a refused question would have led to in a native program; `None` when it would have fared no
    /// better, or when it is not the sandbox that refused it.
    pub(super) fn door(&self, ask: &Ask, error: ErrorCode) -> Option<Door> {
        let (guest, host) = match (ask.grant.kind, error) {
            (GrantKind::Nowhere, _) => self.native(ask)?,
            (GrantKind::Rest, ErrorCode::NoEntry) => self.missed(ask)?,
            (_, ErrorCode::NotPermitted | ErrorCode::ReadOnly) => self.refused(ask)?,
            _ => return None,
        };
        let need = ask.want.need;
        Some(Door::File { guest, host, need })
    }

    /// The native file behind a path that nothing was preopened for; absolute and relative paths look
    /// the same by now, for the guest's C library has taken the leading `/` off.
    fn native(&self, ask: &Ask) -> Option<(String, PathBuf)> {
        let inside = ask.place.inside.as_str();
        let relative = normal(&self.cwd.join(inside));
        let absolute = normal(&Path::new("/").join(inside));
        let absolute_found = found(&absolute, ask.want);
        let by_root = if found(&relative, ask.want) {
            absolute_found && self.is_absolute(inside) == Some(true)
        } else if absolute_found {
            true
        } else {
            return None;
        };
        Some(if by_root {
            (absolute.display().to_string(), absolute)
        } else {
            (shown(inside).to_owned(), relative)
        })
    }

    /// A path that was looked for in the directory of all the rest, and is there from the root.
    fn missed(&self, ask: &Ask) -> Option<(String, PathBuf)> {
        let inside = ask.place.inside.as_str();
        let at_root = ask.grant.host == Path::new("/") || climbs(inside);
        if at_root || self.is_absolute(inside) == Some(false) {
            return None;
        }
        let rooted = Path::new("/").join(inside);
        found(&rooted, ask.want).then(|| (rooted.display().to_string(), rooted))
    }

    /// A path that leads out of a directory, by `..` or by a link, or one that may only be read.
    fn refused(&self, ask: &Ask) -> Option<(String, PathBuf)> {
        let inside = ask.place.inside.as_str();
        let absolute = ask.grant.guest.starts_with('/');
        let full = if ask.grant.kind == GrantKind::Named {
            let root = if absolute { "/" } else { "" };
            root.to_owned() + &tidy(&format!("{}/{inside}", ask.grant.guest))
        } else {
            shown(inside).to_owned()
        };
        // A guest that calls its directory by another name than the host means what a native program would
        // find by its own.
        if climbs(inside) && ask.grant.kind == GrantKind::Named {
            let host = normal(&self.cwd.join(&full));
            return Some((full, host));
        }
        let host = followed(&ask.host(), MOST_LINKS);
        let base = ask.grant.host.canonicalize();
        let base = base.unwrap_or_else(|_| ask.grant.host.clone());
        if !host.starts_with(&base) {
            // As seen from the directory, where the link is.
            return Some((shown(inside).to_owned(), host));
        }
        let read_only = ask.grant.read_only && ask.want.need == Need::Write;
        (read_only || ask.escapes).then_some((full, host))
    }

    /// Whether the guest meant a path as an absolute one, as far as its arguments show it.
    fn is_absolute(&self, inside: &str) -> Option<bool> {
        let args = self.args.iter().skip(1);
        if inside.is_empty() {
            let mut words = args.filter(|arg| matches!(arg.as_str(), "/" | "."));
            return words.next().map(|word| word == "/");
        }
        let mut path = Path::new(inside);
        // The longest part of it that an argument has: what is walked through has a directory's name there.
        loop {
            let text = path.to_str().filter(|text| !text.is_empty())?;
            if let Some(absolute) = args.clone().find_map(|arg| written(arg, text)) {
                return Some(absolute);
            }
            path = path.parent()?;
        }
    }
}

/// Whether an argument has a path, in the form `/PATH` or in the form `PATH`.
fn written(arg: &str, path: &str) -> Option<bool> {
    let is_name = |char: char| char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | '/');
    arg.match_indices(path).find_map(|(at, _)| {
        let after = arg[at + path.len()..].chars().next();
        if after.is_some_and(|char| char != '/' && is_name(char)) {
            return None;
        }
        let before = &arg[..at];
        let before = before.strip_suffix("./").unwrap_or(before);
        if !before.ends_with(is_name) {
            return Some(false);
        }
        let rooted = before.strip_suffix('/')?;
        (!rooted.ends_with(is_name)).then_some(true)
    })
}

/// Whether a native program could do what is wanted.
fn found(path: &Path, want: Want) -> bool {
    let can_be_made = || path.parent().is_some_and(Path::is_dir);
    path.symlink_metadata().is_ok() || want.makes && can_be_made()
}

/// A path inside a directory, for people.
fn shown(inside: &str) -> &str {
    if inside.is_empty() { "." } else { inside }
}

/// A relative path without `.`, and without `..` but at its beginning; empty for the directory itself.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a tidy path begins outside.
fn climbs(path: &str) -> bool {
    path == ".." || path.starts_with("../")
}

/// Without `.` and `..`, by the path's text alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// Where links lead to, also when there is nothing at their end.
fn followed(path: &Path, links: usize) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return path.to_owned();
    };
    match path.read_link() {
        Ok(target) if links > 0 => followed(&parent.join(target), links - 1),
        _ => followed(parent, links).join(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_in_order() {
        for (path, expected) in [
            ("/a/./b", "a/b"),
            ("/a/../..//b", "../b"),
            ("/.", ""),
            ("a/..", ""),
            ("../../a/..", "../.."),
        ] {
            assert_eq!(tidy(path), expected, "{path}");
        }
        assert!(climbs("..") && climbs("../a") && !climbs("..a") && !climbs("a"));
    }

    /// The numbers of closed descriptors are used again.
    #[test]
    fn a_number_leads_to_its_last_place() {
        let grant = Grant {
            host: PathBuf::from("/given"),
            guest: ".".to_owned(),
            read_only: false,
            kind: GrantKind::Rest,
        };
        let mut places = Places::new(vec![grant], PathBuf::from("/"), Vec::new());
        places.preopened(3, 0);
        for (directory, file) in [
            ("one/deep", "/given/one/deep/file"),
            ("two/../three", "/given/three/file"),
        ] {
            let opened = places.ask(3, directory, READ).unwrap();
            places.opened(4, &opened);
            let ask = places.ask(4, "./file", READ).unwrap();
            assert_eq!((ask.host(), ask.escapes), (PathBuf::from(file), false));
        }
        // Out of the directory that it starts at, and still in the one that was given.
        assert!(places.ask(4, "../file", READ).unwrap().escapes);
        assert!(places.ask(9, "file", READ).is_none());
    }

    #[test]
    fn absolute_paths_by_the_arguments() {
        let said = |args: &[&str], inside: &str| {
            let args = [&["program"], args].concat();
            let args = args.into_iter().map(str::to_owned).collect();
            let places = Places {
                args,
                ..Places::default()
            };
            places.is_absolute(inside)
        };
        assert_eq!(said(&["/etc/passwd"], "etc/passwd"), Some(true));
        assert_eq!(said(&["etc/passwd"], "etc/passwd"), Some(false));
        assert_eq!(said(&["./etc/passwd"], "etc/passwd"), Some(false));
        assert_eq!(said(&["--from=/etc"], "etc/passwd"), Some(true));
        assert_eq!(said(&["--from=etc"], "etc/passwd"), Some(false));
        assert_eq!(said(&["/home/etc/passwd"], "etc/passwd"), None);
        assert_eq!(said(&["/etcetera", "xetc"], "etc"), None);
        assert_eq!(said(&["/"], ""), Some(true));
        assert_eq!(said(&["."], ""), Some(false));
        assert_eq!(said(&[], "etc"), None);
    }
}
