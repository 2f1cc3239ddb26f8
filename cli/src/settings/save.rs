//! Adds permissions to `wasify.toml`, and leaves everything else in it as it is.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::PERMISSIONS;
use crate::execute::files;
use crate::runtime::grants::Grants;
use crate::runtime::words::DirWord;

/// What was written: `dirs = "data:ro"`, a line for each.
pub type Added = Vec<String>;

/// Adds these to the file, which has been read before and may not be there. What it allows already is
/// not added again.
///
/// # Errors
/// The file can't be read or written.
pub fn save(path: &Path, grants: &Grants) -> Result<Added> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("failed to read `{}`", path.display()))?,
    };
    let mut document: DocumentMut = text
        .parse()
        .with_context(|| format!("failed to read `{}`", path.display()))?;
    let added = add(&mut document, grants);
    if !added.is_empty() {
        // Where it is a link, the file that is meant is written, not the link.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        files::write_whole(&target, document.to_string().as_bytes())
            .with_context(|| format!("failed to write `{}`", path.display()))?;
    }
    Ok(added)
}

fn add(document: &mut DocumentMut, grants: &Grants) -> Added {
    let mut added = Vec::new();
    let mut table = document
        .get(PERMISSIONS)
        .and_then(Item::as_table)
        .cloned()
        .unwrap_or_default();
    let dirs: Vec<DirWord> = grants.dirs.iter().map(|dir| dir.word.clone()).collect();
    for dir in dirs {
        if !is_given(&mut table, &dir, &mut added) {
            push(&mut table, "dirs", &dir.to_string(), &mut added);
        }
    }
    for word in &grants.env {
        push(&mut table, "env", &word.to_string(), &mut added);
    }
    for word in &grants.net {
        push(&mut table, "net", &word.to_string(), &mut added);
    }
    if grants.inherit_env && table.get("inherit-env").and_then(Item::as_bool) != Some(true) {
        table.insert("inherit-env", value(true));
        added.push("inherit-env = true".to_owned());
    }
    if !added.is_empty() {
        table.set_implicit(false);
        let is_new = !document.contains_key(PERMISSIONS);
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        if is_new && !trailing.trim().is_empty() {
            // What was the end of the file, a comment, stays above what comes now.
            table.decor_mut().set_prefix(trailing);
            document.set_trailing("");
        }
        document.insert(PERMISSIONS, Item::Table(table));
    }
    added
}

/// Whether the file has this directory; where it has it for reading only, it gets what is asked for.
fn is_given(table: &mut Table, dir: &DirWord, added: &mut Added) -> bool {
    let Some(array) = table.get_mut("dirs").and_then(Item::as_array_mut) else {
        return false;
    };
    let of = |value: &toml_edit::Value| value.as_str().and_then(|text| DirWord::parse(text).ok());
    let known: Vec<Option<DirWord>> = array.iter().map(of).collect();
    let is_same = |known: &Option<DirWord>| {
        known
            .as_ref()
            .is_some_and(|known| known.host == dir.host && known.guest() == dir.guest())
    };
    let Some(index) = known.iter().position(is_same) else {
        return false;
    };
    if known[index].as_ref().is_some_and(|known| known.read_only) && !dir.read_only {
        array.replace(index, dir.to_string());
        added.push(format!("dirs: \"{dir}\", for writing too"));
    }
    true
}

/// Adds a text to a list, in the way that the list is laid out.
fn push(table: &mut Table, key: &str, text: &str, added: &mut Added) {
    let item = table.entry(key).or_insert_with(|| value(Array::new()));
    let Some(array) = item.as_array_mut() else {
        return;
    };
    if array.iter().any(|known| known.as_str() == Some(text)) {
        return;
    }
    let prefix = array
        .iter()
        .last()
        .and_then(|last| last.decor().prefix()?.as_str())
        .filter(|prefix| prefix.contains('\n'))
        .map(|prefix| prefix.rsplit('\n').next().unwrap_or_default().to_owned());
    match prefix {
        // A line for each.
        Some(indent) => {
            let mut new = toml_edit::Value::from(text);
            new.decor_mut().set_prefix(format!("\n{indent}"));
            array.push_formatted(new);
        }
        None => array.push(text),
    }
    added.push(format!("{key} += \"{text}\""));
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::runtime::grants::Dir;
    use crate::runtime::words::NetWord;

    fn grants(dirs: &[&str], net: &[&str]) -> Grants {
        let dir = |text: &&str| Dir {
            word: DirWord::parse(text).unwrap(),
            base: PathBuf::new(),
            source: String::new(),
        };
        Grants {
            dirs: dirs.iter().map(dir).collect(),
            net: net
                .iter()
                .map(|text| NetWord::parse(text).unwrap())
                .collect(),
            ..Grants::default()
        }
    }

    fn saved(text: &str, grants: &Grants) -> (String, Added) {
        let mut document: DocumentMut = text.parse().unwrap();
        let added = add(&mut document, grants);
        (document.to_string(), added)
    }

    #[test]
    fn a_new_file_has_what_was_needed() {
        let (text, added) = saved("", &grants(&["data:ro"], &["a:1", "a:1"]));
        assert_eq!(
            text,
            "[permissions]\ndirs = [\"data:ro\"]\nnet = [\"a:1\"]\n"
        );
        assert_eq!(added, ["dirs += \"data:ro\"", "net += \"a:1\""]);
    }

    #[test]
    fn a_file_of_comments_keeps_them_on_top() {
        let (text, _) = saved("# mine\n", &grants(&["a"], &[]));
        assert_eq!(text, "# mine\n[permissions]\ndirs = [\"a\"]\n");
    }

    #[test]
    fn what_a_person_wrote_stays() {
        let text = "# mine\n\n[permissions] # the app's\ndirs = [\n  # pictures\n  \"img:ro\",\n]\ntimeout = '1m' # enough\n";
        let (after, _) = saved(text, &grants(&["img:ro", "out"], &[]));
        assert_eq!(
            after,
            text.replace("\"img:ro\",\n", "\"img:ro\",\n  \"out\",\n")
        );
        let (same, added) = saved(text, &grants(&["img:ro"], &[]));
        assert!(same == text && added.is_empty());
    }

    #[test]
    fn writing_takes_the_place_of_reading() {
        let text = "[permissions]\ndirs = [\"a:ro\", \"b\"]\n";
        let (after, added) = saved(text, &grants(&["a", "b:ro"], &[]));
        assert_eq!(after, "[permissions]\ndirs = [\"a\", \"b\"]\n");
        assert_eq!(added, ["dirs: \"a\", for writing too"]);
    }
}
