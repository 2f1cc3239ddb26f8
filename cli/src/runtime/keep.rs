//! Permissions on their way into `wasify.toml`.

use std::path::{Component, Path};

use super::grants::{Dir, Grants};
use super::needs::{Opening, relative};
use super::words::{DirWord, EnvWord};

/// The same for `wasify.toml` in another directory than the current one: hosts are written from there, and
/// the guest's names stay.
#[must_use]
pub fn for_file(openings: &[Opening], cwd: &Path, directory: &Path) -> Grants {
    let mut grants = Grants::default();
    for opening in openings {
        match opening {
            Opening::Dir { .. } => grants.dirs.extend(opening.dir().map(|word| Dir {
                word: rebased(word, cwd, directory),
                base: directory.to_owned(),
                source: String::new(),
            })),
            Opening::Net(word) => grants.net.push(word.clone()),
            Opening::Environment => grants.inherit_env = true,
        }
    }
    grants
}

/// Environment variables by their names alone: a value may be a secret, and files are shared.
#[must_use]
pub fn without_values(words: &[EnvWord]) -> Vec<EnvWord> {
    let bare = |word: &EnvWord| EnvWord {
        name: word.name.clone(),
        value: None,
    };
    words.iter().map(bare).collect()
}

fn rebased(word: DirWord, cwd: &Path, directory: &Path) -> DirWord {
    let mut absolute = cwd.to_owned();
    for part in Path::new(&word.host).components() {
        match part {
            Component::ParentDir => _ = absolute.pop(),
            Component::CurDir => {}
            part => absolute.push(part),
        }
    }
    if cwd == directory || Path::new(&word.host).is_absolute() {
        return word;
    }
    let guest = word.guest();
    let host = relative(directory, &absolute)
        .to_string_lossy()
        .into_owned();
    DirWord {
        guest: Some(guest).filter(|guest| *guest != host),
        host,
        read_only: word.read_only,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_elsewhere_gets_paths_from_its_own_place() {
        let moved = |word: &str| {
            let word = DirWord::parse(word).unwrap();
            rebased(word, Path::new("/p/sub"), Path::new("/p")).to_string()
        };
        assert_eq!(moved("data:ro"), "sub/data::data:ro");
        assert_eq!(moved("/abs"), "/abs");
        assert_eq!(moved("../x"), "x::../x");
    }
}
