//! The file system's doors: every function of a directory descriptor that takes a path.
//!
//! The C library of a guest answers a path outside every preopened directory by itself, with no call to the
//! host. To learn such paths the guest is given an empty directory as its root, `nowhere`: whatever is asked
//! of it is written down and answered as if there were no such root.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::preopens::Host as _;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, HostDescriptor, NewTimestamp, OpenFlags, PathFlags,
};

use super::places::{Ask, CHANGE, GrantKind, MAKE, READ, Want};
use super::{WASI, record};
use crate::denial::{Door, Used};
use crate::state::State;

type Store<'a> = StoreContextMut<'a, State>;

/// The question, unless it is one to `nowhere`: that is written down and answered.
fn begin(
    store: &Store<'_>,
    fd: &Resource<Descriptor>,
    path: &str,
    want: Want,
) -> Result<Option<Ask>, ErrorCode> {
    let ask = store.data().places.ask(fd.rep(), path, want);
    match ask {
        Some(ask) if ask.grant.kind == GrantKind::Nowhere => {
            refused(store, [&ask], ErrorCode::NoEntry);
            Err(ErrorCode::NoEntry)
        }
        ask => Ok(ask),
    }
}

/// Writes down how questions were answered, and gives the answer in the guest's words.
fn end<'a, R>(
    store: &mut Store<'_>,
    asks: impl IntoIterator<Item = &'a Ask>,
    answer: FsResult<R>,
) -> wasmtime::Result<Result<R, ErrorCode>> {
    match answer {
        Ok(value) => {
            for ask in asks {
                let used = Used::File {
                    host: ask.host(),
                    need: ask.want.need,
                };
                record::used(&store.data().recorder, used);
            }
            Ok(Ok(value))
        }
        Err(error) => {
            let code = error.downcast()?;
            refused(store, asks, code);
            Ok(Err(code))
        }
    }
}

/// Writes down the first question that the sandbox is the reason for refusing.
fn refused<'a>(store: &Store<'_>, asks: impl IntoIterator<Item = &'a Ask>, code: ErrorCode) {
    let places = &store.data().places;
    let mut doors = asks.into_iter().filter_map(|ask| places.door(ask, code));
    if let Some(Door::File { guest, host, need }) = doors.next() {
        let guest = record::clipped(&guest);
        let door = Door::File { guest, host, need };
        record::deny(&store.data().recorder, store, &door);
    }
}

/// A guarded function with one path: how it is called, what it wants, and which function answers it.
macro_rules! guard {
    ($instance:expr, $name:literal, $want:expr, $method:ident($($before:ident: $before_type:ty,)* @path $(, $after:ident: $after_type:ty)*)) => {
        $instance.func_wrap_async(
            concat!("[method]descriptor.", $name),
            |mut store: Store<'_>, (fd, $($before,)* path, $($after,)*): (Resource<Descriptor>, $($before_type,)* String, $($after_type,)*)| {
                Box::new(async move {
                    let ask = match begin(&store, &fd, &path, $want) {
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
        let places = &mut store.data_mut().places;
        for (grant, (fd, _)) in directories.iter().enumerate() {
            places.preopened(fd.rep(), grant);
        }
        Ok((directories,))
    })?;
    let mut types = linker.instance(&format!("wasi:filesystem/types@{WASI}"))?;
    let types = &mut types;
    open_at(types)?;
    two_paths(types)?;
    guard!(types, "stat-at", READ, stat_at(flags: PathFlags, @path))?;
    guard!(types, "metadata-hash-at", READ, metadata_hash_at(flags: PathFlags, @path))?;
    guard!(types, "readlink-at", READ, readlink_at(@path))?;
    guard!(types, "create-directory-at", MAKE, create_directory_at(@path))?;
    guard!(types, "remove-directory-at", CHANGE, remove_directory_at(@path))?;
    guard!(types, "unlink-file-at", CHANGE, unlink_file_at(@path))?;
    guard!(types, "set-times-at", CHANGE, set_times_at(flags: PathFlags, @path, accessed: NewTimestamp, modified: NewTimestamp))
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
                // `mutate-directory` is asked for with every directory, and gives no right by itself.
                let want = if open.contains(OpenFlags::CREATE) {
                    MAKE
                } else if open.contains(OpenFlags::TRUNCATE)
                    || flags.contains(DescriptorFlags::WRITE)
                {
                    CHANGE
                } else {
                    READ
                };
                let ask = match begin(&store, &fd, &path, want) {
                    Ok(ask) => ask,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.open_at(fd, path_flags, path, open, flags).await;
                if let (Ok(opened), Some(ask)) = (&answer, &ask) {
                    store.data_mut().places.opened(opened.rep(), ask);
                }
                Ok((end(&mut store, ask.as_ref(), answer)?,))
            })
        },
    )
}

/// What two paths want.
fn begin_both(
    store: &Store<'_>,
    from: (&Resource<Descriptor>, &str),
    to: (&Resource<Descriptor>, &str),
) -> Result<Vec<Ask>, ErrorCode> {
    // Also a link to a file lets it be changed, under another name.
    let first = begin(store, from.0, from.1, CHANGE)?;
    let second = begin(store, to.0, to.1, MAKE)?;
    Ok(first.into_iter().chain(second).collect())
}

/// Renaming and linking: the first path that is refused is told.
fn two_paths(types: &mut Instance<'_>) -> wasmtime::Result<()> {
    type Rename = (Resource<Descriptor>, String, Resource<Descriptor>, String);
    types.func_wrap_async(
        "[method]descriptor.rename-at",
        |mut store: Store<'_>, (from, old, to, new): Rename| {
            Box::new(async move {
                let asks = match begin_both(&store, (&from, &old), (&to, &new)) {
                    Ok(asks) => asks,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.rename_at(from, old, to, new).await;
                Ok((end(&mut store, &asks, answer)?,))
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
                let asks = match begin_both(&store, (&from, &old), (&to, &new)) {
                    Ok(asks) => asks,
                    Err(code) => return Ok((Err(code),)),
                };
                let mut files = store.data_mut().filesystem();
                let answer = files.link_at(from, flags, old, to, new).await;
                Ok((end(&mut store, &asks, answer)?,))
            })
        },
    )?;
    type Symlink = (Resource<Descriptor>, String, String);
    types.func_wrap_async(
        "[method]descriptor.symlink-at",
        |mut store: Store<'_>, (fd, target, path): Symlink| {
            Box::new(async move {
                let mut ask = match begin(&store, &fd, &path, MAKE) {
                    Ok(ask) => ask,
                    Err(code) => return Ok((Err(code),)),
                };
                if let Some(ask) = &mut ask {
                    // No directory may have a link to an absolute path.
                    ask.escapes |= target.starts_with('/');
                }
                let mut files = store.data_mut().filesystem();
                let answer = files.symlink_at(fd, target, path).await;
                Ok((end(&mut store, ask.as_ref(), answer)?,))
            })
        },
    )
}
