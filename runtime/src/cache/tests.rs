//! What can happen to a cache: every accident costs time, and nothing else.

use std::sync::Barrier;

use super::*;

/// The smallest component there is.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

fn source(bytes: &[u8]) -> Source<'static> {
    Source {
        content: blake3::hash(bytes),
        adapter: &[],
    }
}

/// A component that holds a custom section of this content.
fn component(content: &[u8]) -> Vec<u8> {
    let mut bytes = EMPTY.to_vec();
    let size = u8::try_from(content.len() + 2).unwrap();
    bytes.extend([0, size, 1, b'n']);
    bytes.extend(content);
    bytes
}

/// A cache in a scratch directory, and how often it compiled.
struct Scene {
    scratch: tempfile::TempDir,
    cache: Cache,
    engine: Engine,
    compiled: AtomicU64,
}

impl Scene {
    fn new() -> Scene {
        let scratch = tempfile::tempdir().unwrap();
        Scene {
            cache: Cache::new(Some(scratch.path().join("compiled"))),
            engine: Engine::default(),
            compiled: AtomicU64::new(0),
            scratch,
        }
    }

    fn directory(&self) -> PathBuf {
        self.scratch.path().join("compiled")
    }

    /// Whether the code was there.
    fn load(&self, bytes: &[u8]) -> bool {
        let source = source(bytes);
        let compile = || {
            self.compiled.fetch_add(1, Ordering::Relaxed);
            let code = self.engine.precompile_component(bytes);
            code.map_err(|error| InvalidCode(error.into()))
        };
        let loaded = self.cache.component(&self.engine, &source, compile);
        loaded.unwrap_or_else(|error| panic!("{:#}", error.0)).1
    }

    /// The one entry there is.
    fn entry(&self) -> PathBuf {
        let mut entries = fs::read_dir(self.directory()).unwrap();
        let entry = entries.next().unwrap().unwrap().path();
        assert!(entries.next().is_none(), "one entry, nothing left over");
        entry
    }

    fn compiled(&self) -> u64 {
        self.compiled.load(Ordering::Relaxed)
    }
}

#[test]
fn the_second_time_nothing_is_compiled() {
    let scene = Scene::new();
    assert!(!scene.load(EMPTY));
    assert!(scene.load(EMPTY) && scene.load(EMPTY));
    assert_eq!(scene.compiled(), 1);
    assert!(!scene.load(&component(b"other")), "other content");
}

#[test]
fn what_the_code_was_made_with_is_part_of_the_key() {
    let plain = Engine::default();
    let mut config = wasmtime::Config::new();
    config.epoch_interruption(true);
    let interruptible = Engine::new(&config).unwrap();
    let source = |adapter| Source {
        content: blake3::hash(EMPTY),
        adapter,
    };
    assert_ne!(key(&plain, &source(&[])), key(&interruptible, &source(&[])));
    assert_ne!(key(&plain, &source(&[])), key(&plain, &source(&[1])));
    assert_eq!(key(&plain, &source(&[])), key(&plain, &source(&[])));
}

/// Damages the entry, and sees that it is made anew, kept, and good again.
fn rebuilt_after(what: &str, damage: impl Fn(&Path)) {
    let scene = Scene::new();
    scene.load(EMPTY);
    damage(&scene.entry());
    assert!(!scene.load(EMPTY), "{what}: it was used");
    assert!(scene.load(EMPTY), "{what}: it was not replaced");
    assert!(scene.entry().is_file(), "{what}");
}

#[test]
fn damaged_entries_are_thrown_away_and_rebuilt() {
    rebuilt_after("empty", |path| fs::write(path, []).unwrap());
    rebuilt_after("garbage", |path| fs::write(path, [7; 5000]).unwrap());
    rebuilt_after("a directory", |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
        fs::write(path.join("inside"), "x").unwrap();
    });
    rebuilt_after("cut off", |path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    });
    rebuilt_after("without its last byte", |path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    });
    rebuilt_after("longer", |path| {
        let mut bytes = fs::read(path).unwrap();
        bytes.push(0);
        fs::write(path, bytes).unwrap();
    });
    rebuilt_after("another version's", |path| {
        let mut config = wasmtime::Config::new();
        let version = wasmtime::ModuleVersionStrategy::Custom("another".to_owned());
        config.module_version(version).unwrap();
        let code = Engine::new(&config).unwrap().precompile_component(EMPTY);
        // With a good checksum: the engine itself must see it.
        store(path, code.unwrap()).unwrap();
    });
}

#[test]
fn every_flipped_bit_is_seen() {
    let scene = Scene::new();
    scene.load(EMPTY);
    let entry = scene.entry();
    let good = fs::read(&entry).unwrap();
    let every = (good.len() / 300).max(1);
    for at in (0..good.len()).step_by(every).chain([good.len() - 1]) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&entry, &bad).unwrap();
        let file = File::open(&entry).unwrap();
        assert!(!is_whole(&file).unwrap(), "byte {at}");
    }
}

#[test]
fn processes_that_fill_it_at_once_all_work() {
    let scene = Scene::new();
    let at_once = Barrier::new(8);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                at_once.wait();
                for number in 0..20 {
                    scene.load(&component(&[number]));
                }
            });
        }
    });
    let names: Vec<_> = fs::read_dir(scene.directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(names.len(), 20, "nothing is left over: {names:?}");
    for number in 0..20 {
        assert!(scene.load(&component(&[number])));
    }
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let scratch = tempfile::tempdir().unwrap();
    // A file where the directory should be: not even an administrator can write there.
    let place = scratch.path().join("compiled");
    fs::write(&place, "").unwrap();
    let mut scene = Scene::new();
    scene.cache = Cache::new(Some(place));
    assert!(!scene.load(EMPTY) && !scene.load(EMPTY));
    scene.cache = Cache::new(None);
    assert!(!scene.load(EMPTY));
    // It goes away while it is in use.
    scene.cache = Cache::new(Some(scene.directory()));
    fs::remove_dir_all(scene.directory()).unwrap();
    assert!(!scene.load(EMPTY) && !scene.load(EMPTY));
}

#[test]
fn what_was_not_used_for_longest_goes_first_and_what_is_in_use_stays() {
    let mut scene = Scene::new();
    let ages = [RECENT * 4, RECENT * 3, RECENT * 2];
    let engine = scene.engine.clone();
    let directory = scene.directory();
    let entry = |number: u8| {
        let source = source(&component(&[number]));
        directory.join(format!("{}.cwasm", key(&engine, &source)))
    };
    for (number, age) in (0..).zip(ages) {
        scene.load(&component(&[number]));
        let file = File::options().append(true).open(entry(number)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }
    let size = fs::metadata(entry(0)).unwrap().len();
    // The oldest is used again, and is no longer old.
    assert!(scene.load(&component(&[0])));
    prune(&scene.directory(), 2 * size);
    assert!(entry(0).exists() && !entry(1).exists() && entry(2).exists());
    // However little may be kept, what is new and what is in use stays.
    scene.cache.most = 1;
    assert!(!scene.load(&component(&[9])));
    assert!(entry(9).exists() && entry(0).exists() && !entry(2).exists());
    assert!(scene.load(&component(&[9])));
}

#[test]
fn what_interrupted_processes_left_goes() {
    let scene = Scene::new();
    scene.load(EMPTY);
    let old = scene.directory().join("0.cwasm.1-0.partial");
    let new = scene.directory().join("0.cwasm.2-0.partial");
    for path in [&old, &new] {
        fs::write(path, "x").unwrap();
    }
    let file = File::options().append(true).open(&old).unwrap();
    file.set_modified(SystemTime::now() - RECENT * 2).unwrap();
    scene.load(&component(b"another"));
    assert!(!old.exists() && new.exists());
}

/// Whether the file was read to find out its content, which is right either way.
fn is_read(scene: &Scene, path: &Path) -> bool {
    let mut bytes = None;
    let file = File::open(path).unwrap();
    let content = scene.cache.content(&file, &mut bytes).unwrap();
    assert_eq!(content, blake3::hash(&fs::read(path).unwrap()));
    bytes.is_some()
}

/// Starts that skip the checksum still see every change, whatever the change does to the file's time.
#[cfg(unix)]
#[test]
fn an_entry_that_was_found_sound_is_looked_at_again_after_any_change() {
    let scene = Scene::new();
    scene.load(EMPTY);
    let entry = scene.entry();
    let note = entry.with_extension("sound");
    std::thread::sleep(Duration::from_secs(5));
    assert!(scene.load(EMPTY) && note.exists(), "found sound");
    assert!(scene.load(EMPTY), "and not looked at");
    let time = fs::metadata(&entry).unwrap().modified().unwrap();
    let mut bytes = fs::read(&entry).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&entry, bytes).unwrap();
    let file = File::options().append(true).open(&entry).unwrap();
    file.set_modified(time).unwrap();
    assert!(!scene.load(EMPTY), "a flipped bit, and the time set back");
    assert!(scene.load(EMPTY));
}

#[cfg(unix)]
#[test]
fn an_unchanged_file_is_read_once_and_any_change_is_seen() {
    let scene = Scene::new();
    let path = scene.scratch.path().join("app.wasm");
    fs::write(&path, "one").unwrap();
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    // It changed a moment ago, and may do so again.
    assert!(is_read(&scene, &path) && is_read(&scene, &path));
    std::thread::sleep(Duration::from_secs(5));
    assert!(is_read(&scene, &path), "now it is written down");
    assert!(!is_read(&scene, &path));
    // Same size, and the time is set back.
    fs::write(&path, "two").unwrap();
    let file = File::options().append(true).open(&path).unwrap();
    file.set_modified(time).unwrap();
    assert!(is_read(&scene, &path));
    // Replaced by another of the same size.
    let other = scene.scratch.path().join("other.wasm");
    fs::write(&other, "six").unwrap();
    fs::rename(&other, &path).unwrap();
    assert!(is_read(&scene, &path));
}

#[cfg(unix)]
#[test]
fn a_damaged_note_of_a_files_content_is_not_believed() {
    let scene = Scene::new();
    let path = scene.scratch.path().join("app.wasm");
    fs::write(&path, "one").unwrap();
    std::thread::sleep(Duration::from_secs(5));
    assert!(is_read(&scene, &path) && !is_read(&scene, &path));
    let note = scene.entry();
    let good = fs::read_to_string(&note).unwrap();
    let flipped = good.replacen(['0', '1', '2', '3'], "f", 1);
    for bad in [&flipped, &good[..64], &good[..40], ""] {
        fs::write(&note, bad).unwrap();
        assert!(is_read(&scene, &path), "`{bad}`");
    }
}
