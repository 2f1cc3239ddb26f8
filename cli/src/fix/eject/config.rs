//! Cargo's configuration with the port's flags in it. Whatever else is in the file stays as it is, byte for
//! byte; what is set otherwise is not overwritten.

use anyhow::{Context as _, Result};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Key, Table, TableLike, Value};

use super::DIRECTORY;
use crate::ecosystem::trouble::Trouble;
use crate::execute::shim::TARGET;

/// What the configuration is to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Flags of rustc for the target, a word each.
    pub rustflags: Vec<String>,
    /// The words of the alias `wasi-build`.
    pub build: Vec<String>,
    /// The words of the command that runs a program of the target.
    pub runner: Vec<String>,
    /// Crates that may use unstable features, by their names in code.
    pub opened: Vec<String>,
    /// Crates that are taken from the project.
    pub patches: Vec<Patch>,
}

/// A crate that is taken from the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Where cargo would get it from: `crates-io`, or an address.
    pub source: String,
    /// The crate.
    pub package: String,
    /// Its version.
    pub version: String,
}

/// A configuration with the settings in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// All of it.
    pub text: String,
    /// What was there, and was left as it is.
    pub kept: Vec<String>,
}

const RUSTFLAGS: &str = "# What the port's dependencies ask of the compiler.\n";
const RUNNER: &str = "# Runs programs and tests; it has no more than it is given here.\n";
const ALIAS: &str = "# `cargo wasi-build` builds the port.\n";
const OPENED: &str = "# These crates may use what std has for WASI and has not declared stable.\n";
const PATCH: &str = "# Copies with a WASI branch: wasi-ports/README.md says what was changed.\n";

/// Adds the settings to a configuration.
///
/// # Errors
/// It is not TOML, or a [`Trouble`]: it says something else already.
pub fn edited(text: &str, settings: &Settings) -> Result<Edited> {
    let mut document: DocumentMut = text.parse().context("failed to read it as TOML")?;
    let mut kept = Vec::new();
    let root = document.as_table_mut();
    if !settings.rustflags.is_empty() {
        let target = below(root, &["target", TARGET])?;
        rustflags(target, &settings.rustflags)?;
    }
    if !settings.opened.is_empty() {
        opened(below(root, &["env"])?, &settings.opened)?;
    }
    if !settings.runner.is_empty() {
        let target = below(root, &["target", TARGET])?;
        match target.get("runner") {
            None => add(target, "runner", list(&settings.runner), RUNNER),
            Some(_) => kept.push(format!("target.{TARGET}.runner")),
        }
    }
    let alias = below(root, &["alias"])?;
    match alias.get("wasi-build") {
        None => add(alias, "wasi-build", list(&settings.build), ALIAS),
        Some(old) if words(old).as_ref() == Some(&settings.build) => {}
        Some(_) => return Err(taken("alias.wasi-build").into()),
    }
    for (index, patch) in settings.patches.iter().enumerate() {
        patched(root, &settings.patches[..index], patch)?;
    }
    Ok(Edited {
        text: document.to_string(),
        kept,
    })
}

fn taken(key: &str) -> Trouble {
    Trouble::new(format!("`{key}` is set to something else already"))
        .help("remove it, or give it another name; nothing was changed")
}

/// The table of that name, which is made where it isn't there.
fn below<'t>(root: &'t mut Table, path: &[&str]) -> Result<&'t mut dyn TableLike> {
    let mut table: &mut dyn TableLike = root;
    for (depth, name) in path.iter().enumerate() {
        let is_last = depth + 1 == path.len();
        let fresh = || {
            let mut table = Table::new();
            table.set_implicit(!is_last);
            Item::Table(table)
        };
        let item = table.entry(name).or_insert_with(fresh);
        table = item.as_table_like_mut().ok_or_else(|| {
            let path = path[..=depth].join(".");
            Trouble::new(format!("`{path}` is not a table")).help("mend the line")
        })?;
    }
    Ok(table)
}

/// Adds a key below a comment.
fn add(table: &mut dyn TableLike, key: &str, value: Value, comment: &str) {
    table.insert(key, Item::Value(value));
    // One between braces has no lines of its own.
    let is_inline = table.get(key).is_some() && table.key(key).is_none();
    if let Some(mut key) = table.key_mut(key).filter(|_| !is_inline) {
        key.leaf_decor_mut().set_prefix(comment);
    }
}

fn list(words: &[String]) -> Value {
    Value::Array(words.iter().collect::<Array>())
}

/// The words of a list, or of a text that stands for one.
fn words(item: &Item) -> Option<Vec<String>> {
    if let Some(text) = item.as_str() {
        return Some(text.split_whitespace().map(str::to_owned).collect());
    }
    let words = item.as_array()?.iter();
    words.map(|word| word.as_str().map(str::to_owned)).collect()
}

/// Flags add up: those that are there stay in front.
fn rustflags(target: &mut dyn TableLike, flags: &[String]) -> Result<()> {
    let key = format!("target.{TARGET}.rustflags");
    let Some(item) = target.get_mut("rustflags") else {
        add(target, "rustflags", list(flags), RUSTFLAGS);
        return Ok(());
    };
    let old = words(item).ok_or_else(|| taken(&key))?;
    if old.windows(flags.len()).any(|there| there == flags) {
        return Ok(());
    }
    if let Some(array) = item.as_array_mut() {
        array.extend(flags);
    } else {
        let all = old.iter().chain(flags).cloned().collect::<Vec<_>>();
        *item = Item::Value(Value::from(all.join(" ")));
    }
    Ok(())
}

/// The variable that opens single crates, for rustc alone.
fn opened(env: &mut dyn TableLike, crates: &[String]) -> Result<()> {
    const NAME: &str = "RUSTC_BOOTSTRAP";
    let all = crates.join(",");
    match env.get(NAME) {
        None => add(env, NAME, Value::from(all), OPENED),
        Some(old) => {
            let has = |name: &String| {
                let old = old.as_str().unwrap_or_default();
                old.split(',').any(|it| it == name)
            };
            if !crates.iter().all(has) {
                return Err(taken("env.RUSTC_BOOTSTRAP").into());
            }
        }
    }
    Ok(())
}

impl Patch {
    /// Where the copy is, from the project's root.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{DIRECTORY}/{}-{}", self.package, self.version)
    }

    /// Its entry: under the crate's name, unless another version of it has that.
    fn entry(&self, before: &[Patch]) -> (String, InlineTable) {
        let mut entry = InlineTable::new();
        let is_second = before.iter().any(|other| other.package == self.package);
        let key = if is_second {
            entry.insert("package", self.package.as_str().into());
            let version = self.version.replace(['.', '+'], "-");
            format!("{}-{version}", self.package)
        } else {
            self.package.clone()
        };
        entry.insert("path", self.path().into());
        (key, entry)
    }
}

fn patched(root: &mut Table, before: &[Patch], patch: &Patch) -> Result<()> {
    let table = below(root, &["patch", &patch.source])?;
    let (key, entry) = patch.entry(before);
    let key = key.as_str();
    match table.get(key) {
        None => {
            let is_first = table.is_empty();
            let comment = if is_first { PATCH } else { "" };
            add(table, key, Value::InlineTable(entry), comment);
        }
        Some(old) => {
            let path = old.as_table_like().and_then(|old| old.get("path"));
            let path = path.and_then(Item::as_str).unwrap_or_default();
            if !path.starts_with(&format!("{DIRECTORY}/")) {
                return Err(taken(&format!("patch.{}.{key}", Key::new(&patch.source))).into());
            }
            // Of a version that was locked before.
            if path != patch.path() {
                table.insert(key, Item::Value(Value::InlineTable(entry)));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let patch = |version: &str| Patch {
            source: "crates-io".to_owned(),
            package: "home".to_owned(),
            version: version.to_owned(),
        };
        Settings {
            rustflags: words("--cfg tokio_unstable"),
            build: words("build --target wasm32-wasip2"),
            runner: words("wasmtime run"),
            opened: words("rustix which"),
            patches: vec![patch("0.5.9"), patch("0.4.2")],
        }
    }

    #[test]
    fn a_new_file() {
        let new = edited("", &settings()).unwrap();
        let expected = r#"[target.wasm32-wasip2]
# What the port's dependencies ask of the compiler.
rustflags = ["--cfg", "tokio_unstable"]
# Runs programs and tests; it has no more than it is given here.
runner = ["wasmtime", "run"]

[env]
# These crates may use what std has for WASI and has not declared stable.
RUSTC_BOOTSTRAP = "rustix,which"

[alias]
# `cargo wasi-build` builds the port.
wasi-build = ["build", "--target", "wasm32-wasip2"]

[patch.crates-io]
# Copies with a WASI branch: wasi-ports/README.md says what was changed.
home = { path = "wasi-ports/home-0.5.9" }
home-0-4-2 = { package = "home", path = "wasi-ports/home-0.4.2" }
"#;
        assert_eq!(new.text, expected);
        // Once more: it says all of that.
        let again = edited(&new.text, &settings()).unwrap();
        assert_eq!(again.text, new.text);
        assert_eq!(again.kept, ["target.wasm32-wasip2.runner"]);
    }

    #[test]
    fn what_is_there_stays() {
        let before = "# mine\n[build]   # odd\njobs = 2\n\n[target.wasm32-wasip2]\n\
                      rustflags = [ '-Copt-level=1' ] # why\nrunner = 'mine'\n\n[alias]\nb = 'build'\n";
        let new = edited(before, &settings()).unwrap();
        let (head, tail) = before.split_once("\nrunner").unwrap();
        let head = head.replace("1' ]", "1' , \"--cfg\", \"tokio_unstable\"]");
        assert!(new.text.starts_with(&head), "{}", new.text);
        let (own, _) = tail.split_once("\n\n").unwrap();
        assert!(new.text.contains(&format!("runner{own}\n")), "{}", new.text);
        assert_eq!(new.kept, ["target.wasm32-wasip2.runner"]);
        let flags = edited("target.wasm32-wasip2.rustflags = \"-g\"\n", &settings()).unwrap();
        let flags = flags.text.lines().next().unwrap().to_owned();
        assert!(flags.ends_with("= \"-g --cfg tokio_unstable\""), "{flags}");
    }

    #[test]
    fn what_is_set_otherwise_is_refused() {
        for (text, key) in [
            ("[alias]\nwasi-build = 'build'\n", "alias.wasi-build"),
            ("[env]\nRUSTC_BOOTSTRAP = '1'\n", "env.RUSTC_BOOTSTRAP"),
            (
                "[patch.crates-io]\nhome = { path = 'x' }\n",
                "patch.crates-io.home",
            ),
            ("target = 1\n", "target"),
        ] {
            let error = edited(text, &settings()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{key}` is ")), "{error}");
        }
        // A copy of ours of another version makes room.
        let old = "[patch.crates-io]\nhome = { path = 'wasi-ports/home-0.5.5' }\n";
        let new = edited(old, &settings()).unwrap().text;
        assert!(
            new.contains("home = { path = \"wasi-ports/home-0.5.9\" }"),
            "{new}"
        );
    }
}
