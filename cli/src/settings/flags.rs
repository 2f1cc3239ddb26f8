//! The table `[rust]` of `wasify.toml`: the port's flags, each with the finding that asked for it.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item};
use wasify_lints::registry;
use wasify_lints::suggestion::Action;

use super::RUST;
use crate::ecosystem::trouble::Trouble;
use crate::errors::nearest;
use crate::execute::files;
use crate::execute::shim::Opened;
use crate::fix::ports;
use crate::stub::Selector;

/// What a port needs beyond the project's own files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Flags {
    /// Which features of the project's package are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<FeatureFlags>,
    /// Flags for every rustc of the target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rustflags: Vec<RustFlag>,
    /// Packages for which unstable features are open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<OpenFlag>,
    /// Packages that are compiled with a port.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<PortFlag>,
    /// Versions that were locked for the port. The lock file is what counts; this says why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<UpdateFlag>,
}

/// A set of features without the default ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureFlags {
    /// Those that are on.
    pub only: Vec<String>,
    /// The rule that asked for it.
    pub r#for: String,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<String>,
}

/// A flag of rustc.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RustFlag {
    /// As on the command line: `--cfg tokio_unstable`.
    pub flag: String,
    /// The rule that asked for it.
    pub r#for: String,
}

/// A package for which unstable features are open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFlag {
    /// The package.
    pub name: String,
    /// The features; none for a package that declares them itself.
    pub features: Vec<String>,
    /// The rule that asked for it.
    pub r#for: String,
}

/// A package that is compiled with a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortFlag {
    /// The package.
    pub name: String,
    /// The rule that asked for it.
    pub r#for: String,
}

/// A version that was locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateFlag {
    /// The package.
    pub name: String,
    /// The version before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The version that was locked.
    pub to: String,
    /// The rule that asked for it.
    pub r#for: String,
}

impl Flags {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Flags::default()
    }

    /// The rustflags as a value of cargo's `--config`.
    #[must_use]
    pub fn rustflags_setting(&self) -> Option<String> {
        let words = self.rustflag_words();
        let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let list = words.join(", ");
        (!words.is_empty()).then(|| format!("target.wasm32-wasip2.rustflags=[{list}]"))
    }

    /// The rustflags, a word each.
    #[must_use]
    pub fn rustflag_words(&self) -> Vec<String> {
        let words = self
            .rustflags
            .iter()
            .flat_map(|flag| flag.flag.split_whitespace());
        words.map(str::to_owned).collect()
    }

    /// The crates that the wrapper opens.
    #[must_use]
    pub fn opened(&self) -> Vec<Opened> {
        let opened = self.open.iter().map(|open| Opened {
            package: open.name.clone(),
            version: None,
            features: open.features.clone(),
        });
        opened.collect()
    }

    /// What these flags cure: package and rule.
    ///
    /// # Errors
    /// An embedded rule or port is broken.
    pub fn cured(&self) -> Result<BTreeSet<(String, String)>> {
        let mut cured = BTreeSet::new();
        let rules = registry::rules().context("failed to read the rules")?;
        for open in &self.open {
            let opens = |action: &Action| matches!(action, Action::Open { package, .. } if *package == open.name);
            for rule in rules {
                let mut actions = rule.suggestions.iter().filter_map(|it| it.action.as_ref());
                if actions.any(opens) {
                    cured.insert((open.name.clone(), rule.id.clone()));
                }
            }
        }
        let named = self.ports.iter().map(|port| port.name.as_str());
        for name in ports::with_along(named)? {
            for id in ports::cures(name)? {
                let rule = rules.iter().find(|rule| rule.id == id);
                let users = rule.filter(|rule| ports::is_about_users(rule, name));
                for user in users.iter().flat_map(|rule| &rule.matches.crates) {
                    cured.insert((user.name.clone(), id.clone()));
                }
                cured.insert((name.to_owned(), id));
            }
        }
        Ok(cured)
    }
}

/// The file as far as the flags go; the other tables are read where they are needed.
#[derive(Debug, Default, Deserialize)]
struct Whole {
    #[serde(default)]
    rust: Flags,
    /// What is taken out of the components.
    #[serde(default)]
    stub: Vec<String>,
}

/// The flags of a file; none when it is not there.
///
/// # Errors
/// The file can't be read, or a [`Trouble`]: something in the table is wrong.
pub fn read_flags(path: &Path) -> Result<Flags> {
    Ok(whole(path)?.rust)
}

/// What the file's key `stub` takes out of components; nothing when it is not there.
///
/// # Errors
/// As [`read_flags`].
pub fn read_stubs(path: &Path) -> Result<Vec<Selector>> {
    let parse = |text: &String| {
        text.parse().map_err(|why: String| {
            let place = path.display();
            Trouble::new(format!("{place}: `{text}` in `stub` names no import"))
                .help(why)
                .into()
        })
    };
    whole(path)?.stub.iter().map(parse).collect()
}

fn whole(path: &Path) -> Result<Whole> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Whole::default()),
        read => read.with_context(|| format!("failed to read `{}`", path.display()))?,
    };
    toml::from_str(&text).map_err(|error| wrong(path, &text, &error).into())
}

fn wrong(path: &Path, text: &str, error: &toml::de::Error) -> Trouble {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = 1 + text[..start].matches('\n').count();
    let place = format!("{}:{line}", path.display());
    let message = error.message();
    // serde's words: unknown field `x`, expected one of `a`, `b`
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(name) if message.starts_with("unknown field") => {
            let known: Vec<&str> = quoted.collect();
            let trouble = Trouble::new(format!("{place}: there is no key `{name}`"));
            match nearest(name, known.iter().copied()) {
                Some(near) => trouble.help(format!("did you mean `{near}`?")),
                None => trouble.help(format!("it may be one of: {}", known.join(", "))),
            }
        }
        _ => Trouble::new(format!("{place}: {}", message.replace('\n', ", ")))
            .help("`wasify build --fix` writes the table `[rust]`; mend the line, or remove it"),
    }
}

/// The file's text with these flags in it; everything else stays as it is, byte for byte.
///
/// # Errors
/// The text is not TOML.
pub fn write_flags(text: &str, flags: &Flags) -> Result<String> {
    let mut document: DocumentMut = text.parse().context("failed to read it as TOML")?;
    if flags.is_empty() {
        document.remove(RUST);
        return Ok(document.to_string());
    }
    let fresh: DocumentMut = written(flags)?
        .parse()
        .context("failed to write the flags")?;
    let Some(fresh) = fresh.get(RUST).and_then(Item::as_table).cloned() else {
        return Ok(document.to_string());
    };
    let present = document.get_mut(RUST).and_then(Item::as_table_mut);
    let Some(present) = present else {
        document.insert(RUST, Item::Table(fresh));
        return Ok(document.to_string());
    };
    let same = |a: &Item, b: &Item| {
        let plain = |item: &Item| item.to_string().split_whitespace().collect::<String>();
        plain(a) == plain(b)
    };
    let gone: Vec<String> = present
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| !fresh.contains_key(key))
        .collect();
    for key in gone {
        present.remove(&key);
    }
    for (key, item) in &fresh {
        if present.get(key).is_none_or(|old| !same(old, item)) {
            present.insert(key, item.clone());
        }
    }
    Ok(document.to_string())
}

/// A file's text, and the same with these flags in it; nothing and the flags alone when it is not there.
///
/// # Errors
/// The file can't be read, or is not TOML.
pub fn with_flags(path: &Path, flags: &Flags) -> Result<(Option<String>, String)> {
    let before = files::read_if_there(path)
        .with_context(|| format!("failed to read `{}`", path.display()))?;
    let after = write_flags(before.as_deref().unwrap_or_default(), flags)
        .with_context(|| format!("failed to change `{}`", path.display()))?;
    Ok((before, after))
}

/// One flag a line, so that a difference is readable.
fn written(flags: &Flags) -> Result<String> {
    let mut text = "[rust]\n".to_owned();
    let inline = |value: &toml::Value| -> String {
        // What it is, what it does, why.
        let keys = [
            "name", "flag", "only", "features", "from", "to", "for", "costs",
        ];
        let pairs: Vec<String> = keys
            .iter()
            .filter_map(|key| Some(format!("{key} = {}", value.get(key)?)))
            .collect();
        format!("{{ {} }}", pairs.join(", "))
    };
    let table = toml::Table::try_from(flags).context("failed to write the flags")?;
    for key in ["features", "rustflags", "open", "ports", "updates"] {
        match table.get(key) {
            Some(toml::Value::Array(all)) => {
                text.push_str(&format!("{key} = [\n"));
                for value in all {
                    text.push_str(&format!("    {},\n", inline(value)));
                }
                text.push_str("]\n");
            }
            Some(value) => text.push_str(&format!("{key} = {}\n", inline(value))),
            None => {}
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags() -> Flags {
        Flags {
            rustflags: vec![RustFlag {
                flag: "--cfg tokio_unstable".to_owned(),
                r#for: "tokio-needs-unstable".to_owned(),
            }],
            ports: vec![PortFlag {
                name: "home".to_owned(),
                r#for: "home-no-wasi".to_owned(),
            }],
            ..Flags::default()
        }
    }

    const WRITTEN: &str = "[rust]\n\
        rustflags = [\n    { flag = \"--cfg tokio_unstable\", for = \"tokio-needs-unstable\" },\n]\n\
        ports = [\n    { name = \"home\", for = \"home-no-wasi\" },\n]\n";

    #[test]
    fn what_is_written_is_read_and_the_rest_stays() {
        assert_eq!(write_flags("", &flags()).unwrap(), WRITTEN);
        let whole: Whole = toml::from_str(WRITTEN).unwrap();
        assert_eq!(whole.rust, flags());
        let before = "# mine\n[permissions]   # odd\ndirs = [ 'a' ]\n";
        let after = write_flags(before, &flags()).unwrap();
        assert!(after.starts_with(before), "{after}");
        assert_eq!(write_flags(&after, &Flags::default()).unwrap(), before);
        // What says the same already keeps its form.
        let odd = WRITTEN
            .replace("{ flag", "{flag")
            .replace("[rust]\n", "[rust]\n# why\n");
        assert_eq!(write_flags(&odd, &flags()).unwrap(), odd);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let of = |text: &str| {
            let error = toml::from_str::<Whole>(text).unwrap_err();
            wrong(Path::new("wasify.toml"), text, &error).to_string()
        };
        assert_eq!(
            of("[rust]\nport = []\n"),
            "wasify.toml:2: there is no key `port`\nhelp: did you mean `ports`?"
        );
        let said = of("[rust]\nports = [{ name = 1, for = 'x' }]\n");
        assert!(said.starts_with("wasify.toml:2: invalid type"), "{said}");
    }

    #[test]
    fn rustflags_as_cargo_wants_them() {
        assert_eq!(
            flags().rustflags_setting().as_deref(),
            Some("target.wasm32-wasip2.rustflags=[\"--cfg\", \"tokio_unstable\"]")
        );
    }
}
