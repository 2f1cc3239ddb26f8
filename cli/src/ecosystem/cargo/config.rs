//! The one of cargo's settings that wasify has to know: the rustc wrapper it steps in front of.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::execute::surroundings::Surroundings;

/// Files that include files are followed so far, as a file may include itself.
const MAX_DEPTH: u8 = 16;

/// The wrapper that cargo would use, working in `cwd` with the further arguments `args`: from the
/// environment, from `--config`, from the nearest `.cargo/config.toml` upwards that has one, or from
/// cargo's home. A file's own setting counts before those of the files it includes.
pub(super) fn user_wrapper(around: &Surroundings, cwd: &Path, args: &[String]) -> Option<PathBuf> {
    let named = |path: PathBuf| Some(path).filter(|path| !path.as_os_str().is_empty());
    // Set but empty means that there is none, whatever the files say.
    let set = |name: &str| match around.vars.get(std::ffi::OsStr::new(name)) {
        Some(value) => value.clone(),
        None => std::env::var_os(name),
    };
    if let Some(value) = set("RUSTC_WRAPPER") {
        return named(value.into());
    }
    if let Some(wrapper) = in_arguments(cwd, args) {
        return named(wrapper);
    }
    if let Some(value) = set("CARGO_BUILD_RUSTC_WRAPPER") {
        return named(value.into());
    }
    let above = cwd.ancestors().map(|directory| directory.join(".cargo"));
    let wrapper = above
        .chain(around.cargo_home())
        .find_map(|directory| in_directory(&directory));
    named(wrapper?)
}

/// The setting in the `--config` arguments, of which the last counts first.
fn in_arguments(cwd: &Path, args: &[String]) -> Option<PathBuf> {
    let mut settings = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--config" {
            settings.extend(args.next().map(String::as_str));
        } else {
            settings.extend(arg.strip_prefix("--config="));
        }
    }
    settings.into_iter().rev().find_map(|setting| {
        // As cargo tells them apart: what is a file is one.
        let file = cwd.join(setting);
        if file.is_file() {
            return in_file(&file, MAX_DEPTH);
        }
        let table = toml::from_str::<Table>(setting).ok()?;
        in_table(&table, cwd, cwd, MAX_DEPTH)
    })
}

/// The setting in one directory's file.
fn in_directory(directory: &Path) -> Option<PathBuf> {
    let files = ["config", "config.toml"].map(|name| directory.join(name));
    let file = files.iter().find(|file| file.is_file())?;
    in_file(file, MAX_DEPTH)
}

/// The setting in a file, or in one that it includes. A file that can't be read or parsed says nothing
/// here: cargo reads it too and reports what is wrong with it.
fn in_file(file: &Path, depth: u8) -> Option<PathBuf> {
    let text = std::fs::read_to_string(file).ok()?;
    let table = toml::from_str::<Table>(&text).ok()?;
    let directory = file.parent()?;
    // What a file says of programs is relative to the directory that holds `.cargo`.
    in_table(
        &table,
        directory,
        directory.parent()?,
        depth.checked_sub(1)?,
    )
}

/// The setting in a table, whose includes are relative to `directory`, and programs to `base`.
fn in_table(table: &Table, directory: &Path, base: &Path, depth: u8) -> Option<PathBuf> {
    let own = table
        .get("build")
        .and_then(|build| build.get("rustc-wrapper"))
        .and_then(Value::as_str);
    if let Some(wrapper) = own {
        // A bare name is looked up in PATH.
        let is_path = wrapper.contains(['/', '\\']);
        return Some(if is_path {
            base.join(wrapper)
        } else {
            PathBuf::from(wrapper)
        });
    }
    included(table)
        .into_iter()
        .rev()
        .find_map(|file| in_file(&directory.join(file), depth))
}

/// The files that a table includes: a path, a list of paths, or a list of tables with a path. Later
/// ones count before earlier ones.
fn included(table: &Table) -> Vec<&str> {
    match table.get("include") {
        Some(Value::Array(all)) => all.iter().filter_map(included_path).collect(),
        Some(single) => included_path(single).into_iter().collect(),
        None => Vec::new(),
    }
}

fn included_path(value: &Value) -> Option<&str> {
    match value {
        Value::String(path) => Some(path),
        Value::Table(table) => table.get("path")?.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::fs;

    #[test]
    fn the_environment_then_the_nearest_file_then_cargos_home() {
        let root = tempfile::tempdir().expect("a scratch folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("created");
            fs::write(path, text).expect("written");
        };
        write("home/config.toml", "[build]\nrustc-wrapper = 'sccache'");
        write(
            "a/.cargo/config.toml",
            "[build]\nrustc-wrapper = './tools/wrap'",
        );
        write("a/b/.cargo/config.toml", "[build]\njobs = 2");
        let unset = [("RUSTC_WRAPPER", None), ("CARGO_BUILD_RUSTC_WRAPPER", None)];
        let mut around = Surroundings {
            cwd: root.path().to_owned(),
            executable: PathBuf::new(),
            vars: BTreeMap::from(unset.map(|(name, value)| (name.into(), value))),
        };
        around
            .vars
            .insert("CARGO_HOME".into(), Some(root.path().join("home").into()));
        let inner = root.path().join("a/b");
        assert_eq!(
            user_wrapper(&around, &inner, &[]),
            Some(root.path().join("a/./tools/wrap"))
        );
        assert_eq!(
            user_wrapper(&around, root.path(), &[]),
            Some(PathBuf::from("sccache"))
        );
        let args = ["--config", "build.rustc-wrapper='./wrap'", "--config=a/b"];
        let args = args.map(str::to_owned);
        assert_eq!(
            user_wrapper(&around, root.path(), &args),
            Some(root.path().join("./wrap"))
        );
        around.vars.insert("RUSTC_WRAPPER".into(), Some("".into()));
        assert_eq!(user_wrapper(&around, &inner, &[]), None);
        around
            .vars
            .insert("RUSTC_WRAPPER".into(), Some("mine".into()));
        assert_eq!(
            user_wrapper(&around, &inner, &[]),
            Some(PathBuf::from("mine"))
        );
    }

    #[test]
    fn files_that_include_files() {
        let root = tempfile::tempdir().expect("a scratch folder");
        let write = |path: &str, text: &str| {
            fs::write(root.path().join(path), text).expect("written");
        };
        fs::create_dir(root.path().join(".cargo")).expect("created");
        write(
            ".cargo/config.toml",
            "include = ['a.toml', { path = 'b.toml' }]",
        );
        write(".cargo/a.toml", "[build]\nrustc-wrapper = 'first'");
        write(".cargo/b.toml", "include = 'b.toml'");
        let found = || in_directory(&root.path().join(".cargo"));
        assert_eq!(found(), Some(PathBuf::from("first")));
        write(".cargo/b.toml", "[build]\nrustc-wrapper = './last'");
        assert_eq!(found(), Some(root.path().join("./last")));
        let args = ["--config".to_owned(), ".cargo/a.toml".to_owned()];
        assert_eq!(
            in_arguments(root.path(), &args),
            Some(PathBuf::from("first"))
        );
    }
}
