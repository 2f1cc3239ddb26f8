//! Broken binaries are read without a panic: every fixture cut off at every 97th byte, and with every
//! 101st byte flipped, one at a time. What can't be read is an error; nothing else is asked of it.

// A test may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use wasify_lints::facts::{Facts, Input, Packages};

/// The components of all rule fixtures, release profile, and the witnesses beside them.
fn fixtures() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules");
    common::worked(
        common::wasify(&fixtures)
            .args(["build", "--locked", "--workspace", "--release"])
            .arg("--target-dir")
            .arg(&target),
    );
    let mut found = files(&target.join("wasm32-wasip2/release"), ".wasm");
    assert!(found.len() > 20, "{found:?}");
    // One witness is like another, and each is large: the smallest stands for all.
    let mut witnesses = files(
        &target.join("wasm32-wasip2/release/wasify"),
        ".witness.wasm",
    );
    witnesses.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    found.extend(witnesses.into_iter().next());
    found
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}

/// Reads and judges bytes, as `wasify inspect` does.
fn inspect(bytes: &[u8]) -> bool {
    let packages = Packages::default();
    let input = Input {
        artifact: bytes,
        witness: None,
        link_map: None,
        packages: &packages,
    };
    let Ok(facts) = Facts::read(&input) else {
        return false;
    };
    wasify_lints::check(&facts).unwrap();
    true
}

/// A broken variant of a file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    CutAt(usize),
    FlippedAt(usize),
}

fn damages(length: usize, stride: usize) -> Vec<Damage> {
    let cuts = (0..length).step_by(97 * stride).map(Damage::CutAt);
    cuts.chain((0..length).step_by(101 * stride).map(Damage::FlippedAt))
        .collect()
}

/// Tries all damages of a file and returns those that panicked, and how many were read all the same.
fn try_all(bytes: &[u8], damages: &[Damage]) -> (Vec<Damage>, usize) {
    let mut panicked = Vec::new();
    let mut readable = 0;
    let mut copy = bytes.to_vec();
    for damage in damages {
        let damaged = match damage {
            Damage::CutAt(at) => &bytes[..*at],
            Damage::FlippedAt(at) => {
                copy[*at] ^= 0xff;
                &copy[..]
            }
        };
        match catch_unwind(AssertUnwindSafe(|| inspect(damaged))) {
            Ok(read) => readable += usize::from(read),
            Err(_) => panicked.push(*damage),
        }
        if let Damage::FlippedAt(at) = damage {
            copy[*at] ^= 0xff;
        }
    }
    (panicked, readable)
}

#[test]
fn broken_binaries_are_read_without_a_panic() {
    let files = fixtures();
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let complaints: Vec<String> = thread::scope(|scope| {
        let work = || {
            let mut complaints = Vec::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let bytes = std::fs::read(file).unwrap();
                assert!(inspect(&bytes), "{} is not read at all", file.display());
                // The witness is dozens of times larger; most of it is DWARF and relocations.
                let stride = if bytes.len() > 1_000_000 { 40 } else { 1 };
                let (panicked, readable) = try_all(&bytes, &damages(bytes.len(), stride));
                // A flipped byte in a text changes nothing that can't be read.
                assert!(readable > 0, "{}: nothing was readable", file.display());
                if !panicked.is_empty() {
                    complaints.push(format!("{}: {panicked:?}", file.display()));
                }
            }
            complaints
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
