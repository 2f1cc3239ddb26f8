//! Objects for another machine, among what build scripts left for the target.
//!
//! A build script that passes proves nothing: old versions of the `cc` crate call the machine's own
//! compiler when there is none for WebAssembly. The archive is then full of objects for this machine, and
//! the linker takes nothing from it without a word.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use object::read::archive::ArchiveFile;
use object::{Architecture, BinaryFormat, FileKind, Object as _, ReadCache, ReadRef};
use wasify_lints::finding::Package;

use super::shim::TARGET;

/// Directories inside one another that are looked at.
const MAX_DEPTH: usize = 8;
/// Files of one build script that are looked at: far more than any package has objects, far fewer than
/// a source tree that was unpacked there.
const MAX_FILES: usize = 20_000;

/// What a build script left, as cargo's `build-script-executed` message tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptOutput {
    /// Whose build script.
    pub package: Package,
    /// Its `OUT_DIR`.
    pub out_dir: PathBuf,
    /// The libraries that it told rustc to link, as cargo names them: `static=z`, `z`.
    pub linked_libs: Vec<String>,
}

/// An object that is not WebAssembly, where only WebAssembly can be linked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignObject {
    /// Whose build script made it.
    pub package: Package,
    /// The object, or the archive that it is in.
    pub file: PathBuf,
    /// Its name in the archive.
    pub member: Option<String>,
    /// What it is: `an ELF object for x86-64`.
    pub what: String,
    /// Whether it is in a library that the build script told rustc to link. Others may be meant for this
    /// machine, such as a program that writes source files.
    pub linked: bool,
}

/// The foreign objects in the output directories of build scripts, sorted. Those of packages that are
/// built for the host are left out, as are files that can't be read.
#[must_use]
pub fn foreign_objects(scripts: &[ScriptOutput]) -> Vec<ForeignObject> {
    let mut found = Vec::new();
    for script in scripts {
        let for_target = script
            .out_dir
            .components()
            .any(|part| part.as_os_str() == TARGET);
        if !for_target {
            continue;
        }
        for file in candidates(&script.out_dir) {
            let linked = is_linked(&file, &script.linked_libs);
            for (member, what) in in_file(&file) {
                found.push(ForeignObject {
                    package: script.package.clone(),
                    file: file.clone(),
                    member,
                    what,
                    linked,
                });
            }
        }
    }
    found.sort();
    found
}

/// Whether a file is the archive of one of the libraries.
fn is_linked(file: &Path, libs: &[String]) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let Some(name) = name else {
        return false;
    };
    libs.iter().any(|lib| {
        // `static:+whole-archive=z`, and `z:renamed`.
        let lib = lib.rsplit_once('=').map_or(lib.as_str(), |(_, name)| name);
        let lib = lib.rsplit_once(':').map_or(lib, |(_, name)| name);
        name == lib || name == format!("lib{lib}.a") || name == format!("{lib}.lib")
    })
}

/// The files below a directory that are objects or archives by their names.
fn candidates(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut seen = 0;
    let mut waiting = vec![(directory.to_owned(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MAX_FILES {
                return files;
            }
            // Not that of a link's target: a link to a directory may lead back to it.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let path = entry.path();
            if kind.is_dir() && depth < MAX_DEPTH {
                waiting.push((path, depth + 1));
            } else if kind.is_file() && has_objects(&path) {
                files.push(path);
            }
        }
    }
    files
}

fn has_objects(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("o" | "obj" | "a" | "lib"))
}

/// The foreign objects of one file: the member's name in an archive, and what it is.
fn in_file(path: &Path) -> Vec<(Option<String>, String)> {
    let Ok(file) = File::open(path) else {
        return Vec::new();
    };
    // Only headers are read: archives may have hundreds of megabytes.
    let data = ReadCache::new(file);
    if FileKind::parse(&data) == Ok(FileKind::Archive) {
        return in_archive(&data);
    }
    let what = data.len().ok().and_then(|size| foreign(&data, 0, size));
    what.map(|what| (None, what)).into_iter().collect()
}

fn in_archive(data: &ReadCache<File>) -> Vec<(Option<String>, String)> {
    let Ok(archive) = ArchiveFile::parse(data) else {
        return Vec::new();
    };
    // The members of a thin archive are files of their own, which are looked at too.
    if archive.is_thin() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for member in archive.members().flatten() {
        let (offset, size) = member.file_range();
        if let Some(what) = foreign(data, offset, size) {
            let name = String::from_utf8_lossy(member.name()).into_owned();
            found.push((Some(name), what));
        }
    }
    found
}

/// What an object is, when it is one for another machine than WebAssembly. What is no object that is
/// known, such as LLVM's bitcode, is no evidence of anything.
fn foreign(data: &ReadCache<File>, offset: u64, size: u64) -> Option<String> {
    let object = object::File::parse(data.range(offset, size)).ok()?;
    let format = match object.format() {
        BinaryFormat::Elf => "ELF",
        BinaryFormat::MachO => "Mach-O",
        BinaryFormat::Coff => "Windows",
        _ => return None,
    };
    let article = if format == "ELF" { "an" } else { "a" };
    let machine = machine(object.architecture());
    Some(format!("{article} {format} object for {machine}"))
}

fn machine(architecture: Architecture) -> String {
    match architecture {
        Architecture::X86_64 | Architecture::X86_64_X32 => "x86-64".to_owned(),
        Architecture::I386 => "32-bit x86".to_owned(),
        Architecture::Aarch64 | Architecture::Aarch64_Ilp32 => "ARM64".to_owned(),
        Architecture::Unknown => "an unknown machine".to_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_as_cargo_names_them() {
        let linked = |lib: &str| is_linked(Path::new("/out/libz.a"), &[lib.to_owned()]);
        for lib in ["z", "static=z", "static:+whole-archive=z", "static=z:zlib"] {
            assert_eq!(linked(lib), lib != "static=z:zlib", "{lib}");
        }
        assert!(!linked("static=zz"));
    }
}
