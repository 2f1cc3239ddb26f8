//! Reads `wasify.toml`; what is wrong in it is told with its line.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result};
use toml_edit::{Document, Item, Table};

use super::{KEYS, PERMISSIONS, STUB, TABLES};
use crate::ecosystem::trouble::Trouble;
use crate::errors::nearest;
use crate::runtime::grants::{Dir, Grants};
use crate::runtime::words::{self, DirWord, EnvWord, NetWord};

/// The permissions of a file; none when it is not there. Relative directories in it start at its own.
///
/// # Errors
/// The file can't be read, or a [`Trouble`]: something in it is wrong.
pub fn read(path: &Path) -> Result<Grants> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(grants(path, &text)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Grants::default()),
        Err(error) => Err(error).with_context(|| format!("failed to read `{}`", path.display())),
    }
}

/// A file's text, for telling where something in it is.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn line(&self, span: Option<Range<usize>>) -> usize {
        let start = span.map_or(0, |span| span.start.min(self.text.len()));
        1 + self.text[..start].matches('\n').count()
    }

    /// `wasify.toml:3`, with its directory.
    fn place(&self, span: Option<Range<usize>>) -> String {
        format!("{}:{}", self.path.display(), self.line(span))
    }

    fn trouble(&self, span: Option<Range<usize>>, what: &str) -> Trouble {
        Trouble::new(format!("{}: {what}", self.place(span)))
    }

    fn unknown(&self, table: &Table, name: &str, kind: &str, known: &[&str]) -> Trouble {
        let span = table.key(name).and_then(toml_edit::Key::span);
        let trouble = self.trouble(span, &format!("there is no {kind} `{name}`"));
        match nearest(name, known.iter().copied()) {
            Some(known) => trouble.help(format!("did you mean `{known}`?")),
            None => trouble.help(format!("it may be one of: {}", known.join(", "))),
        }
    }
}

fn grants(path: &Path, text: &str) -> Result<Grants, Trouble> {
    let source = Source { path, text };
    let document = Document::parse(text).map_err(|error| {
        let message = error.message().replace('\n', ", ");
        source
            .trouble(error.span(), &format!("it is not TOML: {message}"))
            .help("mend the line; https://toml.io shows the format")
    })?;
    let mut grants = Grants::default();
    for (name, item) in document.as_table() {
        if !TABLES.contains(&name) {
            return Err(source.unknown(document.as_table(), name, "table", &TABLES));
        }
        if name == STUB {
            // It is read where components are built.
            continue;
        }
        let Some(table) = item.as_table() else {
            let trouble = source.trouble(item.span(), &format!("`{name}` is not a table"));
            return Err(trouble.help(format!("write it as `[{name}]`, with a key on each line")));
        };
        if name == PERMISSIONS {
            permissions(&source, table, &mut grants)?;
        }
    }
    Ok(grants)
}

fn permissions(source: &Source<'_>, table: &Table, grants: &mut Grants) -> Result<(), Trouble> {
    for (key, item) in table {
        let at = Value { source, key, item };
        match key {
            "dirs" => {
                let base = source.path.parent().unwrap_or(Path::new(""));
                grants.dirs = at.list(&["data:ro", "out"], |text, place| {
                    let dir = |word| Dir {
                        word,
                        base: base.to_owned(),
                        source: place,
                    };
                    DirWord::parse(text).map(dir)
                })?;
            }
            "env" => {
                grants.env = at.list(&["LANG", "MODE=fast"], |text, _| EnvWord::parse(text))?
            }
            "net" => {
                let example = ["example.com:443", "listen:127.0.0.1:8080"];
                grants.net = at.list(&example, |text, _| NetWord::parse(text))?;
            }
            "inherit-env" => {
                let value = item.as_bool();
                grants.inherit_env = value.ok_or_else(|| at.wanted("true or false", "true"))?;
            }
            "max-memory" => grants.max_memory = Some(at.text("512M", words::size)?),
            "timeout" => grants.timeout = Some(at.text("10s", words::duration)?),
            _ => return Err(source.unknown(table, key, "key", &KEYS)),
        }
    }
    Ok(())
}

/// The value of a key.
struct Value<'a> {
    source: &'a Source<'a>,
    key: &'a str,
    item: &'a Item,
}

impl Value<'_> {
    fn wanted(&self, what: &str, example: &str) -> Trouble {
        let key = self.key;
        self.source
            .trouble(self.item.span(), &format!("`{key}` wants {what}"))
            .help(format!("for example: `{key} = {example}`"))
    }

    fn text<T>(&self, example: &str, parse: fn(&str) -> Result<T, String>) -> Result<T, Trouble> {
        let example = format!("\"{example}\"");
        let text = self.item.as_str();
        let text = text.ok_or_else(|| self.wanted("a text", &example))?;
        parse(text).map_err(|why| {
            let what = format!("`{}`: \"{text}\": {why}", self.key);
            let trouble = self.source.trouble(self.item.span(), &what);
            trouble.help(format!("for example: `{} = {example}`", self.key))
        })
    }

    fn list<T>(
        &self,
        example: &[&str],
        mut parse: impl FnMut(&str, String) -> Result<T, String>,
    ) -> Result<Vec<T>, Trouble> {
        let example = format!("[\"{}\"]", example.join("\", \""));
        let array = self.item.as_array();
        let array = array.ok_or_else(|| self.wanted("a list of texts", &example))?;
        let mut all = Vec::new();
        for value in array {
            let wanted = || self.wanted("a list of texts", &example);
            let text = value.as_str().ok_or_else(wanted)?;
            let place = format!(
                "{}: {} \"{text}\"",
                self.source.place(value.span()),
                self.key
            );
            let one = parse(text, place).map_err(|why| {
                let what = format!("`{}`: \"{text}\": {why}", self.key);
                let trouble = self.source.trouble(value.span(), &what);
                trouble.help(format!("for example: `{} = {example}`", self.key))
            })?;
            all.push(one);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(text: &str) -> Result<Grants, String> {
        grants(Path::new("p/wasify.toml"), text).map_err(|trouble| trouble.to_string())
    }

    #[test]
    fn every_key_is_a_flag() {
        let grants = of("# why\n[permissions]\ndirs = [\"data:ro\", \"out\"] # x\nenv = [\"A\", \"B=c\"]\n\
             inherit-env = true\nnet = [\"a:1\", \"listen:*:2\"]\nmax-memory = \"1G\"\ntimeout = \"1m\"\n")
        .unwrap();
        assert_eq!(grants.dirs.len(), 2);
        assert_eq!(grants.dirs[0].base, Path::new("p"));
        assert!(grants.dirs[0].word.read_only && grants.inherit_env);
        assert_eq!(grants.env[1].value.as_deref(), Some("c"));
        assert_eq!(grants.net[1].to_string(), "listen:*:2");
        assert_eq!(grants.max_memory, Some(1 << 30));
        assert_eq!(grants.timeout, Some(Duration::from_secs(60)));
        assert_eq!(of(""), Ok(Grants::default()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_the_way_out() {
        for (text, expected) in [
            (
                "\n[permission]\n",
                ":2: there is no table `permission`\nhelp: did you mean `permissions`?",
            ),
            (
                "[permissions]\ndir = []\n",
                ":2: there is no key `dir`\nhelp: did you mean `dirs`?",
            ),
            ("[permissions]\nzzz = 1\n", "may be one of: dirs, env"),
            (
                "[permissions]\ndirs = \"a\"\n",
                ":2: `dirs` wants a list of texts\nhelp: for example: `dirs = [",
            ),
            (
                "[permissions]\nnet = [\n  \"a:1\",\n  \"8080\",\n]\n",
                ":4: `net`: \"8080\": a port needs a host",
            ),
            (
                "[permissions]\ntimeout = 10\n",
                "`timeout` wants a text\nhelp: for example: `timeout = \"10s\"`",
            ),
            (
                "[permissions]\ninherit-env = \"yes\"\n",
                "wants true or false",
            ),
            ("[permissions]\ndirs = [\"a\"\n[x]\n", "it is not TOML"),
            ("permissions = 1\n", ":1: `permissions` is not a table"),
        ] {
            let said = of(text).unwrap_err();
            assert!(said.contains(expected), "{text}\n{said}");
            assert!(said.contains("help: "), "{said}");
        }
    }
}
