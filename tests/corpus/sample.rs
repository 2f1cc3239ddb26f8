//! The folder that a command is started in, and what it leaves there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What every file and folder of a fresh copy says when it was changed, in seconds since 1970.
const CHANGED: u64 = 1_767_225_600;

/// A fresh copy of `sample/`, always in the same place.
pub(crate) fn fresh(place: &Path) -> PathBuf {
    let folder = place.join("folder");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/sample");
    copy(&sample, &folder);
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::write(&to, fs::read(entry.path()).unwrap()).unwrap();
            date(&to);
        }
    }
    date(to);
}

/// Listings show it, and the two runs are minutes apart.
fn date(path: &Path) {
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(CHANGED);
    File::open(path).unwrap().set_modified(changed).unwrap();
}

/// Everything that is in a folder: files with their content, folders without. `but` is a file whose content
/// doesn't count.
pub(crate) fn content(folder: &Path, but: Option<&str>) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap();
            let name = name.to_string_lossy().into_owned();
            if path.is_dir() {
                all.insert(name, None);
                open.push(path);
            } else if but == Some(name.as_str()) {
                all.insert(name, Some(Vec::new()));
            } else {
                all.insert(name, Some(fs::read(&path).unwrap_or_default()));
            }
        }
    }
    all
}
