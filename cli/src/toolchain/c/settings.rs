//! What the user has set for C compilers, in the environment or in cargo's configuration.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;

/// The variables as a build script will see them.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    /// Where wasify runs.
    pub(super) around: &'a Surroundings,
    /// Where the build runs.
    pub(super) cwd: &'a Path,
    /// `[env]` of cargo's configuration; the environment counts before it.
    config: BTreeMap<String, OsString>,
}

impl<'a> Settings<'a> {
    pub(super) fn read(around: &'a Surroundings, cwd: &'a Path) -> Self {
        let mut config = BTreeMap::new();
        let above = cwd.ancestors().map(|directory| directory.join(".cargo"));
        for directory in above.chain(around.cargo_home()) {
            let files = ["config", "config.toml"].map(|name| directory.join(name));
            if let Some(file) = files.iter().find(|file| file.is_file()) {
                // The nearest file is the first.
                for (name, value) in in_file(file) {
                    config.entry(name).or_insert(value);
                }
            }
        }
        Settings {
            around,
            cwd,
            config,
        }
    }

    /// A variable that is set and not empty.
    pub(super) fn var(&self, name: &str) -> Option<OsString> {
        self.around
            .var(name)
            .or_else(|| self.config.get(name).cloned())
            .filter(|value| !value.is_empty())
    }

    /// A variable that holds a directory, absolute.
    pub(super) fn directory(&self, name: &str) -> Option<PathBuf> {
        self.var(name).map(|value| self.cwd.join(value))
    }

    /// The variable of the `cc` crate for this target that is set, and its value: `CC_wasm32-wasip2`,
    /// `CC_wasm32_wasip2` or `TARGET_CC`, in the crate's own order.
    pub(super) fn for_target(&self, base: &str) -> Option<(String, OsString)> {
        let names = [
            format!("{base}_{TARGET}"),
            for_target(base),
            format!("TARGET_{base}"),
        ];
        names
            .into_iter()
            .find_map(|name| Some((name.clone(), self.var(&name)?)))
    }

    /// The directories of `PATH`, in their order.
    pub(super) fn path(&self) -> Vec<PathBuf> {
        let path = self.around.var("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|directory| self.cwd.join(directory))
            .collect()
    }

    /// Sets a tool, unless the user has.
    pub(super) fn set(
        &self,
        env: &mut BTreeMap<OsString, OsString>,
        base: &str,
        value: impl Into<OsString>,
    ) {
        if self.for_target(base).is_none() {
            env.insert(for_target(base).into(), value.into());
        }
    }

    /// What bindgen is to be told, behind what the user tells it for every target; `None` when there is
    /// nothing to tell, or when the user does for this one.
    pub(super) fn bindgen(&self, args: &str) -> Option<OsString> {
        let base = "BINDGEN_EXTRA_CLANG_ARGS";
        if args.is_empty() || self.for_target(base).is_some() {
            return None;
        }
        // The particular variable counts alone.
        let all = self.var(base).into_iter().chain([OsString::from(args)]);
        Some(all.collect::<Vec<_>>().join(" ".as_ref()))
    }

    /// Adds flags behind those that the user has set. Older versions of the `cc` crate read only the
    /// first variable that is set, so what the user has in a more general one is taken along.
    pub(super) fn add_flags(
        &self,
        env: &mut BTreeMap<OsString, OsString>,
        base: &str,
        flags: &[OsString],
    ) {
        let dashed = format!("{base}_{TARGET}");
        let name = if self.var(&dashed).is_some() {
            dashed
        } else {
            for_target(base)
        };
        let own = self
            .for_target(base)
            .map(|(_, value)| value)
            .or_else(|| self.var(base));
        let all: Vec<OsString> = own.into_iter().chain(flags.iter().cloned()).collect();
        env.insert(name.into(), all.join(" ".as_ref()));
    }
}

/// The name of a variable for this target that a shell can set: `CC_wasm32_wasip2`.
pub(super) fn for_target(base: &str) -> String {
    format!("{base}_{}", TARGET.replace('-', "_"))
}

/// The `[env]` of one file of cargo's. A file that can't be read or parsed says nothing here: cargo reads
/// it too and reports what is wrong with it.
fn in_file(file: &Path) -> Vec<(String, OsString)> {
    let table = std::fs::read_to_string(file)
        .ok()
        .and_then(|text| toml::from_str::<Table>(&text).ok());
    let Some(Value::Table(env)) = table.as_ref().and_then(|table| table.get("env")) else {
        return Vec::new();
    };
    // What is marked as relative is so to the directory that holds `.cargo`.
    let base = file.parent().and_then(Path::parent).unwrap_or(file);
    env.iter()
        .filter_map(|(name, value)| Some((name.clone(), in_value(value, base)?)))
        .collect()
}

fn in_value(value: &Value, base: &Path) -> Option<OsString> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Table(table) => {
            let text = table.get("value")?.as_str()?;
            let relative = table.get("relative").and_then(Value::as_bool);
            Some(match relative {
                Some(true) => base.join(text).into_os_string(),
                _ => text.into(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const CONFIG: &str = "[env]\n\
        CC_wasm32_wasip2 = 'a cc'\n\
        CFLAGS = '-DALL'\n\
        WASI_SDK_PATH = { value = 'sdk', relative = true }\n";

    fn around(root: &Path, vars: &[(&str, &str)]) -> Surroundings {
        let unset = [
            "CFLAGS",
            "TARGET_CFLAGS",
            "CC_wasm32_wasip2",
            "WASI_SDK_PATH",
        ];
        let unset = unset.iter().map(|name| (OsString::from(name), None));
        let set = vars
            .iter()
            .map(|(name, value)| (OsString::from(name), Some(OsString::from(value))));
        let home = (
            OsString::from("CARGO_HOME"),
            Some(root.join("home").into_os_string()),
        );
        Surroundings {
            cwd: root.to_owned(),
            executable: PathBuf::new(),
            vars: unset.chain(set).chain([home]).collect(),
        }
    }

    #[test]
    fn cargos_configuration_and_the_environment_before_it() {
        let root = tempfile::tempdir().expect("a scratch folder");
        fs::create_dir(root.path().join(".cargo")).expect("created");
        fs::write(root.path().join(".cargo/config.toml"), CONFIG).expect("written");
        let plain = around(root.path(), &[]);
        let settings = Settings::read(&plain, root.path());
        let (name, value) = settings.for_target("CC").expect("it is set");
        assert_eq!((name.as_str(), value), ("CC_wasm32_wasip2", "a cc".into()));
        assert_eq!(
            settings.directory("WASI_SDK_PATH"),
            Some(root.path().join("sdk"))
        );
        let set = around(root.path(), &[("CC_wasm32_wasip2", "mine")]);
        let settings = Settings::read(&set, root.path());
        assert_eq!(settings.for_target("CC").expect("set").1, "mine");
    }

    #[test]
    fn flags_are_added_where_the_user_has_theirs() {
        let root = tempfile::tempdir().expect("a scratch folder");
        let added = |vars: &[(&str, &str)]| {
            let around = around(root.path(), vars);
            let mut env = BTreeMap::new();
            let flags = ["--sysroot=/s".into()];
            Settings::read(&around, root.path()).add_flags(&mut env, "CFLAGS", &flags);
            let (name, value) = env.pop_first().expect("one");
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        };
        let name = "CFLAGS_wasm32_wasip2".to_owned();
        assert_eq!(added(&[]), (name.clone(), "--sysroot=/s".to_owned()));
        assert_eq!(
            added(&[("CFLAGS", "-DA"), ("TARGET_CFLAGS", "-DB")]),
            (name, "-DB --sysroot=/s".to_owned())
        );
        assert_eq!(
            added(&[("CFLAGS_wasm32-wasip2", "-DC")]),
            (
                "CFLAGS_wasm32-wasip2".to_owned(),
                "-DC --sysroot=/s".to_owned()
            )
        );
    }
}
