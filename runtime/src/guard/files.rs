//! The file system's doors: every function of a directory descriptor that takes a path.
//!
//! The C library of a guest answers a path outside every preopened directory by itself, with no call to the
//! host. To learn such paths the guest is given an empty directory as its root, `nowhere`: whatever is asked
//! of it is written down and answered as if there were no such root.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::preopens::Host as _;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, HostDescriptor, NewTimestamp, OpenFlags, PathFlags,
};

use super::{WASI, record};
use crate::denial::{Door, Need, Used};
use crate::state::State;

/// Where a guest's directory descriptors lead.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The preopened directories, in the order of `get-directories`.
    grants: Vec<Grant>,
    /// The current directory, for what a native program would find.
    cwd: PathBuf,
    /// By the number of the descriptor's resource.
    open: HashMap<u32, Place>,
}

/// A preopened directory.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    /// Its absolute path; for `nowhere`, the root of the file system.
    pub(crate) host: PathBuf,
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

/// A question of the guest.
struct Ask {
    grant: Grant,
    place: Place,
    need: Need,
}

impl Places {
    /// Before the guest has asked for its directories.
    pub(crate) fn new(grants: Vec<Grant>, cwd: PathBuf) -> Places {
        Places {
            grants,
            cwd,
            open: HashMap::new(),
        }
    }

    fn ask(&self, fd: &Resource<Descriptor>, path: &str, need: Need) -> Option<Ask> {
        let base = self.open.get(&fd.rep())?;
        let inside = match (base.inside.as_str(), path) {
            ("", path) => path.to_owned(),
            (base, ".") => base.to_owned(),
            (base, path) => format!("{base}/{path}"),
        };
        Some(Ask {
            grant: self.grants.get(base.grant)?.clone(),
            place: Place {
                grant: base.grant,
                inside,
            },
            need,
        })
    }

    /// What a refused question would have led to in a native program.
    fn door(&self, ask: &Ask, error: ErrorCode) -> Option<Door> {
        let inside = Path::new(&ask.place.inside);
        let outside = || self.native(inside, ask.need);
        let (guest, host) = match (ask.grant.kind, error) {
            (GrantKind::Nowhere, _) => outside()?,
            // The guest's C library has taken the leading `/` off.
            (GrantKind::Rest, ErrorCode::NoEntry) if ask.grant.host != Path::new("/") => {
                let rooted = Path::new("/").join(inside);
                let missed = ask.need == Need::Read && rooted.symlink_metadata().is_ok();
                missed.then(|| (rooted.display().to_string(), rooted.clone()))?
            }
            (_, ErrorCode::NotPermitted | ErrorCode::ReadOnly) => {
                let host = normal(&ask.grant.host.join(inside));
                // A link that leads out of the directory.
                let host = host.canonicalize().unwrap_or(host);
                (ask.place.inside.clone(), host)
            }
            _ => return None,
        };
        Some(Door::File {
            guest,
            host,
            need: ask.need,
        })
    }

    /// The native file behind a path that nothing was preopened for; absolute and relative paths look
    /// the same by now. `None` when there is none, and the native program would not have found it either.
    fn native(&self, inside: &Path, need: Need) -> Option<(String, PathBuf)> {
        let relative = normal(&self.cwd.join(inside));
        let absolute = normal(&Path::new("/").join(inside));
        let there = |path: &Path| path.symlink_metadata().is_ok();
        let can_be_made = |path: &Path| path.parent().is_some_and(Path::is_dir);
        let found = match need {
            Need::Read => [there(&relative), there(&absolute)],
            Need::Write => [
                there(&relative) || can_be_made(&relative),
                there(&absolute) || can_be_made(&absolute),
            ],
        };
        match found {
            [true, _] => Some((inside.display().to_string(), relative)),
            [_, true] => Some((absolute.display().to_string(), absolute)),
            _ => None,
        }
    }
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

type Store<'a> = StoreContextMut<'a, State>;

/// The question, unless it is one to `nowhere`: that is written down and answered.
fn begin(
    store: &Store<'_>,
    fd: &Resource<Descriptor>,
    path: &str,
    need: Need,
) -> Result<Option<Ask>, ErrorCode> {
    let ask = store.data().places.ask(fd, path, need);
    match ask {
        Some(ask) if ask.grant.kind == GrantKind::Nowhere => {
            refused(store, &ask, ErrorCode::NoEntry);
            Err(ErrorCode::NoEntry)
        }
        ask => Ok(ask),
    }
}

/// Writes down how a question was answered, and gives the answer in the guest's words.
fn end<R>(
    store: &mut Store<'_>,
    ask: Option<&Ask>,
    answer: FsResult<R>,
) -> wasmtime::Result<Result<R, ErrorCode>> {
    match answer {
        Ok(value) => {
            if let Some(ask) = ask {
                let host = ask.grant.host.join(&ask.place.inside);
                let used = Used::File {
                    host,
                    need: ask.need,
                };
                record::used(&store.data().recorder, used);
            }
            Ok(Ok(value))
        }
        Err(error) => {
            let code = error.downcast()?;
            if let Some(ask) = ask {
                refused(store, ask, code);
            }
            Ok(Err(code))
        }
    }
}

fn refused(store: &Store<'_>, ask: &Ask, code: ErrorCode) {
    if let Some(door) = store.data().places.door(ask, code) {
        record::deny(&store.data().recorder, store, &door);
    }
}

/// A guarded function with one path: how it is called, what it needs, and which function answers it.
macro_rules! guard {
    ($instance:expr, $name:literal, $need:expr, $method:ident($($before:ident: $before_type:ty,)* @path $(, $after:ident: $after_type:ty)*)) => {
        $instance.func_wrap_async(
            concat!("[method]descriptor.", $name),
            |mut store: Store<'_>, (fd, $($before,)* path, $($after,)*): (Resource<Descriptor>, $($before_type,)* String, $($after_type,)*)| {
                Box::new(async move {
                    let ask = match begin(&store, &fd, &path, $need) {
                        Ok(ask) => ask,
                        Err(code) => return Ok((Err(code),)),
                    };
                    let mut files = store.data_mut().filesystem();
                    let answer = HostDescriptor::$method(&mut files, fd, $($before,)* path, $($after,)*).await;
                    Ok((end(&mut store, ask.as_ref(), answer)?,))
                })
            },
        )
    };
}

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut preopens = linker.instance(&format!("wasi:filesystem/preopens@{WASI}"))?;
    preopens.func_wrap("get-directories", |mut store: Store<'_>, (): ()| {
        let directories = store.data_mut().filesystem().get_directories()?;
        let open = &mut store.data_mut().places.open;
        for (grant, (fd, _)) in directories.iter().enumerate() {
            let inside = String::new();
            open.insert(fd.rep(), Place { grant, inside });
        }
        Ok((directories,))
    })?;
    let mut types = linker.instance(&format!("wasi:filesystem/types@{WASI}"))?;
    let types = &mut types;
    open_at(types)?;
    two_paths(types)?;
    guard!(types, "stat-at", Need::Read, stat_at(flags: PathFlags, @path))?;
    guard!(types, "metadata-hash-at", Need::Read, metadata_hash_at(flags: PathFlags, @path))?;
    guard!(types, "readlink-at", Need::Read, readlink_at(@path))?;
    guard!(types, "create-directory-at", Need::Write, create_directory_at(@path))?;
    guard!(types, "remove-directory-at", Need::Write, remove_directory_at(@path))?;
    guard!(types, "unlink-file-at", Need::Write, unlink_file_at(@path))?;
    guard!(types, "set-times-at", Need::Write, set_times_at(flags: PathFlags, @path, accessed: NewTimestamp, modified: NewTimestamp))
}

type Instance<'a> = wasmtime::component::LinkerInstance<'a, State>;

/// Opening says in its flags what it needs, and gives a descriptor that further paths may start at.
fn open_at(types: &mut Instance<'_>) -> wasmtime::Result<()> {
    type Asked = (
        Resource<Descriptor>,
        PathFlags,
        String,
        OpenFlags,
        DescriptorFlags,
    );
    types.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: Store<'_>, (fd, path_flags, path, open, flags): Asked| {
            Box::new(async move {
                let writes = DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY;
                let makes = OpenFlags::CREATE | OpenFlags::TRUNCATE;
                // The C library asks for `mutate-directory` of directories that it only reads.
                let writes = if open.contains(OpenFlags::DIRECTORY) {
                    DescriptorFlags::WRITE
                } else {
                    writes
                };
                let need = if flags.intersects(writes) || open.intersects(makes) {
                    Need::Write
                } else {
                    Need::Read
                };
                let ask = match begin(&store, &fd, &path, need) {
                    Ok(ask) => ask,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.open_at(fd, path_flags, path, open, flags).await;
                if let (Ok(opened), Some(ask)) = (&answer, &ask) {
                    let place = ask.place.clone();
                    store.data_mut().places.open.insert(opened.rep(), place);
                }
                Ok((end(&mut store, ask.as_ref(), answer)?,))
            })
        },
    )
}

/// Renaming and linking: the first path that is refused is told.
fn two_paths(types: &mut Instance<'_>) -> wasmtime::Result<()> {
    type Rename = (Resource<Descriptor>, String, Resource<Descriptor>, String);
    types.func_wrap_async(
        "[method]descriptor.rename-at",
        |mut store: Store<'_>, (from, old, to, new): Rename| {
            Box::new(async move {
                let asks = begin(&store, &from, &old, Need::Write)
                    .and_then(|from| begin(&store, &to, &new, Need::Write).map(|to| (from, to)));
                let (first, second) = match asks {
                    Ok(asks) => asks,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.rename_at(from, old, to, new).await;
                let reads_only = |ask: &&Ask| ask.grant.read_only;
                let told = second.as_ref().filter(reads_only).or(first.as_ref());
                Ok((end(&mut store, told, answer)?,))
            })
        },
    )?;
    type Link = (
        Resource<Descriptor>,
        PathFlags,
        String,
        Resource<Descriptor>,
        String,
    );
    types.func_wrap_async(
        "[method]descriptor.link-at",
        |mut store: Store<'_>, (from, flags, old, to, new): Link| {
            Box::new(async move {
                let asks = begin(&store, &from, &old, Need::Read)
                    .and_then(|_| begin(&store, &to, &new, Need::Write));
                let ask = match asks {
                    Ok(ask) => ask,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.link_at(from, flags, old, to, new).await;
                Ok((end(&mut store, ask.as_ref(), answer)?,))
            })
        },
    )?;
    type Symlink = (Resource<Descriptor>, String, String);
    types.func_wrap_async(
        "[method]descriptor.symlink-at",
        |mut store: Store<'_>, (fd, target, path): Symlink| {
            Box::new(async move {
                let ask = match begin(&store, &fd, &path, Need::Write) {
                    Ok(ask) => ask,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.symlink_at(fd, target, path).await;
                Ok((end(&mut store, ask.as_ref(), answer)?,))
            })
        },
    )
}
