//! Cargo's settings that wasify has to know: the rustc wrapper it steps in front of, and the flags that
//! rustc gets for the target.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use cargo_metadata::cargo_platform::Cfg;
use cargo_metadata::cargo_platform::Platform;
use toml::{Table, Value};

use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;

/// Files that include files are followed so far, as a file may include itself.
const MAX_DEPTH: u8 = 16;

/// One source of settings, with the directory that its relative programs start from.
#[derive(Debug)]
struct Layer {
    table: Table,
    base: PathBuf,
    /// `None` for what the command line says.
    file: Option<PathBuf>,
}

/// The wrapper that cargo would use, working in `cwd` with the further arguments `args`: from the
/// environment, from `--config`, from the nearest `.cargo/config.toml` upwards that has one, or from
/// cargo's home. A file's own setting counts before those of the files it includes.
pub(super) fn user_wrapper(around: &Surroundings, cwd: &Path, args: &[String]) -> Option<PathBuf> {
    let named = |path: PathBuf| Some(path).filter(|path| !path.as_os_str().is_empty());
    // Set but empty means that there is none, whatever the files say.
    if let Some(value) = set(around, "RUSTC_WRAPPER") {
        return named(value.into());
    }
    if let Some(found) = in_arguments(cwd, args).iter().find_map(wrapper) {
        return named(found);
    }
    if let Some(value) = set(around, "CARGO_BUILD_RUSTC_WRAPPER") {
        return named(value.into());
    }
    named(in_files(around, cwd).iter().find_map(wrapper)?)
}

/// The flags that rustc gets for the target, in cargo's order. The kinds of settings don't add up: the
/// first that has any counts, and the target's own count before those of `build`.
pub(super) fn rustflags(
    around: &Surroundings,
    cwd: &Path,
    args: &[String],
    cfgs: &[Cfg],
) -> Vec<Flag> {
    for (name, separator) in [("CARGO_ENCODED_RUSTFLAGS", "\x1f"), ("RUSTFLAGS", " ")] {
        let flags = of_variable(around, name, separator);
        if !flags.is_empty() {
            return flags;
        }
    }
    let mut layers = in_arguments(cwd, args);
    layers.extend(in_files(around, cwd));
    let layers = || layers.iter().rev();
    let mut flags: Vec<Flag> = layers()
        .flat_map(|layer| layer.flags(&of_target(layer, cfgs)))
        .collect();
    flags.extend(of_variable(
        around,
        "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS",
        " ",
    ));
    if !flags.is_empty() {
        return flags;
    }
    flags.extend(layers().flat_map(|layer| layer.flags(&of_build(layer))));
    flags.extend(of_variable(around, "CARGO_BUILD_RUSTFLAGS", " "));
    flags
}

/// The flags in `build.rustflags`, whether they count or not.
pub(super) fn build_rustflags(around: &Surroundings, cwd: &Path, args: &[String]) -> Vec<Flag> {
    let mut layers = in_arguments(cwd, args);
    layers.extend(in_files(around, cwd));
    let of_files = layers.iter().rev();
    of_files
        .flat_map(|layer| layer.flags(&of_build(layer)))
        .chain(of_variable(around, "CARGO_BUILD_RUSTFLAGS", " "))
        .collect()
}

/// The linker that the settings name for the target, as they write it and as a path; a bare name is looked
/// up by rustc.
pub(super) fn linker(
    around: &Surroundings,
    cwd: &Path,
    args: &[String],
    cfgs: &[Cfg],
) -> Option<(Flag, PathBuf)> {
    const VARIABLE: &str = "CARGO_TARGET_WASM32_WASIP2_LINKER";
    let of_layers = |layers: &[Layer]| {
        layers.iter().find_map(|layer| {
            let mut tables = target_tables(layer, cfgs).into_iter();
            let word = tables.find_map(|table| table.get("linker")?.as_str())?;
            let flag = layer.flag(word);
            Some((flag, program(word, &layer.base)))
        })
    };
    if let Some(found) = of_layers(&in_arguments(cwd, args)) {
        return Some(found);
    }
    if let Some(value) = set(around, VARIABLE).filter(|value| !value.is_empty()) {
        let word = value.to_string_lossy().into_owned();
        let path = program(&word, cwd);
        let from = Origin::Variable(VARIABLE);
        return Some((Flag { word, from }, path));
    }
    of_layers(&in_files(around, cwd))
}

/// The value of a key in the command line's settings or in cargo's files, the first that counts.
pub(super) fn value(
    around: &Surroundings,
    cwd: &Path,
    args: &[String],
    keys: &[&str],
) -> Option<(Value, Origin)> {
    let mut layers = in_arguments(cwd, args);
    layers.extend(in_files(around, cwd));
    layers.iter().find_map(|layer| {
        let (first, rest) = keys.split_first()?;
        let start = layer.table.get(*first)?;
        let value = rest.iter().try_fold(start, |value, key| value.get(*key))?;
        Some((value.clone(), layer.flag("").from))
    })
}

/// A word of a setting, and where it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) word: String,
    pub(super) from: Origin,
}

/// Where something is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// In the environment.
    Variable(&'static str),
    /// With `--config`.
    Argument,
    /// In a file of cargo's.
    File(PathBuf),
}

impl Layer {
    fn flag(&self, word: &str) -> Flag {
        Flag {
            word: word.to_owned(),
            from: match &self.file {
                Some(file) => Origin::File(file.clone()),
                None => Origin::Argument,
            },
        }
    }

    fn flags(&self, words: &[String]) -> Vec<Flag> {
        words.iter().map(|word| self.flag(word)).collect()
    }
}

fn of_variable(around: &Surroundings, name: &'static str, separator: &str) -> Vec<Flag> {
    let value = set(around, name).unwrap_or_default();
    let value = value.to_string_lossy();
    let words: Vec<&str> = match separator {
        " " => value.split_whitespace().collect(),
        other => value.split(other).filter(|word| !word.is_empty()).collect(),
    };
    let flag = |word: &str| Flag {
        word: word.to_owned(),
        from: Origin::Variable(name),
    };
    words.into_iter().map(flag).collect()
}

fn of_build(layer: &Layer) -> Vec<String> {
    list(layer.table.get("build").and_then(|it| it.get("rustflags")))
}

/// The names of the `--cfg`s among rustc's flags.
pub(super) fn cfgs<'f>(
    flags: impl Iterator<Item = &'f str> + Clone,
) -> impl Iterator<Item = &'f str> {
    let next = flags.clone().skip(1).map(Some).chain([None]);
    flags.zip(next).filter_map(|(flag, next)| {
        if flag == "--cfg" {
            return next;
        }
        flag.strip_prefix("--cfg=")
    })
}

fn set(around: &Surroundings, name: &str) -> Option<std::ffi::OsString> {
    match around.vars.get(OsStr::new(name)) {
        Some(value) => value.clone(),
        None => std::env::var_os(name),
    }
}

fn of_target(layer: &Layer, cfgs: &[Cfg]) -> Vec<String> {
    let tables = target_tables(layer, cfgs).into_iter();
    tables
        .flat_map(|table| list(table.get("rustflags")))
        .collect()
}

/// The tables below `target` that are about the target.
fn target_tables<'l>(layer: &'l Layer, cfgs: &[Cfg]) -> Vec<&'l Value> {
    let Some(targets) = layer.table.get("target").and_then(Value::as_table) else {
        return Vec::new();
    };
    let applies = |name: &str| {
        let platform = name.parse::<Platform>();
        platform.is_ok_and(|platform| platform.matches(TARGET, cfgs))
    };
    targets
        .iter()
        .filter(|(name, _)| applies(name))
        .map(|(_, table)| table)
        .collect()
}

/// A list of flags, which may be written as one text.
fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => words(text),
        Some(Value::Array(all)) => {
            let texts = all.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn wrapper(layer: &Layer) -> Option<PathBuf> {
    let wrapper = layer.table.get("build")?.get("rustc-wrapper")?.as_str()?;
    Some(program(wrapper, &layer.base))
}

/// A program as a setting names it: a bare name is looked up in `PATH`.
fn program(name: &str, base: &Path) -> PathBuf {
    if name.contains(['/', '\\']) {
        base.join(name)
    } else {
        PathBuf::from(name)
    }
}

/// What the `--config` arguments say, in their order.
pub(super) fn arguments(args: &[String]) -> Vec<&str> {
    let mut settings = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--config" {
            settings.extend(args.next().map(String::as_str));
        } else {
            settings.extend(arg.strip_prefix("--config="));
        }
    }
    settings
}

/// The settings of the `--config` arguments, of which the last counts first.
fn in_arguments(cwd: &Path, args: &[String]) -> Vec<Layer> {
    let mut layers = Vec::new();
    for setting in arguments(args).into_iter().rev() {
        // As cargo tells them apart: what is a file is one.
        let file = cwd.join(setting);
        if file.is_file() {
            add_file(&mut layers, &file, MAX_DEPTH);
        } else if let Ok(table) = toml::from_str::<Table>(setting) {
            add_table(&mut layers, (table, None), (cwd, cwd), MAX_DEPTH);
        }
    }
    layers
}

/// The files from `cwd` upwards, then that of cargo's home.
fn in_files(around: &Surroundings, cwd: &Path) -> Vec<Layer> {
    let mut layers = Vec::new();
    let above = cwd.ancestors().map(|directory| directory.join(".cargo"));
    for directory in above.chain(around.cargo_home()) {
        add_directory(&mut layers, &directory);
    }
    layers
}

fn add_directory(layers: &mut Vec<Layer>, directory: &Path) {
    let files = ["config", "config.toml"].map(|name| directory.join(name));
    if let Some(file) = files.iter().find(|file| file.is_file()) {
        add_file(layers, file, MAX_DEPTH);
    }
}

/// A file, and those that it includes. One that can't be read or parsed says nothing here: cargo reads
/// it too and reports what is wrong with it.
fn add_file(layers: &mut Vec<Layer>, file: &Path, depth: u8) {
    let table = std::fs::read_to_string(file)
        .ok()
        .and_then(|text| toml::from_str::<Table>(&text).ok());
    // What a file says of programs is relative to the directory that holds `.cargo`.
    let directory = file.parent();
    let base = directory.and_then(Path::parent);
    if let (Some(table), Some(directory), Some(base)) = (table, directory, base) {
        add_table(layers, (table, Some(file)), (directory, base), depth);
    }
}

/// A table, whose includes are relative to the first directory, and programs to the second.
fn add_table(
    layers: &mut Vec<Layer>,
    (table, file): (Table, Option<&Path>),
    (directory, base): (&Path, &Path),
    depth: u8,
) {
    let files: Vec<PathBuf> = included(&table)
        .into_iter()
        .rev()
        .map(|file| directory.join(file))
        .collect();
    layers.push(Layer {
        table,
        base: base.to_owned(),
        file: file.map(Path::to_owned),
    });
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for file in files {
        add_file(layers, &file, depth);
    }
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
        let found = || {
            let mut layers = Vec::new();
            add_directory(&mut layers, &root.path().join(".cargo"));
            layers.iter().find_map(wrapper)
        };
        assert_eq!(found(), Some(PathBuf::from("first")));
        write(".cargo/b.toml", "[build]\nrustc-wrapper = './last'");
        assert_eq!(found(), Some(root.path().join("./last")));
        let args = ["--config".to_owned(), ".cargo/a.toml".to_owned()];
        assert_eq!(
            in_arguments(root.path(), &args).iter().find_map(wrapper),
            Some(PathBuf::from("first"))
        );
    }

    #[test]
    fn flags_of_the_target_add_up_and_hide_those_of_the_build() {
        let root = tempfile::tempdir().expect("a scratch folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("created");
            fs::write(path, text).expect("written");
        };
        write(
            ".cargo/config.toml",
            "[build]\nrustflags = ['--cfg', 'outer']\n\
             [target.wasm32-wasip2]\nrustflags = '--cfg=near'\n\
             [target.'cfg(unix)']\nrustflags = ['--cfg=unix']",
        );
        write(
            "a/.cargo/config.toml",
            "[target.'cfg(target_os = \"wasi\")']\nrustflags = ['--cfg', 'wasi']",
        );
        let unset = [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
        ];
        let mut around = Surroundings {
            cwd: root.path().to_owned(),
            executable: PathBuf::new(),
            vars: unset.map(|name| (name.into(), None)).into(),
        };
        around
            .vars
            .insert("CARGO_HOME".into(), Some(root.path().join("home").into()));
        let wasi: [Cfg; 1] = ["target_os=\"wasi\"".parse().expect("it is a cfg")];
        let found = |around: &Surroundings, cfgs_of_target: &[Cfg]| {
            let flags = rustflags(around, &root.path().join("a"), &[], cfgs_of_target);
            let words = flags.iter().map(|flag| flag.word.as_str());
            cfgs(words).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(found(&around, &wasi), ["near", "wasi"]);
        assert_eq!(found(&around, &[]), ["near"]);
        around
            .vars
            .insert("RUSTFLAGS".into(), Some("-Copt-level=1 --cfg mine".into()));
        assert_eq!(found(&around, &wasi), ["mine"]);
    }
}
